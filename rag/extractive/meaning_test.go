package extractive_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/extractive"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/translate/lang"
)

// pointing gives texts that hold a word the direction of questions, and others that of none.
func pointing(word string) extractive.Vectors {
	return func(_ context.Context, _ string, texts []string) ([]float32, [][]float32, error) {
		vectors := make([][]float32, len(texts))
		for i, text := range texts {
			vectors[i] = []float32{0, 1}
			if strings.Contains(text, word) {
				vectors[i] = []float32{1, 0}
			}
		}
		return []float32{1, 0}, vectors, nil
	}
}

func askWith(t *testing.T, opts *extractive.Options, g *llm.Grounding) *llm.Response {
	res, err := extractive.New(opts).Generate(t.Context(), &llm.Request{Grounding: g})
	require.NoError(t, err)
	return res
}

// alike are sentences that only differ in a word that the question does not have.
func alike(tb testing.TB) *llm.Grounding {
	return &llm.Grounding{Question: "Where is the museum?", Language: lang.English, Passages: passages(tb, lang.English,
		"The museum is open. Nothing else is known. It rains.", "The museum is tidy. Nothing else is known. It rains.", "The museum is dear. Nothing else is known. It rains.")}
}

func TestMeaningDecidesBetweenSentencesThatHoldTheSameWords(t *testing.T) {
	for _, word := range []string{"open", "tidy", "dear"} {
		res := askWith(t, &extractive.Options{Vectors: pointing(word)}, alike(t))
		require.Contains(t, res.Quotes[0].Span.In(res.Text), word)
		require.True(t, res.Quotes[0].Confidence > 0 && res.Quotes[0].Confidence < 1)
	}
}

// An embedder need not give vectors of length 1.
func TestVectorsOfAnyLengthDecide(t *testing.T) {
	for _, length := range []float32{1e-6, 1e6} {
		unit := pointing("tidy")
		scaled := func(ctx context.Context, question string, texts []string) ([]float32, [][]float32, error) {
			asked, vectors, err := unit(ctx, question, texts)
			for _, v := range append(vectors, asked) {
				v[0], v[1] = v[0]*length, v[1]*length
			}
			return asked, vectors, err
		}
		res := askWith(t, &extractive.Options{Vectors: scaled}, alike(t))
		require.Contains(t, res.Quotes[0].Span.In(res.Text), "tidy", length)
	}
}

func TestFewTextsAreEmbedded(t *testing.T) {
	var long strings.Builder
	for i := range 40 {
		fmt.Fprintf(&long, "The museum has room %d. ", i)
	}
	var asked []string
	vectors := func(_ context.Context, question string, texts []string) ([]float32, [][]float32, error) {
		asked = texts
		return pointing("")(t.Context(), question, texts)
	}
	g := &llm.Grounding{Question: "Where is the museum?", Language: lang.English, Passages: passages(t, lang.English, long.String())}
	res := askWith(t, &extractive.Options{Vectors: vectors, Sentences: 40}, g)
	require.LessOrEqual(t, len(asked), 2*extractive.Reread)
	require.LessOrEqual(t, len(res.Quotes), extractive.Reread)
	asked = nil
	g.Passages = passages(t, lang.English, "The museum is open.")
	askWith(t, &extractive.Options{Vectors: vectors}, g)
	require.Equal(t, []string{"The museum is open."}, asked, "a sentence without neighbours is embedded once")
	asked = nil
	g.Passages = nil
	require.Equal(t, llm.NoAnswer, askWith(t, &extractive.Options{Vectors: vectors}, g).Finish)
	require.Empty(t, asked)
}

// Vectors that are none cost what they would have told.
func TestVectorsThatFailAreLeftOut(t *testing.T) {
	g := alike(t)
	want := askWith(t, nil, g)
	for name, vectors := range map[string]extractive.Vectors{
		"away": func(context.Context, string, []string) ([]float32, [][]float32, error) {
			return nil, nil, errors.New("away")
		},
		"none":         func(context.Context, string, []string) ([]float32, [][]float32, error) { return nil, nil, nil },
		"one too many": given([]float32{1, 0}, []float32{1, 0}, 1),
		"no question":  given(nil, []float32{1, 0}, 0),
		"other length": given([]float32{1, 0}, []float32{1}, 0),
		"no number":    given([]float32{1, 0}, []float32{float32(math.NaN()), 0}, 0),
		"no bound":     given([]float32{1, float32(math.Inf(1))}, []float32{1, 0}, 0),
	} {
		var log bytes.Buffer
		got := askWith(t, &extractive.Options{Vectors: vectors, Logger: slog.New(slog.NewTextHandler(&log, nil))}, g)
		require.Equal(t, want, got, name)
		require.Contains(t, log.String(), "quoting without vectors", name)
		require.NotContains(t, log.String(), g.Question, name)
	}
	for _, v := range [][]float32{{0, 0}, {1, 0}} { // all alike: nothing is told apart, and nothing breaks
		res := askWith(t, &extractive.Options{Vectors: given([]float32{0, 0}, v, 0)}, g)
		require.False(t, math.IsNaN(res.Quotes[0].Confidence))
	}
}

// given gives each text the same vector, and more of it than there are texts.
func given(asked, v []float32, more int) extractive.Vectors {
	return func(_ context.Context, _ string, texts []string) ([]float32, [][]float32, error) {
		vectors := make([][]float32, len(texts)+more)
		for i := range vectors {
			vectors[i] = v
		}
		return asked, vectors, nil
	}
}

func TestACallThatEndsWhileItEmbedsEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	model := extractive.New(&extractive.Options{Vectors: func(ctx context.Context, _ string, _ []string) ([]float32, [][]float32, error) {
		cancel()
		return nil, nil, ctx.Err()
	}})
	_, err := model.Generate(ctx, &llm.Request{Grounding: alike(t)})
	require.ErrorIs(t, err, context.Canceled)
}
