package main

import (
	"math"

	"github.com/akshara-go/akshara/translate/detect/langmodel"
)

// outcome is what a model says of a text whose label is known.
type outcome struct {
	sums  langmodel.Sums
	label int
}

// outcomes runs the model over the texts in its script.
func outcomes(m *langmodel.Model, texts []text) []outcome {
	var found []outcome
	for _, t := range texts {
		if t.script != m.Script {
			continue
		}
		for label, l := range m.Labels {
			if l == t.language {
				if s := m.Sum(t.body); s.Words > 0 {
					found = append(found, outcome{s, label})
				}
			}
		}
	}
	return found
}

// calibrate sets the sharpness of each class of lengths to what makes the
// labels of the texts most likely, each label weighing the same. Prior is left out:
// it is about which texts come, not about what they look like.
//
// Long texts are all but free of errors, and then nothing bounds their
// sharpness: it may be at most maxRise times that of the next shorter class.
func calibrate(m *langmodel.Model, texts []text) {
	found := outcomes(m, texts)
	const maxRise = 1.5
	for class := range m.Sharpness {
		count := make([]float64, len(m.Labels))
		var of []outcome
		for _, o := range found {
			if langmodel.LengthClass(int(o.sums.Words)) == class {
				of = append(of, o)
				count[o.label]++
			}
		}
		m.Sharpness[class] = float32(sharpest(m, of, count))
		if class > 0 {
			m.Sharpness[class] = min(m.Sharpness[class], maxRise*m.Sharpness[class-1])
		}
	}
}

// sharpest finds by golden section search, on a scale of logarithms, the
// sharpness at which the mean logarithmic loss is least.
func sharpest(m *langmodel.Model, found []outcome, count []float64) float64 {
	loss := func(logSharp float64) float64 {
		sum := 0.0
		for _, o := range found {
			p := m.Scores(&o.sums)
			for i := range m.Labels {
				p[i] *= math.Exp(logSharp)
			}
			langmodel.Softmax(p[:len(m.Labels)])
			sum -= math.Log(max(p[o.label], 1e-12)) / count[o.label]
		}
		return sum
	}
	const golden = 0.6180339887498949
	lo, hi := math.Log(0.1), math.Log(10)
	for hi-lo > 1e-3 {
		a, b := hi-golden*(hi-lo), lo+golden*(hi-lo)
		if loss(a) < loss(b) {
			hi = b
		} else {
			lo = a
		}
	}
	return math.Exp((lo + hi) / 2)
}
