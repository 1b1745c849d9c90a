package chunk_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/chunk"
)

func aksharas(text string) (out []string) {
	for s := range chunk.Aksharas(text) {
		out = append(out, s.In(text))
	}
	return out
}

func TestAksharasPassTheUnicodeTest(t *testing.T) {
	raw, err := os.ReadFile("testdata/GraphemeBreakTest.txt")
	require.NoError(t, err)
	cases := 0
	for line := range strings.Lines(string(raw)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var want []string
		for cluster := range strings.SplitSeq(strings.Trim(line, "÷ \n"), "÷") {
			var b strings.Builder
			for hex := range strings.SplitSeq(cluster, "×") {
				r, err := strconv.ParseInt(strings.TrimSpace(hex), 16, 32)
				require.NoError(t, err)
				b.WriteRune(rune(r))
			}
			want = append(want, b.String())
		}
		require.Equal(t, want, aksharas(strings.Join(want, "")), line)
		cases++
	}
	require.Greater(t, cases, 700)
}

func TestAksharasOfEveryScript(t *testing.T) {
	for _, want := range [][]string{
		{"क्ष", "त्रि", "य"}, {"रा", "ष्ट्री", "य"}, {"हि", "न्दी"}, {"र्‍य"}, // Devanagari
		{"বি", "শ্ব", "বি", "দ্যা", "ল", "য়"}, {"ਸ੍ਰੀ"}, {"ગુ", "જ", "રા", "તી"}, {"ଓ", "ଡ଼ି", "ଆ"},
		{"த", "மி", "ழ்"}, {"తె", "లు", "గు"}, {"ಕ", "ರ್ನಾ", "ಟ", "ಕ"}, {"മ", "ല", "യാ", "ളം"},
		{"ꯃꯤ", "ꯇꯩ"}, {"ᱚ", "ᱞ"}, {"ا", "رُ", "د", "و"},
	} {
		require.Equal(t, want, aksharas(strings.Join(want, "")))
	}
}

// A mark is never left without the letter it belongs to: this holds the table to Go's own.
func TestNoMarkBeginsAnAkshara(t *testing.T) {
	for r := rune(0x300); r < 0x20000; r++ {
		if unicode.In(r, unicode.Mn, unicode.Me, unicode.Other_Grapheme_Extend) {
			require.Len(t, aksharas("x"+string(r)), 1, "%U", r)
		}
	}
}

func TestBytesThatAreNotUTF8StandAlone(t *testing.T) {
	require.Equal(t, []string{"क", "\xe0", "\xa4", "a", "\xff"}, aksharas("क\xe0\xa4a\xff"))
	require.Empty(t, aksharas(""))
}

func FuzzAksharas(f *testing.F) {
	f.Add("क्षत्रिय 👩‍👩‍👧 🇮🇳\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		at := 0
		for s := range chunk.Aksharas(text) {
			require.Equal(t, at, s.Start)
			require.Greater(t, s.End, s.Start)
			at = s.End
		}
		require.Equal(t, len(text), at)
	})
}

func TestAClippedTextIsWholeAksharasWithinItsTokens(t *testing.T) {
	for _, text := range []string{"ज्ञानेश्वरी क्षत्रिय ", "who built it? ", "தமிழ்நாடு ", "क", "\u0301", "\xff", "😀"} {
		long := strings.Repeat(text, 200)
		for _, tokens := range []int{0, 1, 2, 7, 50, 5000} {
			clipped := chunk.Clip(long, tokens)
			require.True(t, strings.HasPrefix(long, clipped))
			require.LessOrEqual(t, chunk.Estimate(clipped), tokens)
			require.LessOrEqual(t, len(clipped), 32*tokens)
			ends := map[int]bool{0: true}
			for a := range chunk.Aksharas(long) {
				ends[a.End] = true
			}
			require.True(t, ends[len(clipped)], "%q is cut inside an akshara", clipped)
		}
		require.NotEmpty(t, chunk.Clip(long, 50))
		require.Equal(t, text, chunk.Clip(text, 50), "what is short enough stays")
	}
	require.Empty(t, chunk.Clip("क", -1))
}
