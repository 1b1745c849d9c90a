package rag

import (
	"math"

	"github.com/akshara-go/akshara/translate/lang"
)

// Weights says how much each leg counts in a fused score. A leg that it does not name counts nothing.
type Weights map[Leg]float64

// LegWeights gives the weights for a question. Words lead where the question is
// written in the language's own script: their spelling is then the documents'.
// In Latin letters every writer spells an Indian word differently, and sound
// leads.
func LegWeights(text string, code lang.Code) Weights {
	if lang.ScriptOf(text) == lang.Latin && code != lang.English {
		return Weights{Words: .3, Sounds: 1, Dense: .3}
	}
	return Weights{Words: 1, Sounds: .4, Dense: .6}
}

// Fuse sets the Score of each hit to the weighted mean of its legs. BM25 legs
// are on one scale, so they are divided by the best score on any of them; what
// a leg did not find is 0 on it. Cosines, whose zero says nothing, are put
// between the lowest and the highest one found. Weighted scores keep what ranks
// throw away: by how far a leg prefers its first.
func Fuse(hits []Hit, w Weights) {
	for i := range hits {
		hits[i].Score = 0
	}
	var best float64
	for leg := range w {
		if _, high, found := legRange(hits, leg); found && leg != Dense {
			best = max(best, high)
		}
	}
	var total float64
	for leg, weight := range w {
		low, high, found := legRange(hits, leg)
		if !found || weight <= 0 {
			continue
		}
		if leg != Dense {
			low, high = 0, best
		}
		total += weight
		for i := range hits {
			if s, ok := hits[i].Scores[leg]; ok && high > low {
				hits[i].Score += weight * (s - low) / (high - low)
			} else if ok {
				hits[i].Score += weight
			}
		}
	}
	if total > 0 {
		for i := range hits {
			hits[i].Score /= total
		}
	}
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
