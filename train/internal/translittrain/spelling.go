package main

import (
	"maps"
	"math"
	"slices"

	"github.com/akshara-go/akshara/translate/translit/spellmodel"
)

// spellingModel is a model of native words from their end to their beginning,
// smoothed after Kneser and Ney. Token 0 is a word's end and its beginning,
// the units follow in their order.
//
// Words whose beginning says nothing are counted without it: a lexicon that was
// cut off in the alphabet would teach that no word begins with what follows.
func spellingModel(words map[string]bool, number map[string]int, order int) *ngrams {
	m := newNgrams(order)
	for _, w := range slices.Sorted(maps.Keys(words)) {
		tokens := []int{0}
		units := spellmodel.Units(w)
		for i := range units {
			tokens = append(tokens, number[units[len(units)-1-i]])
		}
		if words[w] {
			tokens = append(tokens, 0)
		}
		for end := 1; end < len(tokens); end++ {
			m.at(key(tokens[max(0, end-order+1):end+1])).count++
		}
	}
	for k := order - 1; k > 0; k-- { // the shorter count in how many contexts they stand
		for s := range m.grams[k] {
			m.at(s[2:]).count++
		}
	}
	for n := range len(number) + 1 { // every token can follow
		if g := m.at(key([]int{n})); g.count == 0 {
			g.count = 1
		}
	}
	for k := range m.grams {
		m.smooth(m.grams[k], func(s string) float64 {
			if k == 0 {
				return -math.Log(float64(len(number) + 1))
			}
			return m.logp(s[2:], 1)
		})
	}
	return m
}

// pruneTo drops sequences until about so many are left, those whose loss is felt
// least first.
func (m *ngrams) pruneTo(size int) {
	for threshold := 2e-8; m.size() > size; threshold *= 1.4 {
		m.prune(threshold)
	}
}

// prune drops sequences of two tokens and more whose loss changes the model's
// expected log-probability by less than threshold (Stolcke 1998, without the
// correction for the context's new weight, which is small). Sequences that a
// longer one has as its context or its end stay.
func (m *ngrams) prune(threshold float64) {
	for k := len(m.grams) - 1; k > 0; k-- {
		for _, g := range m.grams[k-1] {
			g.needed = false
		}
		for _, s := range sorted(m.grams[k]) {
			g := m.grams[k][s]
			without := m.grams[k-1][s[:len(s)-2]].backoff + m.logp(s[2:], 1)
			if !g.needed && math.Exp(m.joint(s))*(g.logp-without) < threshold {
				delete(m.grams[k], s)
				continue
			}
			m.grams[k-1][s[:len(s)-2]].needed = true
			m.grams[k-1][s[2:]].needed = true
		}
	}
	for k := 1; k < len(m.grams); k++ {
		m.renormalise(k, 1)
	}
}

// joint gives the logarithm of the probability of a whole sequence.
func (m *ngrams) joint(s string) float64 {
	sum := 0.
	for end := 2; end <= len(s); end += 2 {
		sum += m.logp(s[:end], 1)
	}
	return sum
}

// renormalise makes the probabilities after every context of k tokens add up to
// 1 again; sequences shorter than shortest are no part of the model.
func (m *ngrams) renormalise(k, shortest int) {
	seen, lower := map[string]float64{}, map[string]float64{}
	for _, s := range sorted(m.grams[k]) {
		if g := m.grams[k][s]; g.count > 0 {
			seen[s[:len(s)-2]] += math.Exp(g.logp)
			lower[s[:len(s)-2]] += math.Exp(m.logp(s[2:], shortest))
		}
	}
	for s, g := range m.grams[k-1] {
		g.backoff = 0
		if seen[s] > 0 {
			g.backoff = math.Log(max(1e-4, 1-seen[s]) / max(1e-4, 1-lower[s]))
		}
	}
}
