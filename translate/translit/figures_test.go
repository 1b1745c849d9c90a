//go:build !race

package translit_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translit"
	"github.com/akshara-go/akshara/translate/translit/spellmodel"
)

// wordFigure is how the typed words of a language are read.
type wordFigure struct {
	code               lang.Code
	words, first, five int
	each               time.Duration
}

func (f wordFigure) top1() float64 { return float64(f.first) / float64(f.words) }
func (f wordFigure) top5() float64 { return float64(f.five) / float64(f.words) }

// wordFigures reads one of step of the distinct typed words of each development
// lexicon. A word counts once, and any of the native words that it was typed for is right.
func wordFigures(tb testing.TB, step int) []wordFigure {
	var out []wordFigure
	tr := translit.New(nil)
	for _, l := range lexicons {
		natives := map[string]map[string]bool{}
		var typed []string
		rows(tb, "translit/"+l+".dev.tsv.gz", func(c []string) {
			if natives[c[1]] == nil {
				natives[c[1]] = map[string]bool{}
				typed = append(typed, c[1])
			}
			natives[c[1]][norm.NFC.String(c[0])] = true
		})
		f := wordFigure{code: lang.Code(l)}
		var spent time.Duration
		for i := 0; i < len(typed); i += step {
			start := time.Now()
			got, err := tr.Candidates(tb.Context(), typed[i], f.code, f.code.Script(), 5)
			spent += time.Since(start)
			require.NoError(tb, err)
			f.words++
			for k, c := range got {
				if natives[typed[i]][norm.NFC.String(c.Text)] {
					f.five++
					if k == 0 {
						f.first++
					}
					break
				}
			}
		}
		f.each = spent / time.Duration(f.words)
		out = append(out, f)
	}
	return out
}

// means gives the means over languages.
func means(figures []wordFigure) (top1, top5 float64) {
	for _, f := range figures {
		top1 += f.top1() / float64(len(figures))
		top5 += f.top5() / float64(len(figures))
	}
	return top1, top5
}

// TestDevelopmentWords holds what is measured on a twentieth of the development words.
func TestDevelopmentWords(t *testing.T) {
	figures := wordFigures(t, 20)
	for _, f := range figures {
		t.Logf("%s: %.3f first, %.3f among five, of %d words", f.code, f.top1(), f.top5(), f.words)
	}
	top1, top5 := means(figures)
	t.Logf("mean: %.3f first, %.3f among five", top1, top5)
	require.GreaterOrEqual(t, top1, .58)
	require.GreaterOrEqual(t, top5, .78)
}

// BenchmarkTransliteration prints how all typed words of the development
// lexicons are read, and how fast.
func BenchmarkTransliteration(b *testing.B) {
	figures := wordFigures(b, 1)
	fmt.Printf("\ntransliteration, typed words of the development lexicons, each once, any native word that it was typed for is right\n")
	bar := map[lang.Code]string{lang.Hindi: ">= .55"}
	for _, f := range figures {
		fmt.Printf("  %-10s top-1 %.4f %-7s top-5 %.4f  of %5d words, %.2f ms each\n", f.code, f.top1(), bar[f.code], f.top5(), f.words, float64(f.each.Microseconds())/1e3)
	}
	top1, top5 := means(figures)
	fmt.Printf("  %-10s top-1 %.4f %-7s top-5 %.4f  >= .80\n", "mean of 11", top1, ">= .50", top5)
	files, err := filepath.Glob("weights/*.bin")
	require.NoError(b, err)
	all := int64(0)
	for _, f := range files {
		info, err := os.Stat(f)
		require.NoError(b, err)
		all += info.Size()
	}
	fmt.Printf("  the weights: %d bytes  <= 4000000\n", all)
	packed, err := os.ReadFile("weights/hi.bin")
	require.NoError(b, err)
	start := time.Now()
	for range 10 {
		_, err := spellmodel.Parse(packed)
		require.NoError(b, err)
	}
	fmt.Printf("  to load Hindi, the largest: %.0f ms\n", float64(time.Since(start).Milliseconds())/10)
	tr := translit.New(nil)
	question := "bharat ki rajdhani kahan hai aur kab bani thi batao"
	start = time.Now()
	n := 0
	for b.Loop() {
		_, err := tr.Transliterate(b.Context(), question, lang.Latin, lang.Devanagari)
		require.NoError(b, err)
		n++
	}
	fmt.Printf("  a question of ten words, Latin to Devanagari: %.2f ms\n", float64(time.Since(start).Microseconds())/1e3/float64(n))
	native := strings.Repeat("भारत की राजधानी नई दिल्ली है और यहाँ संसद भवन स्थित है। ", 400)
	start = time.Now()
	for range 50 {
		_, err := tr.Transliterate(b.Context(), native, lang.Devanagari, lang.BengaliScript)
		require.NoError(b, err)
	}
	fmt.Printf("  Devanagari to Bengali: %.0f MB/s  >= 20\n", 50*float64(len(native))/1e6/time.Since(start).Seconds())
}

// hindi gives the sentences of the development data that a font can hold: those without Latin letters.
func hindi(tb testing.TB) []string {
	var out []string
	rows(tb, "romanised/hi.dev.tsv.gz", func(c []string) {
		if !strings.ContainsFunc(c[0], func(r rune) bool { return lang.ScriptOfRune(r) == lang.Latin }) {
			out = append(out, c[0])
		}
	})
	return out
}

// TestDevelopmentLegacyTextComesBack: sentences written for a font are found to be, and come back word by word.
func TestDevelopmentLegacyTextComesBack(t *testing.T) {
	for _, font := range fonts {
		right, all, found, sentences := 0, 0, 0, 0
		var wrong, missed []string
		for _, s := range hindi(t) {
			legacy := translit.EncodeLegacy(s, font)
			want, got := strings.Fields(s), strings.Fields(translit.DecodeLegacy(legacy, font))
			if len(want) >= 5 { // less is too little to tell
				sentences++
				if f, share := translit.IsLegacy(legacy); f == font {
					found++
					require.GreaterOrEqual(t, share, .3)
				} else {
					missed = append(missed, s)
				}
			}
			all += len(want)
			for i := range want {
				if i < len(got) && got[i] == want[i] {
					right++
				} else if i < len(got) {
					wrong = append(wrong, want[i]+" "+got[i])
				}
			}
		}
		t.Logf("%s: %.4f of %d words come back; %.4f of %d sentences of five words and more are recognised", font, float64(right)/float64(all), all, float64(found)/float64(sentences), sentences)
		require.GreaterOrEqual(t, float64(right)/float64(all), .98, "%q", wrong[:min(40, len(wrong))])
		require.GreaterOrEqual(t, float64(found)/float64(sentences), .98, "%q", missed[:min(10, len(missed))])
	}
}

// TestDevelopmentNoUnicodeTextIsTakenForLegacy: none of the development data is,
// whatever its language and script, nor sentences in 40 other languages.
func TestDevelopmentNoUnicodeTextIsTakenForLegacy(t *testing.T) {
	texts := map[string]bool{}
	for _, code := range lexicons {
		rows(t, "romanised/"+code+".dev.tsv.gz", func(c []string) { texts[c[0]], texts[c[1]] = true, true })
		rows(t, "translit/"+code+".dev.tsv.gz", func(c []string) { texts[c[0]], texts[c[1]] = true, true })
	}
	rows(t, "langid/train.tsv.gz", func(c []string) { texts[c[2]] = true })
	none, err := os.ReadFile("../detect/testdata/none.txt")
	require.NoError(t, err)
	for line := range strings.Lines(string(none)) {
		texts[line] = true
	}
	for text := range texts {
		font, _ := translit.IsLegacy(text)
		require.Empty(t, font, text)
	}
	t.Logf("%d texts, none taken for legacy", len(texts))
}
