//go:build !race

package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/examples/internal/programtest"
	"github.com/akshara-go/akshara/rag/e5test"
)

// The model is named, or in the cache folder; what was kept without it gets its vectors.
func TestWithTheModelItSearchesByMeaning(t *testing.T) {
	model := programtest.Model(t, e5test.Folder(t))
	t.Chdir(t.TempDir())
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("RAG_EMBEDDING_MODEL", "")
	require.Contains(t, programtest.Printed(t, main), "river")

	const byMeaning = "searching by meaning, too: multilingual-e5-small\nlentils\n"
	t.Setenv("RAG_EMBEDDING_MODEL", "e5:"+model)
	require.Equal(t, byMeaning, programtest.Printed(t, main))

	require.NoError(t, os.Mkdir(filepath.Join(cache, "akshara"), 0o700))
	require.NoError(t, os.Symlink(model, filepath.Join(cache, "akshara", filepath.Base(model))))
	t.Setenv("RAG_EMBEDDING_MODEL", "")
	require.Equal(t, byMeaning, programtest.Printed(t, main))
}
