//go:build !race

package main

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/extractive"
	"github.com/akshara-go/akshara/train/traintest"
	"github.com/akshara-go/akshara/translate/lang"
)

// The quotes and the confidence of the weights in the source stay as good as
// they were measured; make bench-answers prints the whole of it.
func TestDevelopmentAnswersStayAsGood(t *testing.T) {
	data := filepath.Dir(filepath.Dir(traintest.Data(t, "retrieval/xquad-dev.hi.json")))
	for code, least := range map[lang.Code]figures{
		lang.Hindi:   {first: .74, quoted: .87, auroc: .89, at80: .90},
		lang.English: {first: .765, quoted: .89, auroc: .92, at80: .94},
	} {
		examples, err := examplesOf(t.Context(), data, code, nil)
		require.NoError(t, err)
		f := measure(only(examples, code), asInSource)
		var b strings.Builder
		f.print(&b)
		t.Logf("%s\n%s", code, b.String())
		require.GreaterOrEqual(t, f.first, least.first)
		require.GreaterOrEqual(t, f.quoted, least.quoted)
		require.GreaterOrEqual(t, f.auroc, least.auroc)
		require.GreaterOrEqual(t, f.at80, least.at80)
		require.LessOrEqual(t, f.ece, .05)
		require.InDelta(t, 1, f.exact, 1e-9, "every quote is the source's bytes")
	}
}

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
	text := string(m.source("withVectors", "their words"))
	require.True(t, strings.HasPrefix(text, "// Code generated"))
	require.Contains(t, text, `"hi": {`)
	for code, f := range crossValidated(all, nil) {
		require.Contains(t, measured, code)
		require.Greater(t, f.first, .9)
	}
	var b strings.Builder
	f.print(&b)
	require.Contains(t, b.String(), "AUROC")
}
