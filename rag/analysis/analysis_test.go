package analysis_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/translate/lang"
)

func ExampleTokens() {
	text := "शाहजहाँ ने ताजमहल १६३२ में बनवाया।"
	for _, t := range analysis.Tokens(text, "hi") {
		fmt.Println(t.Span.In(text), t.Word, t.Stem, t.Sound, t.Stop)
	}
	// Output:
	// शाहजहाँ शाहजहां शाहजह shjhn false
	// ने ने ने n true
	// ताजमहल ताजमहल ताजमहल tjmhl false
	// १६३२ 1632 1632 1632 false
	// में में में mn true
	// बनवाया बनवाया बनव bnb false
}

func ExampleNormalize() {
	for _, spellings := range []string{"हिन्दी हिंदी", "गए गये", "कर्त्तव्य कर्तव्य", "ৰাজ্য রাজ্য", "അതു് അത്", "كتاب کتاب", "१५/०८/१९४७ 15/08/1947"} {
		fmt.Println(analysis.Normalize(spellings))
	}
	// Output:
	// हिंदी हिंदी
	// गये गये
	// कर्तव्य कर्तव्य
	// রাজ্য রাজ্য
	// അത് അത്
	// کتاب کتاب
	// 15/08/1947 15/08/1947
}

func ExampleIndex() {
	for _, t := range analysis.Index("मन्दिराच्या, मंदिरात", "mr").Words {
		fmt.Println(t.Text, t.Count)
	}
	// Output:
	// मंदिर 2
}

func ExampleSoundKey() {
	for _, w := range []string{"bharat", "भारत", "ਭਾਰਤ", "ભારત", "بھارت", "Bhaarat"} {
		fmt.Print(analysis.SoundKey(w), " ")
	}
	// Output: brt brt brt brt brt brt
}

func ExampleQuery() {
	q := analysis.Query("taj mahal kisne banwaya tha", "")
	for _, t := range q.Sounds {
		fmt.Print(t.Text, " ")
	}
	// Output: tj ~tc tjmhl mhl ~mhl mhlksn ksn ksnbnb bnb ~pnv bnbt t
}

func TestTokensOfEveryKind(t *testing.T) {
	for text, want := range map[string]string{
		"It's Akbar's 2,500-year-old fort.": "its|akbars|2500|year|old|fort",
		"19वीं सदी, 5G और 3rd":              "19|वीं|सदी|5g|और|3rd",
		"3.14, 1,25,000 और 1914,1915 v1.2.": "3.14|125000|और|1914|1915|v1|2",
		"NFLका COVID-19":                    "nfl|का|covid|19",
		"वर्षा-वन (मीनार)":                  "वर्षा|वन|मीनार",
		"नहीं।हाँ॥ठीक":                      "नहीं|हां|ठीक",
		"ਪੰਜਾਬ ಕನ್ನಡ தமிழ் ꯃꯅꯤꯄꯨꯔ ᱥᱟᱱᱛᱟᱲ": "ਪਂਜਾਬ|ಕನ್ನಡ|தமிழ்|ꯃꯅꯤꯄꯨꯔ|ᱥᱟᱱᱛᱟᱲ",
		"می\u200cخواهم پاکستان۔":          "میخواہم|پاکستان",
		"\u0901\u0902 … ॥ 🙂":              "",
		"6½ km² ₹500":                     "6½|km|²|500",
	} {
		var words []string
		for _, tok := range analysis.Tokens(text, "") {
			words = append(words, tok.Word)
		}
		require.Equal(t, want, strings.Join(words, "|"), text)
	}
}

func TestSpansNameTheSource(t *testing.T) {
	text := "क़ुतुब मीनार, Delhi १२३"
	var source []string
	for _, tok := range analysis.Tokens(text, "hi") {
		source = append(source, tok.Span.In(text))
	}
	require.Equal(t, []string{"क़ुतुब", "मीनार", "Delhi", "१२३"}, source)
}

func TestAppendKeepsWhatWasThere(t *testing.T) {
	dst := analysis.Append(nil, "एक मीनार", "hi")
	all := analysis.Append(dst, "एक नदी एक मीनार", "hi")
	require.Len(t, all, 6)
	require.Equal(t, dst, all[:2])
	require.Equal(t, all[0].Word, all[2].Word)
	require.NotEqual(t, all[2].Span, all[4].Span)
}

func TestFunctionWordsAreMarkedAndSearchedForBySoundAlone(t *testing.T) {
	q := analysis.Query("ताजमहल किसने बनवाया था?", "hi")
	require.Len(t, q.Words, 2)
	require.Equal(t, []analysis.Term{{Text: "tjmhl", Count: 1}, {Text: "ksn", Count: 1}, {Text: "bnb", Count: 1}, {Text: "t", Count: 1}}, q.Sounds,
		"sounds have them, as a passage's do")
	require.NotEmpty(t, analysis.Query("कौन है?", "hi").Words, "unless there is nothing else")
	require.NotEmpty(t, analysis.Query("कौन है?", "hi").Sounds)
	require.Empty(t, analysis.Query("?!", "hi").Words)
}

// What people type in Latin letters, and what it stands for in other scripts.
func TestSoundMeetsAcrossScripts(t *testing.T) {
	for _, same := range []string{
		"bharat भारत ਭਾਰਤ ભારત ভারত ଭାରତ భారత ಭಾರತ بھارت", "rajdhani राजधानी ਰਾਜਧਾਨੀ રાજધાની راجدھانی",
		"mahal महल محل ਮਹਲ", "zindagi jindagi ज़िंदगी ज़िन्दगी زندگی", "pakka पक्का", "accha achchha acha अच्छा اچھا", "sambandh sanbandh संबंध सम्बन्ध",
		"krishna कृष्ण কৃষ্ণ", "gyan ज्ञान", "isse इससे", "banwaya banvaya बनवाया", "school स्कूल", "jab yab", "unhen उन्हें",
		"kolkata कोलकाता কলকাতা", "nahin नहीं نہیں", "jawab जवाब جواب", "phool fool फूल پھول", "vyavastha व्यवस्था", "dosti दोस्ती دوستی",
		"bangla বাংলা", "jodi যদি", "samsthe ಸಂಸ್ಥೆ", "ꯃꯅꯤꯄꯨꯔ manipur मणिपुर", "queen क्वीन", "town टाउन", "prakriti prakrati प्रकृति",
	} {
		words := strings.Fields(same)
		if same == "jab yab" {
			require.NotEqual(t, analysis.SoundKey(words[0]), analysis.SoundKey(words[1]))
			continue
		}
		for _, w := range words[1:] {
			require.Equal(t, analysis.SoundKey(words[0]), analysis.SoundKey(w), "%s %s", words[0], w)
		}
	}
}

// Tamil and Malayalam do not write voice: a question in Latin letters finds them by its coarse key.
func TestCoarseSoundsOfTheSouth(t *testing.T) {
	for _, pair := range [][2]string{{"thamizh", "தமிழ்"}, {"endru", "என்று"}, {"mattrum", "மற்றும்"}, {"adutha", "അടുത്ത"}, {"keralam", "കേരളം"}, {"thante", "തന്റെ"}} {
		require.Contains(t, analysis.Query(pair[0], "").Sounds, analysis.Term{Text: analysis.SoundKey(pair[1]), Count: 0.6}, pair)
	}
}

// A compound is found however it is cut, from either side.
func TestCompoundsMeet(t *testing.T) {
	shares := func(passage, question string) bool {
		found := map[string]bool{}
		for _, term := range analysis.Index(passage, "hi").Sounds {
			found[term.Text] = true
		}
		for _, term := range analysis.Query(question, "").Sounds {
			if found[term.Text] {
				return true
			}
		}
		return false
	}
	for _, passage := range []string{"ताजमहल", "ताज महल", "ताज-महल"} {
		for _, question := range []string{"ताजमहल", "ताज महल", "taj mahal", "tajmahal", "taj-mahal"} {
			require.True(t, shares(passage, question), "%s %s", passage, question)
		}
	}
	require.False(t, shares("ताज, महल", "ताजमहल"), "a comma stands between")
	require.Subset(t, analysis.Query("தமிழ் நாடு", "").Sounds, []analysis.Term{{Text: analysis.SoundKey("தமிழ்நாடு"), Count: .2}})
	require.Contains(t, analysis.Index("वर्षा-वन", "hi").Words, analysis.Term{Text: "वर्षावन", Count: 1})
}

// The flap of ड़ is typed as d and as r: a passage is found by both.
func TestFlapsHaveBothSounds(t *testing.T) {
	for _, passage := range []string{"लड़का", "ਲੜਕਾ", "لڑکا"} {
		sounds := analysis.Index(passage, "").Sounds
		require.Contains(t, sounds, analysis.Term{Text: "ldk", Count: 1})
		require.Contains(t, sounds, analysis.Term{Text: "lrk", Count: 1})
	}
}

func TestHostileTextIsHandledAndBounded(t *testing.T) {
	n := 10_000
	if raceEnabled {
		n = 1_000
	}
	for name, text := range map[string]string{
		"empty":              "",
		"one word of 1 MB":   strings.Repeat("कम्प्यूटर", 4*n),
		"a Latin word of it": strings.Repeat("a", 100*n),
		"invalid UTF-8":      "क\xe0\xa4 \xff\xfeab\xc3",
		"marks on one base":  "क" + strings.Repeat("ँ", n),
		"viramas on one":     "क" + strings.Repeat("्", n),
		"doubled consonants": strings.Repeat("त्", n) + "त",
		"points on one base": "ب" + strings.Repeat("\u064e\u0651", n),
		"lone marks":         strings.Repeat("\u093e ", n),
		"nuktas":             strings.Repeat("क़", n),
		"control":            strings.Repeat("\x00\x01\x7f\u202e", n),
		"digits":             strings.Repeat("1,", 10*n) + strings.Repeat("9", 10*n),
		"apostrophes":        strings.Repeat("a'", 10*n),
		"emoji":              strings.Repeat("👩‍👩‍👧‍👦", n),
		"HTML":               strings.Repeat(`<p class="क">&nbsp;नमस्ते<br/></p>`, n),
		"mixed directions":   strings.Repeat("\u202bکتاب\u202c book किताब\u2067كتاب\u2069", n),
		"unassigned":         strings.Repeat("\u0378\u0984\u0a0b\U000e0fff\ufdd0", n),
		"ligatures":          strings.Repeat("ﷺ\ufdfaﭐﰀ", n),
		"accents":            "a" + strings.Repeat("\u0301\u0323", n),
		"glides":             "क" + strings.Repeat("ईए", n),
	} {
		t.Run(name, func(t *testing.T) {
			for _, code := range []lang.Code{"", "hi", "ta", "ur", "mni"} {
				requireBounded(t, text, code)
			}
		})
	}
}

// requireBounded holds analysis to what it says of every text.
func requireBounded(t testing.TB, text string, code lang.Code) {
	t.Helper()
	at := 0
	tokens := analysis.Tokens(text, code)
	require.LessOrEqual(t, len(tokens), len(text))
	for _, tok := range tokens {
		if tok.Span.Start < at || tok.Span.End <= tok.Span.Start || tok.Span.End > len(text) {
			t.Fatalf("span %v after %d", tok.Span, at)
		}
		at = tok.Span.End
		if n := max(len(tok.Word), len(tok.Stem), len(tok.Sound)); n > 4*min(tok.Span.Len(), 192) {
			t.Fatalf("a key of %d bytes", n)
		}
	}
	for _, f := range []analysis.Fields{analysis.Index(text, code), analysis.Query(text, code)} {
		require.LessOrEqual(t, len(f.Words), 2*len(tokens))
		require.LessOrEqual(t, len(f.Sounds), 3*len(tokens))
		for _, term := range append(f.Words, f.Sounds...) {
			if term.Text == "" || term.Count <= 0 || !utf8.ValidString(term.Text) {
				t.Fatalf("term %q %v", term.Text, term.Count)
			}
		}
	}
	normal := analysis.Normalize(text)
	require.LessOrEqual(t, len(normal), 4*len(text))
	require.True(t, utf8.ValidString(normal))
	if again := analysis.Normalize(normal); again != normal {
		t.Fatalf("%+q normalises to %+q and then to %+q", text, normal, again)
	}
	require.LessOrEqual(t, len(analysis.SoundKey(text)), 2*192+2)
}

func FuzzTokens(f *testing.F) {
	for _, seed := range []string{"ताजमहल किसने बनवाया था?", "It's 2,500.5 km", "ਪੰਜਾਬ ಕನ್ನಡ தமிழ்", "بھارت کی راجدھانی", "ꯃꯅꯤꯄꯨꯔ ᱥᱟᱱ", "क\u093c\u094d\u200d\xff"} {
		f.Add(seed, "hi")
	}
	f.Add("Ångström ǅ ﬁ", "")
	f.Fuzz(func(t *testing.T, text, code string) { requireBounded(t, text, lang.Code(code)) })
}
