package durable

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSyncDir(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "name"), nil, 0o600))
	require.NoError(t, SyncDir(dir))
	if runtime.GOOS != "windows" {
		require.ErrorIs(t, SyncDir(filepath.Join(dir, "missing")), fs.ErrNotExist)
	}
}
