package ranking

import (
	"context"
	"math"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/analysis"
)

// DefaultLambda is how much relevance counts for in [MMR] beside novelty.
const DefaultLambda = .8

// mmrHits is how many of the best hits are compared with each other; those
// behind keep their order.
const mmrHits = 100

// MMR puts passages that say something new before those that repeat what stands
// above them: maximal marginal relevance. Each place goes to the hit with the
// highest Lambda·relevance − (1−Lambda)·likeness, relevance being its score as a
// share of the best, and likeness that to the hit above which it resembles most:
// the cosine of their vectors where both hits have one of the same length, else
// the share of their content words that both hold (Jaccard's index of stems).
//
// The first stays the first. A hit never scores more than before, nor as much as
// the one above it. Source: J. Carbonell and J. Goldstein, "The Use of MMR,
// Diversity-Based Reranking for Reordering Documents and Producing Summaries"
// (SIGIR 1998).
type MMR struct {
	Lambda float64 // above 0, at most 1, which changes nothing; anything else is DefaultLambda
}

// Rerank implements [rag.Reranker].
func (m MMR) Rerank(ctx context.Context, _ *rag.Query, hits []rag.Hit) ([]rag.Hit, error) {
	if err := order(ctx, hits); err != nil {
		return nil, err
	}
	lambda := m.Lambda
	if !(lambda > 0 && lambda <= 1) {
		lambda = DefaultLambda
	}
	if len(hits) == 0 || lambda == 1 {
		return hits, nil
	}
	near := hits[:min(len(hits), mmrHits)]
	passages := make([]passage, len(near))
	for i := range near {
		passages[i] = newPassage(&near[i], near[0].Score)
	}
	for place := range near {
		best := place
		for i := place; i < len(near); i++ {
			if passages[i].worth(lambda) > passages[best].worth(lambda) {
				best = i
			}
		}
		toFront(near[place : best+1])
		toFront(passages[place : best+1])
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for i := place + 1; i < len(near); i++ {
			passages[i].like = max(passages[i].like, passages[i].likeness(&passages[place]))
		}
	}
	rag.KeepOrder(hits)
	return hits, nil
}

// toFront moves the last of a list to its front; the others keep their order.
func toFront[T any](list []T) {
	last := list[len(list)-1]
	copy(list[1:], list)
	list[0] = last
}

// passage is a hit with what it is compared by.
type passage struct {
	relevance float64
	like      float64 // to the most similar one above it
	vector    rag.Vector
	length    float64
	stems     map[string]struct{}
}

func newPassage(h *rag.Hit, top float64) passage {
	p := passage{vector: h.Record.Vector, length: length(h.Record.Vector), stems: map[string]struct{}{}}
	if top > 0 {
		p.relevance = h.Score / top
	}
	for _, t := range analysis.Tokens(h.Record.Chunk.Text, h.Record.Source.Language) {
		if !t.Stop {
			p.stems[t.Stem] = struct{}{}
		}
	}
	return p
}

func (p *passage) worth(lambda float64) float64 { return lambda*p.relevance - (1-lambda)*p.like }

// likeness gives how much two passages are alike, from 0 to 1.
func (p *passage) likeness(o *passage) float64 {
	if p.length > 0 && o.length > 0 && len(p.vector) == len(o.vector) {
		dot := 0.0
		for i := range p.vector {
			dot += float64(p.vector[i]) * float64(o.vector[i])
		}
		return min(1, max(0, dot/(p.length*o.length)))
	}
	both := 0
	for stem := range p.stems {
		if _, ok := o.stems[stem]; ok {
			both++
		}
	}
	if both == 0 {
		return 0
	}
	return float64(both) / float64(len(p.stems)+len(o.stems)-both)
}

// length gives the length of a vector, 0 where it has no direction.
func length(v rag.Vector) float64 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if n := math.Sqrt(sum); n <= math.MaxFloat64 {
		return n
	}
	return 0
}
