//go:build !race

package main

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/extractive"
	"github.com/akshara-go/akshara/translate/lang"
)

// made gives examples whose right candidate is the one with the larger first feature.
func made(n int) []example {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]example, n)
	for i := range out {
		e := example{article: i, answerable: i%3 > 0, code: measured[i%len(measured)]}
		best := 0
		for j := range 4 {
			c := extractive.Candidate{Features: extractive.Features{Own: r.Float64(), Pairs: r.Float64()}}
			if !e.answerable {
				c.Features.Own /= 4
			}
			e.ranked, e.right, e.holds = append(e.ranked, c), append(e.right, false), append(e.holds, false)
			e.values = append(e.values, c.Features.Values())
			e.sources = append(e.sources, source{"x", "x"})
			if c.Features.Own > e.ranked[best].Features.Own {
				best = j
			}
		}
		e.right[best] = e.answerable
		out[i] = e
	}
	return out
}

func TestTheFitFindsWhatDecides(t *testing.T) {
	all := made(300)
	m := learn(all[:150])
	require.Greater(t, m.rank[0], 5*max(m.rank[4], -m.rank[4]))
	f := measure(all[150:], m.judge)
	require.Greater(t, f.first, .95)
	require.GreaterOrEqual(t, f.quoted, f.first)
	require.InDelta(t, 1, f.exact, 1e-9)
	require.Greater(t, f.auroc, .8)
	require.Less(t, f.ece, .15)
	require.Len(t, f.curve, 10)
	text := string(m.source())
	require.True(t, strings.HasPrefix(text, "// Code generated"))
	require.Contains(t, text, `"hi": {`)
	for code, f := range crossValidated(all) {
		require.Contains(t, measured, code)
		require.Greater(t, f.first, .9)
	}
	var b strings.Builder
	f.print(&b)
	require.Contains(t, b.String(), "AUROC")
}

func TestFiguresOfKnownAnswers(t *testing.T) {
	var list []judged
	for i := range 10 {
		list = append(list,
			judged{answerable: true, first: i > 1, quoted: i > 1, exact: true, confidence: float64(i)/10 + .05},
			judged{exact: true, confidence: .01})
	}
	f := figuresOf(list)
	require.InDelta(t, .8, f.first, 1e-9)
	require.InDelta(t, 1, f.at80, 1e-9, "the surest eight are right")
	require.InDelta(t, .25, f.threshold80, 1e-9)
	require.InDelta(t, 1, f.auroc, 1e-9)
	require.InDelta(t, .7, f.kept, 1e-9, "from .35 on")
	require.InDelta(t, 1, f.right, 1e-9)
	require.InDelta(t, 1, f.refused, 1e-9)
	// Ten at .01 and one each at .05 and .15 are wrong, in the first bin eleven; the others are right.
	require.InDelta(t, (.1+.05+.15+.75+.65+.55+.45+.35+.25+.15+.05)/20, f.ece, 1e-9)
}

func TestAnExampleWithoutCandidatesHasNoConfidence(t *testing.T) {
	j := asInSource(&example{code: lang.Hindi, answerable: true})
	require.Equal(t, judged{answerable: true, exact: true}, j)
	require.Equal(t, j, (&model{}).judge(&example{code: lang.Hindi, answerable: true}))
}
