package main

import "math"

// typingModel is the model of how a unit is typed, given the unit and the
// emissions that follow it in the word, at most after of them: a is typed
// behind a consonant or not by what comes then. A sequence is the following
// emissions, the farthest first, the unit, and its emission; shorter contexts
// drop the farthest. Token 0 is the word's end; units follow in their order,
// and then the emissions.
//
// Being conditional on the native word, it does not learn which native words
// there are: that is the other model's part.
func typingModel(cuts [][]int, unitToken, emissionToken []int, after int, emissions, units int) *ngrams {
	m := newNgrams(after + 2)
	for _, cut := range cuts {
		tokens := []int{0}
		for i := len(cut) - 1; i >= 0; i-- {
			u, e := unitToken[cut[i]], emissionToken[cut[i]]
			for n := 0; n <= min(after, len(tokens)); n++ {
				s := append(append([]int{}, tokens[len(tokens)-n:]...), u, e)
				m.at(key(s)).count++
			}
			tokens = append(tokens, e)
		}
	}
	for n := 0; n <= after; n++ {
		level := m.grams[n+1]
		counted := map[string]*gram{}
		for s, g := range level {
			if g.count > 0 {
				counted[s] = g
			}
		}
		m.smooth(counted, func(s string) float64 {
			if n == 0 {
				return -math.Log(float64(emissions))
			}
			return m.logp(s[2:], 2)
		})
	}
	m.complete(1 + units + emissions)
	return m
}

// complete adds the sequences that others have as their beginning or end, and every token.
func (m *ngrams) complete(tokens int) {
	for n := range tokens {
		m.at(key([]int{n}))
	}
	for k := len(m.grams) - 1; k > 0; k-- {
		for s := range m.grams[k] {
			m.at(s[:len(s)-2])
			m.at(s[2:])
		}
	}
}

// pruneTyping drops what was seen fewer than least times after a context of one
// emission and more, and what a shorter context says nearly as well.
func (m *ngrams) pruneTyping(least, difference float64) {
	for k := len(m.grams) - 1; k > 0; k-- {
		for _, s := range sorted(m.grams[k]) {
			g := m.grams[k][s]
			if g.count > 0 && k > 1 {
				without := m.grams[k-1][s[:len(s)-2]].backoff + m.logp(s[2:], 2)
				if g.count < least || g.count*math.Abs(g.logp-without) < difference {
					g.count = 0
				}
			}
			if g.count == 0 && !g.needed {
				delete(m.grams[k], s)
				continue
			}
			m.grams[k-1][s[:len(s)-2]].needed = true
			m.grams[k-1][s[2:]].needed = true
		}
	}
	for k := 2; k < len(m.grams); k++ {
		m.renormalise(k, 2)
	}
}
