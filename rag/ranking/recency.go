package ranking

import (
	"context"
	"math"
	"time"

	"github.com/akshara-go/akshara/rag"
)

// Defaults of [Recency].
const (
	DefaultHalfLife      = 365 * 24 * time.Hour
	DefaultRecencyWeight = .2
)

// Recency takes from a hit's score for the age of its document: what it keeps is
// 1−Weight, and of the rest a half for each HalfLife since the document was
// published. A document without a date counts as one HalfLife old, one that
// is dated ahead as new. It needs no more than a date, and knows nothing of the
// question: how much newness is worth differs by collection, and old passages that
// fit best have to stay findable, which is what Weight is for.
type Recency struct {
	HalfLife time.Duration    // 0 or less is DefaultHalfLife
	Weight   float64          // above 0, at most 1; anything else is DefaultRecencyWeight
	Now      func() time.Time // nil: time.Now
}

// Rerank implements [rag.Reranker].
func (r Recency) Rerank(ctx context.Context, _ *rag.Query, hits []rag.Hit) ([]rag.Hit, error) {
	if err := order(ctx, hits); err != nil {
		return nil, err
	}
	if r.HalfLife <= 0 {
		r.HalfLife = DefaultHalfLife
	}
	if !(r.Weight > 0 && r.Weight <= 1) {
		r.Weight = DefaultRecencyWeight
	}
	if r.Now == nil {
		r.Now = time.Now
	}
	now := r.Now()
	for i := range hits {
		hits[i].Score *= 1 - r.Weight + r.Weight*r.newness(now, hits[i].Record.Source.PublishedAt)
	}
	rag.SortHits(hits)
	return hits, nil
}

// newness gives how new a document is, from 1 down to 0.
func (r *Recency) newness(now, published time.Time) float64 {
	if published.IsZero() {
		return .5
	}
	age := max(0, now.Sub(published))
	return math.Exp2(-age.Hours() / r.HalfLife.Hours())
}
