package rag

import (
	"context"
	"math"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/rerank"
	"github.com/akshara-go/akshara/translate/lang"
)

// Reranker looks at the candidates of a query once more, with their texts, and
// sets their scores anew, from 0 to 1. Language of q is set; where an index has
// a [Speller], Text is a romanised question in its language's own script. It may
// be called concurrently, and may reorder and shorten hits, which are its own.
type Reranker interface {
	Rerank(ctx context.Context, q *Query, hits []Hit) ([]Hit, error)
}

// LexicalReranker scores a candidate by its fused score and by how much of the
// question its best sentence covers; see [rerank.Lexical]. Where two say the
// same, the one in the asker's language goes first. The zero value is ready.
type LexicalReranker struct{}

// otherLanguage is what a document in another language than the question's is worth.
const otherLanguage = .75

// Rerank sets the scores and gives the best first.
func (LexicalReranker) Rerank(_ context.Context, q *Query, hits []Hit) ([]Hit, error) {
	passages := make([]rerank.Passage, len(hits))
	for i := range hits {
		c := &hits[i].Record.Chunk
		p := rerank.Passage{Text: c.Text, Sentences: make([]corpus.Span, len(c.Sentences)), Language: hits[i].Record.Source.Language, Score: hits[i].Score}
		for j, s := range c.Sentences {
			p.Sentences[j] = corpus.Span{Start: s.Start - c.Start, End: s.End - c.Start}
		}
		passages[i] = p
	}
	for i, score := range rerank.Lexical(q.Text, q.Language, passages) {
		hits[i].Score = score
		if l := passages[i].Language; l != "" && l != q.Language {
			hits[i].Score *= otherLanguage
		}
	}
	sortHits(hits)
	return hits, nil
}

// Weigher is a Retriever that knows how much each word of a question says in
// its collection: the result is keyed by the words' stems.
type Weigher interface {
	TermWeights(ctx context.Context, text string, code lang.Code) (map[string]float64, error)
}

var _ Weigher = (*Index)(nil)

// background is how many chunks that hold none of its words a collection is
// thought to have besides its own: in a collection of ten chunks, that a word
// stands in two of them says little.
const background = 20

// TermWeights gives the inverse document frequency of the words of a question:
// ln(1 + (N-n+.5)/(n+1)) for a word that n of N chunks hold, by its spelling or
// by its sound, N counting the background too. It is nil where the store does
// not tell.
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
		weights[stem] = math.Log(1 + (float64(n+background)-df+.5)/(df+1))
	}
	return weights, nil
}
