package archtest

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the API as it is now into testdata/api")

// goldenDir holds a file for each package with the API that was agreed to.
const goldenDir = "testdata/api"

// TestAPI holds the public API of every library package against its golden
// file, so that a change to it is seen in review.
func TestAPI(t *testing.T) {
	tree := os.DirFS(root)
	packages, err := Libraries(tree)
	require.NoError(t, err)
	require.Contains(t, packages, "observe/fault")
	if *update {
		require.NoError(t, os.RemoveAll(goldenDir))
	}
	known := make(map[string]bool)
	for _, pkg := range packages {
		golden := filepath.Join(goldenDir, filepath.FromSlash(pkg)+".txt")
		known[golden] = true
		got, err := API(tree, pkg)
		require.NoError(t, err)
		if *update {
			require.NoError(t, os.MkdirAll(filepath.Dir(golden), 0o755))
			require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			continue
		}
		want, err := os.ReadFile(golden)
		if err != nil && !os.IsNotExist(err) {
			t.Error(err)
		}
		if string(want) != got {
			t.Errorf("the API of %s is not what %s says; if that is meant, run go test ./observe/internal/archtest -run API -update\n%s",
				pkg, golden, changes(string(want), got))
		}
	}
	require.NoError(t, filepath.WalkDir(goldenDir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !known[name] {
			t.Errorf("%s is of no package: run go test ./observe/internal/archtest -run API -update", name)
		}
		return err
	}))
}

// changes gives the lines that only one of two texts has.
func changes(before, after string) string {
	var out strings.Builder
	only := func(sign, text, other string) {
		have := make(map[string]int)
		for line := range strings.Lines(other) {
			have[line]++
		}
		for line := range strings.Lines(text) {
			if have[line]--; have[line] < 0 {
				out.WriteString(sign + line)
			}
		}
	}
	only("- ", before, after)
	only("+ ", after, before)
	return out.String()
}

func TestAPIOfAPackage(t *testing.T) {
	tree := fstest.MapFS{
		"rag/b.go": {Data: []byte(`// Package rag is described.
package rag

import "errors"

// Zed is last.
type Zed struct {
	// Name is a name.
	Name string ` + "`json:\"name\"`" + `

	hidden int
	Longer  map[string][]int // said
	other
}

// Do does.
func (z *Zed) Do(a, b int) (n int, err error) { return a, nil }
func (z Zed) hide()                            {}
func (o other) Shown()                         {}
func (s *Set[K, V]) Add(k K, v V)              { s.m[k] = v }

type other int
`)},
		"rag/a.go": {Data: []byte(`package rag

type Set[K comparable, V any] struct{ m map[K]V }

type Port interface {
	Embed(texts []string) error

	hidden()
}

const (
	first Kind = iota
	Second
	Third
)

type Kind int

const Max, least = 10, 1

var (
	ErrGone         = errors.New("gone")
	Table  []string = []string{"a"}
	Both            = map[string]int{"a": 1}
	mine            = 1
	Default         = &Zed{Name: "x"}
)

// New makes one.
func New(names ...string) *Zed { return nil }
func init()                    {}
`)},
		"rag/c_windows.go":    {Data: []byte("package rag\n\nfunc Windows() {}\n")},
		"rag/d.go":            {Data: []byte("//go:build ignore\n\npackage rag\n\nfunc Never() {}\n")},
		"rag/e_test.go":       {Data: []byte("package rag\n\nfunc Tested() {}\n")},
		"rag/internal/x/x.go": {Data: []byte("package x\n")},
		"rag/gen/main.go":     {Data: []byte("package main\n")},
		"examples/x/main.go":  {Data: []byte("package x\n")},
		"rag/testdata/t.go":   {Data: []byte("no Go\n")},
		"rag/empty/doc.txt":   {Data: []byte("no Go\n")},
	}
	got, err := API(tree, "rag")
	require.NoError(t, err)
	require.Equal(t, `var Both = map[string]int{...}
var Default = &Zed{...}
var ErrGone = errors.New(...)
type Kind int
const Max = 10
func New(names ...string) *Zed
type Port interface {
	Embed(texts []string) error
} // contains filtered or unexported methods
const (
	_ Kind = iota
	Second
	Third
)
type Set[K comparable, V any] struct {
} // contains filtered or unexported fields
func (*Set[K, V]) Add(k K, v V)
var Table []string
type Zed struct {
	Name string `+"`json:\"name\"`"+`
	Longer map[string][]int
} // contains filtered or unexported fields
func (*Zed) Do(a, b int) (n int, err error)
`, got)

	packages, err := Libraries(tree)
	require.NoError(t, err)
	require.Equal(t, []string{"rag"}, packages)

	tree["rag/f.go"] = &fstest.MapFile{Data: []byte("package rag\nfunc {")}
	_, err = API(tree, "rag")
	require.ErrorContains(t, err, "rag/f.go")
	_, err = API(tree, "nowhere")
	require.Error(t, err)
}

func TestChangesNamesLines(t *testing.T) {
	require.Equal(t, "- func A()\n+ func A(int)\n", changes("func A()\nfunc B()\n", "func A(int)\nfunc B()\n"))
	require.Empty(t, changes("func A()\n", "func A()\n"))
}
