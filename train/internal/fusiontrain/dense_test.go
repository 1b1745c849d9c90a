package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/e5embedtest"
	"github.com/akshara-go/akshara/train/traintest"
)

// letters is an embedder that counts bytes.
type letters struct{ err error }

func (letters) Model() rag.EmbedModel { return rag.EmbedModel{Name: "letters", Dimensions: 256} }

func (l letters) Embed(_ context.Context, _ rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	out := make([]rag.Vector, len(texts))
	for i, text := range texts {
		out[i] = make(rag.Vector, 256)
		for _, b := range []byte(text) {
			out[i][b]++
		}
	}
	return out, l.err
}

func TestFitDensePrintsARowForEachSet(t *testing.T) {
	dir := data(t)
	var out bytes.Buffer
	require.NoError(t, fitDense(t.Context(), dir, letters{}, &out))
	for _, row := range []string{"hi to hi            2 1.0000", "en to hi", "hi to en +8000      2 ", "en to en +8000", "best over all: 0.00"} {
		require.Contains(t, out.String(), row)
	}
	down := errors.New("down")
	require.ErrorIs(t, fitDense(t.Context(), dir, letters{down}, &out), down)
	require.NoError(t, os.Remove(filepath.Join(dir, "retrieval", "xquad-dev.en.json")))
	require.Error(t, fitDense(t.Context(), dir, letters{}, &out))
}

func TestTheBestDenseWeightIsCrossValidated(t *testing.T) {
	s := &ranked{name: "made"}
	for i := range 12 {
		places := make([]int, len(denseGrid))
		for j := range places {
			places[j] = 2
		}
		places[3] = 1
		s.folds, s.places = append(s.folds, i%folds), append(s.places, places)
	}
	require.Equal(t, 3, bestDense([]*ranked{s}, noFold))
	var out bytes.Buffer
	reportDense(&out, []*ranked{s})
	require.Contains(t, out.String(), "| 1.0000")
	r1, mrr := s.at(0, 2, true)
	require.Zero(t, r1)
	require.InDelta(t, .5, mrr, 1e-9)
	r1, mrr = (&ranked{}).at(0, noFold, false)
	require.Zero(t, r1+mrr)
}

// BenchmarkDenseWeights prints the table that the weight of embeddings is chosen
// from, with multilingual-e5-small (MIT). See `make train-fusion`.
func BenchmarkDenseWeights(b *testing.B) {
	e := e5embedtest.Embedder(b)
	dir := filepath.Dir(filepath.Dir(traintest.Data(b, "retrieval/distractors.hi.txt.gz")))
	for b.Loop() {
		var out bytes.Buffer
		require.NoError(b, fitDense(b.Context(), dir, e, &out))
		b.Log("\n" + out.String())
	}
}
