package support

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/analysis"
)

// Words are looked up token by token: one that is several, or none, is never found.
func TestAListedWordIsOneToken(t *testing.T) {
	found := func(word string) {
		tokens := analysis.Tokens(word, "")
		require.Len(t, tokens, 1, word)
		require.Equal(t, word, tokens[0].Word)
	}
	for _, words := range []map[string]bool{negations, onlys, conjunctions, pointers} {
		for word := range words {
			found(word)
		}
	}
	for _, words := range []map[string]float64{units, powers, months} {
		for word := range words {
			found(word)
		}
	}
}
