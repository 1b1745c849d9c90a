package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/e5embed"
	"github.com/akshara-go/akshara/rag/e5test"
)

func TestAFileThatTheUserHas(t *testing.T) {
	if testing.Short() {
		t.Skip("importing the model takes long under the race detector")
	}
	file := filepath.Join(e5test.Folder(t), "e5-small-q4.bin")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	for _, said := range []string{"making", "there already"} {
		var out, log strings.Builder
		require.NoError(t, run(t.Context(), []string{file}, &out, &log))
		require.Contains(t, log.String(), said)
		e, err := e5embed.Open(strings.TrimSpace(out.String()), nil)
		require.NoError(t, err)
		require.NoError(t, e.Close())
	}
}

func TestWhatCannotBe(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	require.Error(t, run(t.Context(), []string{"a", "b"}, io.Discard, io.Discard))
	require.ErrorIs(t, run(t.Context(), []string{"nowhere"}, io.Discard, io.Discard), os.ErrNotExist)
}
