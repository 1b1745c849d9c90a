package modelserver

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// recorder is a test whose end is written down.
type recorder struct {
	testing.TB
	skip, fatal string
}

func (r *recorder) Skip(args ...any)  { r.skip = args[0].(string); runtime.Goexit() }
func (r *recorder) Fatal(args ...any) { r.fatal = args[0].(string); runtime.Goexit() }

func TestWhatIsMissingIsSkippedAndFailsInCI(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", folder)
	for ci, skipped := range map[string]bool{"": true, "true": false} {
		t.Setenv("CI", ci)
		tb := &recorder{TB: t}
		done := make(chan struct{})
		go func() {
			defer close(done)
			Installed(tb, "a thing, which serves", "thing-1", "thing")
		}()
		<-done
		const missing = "a thing, which serves, is not installed: run .ci/setup"
		require.Equal(t, skipped, tb.skip == missing)
		require.Equal(t, !skipped, tb.fatal == missing)
	}
	thing := filepath.Join(folder, "akshara", "thing-1", "thing")
	require.NoError(t, os.MkdirAll(filepath.Dir(thing), 0o700))
	require.NoError(t, os.WriteFile(thing, nil, 0o600))
	require.Equal(t, thing, Installed(t, "a thing", "thing-1", "thing"))
}

func TestTheCacheFolderIsTheUsers(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "/somewhere")
	require.Equal(t, filepath.FromSlash("/somewhere/.cache/akshara"), Cache(t))
}

func TestAProgramThatDoesNotServe(t *testing.T) {
	_, err := Launch(t, exec.Command(filepath.Join(t.TempDir(), "missing")))
	require.Error(t, err)
	program := filepath.Join(t.TempDir(), "ends")
	require.NoError(t, os.WriteFile(program, []byte("#!/bin/sh\necho no such model >&2\nexit 1\n"), 0o700))
	_, err = Launch(t, exec.Command(program))
	require.ErrorIs(t, err, errEnded)
	require.ErrorContains(t, err, "ends: ")
	require.ErrorContains(t, err, "no such model")
}
