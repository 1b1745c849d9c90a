package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/examples/internal/programtest"
)

func TestWithoutAModelItSearchesByWordsAndSounds(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	for _, setting := range []string{"none", ""} { // whatever is in the cache folder; nothing is
		t.Setenv("RAG_EMBEDDING_MODEL", setting)
		require.Equal(t, "searching by words and sounds; make model lets it search by meaning, too\nriver\n", programtest.Printed(t, main))
	}
}
