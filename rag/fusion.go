package rag

import (
	"context"
	"maps"
	"math"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/translate/lang"
)

// Weights says how much each leg counts in a fused score. A leg that it does not name counts nothing.
type Weights map[Leg]float64

// What the leg that does not lead counts for beside the one that does, and what
// the embedding does beside words that say all. `make train-fusion` tries every
// weight on a grid on development data.
const (
	devanagariSounds = .4 // fitted on Hindi
	otherSounds      = .6 // fitted on English and ten other languages in their own scripts
	latinWords       = .6 // of an Indian language in Latin letters: what a Speller makes of them, else they find little
	denseNative      = .2 // fitted on Hindi and English questions about documents in either
	denseOther       = .1 // fitted on four words of Bengali, Tamil and Urdu sentences
	denseLatin       = .1 // fitted on Hindi in Latin letters, of which embeddings know little
)

// LegWeights gives the weights for a question. Words lead where the question is
// written in the language's own script: their spelling is then the documents'.
// In Latin letters every writer spells an Indian word differently, and sound
// leads; words are what a [Speller] makes of them.
//
// Beside words, sounds take R@1 of four words of a sentence among 2,500 from
// .958 to .962 in Hindi, from .943 to .965 in Sindhi and from .952 to .968 in
// Urdu, that of XQuAD's questions from .936 to .938 in Hindi (among 8,000 other
// sentences from .930 to .933) and from .940 to .941 in English, and lower it in
// none of eleven languages (development data; go test -run SoundsNever -v ./rag).
// Embeddings, of multilingual-e5-small and centred, take Hindi questions among
// 8,000 other sentences from .933 to .941, English ones about Hindi documents
// among them from .418 to .824, and four words in Hindi from .962 to .972 (make
// bench-embeddings).
func LegWeights(text string, code lang.Code) Weights {
	script := lang.ScriptOf(text)
	switch {
	case script == lang.Latin && code != lang.English:
		return Weights{Words: latinWords, Sounds: 1, Dense: denseLatin}
	case script == lang.Devanagari:
		return Weights{Words: 1, Sounds: devanagariSounds, Dense: denseNative}
	}
	if script == lang.Latin {
		return Weights{Words: 1, Sounds: otherSounds, Dense: denseNative}
	}
	return Weights{Words: 1, Sounds: otherSounds, Dense: denseOther}
}

// Fuse sets the Score of each hit to the weighted mean of its legs. BM25 legs
// are on one scale, so they are divided by the best score on any of them; what
// a leg did not find is 0 on it. Cosines, whose zero says nothing, are put
// between the lowest and the highest one found. Weighted scores keep what ranks
// throw away: by how far a leg prefers its first.
func Fuse(hits []Hit, w Weights) { fuse(hits, w, func(*Hit) bool { return false }) }

// Fuse sets the Score of each hit that [Index.Candidates] found for q, as
// Retrieve does: by [Fuse] with the index's weights, and where there are
// embeddings, by how much words can say of them.
//
// Words say little where the best candidate holds little of the question, as when
// the answer stands in another language, and where a collection is so small that a
// chance word is as rare in it as any: their weight is the share of the question's
// idf that it holds. And words in one script say nothing of documents
// in another: to what sounds say of such a hit is added what its embedding says, on
// their scale. So a fused search stays above its best leg whether the answer is in
// the asker's language or not (development data, R@1 of words, sounds, embeddings,
// and fused and reranked: make bench-embeddings).
//
// Language of q must be set. The store is asked for its statistics; one that
// tells none lets words count in full.
func (x *Index) Fuse(ctx context.Context, q *Query, hits []Hit) error {
	w := maps.Clone(x.opts.Weights(q.Text, q.Language))
	if _, _, found := legRange(hits, Dense); !found || romanised(q.Text, q.Language) {
		Fuse(hits, w)
		return nil
	}
	coverage, err := x.coverage(ctx, q, hits, w)
	if err != nil {
		return err
	}
	for leg := range w {
		if leg != Dense {
			w[leg] *= coverage
		}
	}
	asked := lang.ScriptOf(q.Text)
	fuse(hits, w, func(h *Hit) bool { return inAnotherScript(h, asked) })
	return nil
}

// inAnotherScript tells whether a hit was found by its embedding and is not
// written in a question's script, so that its words cannot be the question's.
func inAnotherScript(h *Hit, asked lang.Script) bool {
	_, found := h.Scores[Dense]
	return found && lang.ScriptOf(h.Record.Chunk.Text) != asked
}

// coverage gives the share of the question that the best candidate holds: its
// weighted BM25 score over the sum of the weighted idf of the question's terms, which
// counts the background.
func (x *Index) coverage(ctx context.Context, q *Query, hits []Hit, w Weights) (float64, error) {
	s, ok := x.store.(Statistician)
	if !ok {
		return 1, nil
	}
	fields := analysis.Query(q.Text, q.Language)
	var all float64
	for leg, terms := range map[Leg][]analysis.Term{Words: fields.Words, Sounds: fields.Sounds} {
		texts := make([]string, len(terms))
		for i, t := range terms {
			texts[i] = t.Text
		}
		n, frequency, err := s.DocumentFrequency(ctx, x.opts.Tenant, leg, texts)
		if err != nil {
			return 0, err
		}
		for i, t := range terms {
			df := float64(frequency[i])
			all += w[leg] * float64(t.Count) * math.Log(1+(float64(n+background)-df+.5)/(df+.5))
		}
	}
	var best float64
	for i := range hits {
		best = max(best, w[Words]*hits[i].Scores[Words]+w[Sounds]*hits[i].Scores[Sounds])
	}
	if all <= 0 {
		return 0, nil
	}
	return min(1, best/all), nil
}

// fuse is Fuse; of hits of which words say nothing their embedding speaks for
// the words, too. Where that takes a score above 1, all are divided by the best.
func fuse(hits []Hit, w Weights, wordless func(*Hit) bool) {
	sparse, total := fuseSparse(hits, w)
	top := 0.0
	for _, s := range sparse {
		top = max(top, s)
	}
	low, high, found := legRange(hits, Dense)
	if found {
		total += w[Dense]
	}
	best := 1.0
	for i := range hits {
		h := &hits[i]
		h.Score = sparse[i]
		if cosine, ok := h.Scores[Dense]; ok && w[Dense] > 0 {
			share := 1.0
			if high > low {
				share = (cosine - low) / (high - low)
			}
			h.Score += w[Dense] * share
			if wordless(h) {
				h.Score += top * share
			}
		}
		if total > 0 {
			h.Score /= total
		}
		best = max(best, h.Score)
	}
	for i := range hits {
		hits[i].Score /= best
	}
}

// fuseSparse gives the weighted sum of each hit's BM25 scores as shares of the
// best one, and the weight of the legs that found something.
func fuseSparse(hits []Hit, w Weights) (scores []float64, total float64) {
	var best float64
	for leg := range w {
		if _, high, found := legRange(hits, leg); found && leg != Dense {
			best = max(best, high)
			total += max(0, w[leg])
		}
	}
	scores = make([]float64, len(hits))
	for i := range hits {
		for leg, weight := range w {
			if s, ok := hits[i].Scores[leg]; ok && leg != Dense && weight > 0 && best > 0 {
				scores[i] += weight * s / best
			}
		}
	}
	return scores, total
}

// legRange gives the lowest and the highest score that the leg found.
func legRange(hits []Hit, leg Leg) (low, high float64, found bool) {
	low, high = math.Inf(1), math.Inf(-1)
	for i := range hits {
		if s, ok := hits[i].Scores[leg]; ok {
			low, high, found = min(low, s), max(high, s), true
		}
	}
	return low, high, found
}
