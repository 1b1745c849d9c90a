package extractive

import (
	"math"

	"github.com/akshara-go/akshara/translate/lang"
)

// What XQuAD cannot teach of confidence, set by hand on the gateway's sample
// questions, which are not all about what its documents are about and whose
// documents have headings: what the log-odds lose for words that no passage
// holds, beyond what was learnt, and for quoting a heading.
const (
	missingWeight = -2
	headingWeight = -2
)

// signals is how many Signals there are.
const signals = 18

// Signals are what tells whether ranked candidates hold the answer, for training:
// of the first one what it has of the question, by how much it leads, and how
// likely the first two are among all.
func Signals(ranked []Candidate) []float64 {
	f := &ranked[0].Features
	lead, rival, near := 3.0, 0.0, -1.0
	for i := 1; i < len(ranked); i++ {
		if i == 1 {
			lead = min(lead, ranked[0].Score-ranked[1].Score)
		}
		near = max(near, ranked[i].Features.Meaning)
		if ranked[i].Passage != ranked[0].Passage {
			rival = max(rival, ranked[i].Features.Context)
		}
	}
	var all, two float64
	for i := range ranked {
		p := math.Exp(ranked[i].Score - ranked[0].Score)
		all += p
		if i < 2 {
			two += p
		}
	}
	asked := 0.0
	for sign, has := range f.Signs {
		if has > 0 && f.asked.expects(sign) {
			asked = 1
		}
	}
	return []float64{
		1, f.Own, f.Context, f.Pairs, f.Grams, max(f.GramsBefore, f.GramsAfter), f.Tight, f.Rare, f.Near, f.Last,
		lead, f.Context - rival, two / all, asked, f.Missing, f.Meaning, f.Around, f.Meaning - near,
	}
}

// Odds gives the log-odds that ranked candidates hold the answer, with weights
// for their Signals and what is set by hand.
func Odds(ranked []Candidate, weights []float64) float64 {
	f := &ranked[0].Features
	odds := missingWeight*f.Missing - headingWeight*(f.Sentence-1)
	for i, v := range Signals(ranked) {
		odds += weights[i] * v
	}
	return odds
}

// Confidence gives the calibrated chance, from 0 to 1, that the best of ranked
// candidates holds the answer, or the one behind it if that is quoted too: a
// logistic regression on XQuAD's questions, each asked once with and once without
// the paragraph that answers it and once without its article, and for each
// language of them a line through its log-odds (Platt 1999). Other languages have the mean of these lines. None
// has no chance.
func Confidence(ranked []Candidate, code lang.Code) float64 {
	if len(ranked) == 0 {
		return 0
	}
	w := ranked[0].Features.learnt()
	line, ok := w.lines[code]
	if !ok {
		line = w.others
	}
	odds := line.slope*Odds(ranked, w.sure[:]) + line.shift
	return 1 / (1 + math.Exp(-odds))
}

// line turns log-odds into those of a language.
type line struct{ slope, shift float64 }
