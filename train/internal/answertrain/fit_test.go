package main

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// made gives examples whose right candidate is the one with the larger first feature.
func made(n int) []example {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]example, n)
	for i := range out {
		out[i] = example{article: i, answerable: i%3 > 0}
		best := 0
		for j := range 4 {
			f := make([]float64, 12)
			f[own], f[pairs] = r.Float64(), r.Float64()
			out[i].candidates = append(out[i].candidates, candidate{features: f})
			if f[own] > out[i].candidates[best].features[own] {
				best = j
			}
		}
		out[i].candidates[best].right = out[i].answerable
	}
	return out
}

func TestTheFitFindsWhatDecides(t *testing.T) {
	even, odd := halves(made(600))
	w := rankWeights(even)
	require.Greater(t, w[own], 5*max(w[pairs], -w[pairs]))
	one, two := accuracy(only(odd, ""), w)
	require.Greater(t, one, .95)
	require.GreaterOrEqual(t, two, one)
	c := confidenceWeights(odd, w)
	require.Len(t, c, 5)
	require.Greater(t, c[0], c[2], "what decides says more about the chance, too")
}
