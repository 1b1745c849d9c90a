package rag_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
)

// kinds embeds a text by its kind and length, or gives what is no vector for one of them.
type kinds struct {
	bad  rag.EmbedKind
	made []rag.Vector
	err  error
}

func (k *kinds) Model() rag.EmbedModel { return rag.EmbedModel{Name: "kinds"} }

func (k *kinds) Embed(_ context.Context, kind rag.EmbedKind, texts []string) (out []rag.Vector, err error) {
	if kind == k.bad {
		return k.made, k.err
	}
	for _, text := range texts {
		out = append(out, rag.Vector{1, float32(kind), float32(len(text))})
	}
	return out, nil
}

func TestQuoteVectorsAreOfAQuestionAndPassages(t *testing.T) {
	asked, vectors, err := rag.QuoteVectors(&kinds{bad: -1})(t.Context(), "कब?", []string{"a", "bb"})
	require.NoError(t, err)
	require.Equal(t, []float32{1, 1, 7}, asked)
	require.Equal(t, [][]float32{{1, 0, 1}, {1, 0, 2}}, vectors)
}

func TestQuoteVectorsAreChecked(t *testing.T) {
	away := errors.New("away")
	for _, kind := range []rag.EmbedKind{rag.EmbedQuery, rag.EmbedPassage} {
		_, _, err := rag.QuoteVectors(&kinds{bad: kind, err: away})(t.Context(), "q", []string{"a"})
		require.ErrorIs(t, err, away)
		for _, made := range [][]rag.Vector{nil, {{0, 0, 0}}, {{1, 2, 3}, {1, 2, 3}}} {
			_, _, err := rag.QuoteVectors(&kinds{bad: kind, made: made})(t.Context(), "q", []string{"a"})
			require.Equal(t, fault.Upstream, fault.CodeOf(err))
		}
	}
	_, _, err := rag.QuoteVectors(&kinds{bad: rag.EmbedPassage, made: []rag.Vector{{1, 2}}})(t.Context(), "q", []string{"a"})
	require.Equal(t, fault.Upstream, fault.CodeOf(err), "of other dimensions than the question's")
}
