package extractive

import "math"

// score weighs what speaks for a sentence: the share of the question's words
// that it holds itself, the share held once its title, its predecessor and its
// passage count too, whether it has the kind of thing that was asked for, and
// what retrieval thought of its passage.
func score(own, context, expectation, passage float64) float64 {
	return max(1e-6, .35*own+.35*context+.06*expectation+.3*passage)
}

// confidence turns a score into the chance that the sentence holds the answer.
func confidence(score float64) float64 {
	return 1 / (1 + math.Exp(-(score-.45)*10))
}
