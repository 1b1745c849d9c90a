package traintest_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/train/traintest"
	"github.com/akshara-go/akshara/translate/lang"
)

// outcome tells how a test that asks for a file ends.
func outcome(t *testing.T, name string) (path, how string) {
	t.Helper()
	t.Run("asks", func(t *testing.T) {
		asking := &recorder{TB: t}
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer func() { how = asking.how }()
			path = traintest.Data(asking, name)
		}()
		<-done
	})
	return path, how
}

// recorder is a test that notes its end instead of ending.
type recorder struct {
	testing.TB
	how string
}

func (r *recorder) Skip(...any)           { r.how = "skipped"; runtime.Goexit() }
func (r *recorder) Skipf(string, ...any)  { r.how = "skipped"; runtime.Goexit() }
func (r *recorder) Fatalf(string, ...any) { r.how = "failed"; runtime.Goexit() }

func TestData(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "a"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a", "b.txt"), nil, 0o600))
	t.Setenv("AKSHARA_DATA", dir)
	t.Setenv("CI", "true")
	path, how := outcome(t, "a/b.txt")
	require.Empty(t, how)
	require.Equal(t, filepath.Join(dir, "a", "b.txt"), path)
	_, how = outcome(t, "a/c.txt")
	require.Equal(t, "failed", how)
	t.Setenv("CI", "")
	_, how = outcome(t, "a/c.txt")
	require.Equal(t, "skipped", how)
	t.Setenv("CI", "true")
	t.Setenv("AKSHARA_DATA", "none")
	_, how = outcome(t, "a/b.txt")
	require.Equal(t, "skipped", how)
}

func TestReading(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "retrieval"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.txt"), []byte("one\ntwo\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "retrieval", "xquad-dev.en.json"),
		[]byte(`{"data":[{"paragraphs":[{"context":"Nal stands in Pur."}]}]}`), 0o600))
	t.Setenv("AKSHARA_DATA", dir)
	require.Equal(t, "one\ntwo\n", traintest.Text(t, "a.txt"))
	require.Equal(t, []string{"one", "two"}, traintest.Lines(t, "a.txt"))
	require.Equal(t, "Nal stands in Pur.", traintest.XQuAD(t, lang.English)[0].Paragraphs[0].Context)
}
