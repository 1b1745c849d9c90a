package archtest

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestSource(t *testing.T) {
	tests := []struct {
		name string
		file string
		src  string
		want []Rule
	}{
		{"getenv", "rag/a.go", "package rag\nimport \"os\"\nvar x = os.Getenv(\"X\")\n", []Rule{Environment}},
		{"lookupenv under another name", "rag/a.go", "package rag\nimport sys \"os\"\nvar f = sys.LookupEnv\n", []Rule{Environment}},
		{"dot import", "rag/a.go", "package rag\nimport . \"os\"\nvar x = ExpandEnv(\"$X\")\n", []Rule{Environment}},
		{"syscall", "rag/a.go", "package rag\nimport \"syscall\"\nvar x, _ = syscall.Getenv(\"X\")\n", []Rule{Environment}},
		{"a package in no row is library", "rag/novel/a.go", "package novel\nimport \"os\"\nvar x = os.Getenv(\"X\")\n", []Rule{Environment}},
		{"another package's Getenv", "rag/a.go", "package rag\nimport os \"m/fake\"\nvar x = os.Getenv(\"X\")\n", nil},
		{"another function of os", "rag/a.go", "package rag\nimport \"os\"\nvar x = os.Getpid()\n", nil},
		{"config may", "observe/config/a.go", "package config\nimport \"os\"\nvar x = os.Getenv(\"X\")\n", nil},
		{"an example may", "examples/x/a.go", "package main\nimport \"os\"\nvar x = os.Getenv(\"X\")\nfunc init() {}\n", nil},
		{"a test may", "rag/a_test.go", "package rag\nimport \"os\"\nvar x = os.Getenv(\"X\")\nfunc init() {}\n", nil},
		{"init", "rag/a.go", "package rag\nfunc init() {}\n", []Rule{Init}},
		{"a method called init", "rag/a.go", "package rag\ntype t int\nfunc (t) init() {}\n", nil},
		{"config has no init either", "observe/config/a.go", "package config\nfunc init() {}\n", []Rule{Init}},
		{"cgo", "rag/a.go", "package rag\nimport \"C\"\n", []Rule{Cgo}},
		{"cgo in an example, for one system", "examples/x/a.go", "//go:build darwin\n\npackage main\nimport \"C\"\n", []Rule{Cgo}},
		{"testdata", "rag/testdata/a.go", "not Go at all", nil},
		{"a hidden folder", ".cache/a.go", "not Go at all", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found, err := CheckSource(fstest.MapFS{tt.file: {Data: []byte(tt.src)}}, Table)
			require.NoError(t, err)
			var rules []Rule
			for _, v := range found {
				require.Contains(t, v.Message, tt.file+":", "the message says where")
				rules = append(rules, v.Rule)
			}
			require.Equal(t, tt.want, rules)
		})
	}
}

func TestSourceThatIsNotGo(t *testing.T) {
	_, err := CheckSource(fstest.MapFS{"rag/a.go": {Data: []byte("package")}}, Table)
	require.ErrorContains(t, err, "rag/a.go")
}

func TestTopLevel(t *testing.T) {
	found, err := CheckTopLevel(fstest.MapFS{
		"rag/a.go": {}, "examples/x/main.go": {}, "go.mod": {}, "Makefile": {}, ".github/x": {}, "bin/x": {},
		"pkg/a.go": {}, "NOTES.txt": {},
	})
	require.NoError(t, err)
	require.Len(t, found, 2)
	require.Equal(t, TopLevel, found[0].Rule)
	require.Contains(t, found[0].Message, "NOTES.txt")
	require.Contains(t, found[1].Message, "pkg has no place")
}
