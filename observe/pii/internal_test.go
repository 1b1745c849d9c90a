package pii

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every wrong digit is found by each check, and by Verhoeff's every swap of neighbours.
func TestChecksFindSingleErrors(t *testing.T) {
	require.True(t, verhoeff([]byte("2363")), "the example of Verhoeff's check: 236, 3")
	require.True(t, luhn([]byte("79927398713")), "the example of ISO/IEC 7812-1")
	require.Equal(t, byte('V'), gstinCheck([]byte("27AAPFU0939F1Z")))
	for _, c := range []struct {
		name, body string
		ok         func([]byte) bool
		chars      string
	}{
		{"verhoeff", "23456789012", verhoeff, "0123456789"},
		{"luhn", "411122223333444", luhn, "0123456789"},
		{"gstin", "29ABCPE1234F1Z", func(b []byte) bool { return gstinCheck(b[:14]) == b[14] }, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
	} {
		right := ""
		for i := range len(c.chars) {
			if b := c.body + c.chars[i:i+1]; c.ok([]byte(b)) {
				require.Empty(t, right, "%s: one check character only", c.name)
				right = b
			}
		}
		require.NotEmpty(t, right, c.name)
		for i := range len(right) {
			for j := range len(c.chars) {
				wrong := []byte(right)
				wrong[i] = c.chars[j]
				require.Equal(t, wrong[i] == right[i], c.ok(wrong), "%s %s", c.name, wrong)
			}
		}
		for i := 1; c.name == "verhoeff" && i < len(right); i++ {
			swapped := []byte(right)
			swapped[i], swapped[i-1] = swapped[i-1], swapped[i]
			require.Equal(t, right[i] == right[i-1], c.ok(swapped), "%s", swapped)
		}
	}
}

// A slip of the keyboard that mixes two scripts in a word would never be seen in a text.
func TestWordsAreInOneScript(t *testing.T) {
	tables := []*unicode.RangeTable{unicode.Latin, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil,
		unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Arabic, unicode.Ol_Chiki, unicode.Meetei_Mayek}
	for _, l := range wordLists {
		for phrase := range strings.SplitSeq(l.phrases, ",") {
			seen := map[int]bool{}
			for _, r := range phrase {
				for i, table := range tables {
					if unicode.Is(table, r) {
						seen[i] = true
					}
				}
			}
			assert.LessOrEqual(t, len(seen), 1, "%q", phrase)
		}
	}
	for w := range hintWords {
		require.LessOrEqual(t, len(w), wordsLongest, "%q", w)
	}
}

func TestTagsFitTheirBound(t *testing.T) {
	for _, k := range kinds {
		require.LessOrEqual(t, len("["+string(k)+":abcdef:99999.999]"), tagMax+8)
	}
}
