package main

import (
	"math"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/translate/lang"
)

func halves(all []example) (even, odd []example) {
	for _, e := range all {
		if e.article%2 == 0 {
			even = append(even, e)
		} else {
			odd = append(odd, e)
		}
	}
	return even, odd
}

func only(all []example, code lang.Code) []example {
	var out []example
	for _, e := range all {
		if e.code == code && e.answerable {
			out = append(out, e)
		}
	}
	return out
}

// rankWeights fits the ranking: gradient ascent on the likelihood that a
// softmax over an example's candidates gives to the right ones.
func rankWeights(all []example) []float64 {
	const decay = .002
	var use []example
	for _, e := range all {
		for _, c := range e.candidates {
			if c.right && e.answerable {
				use = append(use, e)
				break
			}
		}
	}
	n := len(use[0].candidates[0].features)
	return ascend(n, 400, .1, func(w, gradient []float64) {
		for _, e := range use {
			addGradient(gradient, w, e.candidates)
		}
		for i := range gradient {
			gradient[i] = gradient[i]/float64(len(use)) - decay*w[i]
		}
	})
}

// addGradient adds what one example says: the mean of the features of the right
// candidates less that of all, each weighted by its probability.
func addGradient(gradient, w []float64, candidates []candidate) {
	p := make([]float64, len(candidates))
	top := math.Inf(-1)
	for i, c := range candidates {
		p[i] = dot(w, c.features)
		top = max(top, p[i])
	}
	var all, right float64
	for i, c := range candidates {
		p[i] = math.Exp(p[i] - top)
		all += p[i]
		if c.right {
			right += p[i]
		}
	}
	for i, c := range candidates {
		share := -p[i] / all
		if c.right {
			share += p[i] / right
		}
		for j, f := range c.features {
			gradient[j] += share * f
		}
	}
}

// confidenceWeights fits the chance that the sentence which is ranked first holds the answer.
func confidenceWeights(all []example, rank []float64) []float64 {
	const decay = .0005
	var xs [][]float64
	var ys []float64
	for _, e := range all {
		x, y := []float64{0, 0, 0, 1, 1}, 0.0
		if best := first(e.candidates, rank); best != nil {
			x = []float64{best.features[own], best.features[around], best.features[pairs], best.features[missing], 1}
			if best.right {
				y = 1
			}
		}
		xs, ys = append(xs, x), append(ys, y)
	}
	return ascend(confNum+1, 3000, .05, func(w, gradient []float64) {
		for i, x := range xs {
			miss := ys[i] - 1/(1+math.Exp(-dot(w, x)))
			for j := range x {
				gradient[j] += miss * x[j]
			}
		}
		for j := range gradient {
			gradient[j] = gradient[j]/float64(len(xs)) - decay*w[j]
		}
	})
}

// ascend climbs by Adam (Kingma and Ba 2015). step adds the gradient at w to gradient.
func ascend(n, steps int, rate float64, step func(w, gradient []float64)) []float64 {
	w, mean, square, gradient := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for t := 1; t <= steps; t++ {
		clear(gradient)
		step(w, gradient)
		for i, g := range gradient {
			mean[i] = .9*mean[i] + .1*g
			square[i] = .999*square[i] + .001*g*g
			w[i] += rate * mean[i] / (1 - math.Pow(.9, float64(t))) / (math.Sqrt(square[i]/(1-math.Pow(.999, float64(t)))) + 1e-8)
		}
	}
	return w
}

// accuracy gives the share of the examples whose first candidate is right, and
// of those that have a right one among the first two.
func accuracy(all []example, w []float64) (one, two float64) {
	for _, e := range all {
		best, next := topTwo(e.candidates, w)
		if best != nil && best.right {
			one++
		}
		if best != nil && best.right || next != nil && next.right {
			two++
		}
	}
	return one / float64(len(all)), two / float64(len(all))
}

// threshold gives what the source's own ranking and confidence make of a
// language's examples: the share of the answerable ones that are answered, of
// those the ones that are answered by the right sentence, and the share of the
// unanswerable ones that are refused.
func threshold(all []example, code lang.Code) (kept, right, refused float64) {
	var answerable, unanswerable float64
	for _, e := range all {
		if e.code != code {
			continue
		}
		sure := len(e.candidates) > 0 && e.candidates[0].confidence >= rag.DefaultMinConfidence
		switch {
		case !e.answerable && !sure:
			refused++
		case e.answerable && sure:
			kept++
			if e.candidates[0].right {
				right++
			}
		}
		if e.answerable {
			answerable++
		} else {
			unanswerable++
		}
	}
	return kept / answerable, right / kept, refused / unanswerable
}

func first(candidates []candidate, w []float64) *candidate {
	best, _ := topTwo(candidates, w)
	return best
}

func topTwo(candidates []candidate, w []float64) (best, next *candidate) {
	for i := range candidates {
		c := &candidates[i]
		switch s := dot(w, c.features); {
		case best == nil || s > dot(w, best.features):
			best, next = c, best
		case next == nil || s > dot(w, next.features):
			next = c
		}
	}
	return best, next
}

func dot(a, b []float64) float64 {
	var sum float64
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
