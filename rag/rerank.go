package rag

import (
	"context"
	"math"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/match"
	"github.com/akshara-go/akshara/translate/lang"
)

// Reranker looks at the candidates of a query once more, with their texts, and
// sets their scores anew, from 0 to 1. Language of q is set. It may be called
// concurrently, and may reorder and shorten hits, which are its own.
type Reranker interface {
	Rerank(ctx context.Context, q *Query, hits []Hit) ([]Hit, error)
}

// Weigher is a Retriever that knows how much each word of a question says in
// its collection: the result is keyed by the words' stems.
type Weigher interface {
	TermWeights(ctx context.Context, text string, code lang.Code) (map[string]float64, error)
}

// LexicalReranker scores a candidate by how much of the question it holds, each
// word weighed by how rare it is in the collection, and by how much of that
// stands together in one sentence. The zero value weighs all words alike.
type LexicalReranker struct {
	Weigher Weigher // nil: all words say the same
}

// Rerank sets the score of each hit to the weighted mean of its fused score, the
// share of the question that the chunk holds and the largest share that one of
// its sentences holds.
func (r *LexicalReranker) Rerank(ctx context.Context, q *Query, hits []Hit) ([]Hit, error) {
	text, err := question(ctx, r.Weigher, q.Text, q.Language)
	if err != nil {
		return nil, err
	}
	held := make([]float64, len(text.Terms))
	for i := range hits {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		hits[i].Score = lexicalScore(text, &hits[i], held)
		if l := hits[i].Record.Source.Language; l != "" && l != q.Language {
			hits[i].Score *= otherLanguage
		}
	}
	sortHits(hits)
	return hits, nil
}

// question analyses a question with the weights of the collection.
func question(ctx context.Context, w Weigher, text string, code lang.Code) (*match.Text, error) {
	if w == nil {
		return match.New(text, code, nil), nil
	}
	weights, err := w.TermWeights(ctx, text, code)
	if err != nil || weights == nil {
		return match.New(text, code, nil), err
	}
	return match.New(text, code, func(t *analysis.Token) float64 { return weights[t.Stem] }), nil
}

// otherLanguage is what a document in another language than the question's is
// worth: where both say the same, the asker's language goes first.
const otherLanguage = .75

func lexicalScore(q *match.Text, h *Hit, held []float64) float64 {
	c, code := &h.Record.Chunk, h.Record.Source.Language
	tokens := analysis.Tokens(c.Text, code)
	held = q.In(tokens, c.Text, held)
	title := q.In(analysis.Tokens(h.Record.Source.Title, code), h.Record.Source.Title, nil)
	var best float64
	for s, rest := 0, tokens; s < len(c.Sentences) && len(rest) > 0; s++ {
		n := 0
		for n < len(rest) && c.Start+rest[n].Span.Start < c.Sentences[s].End {
			n++
		}
		best = max(best, q.Share(q.In(rest[:n], c.Text, nil)))
		rest = rest[n:]
	}
	for i := range held {
		held[i] = max(held[i], title[i])
	}
	return .4*h.Score + .35*q.Share(held) + .25*best
}

var _ Weigher = (*Index)(nil)

// TermWeights gives the inverse document frequency of the words of a question:
// ln(1 + (N-n+.5)/(n+.5)) for a word that n of N chunks hold, by its spelling or
// by its sound. It is nil where the store does not tell.
func (x *Index) TermWeights(ctx context.Context, text string, code lang.Code) (map[string]float64, error) {
	s, ok := x.store.(Statistician)
	if !ok {
		return nil, nil
	}
	tokens := analysis.Tokens(text, code)
	stems, sounds := make([]string, len(tokens)), make([]string, len(tokens))
	for i, t := range tokens {
		stems[i], sounds[i] = t.Stem, t.Sound
	}
	n, byStem, err := s.DocumentFrequency(ctx, x.opts.Tenant, Words, stems)
	if err != nil {
		return nil, err
	}
	_, bySound, err := s.DocumentFrequency(ctx, x.opts.Tenant, Sounds, sounds)
	if err != nil {
		return nil, err
	}
	weights := make(map[string]float64, len(tokens))
	for i, stem := range stems {
		df := float64(byStem[i])
		if df == 0 {
			df = float64(bySound[i])
		}
		weights[stem] = math.Log(1 + (float64(n)-df+.5)/(df+.5))
	}
	return weights, nil
}
