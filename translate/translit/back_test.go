//go:build !race

package translit_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translit"
)

// words gives every different native word of the development data in a script.
func words(tb testing.TB) map[lang.Script][]string {
	all := map[lang.Script]map[string]bool{}
	add := func(script lang.Script, word string) {
		if all[script] == nil {
			all[script] = map[string]bool{}
		}
		all[script][norm.NFC.String(word)] = true
	}
	for _, code := range lexicons {
		for _, part := range []string{"train", "dev"} {
			rows(tb, "translit/"+code+"."+part+".tsv.gz", func(c []string) { add(lang.Code(code).Script(), c[0]) })
		}
	}
	rows(tb, "langid/train.tsv.gz", func(c []string) {
		for w := range strings.FieldsSeq(c[2]) {
			if s := lang.Scripts(w); len(s) == 1 && s[0].Script == lang.Script(c[1]) {
				add(s[0].Script, w)
			}
		}
	})
	out := map[lang.Script][]string{}
	for s, set := range all {
		out[s] = slices.Sorted(maps.Keys(set))
	}
	return out
}

// same makes one of spellings that a reader cannot tell apart or that another
// script has one letter for: tippi and bindi, Bengali and Assamese ra; old
// encodings (a consonant with virama and ZWJ for a chillu or khanda ta); a double
// consonant written out in Gurmukhi, where addak is usual.
var same = map[lang.Script]*strings.Replacer{
	lang.Gurmukhi:        strings.NewReplacer("ੰ", "ਂ", "ੵ", "੍ਯ", "ਡ\u0A3C", "ੜ", "ਮ੍ਮ", "ੱਮ", "ਪ੍ਪ", "ੱਪ", "ਰ੍ਰ", "ੱਰ", "ਨ੍ਨ", "ੱਨ"),
	lang.BengaliScript:   strings.NewReplacer("ৰ", "র", "ত্\u200d", "ৎ"),
	lang.MalayalamScript: strings.NewReplacer("ൎ", "ര്", "ണ്\u200d", "ൺ", "ന്\u200d", "ൻ", "ര്\u200d", "ർ", "ല്\u200d", "ൽ", "ള്\u200d", "ൾ", "ക്\u200d", "ൿ", "മ്\u200d", "ൔ", "ഴ്\u200d", "ൖ"),
}

// cannot lists what a script has no letters for, in Devanagari.
var cannot = map[lang.Script]string{
	lang.BengaliScript:   "ऍॅऑॉऎऒॆॊॲऄळ",
	lang.Gurmukhi:        "ऍॅऑॉऎऒॆॊॲऄऋॠऌॡृॄॢॣष",
	lang.GujaratiScript:  "ऎऒॆॊॲऄ",
	lang.OdiaScript:      "ऍॅऑॉऎऒॆॊॲऄ",
	lang.TamilScript:     "ऍॅऑॉॲऄऋॠऌॡृॄॢॣ़ँ",
	lang.TeluguScript:    "ऍॅऑॉॲऄ",
	lang.KannadaScript:   "ऍॅऑॉॲऄ",
	lang.MalayalamScript: "ऍॅऑॉॲऄ़",
}

// lines converts words, each on its own line.
func lines(tb testing.TB, opts *translit.Options, words []string, from, to lang.Script) []string {
	tb.Helper()
	out := strings.Split(convert(tb, opts, strings.Join(words, "\n"), from, to), "\n")
	require.Len(tb, out, len(words))
	return out
}

// lost gives the words that are not the same again, as far as a reader can tell.
func lost(script lang.Script, words, there, back []string) []string {
	var failed []string
	for i, want := range words {
		got := back[i]
		if r := same[script]; r != nil {
			want, got = r.Replace(want), r.Replace(norm.NFC.String(got))
		}
		if norm.NFC.String(got) != norm.NFC.String(want) {
			failed = append(failed, want+" "+there[i]+" "+got)
		}
	}
	return failed
}

// TestDevelopmentEveryPairOfBrahmicScriptsAndBack: what both scripts can write
// comes back as it was, for every word of the development data.
func TestDevelopmentEveryPairOfBrahmicScriptsAndBack(t *testing.T) {
	all := words(t)
	pairs, tried := 0, 0
	for _, from := range brahmic {
		pivot := lines(t, nil, all[from], from, lang.Devanagari)
		for _, to := range brahmic {
			if from == to {
				continue
			}
			var both []string
			for i, w := range all[from] {
				if !strings.ContainsAny(norm.NFD.String(pivot[i]), cannot[to]) && !strings.Contains(pivot[i], "ेा") { // a slip, and ো in the scripts that write o so
					both = append(both, w)
				}
			}
			there := lines(t, nil, both, from, to)
			require.Empty(t, lost(from, both, there, lines(t, nil, there, to, from)), "%s by %s, of %d", from, to, len(both))
			require.NotEmpty(t, both)
			pairs, tried = pairs+1, tried+len(both)
		}
	}
	t.Logf("%d pairs of scripts, %d words there and back, none lost", pairs, tried)
}

// TestDevelopmentScholarlyLatinAndBack: a word of any Brahmic script comes back
// from ISO 15919 and IAST, by every third word.
func TestDevelopmentScholarlyLatinAndBack(t *testing.T) {
	all := words(t)
	for _, scheme := range []translit.Scheme{translit.ISO15919, translit.IAST} {
		opts := &translit.Options{Latin: scheme}
		for _, script := range brahmic {
			n := 0
			tried := slices.DeleteFunc(slices.Clone(all[script]), func(w string) bool { // digits become European, and Latin letters native
				n++
				return n%3 != 0 || strings.ContainsFunc(w, func(r rune) bool { _, digit := lang.DigitValue(r); return digit || r < 0x80 || r == '’' })
			})
			latin := lines(t, opts, tried, script, lang.Latin)
			failed := lost(script, tried, latin, lines(t, opts, latin, lang.Latin, script))
			t.Logf("scheme %d %s: %d of %d words do not come back", scheme, script, len(failed), len(tried))
			require.LessOrEqual(t, len(failed), len(tried)/500, "%q", failed[:min(10, len(failed))])
		}
	}
}

// TestDevelopmentSmallScriptsAndBack: Ol Chiki and Meetei Mayek come back from Devanagari and Bengali.
func TestDevelopmentSmallScriptsAndBack(t *testing.T) {
	all := words(t)
	for _, script := range []lang.Script{lang.OlChiki, lang.MeeteiMayek} {
		for _, to := range []lang.Script{lang.Devanagari, lang.BengaliScript} {
			there := lines(t, nil, all[script], script, to)
			failed := lost(script, all[script], there, lines(t, nil, there, to, script))
			t.Logf("%s by %s: %d of %d words do not come back", script, to, len(failed), len(all[script]))
			require.LessOrEqual(t, len(failed), len(all[script])/50, "%q", failed[:min(12, len(failed))])
		}
	}
}
