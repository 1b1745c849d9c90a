package main

import (
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWithoutAModelItSearchesByWordsAndSounds(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	for _, setting := range []string{"none", ""} { // whatever is in the cache folder; nothing is
		t.Setenv("RAG_EMBEDDING_MODEL", setting)
		require.Equal(t, "searching by words and sounds; make model lets it search by meaning, too\nriver\n", printed(t, main))
	}
}

// printed gives what a function prints.
func printed(t *testing.T, f func()) string {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	stdout := os.Stdout
	defer func() { os.Stdout = stdout }()
	os.Stdout = w
	f() // its output fits the pipe
	require.NoError(t, w.Close())
	out, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(out)
}
