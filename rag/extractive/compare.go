package extractive

import (
	"math"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/rerank"
)

// What only shows when sentences are compared: a word that half of them hold
// tells them apart less than one that stands in one alone. Titles and headings
// count as words of every sentence under them.

// compare sets the features that weigh the question's words, and the trigrams of
// their letters and sounds, by how few of the candidates hold them.
func (q *question) compare(g *llm.Grounding, all []Candidate) {
	q.rarity(all)
	own := trigrams(g, all, func(c *Candidate) corpus.Span { return c.Span })
	before := trigrams(g, all, func(c *Candidate) corpus.Span { return c.before })
	after := trigrams(g, all, func(c *Candidate) corpus.Span { return c.after })
	best := 0.0
	for _, share := range own {
		best = max(best, share)
	}
	for i := range all {
		f := &all[i].Features
		f.Grams, f.GramsBefore, f.GramsAfter = own[i], before[i], after[i]
		if best > 0 {
			f.Lead = own[i] / best
		}
	}
}

// trigrams gives how much of the question each candidate's text holds, on the scale of [rerank.Lexical].
func trigrams(g *llm.Grounding, all []Candidate, span func(*Candidate) corpus.Span) []float64 {
	texts := make([]rerank.Passage, len(all))
	for i := range all {
		p := &g.Passages[all[i].Passage]
		at := span(&all[i])
		texts[i] = rerank.Passage{Text: all[i].title + "\n" + p.Chunk.Text[at.Start-p.Chunk.Start:at.End-p.Chunk.Start], Language: p.Source.Language}
	}
	return rerank.Lexical(g.Question, g.Language, texts)
}

// rarity weighs the question's words by BM25's inverse document frequency among the candidates.
func (q *question) rarity(all []Candidate) {
	weights := make([]float64, len(q.Terms))
	n := float64(len(all))
	for j := range weights {
		df := 0.0
		for i := range all {
			df += max(all[i].held[j], all[i].topic[j])
		}
		weights[j] = math.Log(1 + (n-df+.5)/(df+.5))
	}
	share := func(from int, held ...[]float64) float64 {
		var sum, total float64
		for j := from; j < len(weights); j++ {
			most := 0.0
			for _, h := range held {
				if h != nil {
					most = max(most, h[j])
				}
			}
			sum += weights[j] * most
			total += weights[j]
		}
		if total == 0 {
			return 0
		}
		return sum / total
	}
	for i := range all {
		c := &all[i]
		c.Features.Rare, c.Features.RareBefore, c.Features.RareAfter = share(0, c.topic, c.held), share(0, c.topic, c.held, c.previous), share(0, c.topic, c.held, c.next)
		c.Features.Last = share(max(0, len(weights)-1), c.topic, c.held)
	}
}

// window is how many words are near each other.
const window = 10

// tight gives the largest share of the question's words, by their stems, that stand within one window or under the topic.
func (q *question) tight(tokens []analysis.Token, topic []float64) float64 {
	best, total := 0.0, 0.0
	for i := range q.Terms {
		total += q.Terms[i].Weight
		best += q.Terms[i].Weight * topic[i]
	}
	if total == 0 {
		return 0
	}
	for i := range tokens {
		if !q.Has(tokens[i].Stem) {
			continue
		}
		sum := 0.0
		near := tokens[i:min(i+window, len(tokens))]
		for j := range q.Terms {
			share := topic[j]
			if holds(near, q.Terms[j].Stem) {
				share = 1
			}
			sum += share * q.Terms[j].Weight
		}
		best = max(best, sum)
	}
	return best / total
}

func holds(tokens []analysis.Token, stem string) bool {
	for i := range tokens {
		if tokens[i].Stem == stem {
			return true
		}
	}
	return false
}

// near tells how close a word of the kind that is asked for stands to the
// question's words: the sum of one over their distances, at most 1.
func (q *question) near(tokens []analysis.Token, text string) float64 {
	best := 0.0
	for i := range tokens {
		if q.Has(tokens[i].Stem) || !q.expects.expects(signOf(&tokens[i], text, i > 0)) {
			continue
		}
		sum := 0.0
		for j := max(0, i-window+1); j < min(i+window, len(tokens)); j++ {
			if j != i && q.Has(tokens[j].Stem) {
				sum += 1 / math.Abs(float64(i-j))
			}
		}
		best = max(best, min(1, sum))
	}
	return best
}

// usualSentence is the number of words from which BM25 counts a sentence as long.
const usualSentence = 25

// bm25 gives the score (Robertson and Zaragoza 2009, k1 = 1, b = .75) of a
// sentence as a share of the sum of the question's weights.
func (q *question) bm25(tokens []analysis.Token, topic []float64) float64 {
	length := .25 + .75*float64(len(tokens))/usualSentence
	var sum, total float64
	for i := range q.Terms {
		count := 0.0
		for j := range tokens {
			if tokens[j].Stem == q.Terms[i].Stem {
				count++
			}
		}
		sum += q.Terms[i].Weight * max(topic[i], 2*count/(count+length))
		total += q.Terms[i].Weight
	}
	if total == 0 {
		return 0
	}
	return sum / total
}

// others counts the content words that the question has not.
func (q *question) others(tokens []analysis.Token) int {
	n := 0
	for i := range tokens {
		if !tokens[i].Stop && !q.Has(tokens[i].Stem) {
			n++
		}
	}
	return n
}
