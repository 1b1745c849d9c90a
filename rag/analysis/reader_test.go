package analysis_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// A Reader meets the words that Tokens gives, at the same places, and tells each once.
func TestAReaderNumbersWords(t *testing.T) {
	for code, texts := range map[string][]string{
		"hi":   {"ताजमहल आगरा में है।", "", "आगरा का ताजमहल, 08-05-2019 को!", "Agra's 19वीं सदी", "\xff है \xff", strings.Repeat("क", 300) + " " + strings.Repeat("क", 301)},
		"en":   {"The forts of Agra", "the fort; The FORTS", "agra 5G 1,25,000"},
		"xx":   {"ताजमहल Agra தாஜ்"},
		"":     {"தாஜ் மஹால் ताजमहल"},
		"auto": {"تاج محل"},
	} {
		var met []analysis.Token
		r := analysis.NewReader(lang.Code(code), func(t *analysis.Token) { met = append(met, *t) })
		var surfaces []string
		for _, text := range texts {
			want := analysis.Tokens(text, lang.Code(code))
			r.Read(text, func(word, start int) {
				require.NotEmpty(t, want)
				require.Equal(t, want[0].Span.Start, start)
				if word == len(surfaces) {
					surfaces = append(surfaces, want[0].Span.In(text))
				}
				require.Equal(t, surfaces[word], want[0].Span.In(text), "a number is a word as it stands")
				want[0].Span = corpus.Span{}
				require.Equal(t, want[0], met[word])
				want = want[1:]
			})
			require.Empty(t, want)
		}
		require.Len(t, met, len(surfaces))
		slices.Sort(surfaces)
		require.Len(t, slices.Compact(surfaces), len(met), "each word once")
	}
}
