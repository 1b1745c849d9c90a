package analysis_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/train/traintest"
)

// Where letters of the scripts sound alike, the key of a word is the same in all of them.
func TestSoundsOfEveryScript(t *testing.T) {
	for _, same := range []string{
		"kamal कमल কমল કમલ ਕਮਲ କମଳ కమల ಕಮಲ کمل ᱠᱚᱢᱚᱞ ꯀꯃꯂ", "dilli दिल्ली দিল্লি દિલ્લી ਦਿੱਲੀ ଦିଲ୍ଲୀ ఢిల్లీ ದಿಲ್ಲಿ دلی",
		"vidya विद्या વિદ્યા বিদ্যা ବିଦ୍ୟା విద్య ವಿದ್ಯೆ ᱵᱤᱫᱭᱟ", "karjo কার্য", "jadi যদি ଯଦି",
		"barta বাৰ্তা বার্তা वार्ता ବାର୍ତ୍ତା", "asembli اسمبلی असेंबली", "kimat قیمت क़ीमत ﻗﯿﻤﺖ", "jhandi جهنڊي झंडी", "navi نوي नवी",
		"lipi ꯂꯤꯄꯤ लिपि", "ᱥᱟᱱᱛᱟᱲᱤ santadi", "klip क्ऌप क्लिप", "ॿार बार ٻار", "shhakti sakti शक्ति",
	} {
		words := strings.Fields(same)
		for _, w := range words[1:] {
			require.Equal(t, analysis.SoundKey(words[0]), analysis.SoundKey(w), "%s %s", words[0], w)
		}
	}
}

// How a vowel between two equal consonants is written, or whether it is, makes no difference.
func TestRepeatedConsonantsAreOne(t *testing.T) {
	for _, same := range []string{"ghatata ghatta घटता", "gananaa gannaa गणना", "anantata अनंतता", "احساس ahsas ehsaas", "kalakara कलाकार"} {
		words := strings.Fields(same)
		for _, w := range words[1:] {
			require.Equal(t, analysis.SoundKey(words[0]), analysis.SoundKey(w), "%s %s", words[0], w)
		}
	}
	require.NotEqual(t, analysis.SoundKey("kaka"), analysis.SoundKey("ka"), "but a word of one consonant is not one of two")
}

// Native words of the lexicons moved to other Brahmic scripts by code point,
// without the letters that a script is known to read otherwise: the glide y
// (j in Bengali and Odia), flaps, nasal signs, ज्ञ and क्ष.
func TestBrahmicScriptsAgree(t *testing.T) {
	blocks := map[rune]*unicode.RangeTable{0x0980: unicode.Bengali, 0x0A00: unicode.Gurmukhi, 0x0A80: unicode.Gujarati, 0x0B00: unicode.Oriya, 0x0C00: unicode.Telugu, 0x0C80: unicode.Kannada}
	moved := 0
	for word := range lexicon(t, "hi", "train") {
		if strings.ContainsAny(word, "यंँःऽ़") || strings.Contains(word, "ज्ञ") || strings.Contains(word, "क्ष") {
			continue
		}
		for block, table := range blocks {
			if other := move(word, block, table); other != "" {
				moved++
				require.Equal(t, analysis.SoundKey(word), analysis.SoundKey(other), "%s %s", word, other)
			}
		}
	}
	t.Logf("%d words in another script", moved)
	require.Greater(t, moved, 10_000)
}

// move gives a word of Devanagari in another block, or "" when that has not all of its letters.
func move(word string, block rune, table *unicode.RangeTable) string {
	var out strings.Builder
	for _, r := range word {
		if r = r - 0x0900 + block; !unicode.Is(table, r) {
			return ""
		}
		out.WriteRune(r)
	}
	return out.String()
}

// lexicon gives the romanised spellings of each native word of a lexicon.
func lexicon(t testing.TB, language, part string) map[string][]string {
	t.Helper()
	words := map[string][]string{}
	for _, line := range traintest.Lines(t, "translit/"+language+"."+part+".tsv.gz") {
		if f := strings.Split(strings.TrimSpace(line), "\t"); len(f) >= 2 {
			words[f[0]] = append(words[f[0]], f[1])
		}
	}
	return words
}

// The share of pairs of a native word and one of the ways that people romanise
// it whose keys are the same. Rules were chosen on train; dev is what is told.
func TestSoundKeyOnLexicons(t *testing.T) {
	languages := strings.Fields("hi bn gu kn ml mr pa sd ta te ur")
	var train, dev float64
	for _, l := range languages {
		a, b := agreement(lexicon(t, l, "train")), agreement(lexicon(t, l, "dev"))
		t.Logf("%s: train %.3f, dev %.3f", l, a, b)
		require.GreaterOrEqual(t, b, 0.88, l)
		train, dev = train+a, dev+b
	}
	n := float64(len(languages))
	t.Logf("mean: train %.3f, dev %.3f", train/n, dev/n)
	require.GreaterOrEqual(t, dev/n, 0.92)
}

func agreement(words map[string][]string) float64 {
	var same, all float64
	for native, spellings := range words {
		key := analysis.SoundKey(native)
		for _, roman := range spellings {
			all++
			if found(key, roman) {
				same++
			}
		}
	}
	return same / all
}

// found tells whether a question in Latin letters asks for a key.
func found(key, roman string) bool {
	if !strings.HasPrefix(key, "~") {
		return analysis.SoundKey(roman) == key
	}
	for _, term := range analysis.Query(roman, "").Sounds {
		if term.Text == key {
			return true
		}
	}
	return false
}

func FuzzSoundKey(f *testing.F) {
	for _, seed := range []string{"bharat", "ज्ञान", "انہوں", "ﻗﯿﻤﺖ", "ᱥᱟᱱᱛᱟᱲᱤ", "ꯃꯤꯇꯩ", "அஃது", "xxqu", "९९\u093c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, word string) {
		key := analysis.SoundKey(word)
		if len(key) > 2*min(len(word), 192)+2 || !utf8.ValidString(key) {
			t.Fatalf("%q", key)
		}
		for _, c := range []byte(key) {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '~' {
				t.Fatalf("%q", key)
			}
		}
	})
}
