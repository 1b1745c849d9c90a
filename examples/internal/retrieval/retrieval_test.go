package retrieval

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translit"
)

func TestWordsThatNoModelReadsHaveNoSpellings(t *testing.T) {
	speller := Speller(translit.New(nil))
	none, err := speller(t.Context(), "raj", lang.English)
	require.NoError(t, err)
	require.Empty(t, none)
	some, err := speller(t.Context(), "rajdhani", lang.Hindi)
	require.NoError(t, err)
	require.LessOrEqual(t, len(some), spellings)
	require.Equal(t, "राजधानी", some[0].Text)
}
