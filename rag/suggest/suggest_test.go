package suggest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/suggest"
	"github.com/akshara-go/akshara/translate/lang"
)

func Example() {
	typed := suggest.Typed("bhar")
	m := suggest.NewMatcher(typed)
	for _, word := range []string{"भारत", "بھارت", "बारिश", "भोर"} {
		sounds := suggest.Spell(word)
		cost, rest, fits := m.Match(sounds)
		fmt.Println(word, sounds, strings.HasPrefix(sounds.Keys()[0], typed.Prefixes()[0]), cost, rest, fits)
	}
	// Output:
	// भारत BAr@t@ true 1 1 true
	// بھارت BAr*t true 1 1 true
	// बारिश bAriS@ true 6 2 true
	// भोर Bor@ true 14 0 true
}

// reachable tells whether a word is among the candidates for what was typed, and fits.
func reachable(typed, word string) bool {
	t, w := suggest.Typed(typed), suggest.Spell(word)
	_, _, fits := suggest.NewMatcher(t).Match(w)
	return fits && slices.ContainsFunc(t.Prefixes(), func(prefix string) bool {
		return slices.ContainsFunc(w.Keys(), func(key string) bool { return strings.HasPrefix(key, prefix) })
	})
}

func TestWordsAreReachedAsTheyAreTyped(t *testing.T) {
	for word, spellings := range map[string]string{
		"भारत":       "b bh bha bhar bhaar bharat bhaarat bharath भ भा भार ਭਾ ਭਾਰ بھار ভারত",
		"राजधानी":    "r raj rajdh rajdhani rajadhani raajdhaanee",
		"दिल्ली":     "dilli dili dilee dill d",
		"लड़का":      "ladka larka lad lar",
		"ज्ञान":      "gyan gnyan dnyan jnan gy",
		"संबंध":      "sambandh sanbandh samb sam san sambandh",
		"चंद्रमा":    "c ch chan chandrama",
		"छात्र":      "chhatra chatr ch c",
		"विद्यालय":   "vidyalaya widyalay vid",
		"क्रिकेट":    "cricket kriket cri",
		"स्टेशन":     "station steshan s st",
		"ज़मीन":      "zamin jameen zameen",
		"फ़सल":       "fasal phasal f",
		"कृष्ण":      "krishna krushna kris",
		"যাত্রা":     "jatra jat",
		"মন":         "mon man mo m",
		"বাংলা":      "bangla bang",
		"শিক্ষা":     "shikkha shikha",
		"কলকাতা":     "kolkata kalkata",
		"தமிழ்":      "tamil tamizh thamizh tam",
		"நன்றி":      "nandri nan",
		"காற்று":     "kaatru katru",
		"சென்னை":     "chennai chen c s",
		"കേരളം":      "keralam kerala ker",
		"കാറ്റ്":     "kaatt kat",
		"వార్తలు":    "vaarthalu varta v",
		"ಕರ್ನಾಟಕ":    "karnataka karnaa kar",
		"ગુજરાત":     "gujarat gujrat g",
		"ਪੰਜਾਬ":      "panjab punjab p",
		"ଓଡ଼ିଶା":     "odisha orisha od",
		"পানীৰ":      "panir pan",
		"ہندوستان":   "hindustan hindu hin h",
		"اسلام":      "islam isl",
		"آزادی":      "azadi aazaadi aza",
		"دلی":        "dilli dili",
		"وقت":        "waqt vakt w",
		"گاؤں":       "gaon ga",
		"سنڌ":        "sindh sin",
		"ᱥᱟᱱᱛᱟᱲᱤ":    "santari sant",
		"ꯃꯅꯤꯄꯨꯔ":     "manipur mani",
		"Delhi":      "delhi Del dél delh",
		"Christmas":  "christmas kristmas chr",
		"UNESCO":     "unesco une",
		"ताजमहल":     "taj tajmahal taajmahal tajmehal ताज",
		"ਅੰਮ੍ਰਿਤਸਰ":  "amritsar amri amm",
		"ജ്ഞാനം":     "gnanam jnanam",
		"अङ्ग":       "ang anga",
		"പൊങ്കാല":    "pongala ponkala",
		"ৎসৱ":        "tsav",
		"ক\u09cdয":   "ky k",
		"\u09cdযাত":  "yat",
		"ฺकमल":       "kamal",
		"क\u200dमल":  "kamal",
		"१९४७":       "1947 19 १९",
		"٢٠٢٤":       "2024 20",
		"कमल २०२४":   "kamal kamal2024",
		"हिन्दी वेब": "hindi hindiweb",
	} {
		for spelling := range strings.FieldsSeq(spellings) {
			require.True(t, reachable(spelling, word), "%q does not reach %q: %q %q, %q %q", spelling, word,
				suggest.Typed(spelling), suggest.Typed(spelling).Prefixes(), suggest.Spell(word), suggest.Spell(word).Keys())
		}
	}
	for word, others := range map[string]string{"भारत": "kamal t bharatnatyam gita पारथी", "दिल्ली": "mumbai dhaka"} {
		for other := range strings.FieldsSeq(others) {
			require.False(t, reachable(other, word), "%q reaches %q", other, word)
		}
	}
}

func TestWhatIsTypedCloserCostsLess(t *testing.T) {
	for _, c := range []struct{ typed, near, far string }{
		{"bhar", "भारत", "बारिश"}, {"bar", "बारिश", "भारत"}, {"din", "दिन", "दान"}, {"raat", "रात", "रेत"},
		{"kul", "कुल", "कोल"}, {"kamal", "कमल", "कमाल"}, {"kamaal", "कमाल", "कमल"}, {"भार", "भारत", "भरत"},
		{"shaam", "शाम", "सम"}, {"pani", "पानी", "पुनः"}, {"mon", "মন", "মান"},
	} {
		m := suggest.NewMatcher(suggest.Typed(c.typed))
		near, _, fits := m.Match(suggest.Spell(c.near))
		far, _, farFits := m.Match(suggest.Spell(c.far))
		require.True(t, fits, "%q is %q", c.typed, c.near)
		require.True(t, !farFits || near < far, "%q is nearer to %q (%d) than to %q (%d)", c.typed, c.near, near, c.far, far)
	}
}

// Every language's own name, typed letter by letter in its own script, is reached at each step.
func TestEveryLanguageIsTypedInItsOwnScript(t *testing.T) {
	for _, l := range lang.All() {
		letters := []rune(l.Native)
		for n := 1; n <= len(letters); n++ {
			if n < len(letters) && letters[n] == '়' { // half of a letter
				continue
			}
			require.True(t, reachable(string(letters[:n]), l.Native), "%s: %q of %q: %q, %q", l.Code, string(letters[:n]), l.Native,
				suggest.Typed(string(letters[:n])), suggest.Spell(l.Native))
		}
	}
}

func TestWhatHasNoSound(t *testing.T) {
	for _, text := range []string{"", " ", "।॥", "\u0301\u0301", "😀", "中文", "\xff\xfe", "\x00\n", "़", "्", "ः्", "ـ", "~", "-"} {
		require.Empty(t, suggest.Spell(text).Keys(), "%q is %q", text, suggest.Spell(text))
		require.Empty(t, suggest.Typed(text).Prefixes(), "%q is %q", text, suggest.Typed(text))
	}
	_, _, fits := suggest.NewMatcher("").Match("")
	require.True(t, fits, "nothing is the beginning of everything")
}

// Hostile inputs of all lengths give little.
func TestLongTextsAreBounded(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("भ", 10_000), strings.Repeat("a", 100_000), "क" + strings.Repeat("ि", 10_000), "a" + strings.Repeat("\u0301", 10_000),
		strings.Repeat("v", 100), strings.Repeat("gi", 50), strings.Repeat("क ", 5000), strings.Repeat("ں", 999), strings.Repeat("nb", 200),
	} {
		bounded(t, text)
	}
}

func bounded(t *testing.T, text string) {
	t.Helper()
	for _, sounds := range []suggest.Sounds{suggest.Spell(text), suggest.Typed(text)} {
		require.LessOrEqual(t, len(sounds), 40)
		require.LessOrEqual(t, len(sounds.Keys()), 2)
		require.LessOrEqual(t, len(sounds.Prefixes()), 24)
		for _, key := range append(sounds.Keys(), sounds.Prefixes()...) {
			require.NotEmpty(t, key)
			require.LessOrEqual(t, len(key), 48)
			require.NotContains(t, key, "\t")
		}
		cost, rest, _ := suggest.NewMatcher(sounds).Match(sounds)
		require.Zero(t, cost, "%q is itself", sounds)
		require.LessOrEqual(t, rest, 40)
	}
}

func FuzzTyped(f *testing.F) {
	for _, text := range []string{"bharat", "भारत", "بھارت", "தமிழ்", "ক্ষ", "ഞ്ഞ", "q c", "ङ्ग", "\u09cdয", "ᱥᱟ", "ꯃꯅ", "ज्ञ\xff"} {
		f.Add(text, text)
	}
	f.Fuzz(func(t *testing.T, typed, word string) {
		bounded(t, typed)
		cost, rest, fits := suggest.NewMatcher(suggest.Typed(typed)).Match(suggest.Spell(word))
		require.GreaterOrEqual(t, cost, 0)
		require.GreaterOrEqual(t, rest, 0)
		suggest.NewMatcher(suggest.Sounds(typed)).Match(suggest.Sounds(word)) // any bytes
		for _, s := range []suggest.Sounds{suggest.Sounds(typed), suggest.Sounds(word)} {
			s.Keys()
			s.Prefixes()
		}
		if fits && utf8.ValidString(typed) {
			require.LessOrEqual(t, cost, 4*64)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	m, word := suggest.NewMatcher(suggest.Typed("rajdhani")), suggest.Spell("राजधानियों")
	for b.Loop() {
		m.Match(word)
	}
}

func BenchmarkSpell(b *testing.B) {
	for b.Loop() {
		suggest.Spell("राजधानियों")
	}
}
