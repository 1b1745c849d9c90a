package rag

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/rerank"
	"github.com/akshara-go/akshara/translate/lang"
)

// Reranker looks at the candidates of a query once more, with their texts, and
// sets their scores anew, from 0 to 1. Language of q is set; where an index has
// a [Speller], Text is a romanised question in its language's own script. It may
// be called concurrently, and may reorder and shorten hits, which are its own.
//
// Rerank gives the best first, equals in the order of their chunks' ids, each
// hit at most once and none that it was not given. The order that hits come in
// means nothing: their scores do. What hits point to (leg scores, readers,
// sentences) stays as it is, and so does q. No hits give none and no error.
// With an error there are no hits; a cancelled context gives its error.
type Reranker interface {
	Rerank(ctx context.Context, q *Query, hits []Hit) ([]Hit, error)
}

// SortHits puts the hits with the best scores first; equals stand in the order
// of their chunks' ids, and a score that is not a number is the worst.
func SortHits(hits []Hit) {
	sorted := make([]*Hit, len(hits)) // a hit is long, and would be moved often
	for i := range hits {
		sorted[i] = &hits[i]
	}
	better := func(a, b *Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Record.Chunk.ID, b.Record.Chunk.ID))
	}
	if slices.IsSortedFunc(sorted, better) {
		return
	}
	slices.SortStableFunc(sorted, better)
	moved := make([]Hit, len(hits))
	for i, h := range sorted {
		moved[i] = *h
	}
	copy(hits, moved)
}

// KeepOrder changes the scores of hits so that [SortHits] leaves them in the
// order that they are in: a score that is not below the one before it becomes
// the next smaller number. It is for a [Reranker] that knows an order, and not
// by how much one hit is better than the next. Scores are from 0 to 1.
func KeepOrder(hits []Hit) {
	for i := range hits {
		h := &hits[i]
		h.Score = max(h.Score, float64(len(hits)-i)*math.SmallestNonzeroFloat64) // room for those behind
		if i > 0 && h.Score >= hits[i-1].Score {
			h.Score = math.Nextafter(hits[i-1].Score, 0)
		}
	}
}

// LexicalReranker scores a candidate by its fused score and by how much of the
// question its best sentence covers; see [rerank.Lexical]. Where two say the
// same, the one in the asker's language goes first. One that was found by its
// embedding and is in another script is Wordless: its words had no say. Of more than
// [rerank.Depth] candidates, the texts of the best are read; the others are scored
// as if they covered nothing of the question. The zero value is ready. All share one
// memory of passages that were read, some 40 MB at most.
type LexicalReranker struct{}

// readings is of passages that were candidates of questions lately.
var readings rerank.Memory

// otherLanguage is what a document in another language than the question's is worth.
const otherLanguage = .75

// Rerank sets the scores and gives the best first.
func (LexicalReranker) Rerank(ctx context.Context, q *Query, hits []Hit) ([]Hit, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(hits) > rerank.Depth {
		SortHits(hits) // of equals, which are read is not left to the order they come in
	}
	passages, asked := make([]rerank.Passage, len(hits)), lang.ScriptOf(q.Text)
	for i := range hits {
		c := &hits[i].Record.Chunk
		p := rerank.Passage{Text: c.Text, Sentences: make([]corpus.Span, len(c.Sentences)), Language: hits[i].Record.Source.Language,
			Score: hits[i].Score, Wordless: inAnotherScript(&hits[i], asked)}
		for j, s := range c.Sentences {
			p.Sentences[j] = corpus.Span{Start: s.Start - c.Start, End: s.End - c.Start}
		}
		passages[i] = p
	}
	for i, score := range readings.Lexical(q.Text, q.Language, passages) {
		hits[i].Score = score
		if l := passages[i].Language; l != "" && l != q.Language && !passages[i].Wordless {
			hits[i].Score *= otherLanguage
		}
	}
	SortHits(hits)
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
