package rag_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
)

// scored makes hits with the ids a, b, c... and some scores.
func scored(scores ...float64) []rag.Hit {
	hits := make([]rag.Hit, len(scores))
	for i, s := range scores {
		hits[i] = rag.Hit{Score: s, Record: rag.Record{Chunk: corpus.Chunk{ID: string(rune('a' + i))}}}
	}
	return hits
}

func order(hits []rag.Hit) (ids string) {
	for i := range hits {
		ids += hits[i].Record.Chunk.ID
	}
	return ids
}

func TestHitsAreSortedByScoreAndThenById(t *testing.T) {
	hits := scored(.5, math.NaN(), .9, .5, math.Inf(1), 0)
	rag.SortHits(hits)
	require.Equal(t, "ecadfb", order(hits))
}

func TestAnOrderIsKept(t *testing.T) {
	for _, scores := range [][]float64{{.9, .8, .7}, {.1, .9, .9, .2}, {0, 0, 0, 0}, {1, 1, 1}, {0, 1}, {}, {.5, 5e-324, 5e-324, 0}} {
		hits := scored(scores...)
		for i := range hits { // ids that would come out backwards
			hits[i].Record.Chunk.ID = string(rune('z' - i))
		}
		want := order(hits)
		rag.KeepOrder(hits)
		for i := range hits {
			require.True(t, hits[i].Score > 0 && hits[i].Score <= 1)
			require.LessOrEqual(t, hits[i].Score, max(scores[i], 1e-300), "no score gains anything to speak of")
		}
		rag.SortHits(hits)
		require.Equal(t, want, order(hits), scores)
	}
}
