// Package ranking holds the steps that may follow the fusion of a search's legs:
// ranks in the place of scores, results that differ from each other, newer ones
// first, not too many of one source. Each is a [rag.Reranker], and so is a
// [Chain] of them:
//
//	index := rag.NewIndex(store, &rag.IndexOptions{Reranker: ranking.Chain{
//		rag.LexicalReranker{},
//		ranking.Recency{HalfLife: 30 * 24 * time.Hour},
//		ranking.PerSource(3),
//		ranking.MMR{},
//	}})
//
// A step reads the scores that the one before it gave, so the order of a chain
// matters: first what tells how relevant a passage is, then what else counts,
// last what chooses among all. Every step may be used concurrently.
//
// What they cost is measured on XQuAD's development half (make bench-rerank).
package ranking

import (
	"context"
	"math"

	"github.com/akshara-go/akshara/rag"
)

// Chain is rerankers one after the other. An empty one leaves the order of
// fusion. The first error ends it.
type Chain []rag.Reranker

// Rerank implements [rag.Reranker].
func (c Chain) Rerank(ctx context.Context, q *rag.Query, hits []rag.Hit) ([]rag.Hit, error) {
	err := order(ctx, hits)
	for _, step := range c {
		if err != nil {
			break
		}
		hits, err = step.Rerank(ctx, q, hits)
	}
	if err != nil {
		return nil, err
	}
	return hits, nil
}

// order puts the best first and every score between 0 and 1, or gives the
// context's error.
func order(ctx context.Context, hits []rag.Hit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for i := range hits {
		if s := &hits[i].Score; math.IsNaN(*s) {
			*s = 0
		} else {
			*s = min(max(*s, 0), 1)
		}
	}
	rag.SortHits(hits)
	return nil
}

var (
	_ rag.Reranker = Chain(nil)
	_ rag.Reranker = RRF{}
	_ rag.Reranker = MMR{}
	_ rag.Reranker = Recency{}
	_ rag.Reranker = PerSource(0)
)
