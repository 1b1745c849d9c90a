package translit_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translit"
)

var brahmic = []lang.Script{
	lang.Devanagari, lang.BengaliScript, lang.Gurmukhi, lang.GujaratiScript, lang.OdiaScript,
	lang.TamilScript, lang.TeluguScript, lang.KannadaScript, lang.MalayalamScript,
}

func convert(tb testing.TB, opts *translit.Options, text string, from, to lang.Script) string {
	tb.Helper()
	out, err := translit.New(opts).Transliterate(context.Background(), text, from, to)
	require.NoError(tb, err)
	return out
}

func TestDevanagariInEveryBrahmicScript(t *testing.T) {
	for to, want := range map[lang.Script]string{
		lang.BengaliScript: "ভারত কী রাজধানী", lang.Gurmukhi: "ਭਾਰਤ ਕੀ ਰਾਜਧਾਨੀ", lang.GujaratiScript: "ભારત કી રાજધાની", lang.OdiaScript: "ଭାରତ କୀ ରାଜଧାନୀ",
		lang.TeluguScript: "భారత కీ రాజధానీ", lang.KannadaScript: "ಭಾರತ ಕೀ ರಾಜಧಾನೀ", lang.MalayalamScript: "ഭാരത കീ രാജധാനീ", lang.TamilScript: "பா⁴ரத கீ ராஜதா⁴நீ",
	} {
		require.Equal(t, want, convert(t, nil, "भारत की राजधानी", lang.Devanagari, to))
	}
}

func TestWhatScriptsDoInTheirOwnWay(t *testing.T) {
	for _, c := range []struct {
		what, text string
		from, to   lang.Script
		want       string
	}{
		{"addak doubles", "ਪੱਕਾ ਰੱਖ", lang.Gurmukhi, lang.Devanagari, "पक्का रक्ख"},
		{"and doubles are written with it", "पक्का रक्ख", lang.Devanagari, lang.Gurmukhi, "ਪੱਕਾ ਰੱਖ"},
		{"tippi behind short vowels, bindi behind long ones", "पंजाबी मांग", lang.Devanagari, lang.Gurmukhi, "ਪੰਜਾਬੀ ਮਾਂਗ"},
		{"nukta letters", "ज़मीन सड़क फ़ौज", lang.Devanagari, lang.Gurmukhi, "ਜ਼ਮੀਨ ਸੜਕ ਫ਼ੌਜ"},
		{"chillus", "അവൻ", lang.MalayalamScript, lang.Devanagari, "अवन्\u200d"},
		{"Assamese v", "অৱশ্য", lang.BengaliScript, lang.Devanagari, "अवश्य"},
		{"Assamese r", "অসমৰ", lang.BengaliScript, lang.Devanagari, "असमर"},
		{"Bengali y", "সময়", lang.BengaliScript, lang.Devanagari, "समय़"},
		{"khanda ta", "হঠাৎ", lang.BengaliScript, lang.Devanagari, "हठात्\u200d"},
		{"Odia w", "ୱାର୍ଡ", lang.OdiaScript, lang.Devanagari, "वार्ड"},
		{"Tamil letters of its own", "தமிழ் மன்றம்", lang.TamilScript, lang.Devanagari, "तमिऴ् मऩ्ऱम्"},
		{"and they come from Malayalam too", "തമിഴ്", lang.MalayalamScript, lang.TamilScript, "தமிழ்"},
		{"Tamil f", "ஃபேன்", lang.TamilScript, lang.Devanagari, "फ़ेऩ्"},
		{"short e and o stay short", "ఎన్నో", lang.TeluguScript, lang.KannadaScript, "ಎನ್ನೋ"},
		{"digits", "१९४७", lang.Devanagari, lang.TamilScript, "௧௯௪௭"},
		{"dandas stay", "राम।", lang.Devanagari, lang.BengaliScript, "রাম।"},
		{"Vedic accents stay", "अ॒ग्निमी॑ळे", lang.Devanagari, lang.TeluguScript, "అ॒గ్నిమీ॑ళే"},
		{"other scripts stay", "PDF फ़ाइल 2 😀", lang.Devanagari, lang.GujaratiScript, "PDF ફ઼ાઇલ 2 😀"},
		{"a vowel sign in two halves is one", "କ\u0B47\u0B3E", lang.OdiaScript, lang.Devanagari, "को"},
	} {
		require.Equal(t, norm.NFC.String(c.want), norm.NFC.String(convert(t, nil, c.text, c.from, c.to)), c.what)
	}
}

func TestFamiliarLetters(t *testing.T) {
	opts := &translit.Options{Familiar: true}
	require.Equal(t, "বিদ্যালয", convert(t, opts, "विद्यालय", lang.Devanagari, lang.BengaliScript))
	require.Equal(t, "பாரத கங்கா", convert(t, opts, "भारत गंगा", lang.Devanagari, lang.TamilScript))
	require.Equal(t, "অসমৰ", convert(t, &translit.Options{Language: lang.Assamese}, "असमर", lang.Devanagari, lang.BengaliScript))
}

// TestWhatScriptsMerge holds the list of the package documentation: what comes
// back from a script as another letter, and that nothing else does.
func TestWhatScriptsMerge(t *testing.T) {
	letters := strings.Fields("ऄ अ आ इ ई उ ऊ ऋ ॠ ऌ ॡ ऎ ए ऐ ऒ ओ औ ऍ ऑ ॲ का कि की कु कू कृ कॄ कॢ कॣ कॆ के कै कॊ को कौ कॅ कॉ क्क कं कः काँ " +
		"ल़ क़ ख़ ग़ ज़ ड़ ढ़ फ़ य़ व़ ऩ ऱ ऴ ऽ ॐ ॻ ० ९")
	for r := 'क'; r <= 'ह'; r++ {
		letters = append(letters, string(r))
	}
	short := []string{"ऎ", "ए", "ऒ", "ओ", "कॆ", "के", "कॊ", "को"}
	open := []string{"ऍ", "अ्या", "ॲ", "अ्या", "कॅ", "क्या"}
	back := []string{"ऑ", "आ", "कॉ", "का"}
	round := []string{"ऑ", "ओ", "कॉ", "को"}
	for script, merged := range map[lang.Script][][]string{
		lang.BengaliScript: {short, open, round, {"ल़", "ळ"}},
		lang.Gurmukhi: {short, {"ऍ", "ऐ", "ॲ", "ऐ", "कॅ", "कै", "ऑ", "औ", "कॉ", "कौ", "ऋ", "रि", "ॠ", "री", "ऌ", "लु", "ॡ", "लू", "कृ", "क्रि", "कॄ", "क्री",
			"कॢ", "क्लु", "कॣ", "क्लू", "ष", "श", "ल़", "ळ"}},
		lang.GujaratiScript: {short, {"ॲ", "ऍ"}},
		lang.OdiaScript:     {short, round, {"ऍ", "ए", "ॲ", "ए", "कॅ", "के"}},
		lang.TamilScript: {round, {"ऍ", "ए", "ॲ", "ए", "कॅ", "के", "ऋ", "रु", "ॠ", "रू", "ऌ", "लु", "ॡ", "लू", "कृ", "क्रु", "कॄ", "क्रू", "कॢ", "क्लु", "कॣ", "क्लू",
			"काँ", "कां", "ल़", "ल", "क़", "क", "ख़", "ख", "ग़", "ग", "ड़", "ड", "ढ़", "ढ", "य़", "य", "व़", "व"}},
		lang.TeluguScript:    {open, back},
		lang.KannadaScript:   {open, back},
		lang.MalayalamScript: {back, {"ऍ", "ऎ", "ॲ", "ऎ", "कॅ", "कॆ"}},
	} {
		want := map[string]string{}
		for _, pairs := range merged {
			for i := 0; i < len(pairs); i += 2 {
				want[norm.NFD.String(pairs[i])] = pairs[i+1]
			}
		}
		for _, letter := range letters {
			expected, ok := want[norm.NFD.String(letter)]
			if !ok {
				expected = letter
			}
			back := convert(t, nil, convert(t, nil, letter, lang.Devanagari, script), script, lang.Devanagari)
			require.Equal(t, norm.NFC.String(expected), norm.NFC.String(back), "%s by %s", letter, script)
		}
	}
}
