package main

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// suite is a module whose tests end in every way that a test can.
var suite = map[string]string{
	"go.mod": "module example.org/suite\n\ngo 1.24\n",
	"good/good_test.go": `package good
import "testing"
func TestGood(t *testing.T) { t.Run("sub", func(t *testing.T) {}) }
func TestBare(t *testing.T) { t.SkipNow() }
func TestNoServer(t *testing.T) { t.Skip("no server here: install one") }
`,
	"bad/bad_test.go": `package bad
import "testing"
func TestFine(t *testing.T) {}
func TestBad(t *testing.T) { t.Run("inner", func(t *testing.T) { t.Error("two is not three") }) }
`,
	"panics/panics_test.go": `package panics
import "testing"
func TestPanics(t *testing.T) { panic("out of cheese") }
`,
	"exits/exits_test.go": `package exits
import ("os"; "testing")
func TestExits(t *testing.T) { os.Exit(3) }
`,
	"main/main_test.go": `package main
import ("fmt"; "os"; "testing")
func TestMain(m *testing.M) { m.Run(); fmt.Println("a goroutine is left"); os.Exit(1) }
func TestFine(t *testing.T) {}
`,
	"broken/broken_test.go": `package broken
func undeclared() { missing() }
`,
	"none/none.go": "package none\n",
}

// goTest writes files as a module, runs its tests, and gives what go test wrote.
func goTest(t *testing.T, files map[string]string) []byte {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
	cmd := exec.CommandContext(t.Context(), "go", "test", "-json", "-vet=off", "./...")
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "GOFLAGS=", "GOWORK=off")
	out, _ := cmd.Output() // it fails when a test does, which is the point
	require.NotEmpty(t, out)
	return out
}

func TestReportOfARealRun(t *testing.T) {
	events := goTest(t, suite)
	counts := filepath.Join(t.TempDir(), "counts")

	var out bytes.Buffer
	ok, err := run(bytes.NewReader(events), &out, counts, 3)
	require.NoError(t, err)
	require.False(t, ok, "tests failed")
	require.NotContains(t, out.String(), "outside of a test: example.org/suite/bad", "it said nothing there")

	written, err := os.ReadFile(counts)
	require.NoError(t, err)
	// Passed: TestGood, its sub, and two TestFine. Failed: TestBad and its inner,
	// TestPanics, TestExits, and the packages main and broken.
	require.Equal(t, "4 6 2\n", string(written))

	for _, want := range []string{
		"6 packages with tests: 4 passed, 6 failed, 2 skipped",
		"example.org/suite/good TestBare: no reason given",
		"example.org/suite/good TestNoServer: good_test.go:5: no server here: install one",
		"--- FAILED: example.org/suite/bad TestBad/inner",
		"two is not three",
		"--- FAILED: example.org/suite/panics TestPanics",
		"out of cheese",
		"--- FAILED: example.org/suite/exits TestExits",
		"--- FAILED: example.org/suite/main\n",
		"a goroutine is left",
		"--- FAILED: example.org/suite/broken\n",
		"undefined: missing",
		"ok   example.org/suite/good ",
		"FAIL example.org/suite/bad ",
		"none example.org/suite/none ",
	} {
		require.Contains(t, out.String(), want)
	}
}

func TestAllPassed(t *testing.T) {
	good := maps.Clone(suite)
	maps.DeleteFunc(good, func(name, _ string) bool { return name != "go.mod" && !strings.HasPrefix(name, "good/") })

	var out bytes.Buffer
	ok, err := run(bytes.NewReader(goTest(t, good)), &out, "", 3)
	require.NoError(t, err)
	require.True(t, ok)
	require.NotContains(t, out.String(), "FAILED")
}

func TestInterruptedRunHasFailed(t *testing.T) {
	const events = `{"Action":"start","Package":"a"}
{"Action":"run","Package":"a","Test":"TestX"}
not an event
{"Action":"output","Package":"a","Test":"TestX","Output":"half a li`
	var out bytes.Buffer
	ok, err := run(strings.NewReader(events), &out, "", 0)
	require.NoError(t, err)
	require.False(t, ok)
	require.Contains(t, out.String(), "not an event\n", "what is no event is passed on")
	require.Contains(t, out.String(), "--- FAILED: a TestX\n(the package did not end)")
}

func TestSlowestFirst(t *testing.T) {
	const events = `{"Action":"pass","Package":"a","Test":"TestQuick","Elapsed":0.01}
{"Action":"pass","Package":"a","Test":"TestSlow","Elapsed":2.5}
{"Action":"pass","Package":"a","Test":"TestSlower","Elapsed":7}
{"Action":"pass","Package":"a","Elapsed":10}
`
	var out bytes.Buffer
	ok, err := run(strings.NewReader(events), &out, "", 3)
	require.NoError(t, err)
	require.True(t, ok)
	require.Contains(t, out.String(), "     7.0s  a TestSlower\n     2.5s  a TestSlow\n\n", "what takes no time is not named")
}

func TestCountsThatCannotBeWritten(t *testing.T) {
	_, err := run(strings.NewReader(""), new(bytes.Buffer), t.TempDir(), 0)
	require.ErrorContains(t, err, "directory")
}

func TestWordsOutsideOfATest(t *testing.T) {
	const events = `{"Action":"run","Package":"a","Test":"TestX"}
{"Action":"fail","Package":"a","Test":"TestX"}
{"Action":"output","Package":"a","Output":"coverage: 3% of statements\n"}
{"Action":"output","Package":"a","Output":"goroutine 7 is left\n"}
{"Action":"output","Package":"a","Output":"FAIL\ta\t0.1s\n"}
{"Action":"fail","Package":"a"}
`
	var out bytes.Buffer
	ok, err := run(strings.NewReader(events), &out, "", 0)
	require.NoError(t, err)
	require.False(t, ok)
	require.Contains(t, out.String(), "--- outside of a test: a\ngoroutine 7 is left\n\n1 packages")
}
