//go:build !race

package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

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
		examples, err := examplesOf(t.Context(), data, code)
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
