package extractive

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math"
	"slices"

	"github.com/akshara-go/akshara/rag/llm"
)

// Vectors gives the vector of a question and those of texts that may answer it, in
// their order and all of the question's dimensions. It may be called concurrently, and
// the caller owns the result. rag.QuoteVectors makes one of an embedder.
type Vectors func(ctx context.Context, question string, texts []string) (asked []float32, vectors [][]float32, err error)

// Reread is how many candidates are embedded, the best by their words: among so many is
// the one that answers in .98 of XQuAD's questions.
const Reread = 8

// byMeaning ranks the best candidates anew, by their words and their meaning. Where
// there are no vectors to be had, they stay as they were: the error is the context's.
func (m *Model) byMeaning(ctx context.Context, g *llm.Grounding, ranked []Candidate) ([]Candidate, error) {
	if m.opts.Vectors == nil || len(ranked) == 0 {
		return ranked, nil
	}
	texts, around := Texts(g, ranked)
	asked, vectors, err := m.opts.Vectors(ctx, g.Question, texts)
	if err == nil {
		err = check(asked, vectors, len(texts))
	}
	if err == nil {
		return Remeasure(ranked, asked, vectors, around), nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	m.opts.Logger.WarnContext(ctx, "quoting without vectors", slog.Any("error", err))
	return ranked, nil
}

// Texts gives what of ranked candidates is embedded: the first Reread of them, in their
// order, then what more there is when their neighbours are beside them. around has the
// index of each one's text with its neighbours, or of its own where it has none.
func Texts(g *llm.Grounding, ranked []Candidate) (texts []string, around []int) {
	ranked = ranked[:min(Reread, len(ranked))]
	for i := range ranked {
		texts = append(texts, ranked[i].Text(g))
	}
	for i := range ranked {
		c, chunk := &ranked[i], &g.Passages[ranked[i].Passage].Chunk
		wide := chunk.Text[c.before.Start-chunk.Start : c.after.End-chunk.Start]
		at := slices.Index(texts, wide)
		if at < 0 {
			at = len(texts)
			texts = append(texts, wide)
		}
		around = append(around, at)
	}
	return texts, around
}

// check tells whether vectors are such for n texts.
func check(asked []float32, vectors [][]float32, n int) error {
	if len(vectors) != n {
		return errors.New("extractive: there is not a vector for each text")
	}
	for _, v := range append([][]float32{asked}, vectors...) {
		sum := 0.
		for _, x := range v {
			sum += float64(x) * float64(x)
		}
		if len(v) == 0 || len(v) != len(asked) || math.IsNaN(sum) || math.IsInf(sum, 0) {
			return errors.New("extractive: a vector is of other dimensions than the question's, or no vector")
		}
	}
	return nil
}

// Remeasure gives the first Reread of ranked candidates with the features that vectors
// tell, ranked by those, too. vectors and around are as of [Texts], and asked is the
// question's vector. The mean of the sentences is taken off them and the question, and
// that of the sentences with their neighbours likewise: what all candidates share does
// not tell them apart, and the embedder need not centre its vectors over a collection.
func Remeasure(ranked []Candidate, asked []float32, vectors [][]float32, around []int) []Candidate {
	out := slices.Clone(ranked[:len(around)])
	own, wide := make([][]float32, len(out)), make([][]float32, len(out))
	for i, at := range around {
		own[i], wide[i] = vectors[i], vectors[at]
	}
	alone, between := nearness(asked, own), nearness(asked, wide)
	for i := range out {
		f := &out[i].Features
		f.embedded, f.Meaning, f.Around = true, alone[i], between[i]
		out[i].Score = f.score()
	}
	slices.SortStableFunc(out, func(a, b Candidate) int { return cmp.Compare(b.Score, a.Score) })
	return out
}

// nearness gives the cosines of a question and of each text, their mean taken off both.
func nearness(asked []float32, texts [][]float32) []float64 {
	mean := make([]float64, len(asked))
	for _, v := range texts {
		for i, x := range v {
			mean[i] += float64(x) / float64(len(texts))
		}
	}
	out := make([]float64, len(texts))
	for n, v := range texts {
		var ab, aa, bb, size float64
		for i, x := range v {
			a, b := float64(asked[i])-mean[i], float64(x)-mean[i]
			ab, aa, bb = ab+a*b, aa+a*a, bb+b*b
			size += float64(x) * float64(x)
		}
		if min(aa, bb) > 1e-9*size { // rounding, where all are alike
			out[n] = ab / math.Sqrt(aa*bb)
		}
	}
	return out
}
