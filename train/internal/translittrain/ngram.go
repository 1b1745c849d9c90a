package main

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"
)

// gram is what the model knows of a sequence of tokens: the logarithm of the
// probability of its last after the others, and what to add to the logarithm of
// a shorter sequence's when the sequence is followed by what was never seen.
type gram struct {
	count   float64
	logp    float64
	backoff float64
	needed  bool
}

// ngrams is a back-off n-gram model. A sequence is keyed by its tokens, two
// bytes each; grams[k] holds the sequences of k+1 tokens.
type ngrams struct {
	grams []map[string]*gram
}

func newNgrams(order int) *ngrams {
	m := &ngrams{grams: make([]map[string]*gram, order)}
	for k := range m.grams {
		m.grams[k] = map[string]*gram{}
	}
	return m
}

func key(tokens []int) string {
	b := make([]byte, 0, 2*len(tokens))
	for _, s := range tokens {
		b = binary.BigEndian.AppendUint16(b, uint16(s))
	}
	return string(b)
}

// at gives the entry of a sequence, made when there is none.
func (m *ngrams) at(s string) *gram {
	level := m.grams[len(s)/2-1]
	g := level[s]
	if g == nil {
		g = &gram{}
		level[s] = g
	}
	return g
}

// discount is what Ney's estimate takes from every count, from how many
// sequences were seen once and twice.
func discount(level map[string]*gram) float64 {
	ones, twos := 0., 0.
	for _, g := range level {
		switch g.count {
		case 1:
			ones++
		case 2:
			twos++
		}
	}
	return min(.95, max(.1, (ones+1)/(ones+2*twos+2)))
}

// smooth sets the probabilities of the given sequences, of one length, from
// their counts by absolute discounting, interpolated with what lower says of
// each (Chen & Goodman 1998), and the back-off weights of their contexts.
func (m *ngrams) smooth(level map[string]*gram, lower func(s string) float64) {
	d := discount(level)
	total, kinds := map[string]float64{}, map[string]float64{}
	for s, g := range level {
		total[s[:len(s)-2]] += g.count
		kinds[s[:len(s)-2]]++
	}
	for s, g := range level {
		t := total[s[:len(s)-2]]
		g.logp = math.Log((g.count - d + d*kinds[s[:len(s)-2]]*math.Exp(lower(s))) / t)
	}
	for context, t := range total {
		if context != "" {
			m.at(context).backoff = math.Log(d * kinds[context] / t)
		}
	}
}

// logp gives the logarithm of the probability of the last token of s after the
// others, by going to ever shorter contexts, not below shortest tokens of s.
func (m *ngrams) logp(s string, shortest int) float64 {
	sum := 0.
	for ; ; s = s[2:] {
		if g := m.grams[len(s)/2-1][s]; g != nil && g.count > 0 {
			return sum + g.logp
		}
		if len(s) == 2*shortest {
			return sum - 20
		}
		if c := m.grams[len(s)/2-2][s[:len(s)-2]]; c != nil {
			sum += c.backoff
		}
	}
}

func (m *ngrams) size() int {
	n := 0
	for _, level := range m.grams {
		n += len(level)
	}
	return n
}

func sorted(level map[string]*gram) []string { return slices.Sorted(maps.Keys(level)) }
