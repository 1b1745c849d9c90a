package config_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/config"
)

//go:generate go test -run TestGenerated -update .

var update = flag.Bool("update", false, "write .env.example and the README's table anew")

// root is the module's folder.
const root = "../.."

func TestGeneratedDocumentationIsCurrent(t *testing.T) {
	example, err := config.EnvExample[config.Common]()
	require.NoError(t, err)
	same(t, filepath.Join(root, ".env.example"), func(string) string { return example })

	table, err := config.Table[config.Common]()
	require.NoError(t, err)
	same(t, filepath.Join(root, "README.md"), func(page string) string {
		out, err := config.ReplaceTable(page, table)
		require.NoError(t, err)
		return out
	})
}

// same fails when a file is not what it should be, and with -update makes it so.
func same(t *testing.T, path string, want func(now string) string) {
	t.Helper()
	now, err := os.ReadFile(path)
	if *update && os.IsNotExist(err) {
		err = nil
	}
	require.NoError(t, err)
	wanted := want(string(now))
	if *update && wanted != string(now) {
		require.NoError(t, os.WriteFile(path, []byte(wanted), 0o644))
		return
	}
	require.Equal(t, wanted, string(now), "%s is not what the structs say: run make generate", path)
}
