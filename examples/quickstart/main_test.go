package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/examples/internal/programtest"
)

func TestItAnswersWithACitation(t *testing.T) {
	t.Chdir(t.TempDir())
	for range 2 { // the second time over what the first has kept
		require.Equal(t, "इसे शाहजहाँ ने मुमताज़ महल की याद में बनवाया था। [taj]\nताजमहल आगरा में यमुना के किनारे है। [taj]\n", programtest.Printed(t, main))
	}
	require.DirExists(t, "quickstart-data")
}

func TestItHasAtMost25Lines(t *testing.T) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "main.go", nil, 0)
	require.NoError(t, err)
	lines := 0
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "main" {
			lines = set.Position(f.End()).Line - set.Position(f.Pos()).Line + 1
		}
	}
	t.Logf("main has %d lines", lines)
	require.Positive(t, lines)
	require.LessOrEqual(t, lines, 25)
}
