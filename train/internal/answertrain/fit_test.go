//go:build !race

package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/translate/lang"
)

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
