package analysis_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/analysis"
)

// Spellings of one word that writers use for each other, by script.
func TestSpellingsMeet(t *testing.T) {
	for script, same := range map[string][]string{
		"Devanagari": {
			"हिन्दी हिंदी", "चाँद चांद", "क़लम क़लम कलम", "सड़क सड़क", "इण्टर इन्टर इंटर", "सम्बन्ध संबंध", "गङ्गा गंगा", "पञ्च पंच", "दुःख दुख", "कॉलेज कोलेज", "ज्ञ\u200dान ज्ञान",
			"गयी गई", "गये गए", "लिये लिए", "चाहिये चाहिए", "नयी नई", "कर्म्म कर्म", "पूर्व्व पूर्व", "कर्त्तव्य कर्तव्य", "अर्द्ध अर्ध", "तत्त्व तत्व", "उज्ज्वल उज्वल", "ॿार बार", "ॠषि ऋषि", "सोऽहं सोहं", "र्\u200dया र्या",
		},
		"Bengali":   {"সৎ সত্", "বাঙ্গালী বাংগালী", "সঙ্গীত সংগীত", "চাঁদ চাদ", "দুঃখ দুখ", "পূর্ব্ব পূর্ব", "বাংলাৱ বাংলাব", "কৰা করা", "উজ্জ্বল উজ্বল", "বয়স বয়স", "বড় বড়"},
		"Gurmukhi":  {"ਸੰਗਤ ਸਂਗਤ", "ਪੱਕਾ ਪਕਾ", "ਸ਼ਹਿਰ ਸ਼ਹਿਰ ਸਹਿਰ", "ਜ਼ਮੀਨ ਜਮੀਨ", "ਕਾਲ਼ਾ ਕਾਲਾ"},
		"Gujarati":  {"સંબંધ સમ્બન્ધ", "કૉલેજ કોલેજ", "દુઃખ દુખ"},
		"Odia":      {"ଅହଙ୍କାର ଅହଂକାର", "ଓଡ଼ିଆ ଓଡ଼ିଆ", "ପାଇଁ ପାଇ", "ଵିଦ୍ୟା ବିଦ୍ୟା", "ଦୁଃଖ ଦୁଖ"},
		"Tamil":     {"அஃது அது", "ஶ்ரீ ஸ்ரீ", "ௌ ௌ", "கொ கொ"},
		"Telugu":    {"వాఁడు వాడు", "సంబంధం సమ్బన్ధం", "ఱంపం రంపం", "ౘుక్క చుక్క"},
		"Kannada":   {"ಸಂಬಂಧ ಸಮ್ಬನ್ಧ", "ಱ ರ", "ೞ ಳ", "ಬ್ಯಾಂಕ್\u200cಗಳು ಬ್ಯಾಂಕ್ಗಳು"},
		"Malayalam": {"കൽ കല്", "അവൻ അവന്", "അതു് അത്", "ദുഃഖം ദുഖം", "പൌരൻ പൗരൻ", "ൎ ര്"},
		"Arabic": {
			"نئي نئی نیی", "كتاب کتاب ڪتاب", "کِتابـ کتاب", "هندوستان ہندوستان", "آم ام أم", "مؤمن مومن", "ھم ہم", "جهڙو جھڙو", "ﮐﺘﺎﺏ کتاب", "ﻻ لا", "کٲشُر کاشر", "سۭتۍ ستی", "چھُ چھ", "می\u200cخواهم میخواہم",
		},
		"Meetei Mayek": {"ꯂꯩꯕꯥꯛ ꯂꯩꯕꯥꯀ", "ꯃꯤꯇꯩꯂꯣꯟ ꯃꯤꯇꯩꯂꯣꯅ", "ꯁꯤꯡ ꯁꯤꯉ ꯁꯤꯪ", "ꯅꯠꯇ꯭ꯔꯒ ꯅꯇꯇꯔꯒ"},
		"Ol Chiki":     {"ᱟᱹᱛᱩ ᱟᱛᱩ", "ᱛᱟᱦᱮᱺ ᱛᱟᱦᱮᱸ", "ᱵᱟᱹᱱᱩᱜᱼᱟ ᱵᱟᱱᱩᱜᱟ"},
		"Latin":        {"Émile e\u0301mile ÉMILE", "DON’T don'T"},
		"numbers":      {"१२३ 123 ১২৩ ੧੨੩ ૧૨૩ ୧୨୩ ௧௨௩ ౧౨౩ ೧೨೩ ൧൨൩ ۱۲۳ ١٢٣ ᱑᱒᱓ ꯱꯲꯳", "2,500 2500 २,५०० ۲٬۵۰۰ ۲،۵۰۰", "1,25,000 125000", "٣٫١٤ 3.14"},
	} {
		for _, group := range same {
			words := strings.Fields(group)
			for _, w := range words[1:] {
				require.Equal(t, analysis.Normalize(words[0]), analysis.Normalize(w), "%s: %s %s", script, words[0], w)
			}
		}
	}
}

// Words that are told apart stay so.
func TestWordsStayApart(t *testing.T) {
	for _, pair := range []string{"कल काल", "अन्य अंय", "जन्म जंम", "பண்டு பந்து", "कम कन", "ये ए", "मध्ये मधे", "کہا کھا", "جہاں جہان", "پتا پتہ", "ত্ত ত", "বাঙালি বাংলি", "पक्का पका", "എനിക്ക് എനിക്", "ക്ക ക", "ನ್ನ ನ"} {
		words := strings.Fields(pair)
		require.NotEqual(t, analysis.Normalize(words[0]), analysis.Normalize(words[1]), pair)
	}
	require.Equal(t, "a, b. (c)!\n", analysis.Normalize("A, B. (C)!\n"), "what is no word stays")
	require.Equal(t, "ﷺ", analysis.Normalize("ﷺ"), "and so does a ligature for a sentence")
}

// A date meets itself however its digits are written, day and month with or without a nought.
func TestDatesMeet(t *testing.T) {
	for _, same := range []string{"१५-०८-१९४७|15-8-1947|15/08/1947|১৫-৮-১৯৪৭|۱۵/۸/۱۹۴۷", "15 अगस्त 1947|१५ अगस्त, १९४७", "19वीं सदी|१९वीं सदी|19 वीं सदी"} {
		texts := strings.Split(same, "|")
		for _, other := range texts[1:] {
			require.Equal(t, stems(texts[0], "hi"), stems(other, "hi"), other)
		}
	}
	require.Equal(t, "007", analysis.Tokens("007", "")[0].Stem)
	require.Equal(t, "0.5", analysis.Tokens("०.५", "")[0].Stem)
}

func FuzzNormalize(f *testing.F) {
	for _, seed := range []string{"क\u093c\u094d\u200d\xff", "र्त्त्व न्न्द र्द्ध", "ঙ্ঙ্ক ৎত", "ുു്്", "ﻻﷺﮐھہه جه", "ൎൻ്റ", "गईइए", "ᱺᱹ ꯛ꯭", "1,2,3٬٤،٥", "Åǅﬁ İ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		normal := analysis.Normalize(text)
		if len(normal) > 4*len(text) || !utf8.ValidString(normal) {
			t.Fatalf("%+q normalises to %+q", text, normal)
		}
		if again := analysis.Normalize(normal); again != normal {
			t.Fatalf("%+q normalises to %+q and then to %+q", text, normal, again)
		}
	})
}

// Letters, signs and marks that spellings turn on, in any order: what a fuzzer
// that changes bytes seldom makes.
func TestNormalizeIsIdempotent(t *testing.T) {
	letters := []rune("कतनमरयवदधङएईइआािीुे्ँंः़ऽक़ड़ॅঙকগত্ৎরযয়়ংਕੱੰ਼ੑகஃு்றനരല്ുൻൽൎൌകటఁం్అఱکگجھهہڑيئءأآٔۂﻻﮐﷺ1९٬،,.'’aAéİ\u200d\u200c\u0301\u00ad ᱟᱹᱺꯛꯀ꯭ꯪ")
	random := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		text := make([]rune, 1+random.IntN(9))
		for i := range text {
			text[i] = letters[random.IntN(len(letters))]
		}
		normal := analysis.Normalize(string(text))
		require.Equal(t, normal, analysis.Normalize(normal), "%+q", string(text))
	}
}
