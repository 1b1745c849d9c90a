package mmap

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is mapped outlives the file's being open.
func TestAFileIsMapped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte("first and more"), 0o600))
	f, err := os.Open(path)
	require.NoError(t, err)
	b, unmap, err := Map(f, 5)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.Equal(t, "first", string(b))
	require.NoError(t, unmap())
	_, _, err = Map(f, 5)
	require.Error(t, err, "it is closed")
}
