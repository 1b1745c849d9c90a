package translatehttp

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzSplit demands that words and gaps are the whole text, and that no gap holds a Latin letter.
func FuzzSplit(f *testing.F) {
	for _, text := range []string{"", "bharat ki rajdhani", " namaste, दुनिया! ", "<b>x</b>", "a\xffb", "naïve é e\u0301"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words, gaps := split(text)
		if words == nil {
			require.Nil(t, gaps)
			return
		}
		require.LessOrEqual(t, len(words), maxRankedWords)
		require.Len(t, gaps, len(words)+1)
		var whole strings.Builder
		for i, gap := range gaps {
			require.Equal(t, -1, strings.IndexFunc(gap, isLatin))
			whole.WriteString(gap)
			if i < len(words) {
				require.NotEmpty(t, words[i])
				whole.WriteString(words[i])
			}
		}
		require.Equal(t, text, whole.String())
	})
}
