package analysis_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/translate/lang"
)

// stem gives the stem of a Hindi word.
func stem(word string) string { return analysis.Tokens(word, lang.Hindi)[0].Stem }

func TestSynonymsMeetInQuestionsOnly(t *testing.T) {
	require.Contains(t, analysis.Synonyms(stem("जनसंख्या"), lang.Hindi), stem("आबादी"))
	require.Contains(t, analysis.Synonyms(stem("किताबें"), lang.Hindi), stem("पुस्तक"), "in any inflection")
	require.Contains(t, analysis.Synonyms(stem("सात"), ""), "7")
	require.Nil(t, analysis.Synonyms(stem("ताजमहल"), lang.Hindi))
	require.Nil(t, analysis.Synonyms(stem("जनसंख्या"), "mr"), "the list is Hindi's")
	require.Nil(t, analysis.Synonyms("", lang.Hindi))

	asked := counts(analysis.Query("शहर की जनसंख्या", lang.Hindi).Words)
	require.InDelta(t, 1, asked[stem("जनसंख्या")], 1e-6)
	require.Greater(t, asked[stem("आबादी")], float32(0))
	require.Less(t, asked[stem("आबादी")], float32(1), "what was asked for counts most")
	require.NotContains(t, counts(analysis.Index("शहर की जनसंख्या", lang.Hindi).Words), stem("आबादी"))
}

// Questions stay bounded however many of their words have synonyms.
func TestSynonymsAreFew(t *testing.T) {
	for _, w := range []string{"नगर", "मत", "राजा", "विचार", "खेल", "स्थान"} {
		require.LessOrEqual(t, len(analysis.Synonyms(stem(w), lang.Hindi)), 12, w)
	}
}

func counts(terms []analysis.Term) map[string]float32 {
	m := map[string]float32{}
	for _, t := range terms {
		m[t.Text] = t.Count
	}
	return m
}
