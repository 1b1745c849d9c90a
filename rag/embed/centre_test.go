package embed_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/embed"
	"github.com/akshara-go/akshara/rag/localstore"
)

func sample(n int) func(context.Context) ([]string, error) {
	return func(context.Context) ([]string, error) {
		texts := make([]string, n)
		for i := range texts {
			texts[i] = fmt.Sprint("वाक्य ", i)
		}
		return texts, nil
	}
}

func TestCentringTakesOffWhatIsCommon(t *testing.T) {
	c := newCone()
	before, err := c.Embed(t.Context(), rag.EmbedPassage, []string{"ताजमहल", "क्रिकेट"})
	require.NoError(t, err)
	require.Greater(t, cosine(before[0], before[1]), .9)
	centred, err := embed.Centre(t.Context(), c, embed.NewMeanFile(filepath.Join(t.TempDir(), "mean")), sample(200))
	require.NoError(t, err)
	for _, kind := range []rag.EmbedKind{rag.EmbedPassage, rag.EmbedQuery} {
		after, err := centred.Embed(t.Context(), kind, []string{"ताजमहल", "क्रिकेट"})
		require.NoError(t, err)
		require.Less(t, cosine(after[0], after[1]), .5)
		require.InDelta(t, 1, length(after[0]), 1e-5)
	}
}

// An index keeps its mean: a restart, and another sample, change nothing.
func TestTheMeanSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "mean")
	c := newCone()
	first, err := embed.Centre(t.Context(), c, embed.NewMeanFile(path), sample(100))
	require.NoError(t, err)
	require.Equal(t, 100, c.asked())
	store, err := localstore.Open(filepath.Join(dir, "index"), nil)
	require.NoError(t, err)
	defer store.Close()
	require.NoError(t, rag.NewIndex(store, &rag.IndexOptions{Embedder: first}).Add(t.Context(), []corpus.Document{{ID: "a", Text: "ताजमहल आगरा में है।"}}))
	c.asked()

	again, err := embed.Centre(t.Context(), c, embed.NewMeanFile(path), sample(300))
	require.NoError(t, err)
	require.Zero(t, c.asked(), "nothing is estimated anew")
	require.Equal(t, first.Model(), again.Model())
	found, err := rag.NewIndex(store, &rag.IndexOptions{Embedder: again}).QueryDocuments(t.Context(), "ताजमहल")
	require.NoError(t, err)
	require.Len(t, found, 1)

	// Vectors made with another mean are refused, and so are uncentred ones.
	other, err := embed.Centre(t.Context(), c, embed.NewMeanFile(filepath.Join(dir, "other")), sample(300))
	require.NoError(t, err)
	for _, e := range []rag.Embedder{other, c} {
		err = rag.NewIndex(store, &rag.IndexOptions{Embedder: e}).Add(t.Context(), []corpus.Document{{ID: "b", Text: "हम्पी"}})
		mismatch, ok := errors.AsType[*rag.ModelMismatchError](err)
		require.True(t, ok, "%v", err)
		require.Equal(t, first.Model(), mismatch.Index)
	}
}

func TestOfConcurrentWritersOneMeanIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mean")
	var wg sync.WaitGroup
	models := make([]rag.EmbedModel, 8)
	for i := range models {
		wg.Go(func() {
			e, err := embed.Centre(t.Context(), newCone(), embed.NewMeanFile(path), sample(64+i))
			if err != nil {
				t.Error(err)
				return
			}
			models[i] = e.Model()
		})
	}
	wg.Wait()
	for _, m := range models {
		require.Equal(t, models[0], m)
	}
	files, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, files, 1, "nothing half-written is left")
}

// crashing is a keeper whose process ends before or after it has kept.
type crashing struct {
	embed.MeanKeeper
	before bool
}

var errCrash = errors.New("the process ended")

func (c crashing) Keep(ctx context.Context, data []byte) ([]byte, error) {
	if !c.before {
		_, _ = c.MeanKeeper.Keep(ctx, data)
	}
	return nil, errCrash
}

func TestACrashBetweenEstimatingAndKeepingLosesNothing(t *testing.T) {
	for _, before := range []bool{true, false} {
		file := embed.NewMeanFile(filepath.Join(t.TempDir(), "mean"))
		c := newCone()
		_, err := embed.Centre(t.Context(), c, crashing{file, before}, sample(80))
		require.ErrorIs(t, err, errCrash)
		require.Equal(t, 80, c.asked())
		e, err := embed.Centre(t.Context(), c, file, sample(90))
		require.NoError(t, err)
		require.Equal(t, before, c.asked() == 90, "estimated anew only where none was kept")
		require.Contains(t, e.Model().Name, "cone+centred-")
	}
}

func TestTheSampleIsBoundedAndFilledUp(t *testing.T) {
	for texts, want := range map[int]int{0: embed.MinSample, 1: embed.MinSample, 63: embed.MinSample, 64: 64, 65: 65, 512: 512, 5000: embed.MaxSample} {
		c := newCone()
		_, err := embed.Centre(t.Context(), c, embed.NewMeanFile(filepath.Join(t.TempDir(), "mean")), sample(texts))
		require.NoError(t, err)
		require.Equal(t, want, c.asked(), "of %d texts", texts)
	}
	failed := errors.New("no texts")
	_, err := embed.Centre(t.Context(), newCone(), embed.NewMeanFile(filepath.Join(t.TempDir(), "mean")), func(context.Context) ([]string, error) { return nil, failed })
	require.ErrorIs(t, err, failed)
}

func TestATextThatIsTheMeanKeepsADirection(t *testing.T) {
	c := newCone()
	c.spoil = func(v []rag.Vector) []rag.Vector {
		for i := range v {
			v[i] = make(rag.Vector, 32)
			v[i][3] = 2
		}
		return v
	}
	e, err := embed.Centre(t.Context(), c, embed.NewMeanFile(filepath.Join(t.TempDir(), "mean")), nil)
	require.NoError(t, err)
	got, err := e.Embed(t.Context(), rag.EmbedQuery, []string{"क"})
	require.NoError(t, err)
	want := make(rag.Vector, 32)
	want[3] = 1
	require.Equal(t, want, got[0])
}

func TestAMeanThatCannotBeUsed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mean")
	c := newCone()
	_, err := embed.Centre(t.Context(), c, embed.NewMeanFile(path), nil)
	require.NoError(t, err)
	good, err := os.ReadFile(path)
	require.NoError(t, err)

	another := newCone()
	another.name = "another"
	_, err = embed.Centre(t.Context(), another, embed.NewMeanFile(path), nil)
	mismatch, ok := errors.AsType[*rag.ModelMismatchError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, rag.EmbedModel{Name: "cone", Dimensions: 32}, mismatch.Index)

	for name, data := range map[string][]byte{
		"nothing":       {},
		"cut":           good[:len(good)/2],
		"another value": bytes.Replace(good, []byte(`"values":[0.`), []byte(`"values":[0.5`), 1),
		"too long":      bytes.Repeat([]byte(" "), 2<<20),
		"no dimensions": []byte(`{"model":{"name":"cone","dimensions":0},"values":[],"digest":"e3b0c44298fc"}`),
	} {
		require.NoError(t, os.WriteFile(path, data, 0o600))
		_, err := embed.Centre(t.Context(), c, embed.NewMeanFile(path), nil)
		_, ok := errors.AsType[*embed.CorruptMeanError](err)
		require.True(t, ok, "%s: %v", name, err)
		require.Equal(t, fault.Internal, fault.CodeOf(err))
	}
}

func TestAMeanFileThatCannotBeReadOrWritten(t *testing.T) {
	dir := t.TempDir()
	_, err := embed.NewMeanFile(dir).Load(t.Context())
	require.Equal(t, fault.Internal, fault.CodeOf(err), "a folder is no file")
	missing := embed.NewMeanFile(filepath.Join(dir, "missing", "mean"))
	kept, err := missing.Load(t.Context())
	require.NoError(t, err)
	require.Nil(t, kept)
	_, err = missing.Keep(t.Context(), []byte("x"))
	require.Equal(t, fault.Internal, fault.CodeOf(err))
	require.NotContains(t, fault.From(err).Message, dir)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	file := embed.NewMeanFile(filepath.Join(dir, "mean"))
	_, err = file.Load(ctx)
	require.ErrorIs(t, err, context.Canceled)
	_, err = file.Keep(ctx, []byte("x"))
	require.ErrorIs(t, err, context.Canceled)
}
