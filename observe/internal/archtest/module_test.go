package archtest

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// root is the module's, seen from this package.
const root = "../../.."

// TestModule holds this module against the layer table, as it is built for each system.
func TestModule(t *testing.T) {
	for _, goos := range []string{"linux", "darwin", "windows"} {
		t.Run(goos, func(t *testing.T) {
			g, err := Load(root, goos)
			require.NoError(t, err)
			require.Contains(t, g.Packages, g.Module+"/observe/fault")
			expectNone(t, CheckImports(g, Table))
		})
	}
}

func TestModuleSource(t *testing.T) {
	found, err := CheckSource(os.DirFS(root), Table)
	require.NoError(t, err)
	expectNone(t, found)
}

func TestModuleTopLevel(t *testing.T) {
	found, err := CheckTopLevel(os.DirFS(root))
	require.NoError(t, err)
	expectNone(t, found)
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	_, err := Load(t.TempDir(), "linux")
	require.ErrorContains(t, err, "go list")
	_, err = decode(strings.NewReader(`{"ImportPath":"os","Standard":true}`))
	require.ErrorContains(t, err, "no package of the main module")
	_, err = decode(strings.NewReader(`{"ImportPath":`))
	require.ErrorContains(t, err, "reading go list")
}

func expectNone(t *testing.T, found []Violation) {
	t.Helper()
	for _, v := range found {
		t.Error(v)
	}
}

// TestObserveLooksForLeaks holds that the tests of every package of observe end
// with a look for goroutines that were left behind.
func TestObserveLooksForLeaks(t *testing.T) {
	tree := os.DirFS(root)
	looks := make(map[string]bool) // by folder that has tests
	require.NoError(t, fs.WalkDir(tree, "observe", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		src, err := fs.ReadFile(tree, name)
		dir := path.Dir(name)
		looks[dir] = looks[dir] || strings.Contains(string(src), "goleak.VerifyTestMain(")
		return err
	}))
	require.Contains(t, looks, "observe/telemetry")
	for dir, ok := range looks {
		require.True(t, ok, "%s: let its TestMain call goleak.VerifyTestMain", dir)
	}
}
