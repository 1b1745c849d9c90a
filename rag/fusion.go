package rag

import (
	"math"

	"github.com/akshara-go/akshara/translate/lang"
)

// Weights says how much each leg counts in a fused score. A leg that it does not name counts nothing.
type Weights map[Leg]float64

// What the leg that does not lead counts for beside the one that does. `make
// train-fusion` tries every weight on a grid on development data.
const (
	devanagariSounds = .4 // fitted on Hindi
	otherSounds      = .6 // fitted on English and ten other languages in their own scripts
	latinWords       = .6 // of an Indian language in Latin letters: what a Speller makes of them, else they find little
	denseNative      = .6
	denseLatin       = .3
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
func LegWeights(text string, code lang.Code) Weights {
	script := lang.ScriptOf(text)
	switch {
	case script == lang.Latin && code != lang.English:
		return Weights{Words: latinWords, Sounds: 1, Dense: denseLatin}
	case script == lang.Devanagari:
		return Weights{Words: 1, Sounds: devanagariSounds, Dense: denseNative}
	}
	return Weights{Words: 1, Sounds: otherSounds, Dense: denseNative}
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
