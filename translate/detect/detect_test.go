package detect_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/translate/detect"
	"github.com/akshara-go/akshara/translate/lang"
)

func TestQuestions(t *testing.T) {
	d := detect.New()
	for text, want := range map[string]lang.Code{
		"ताजमहल किसने बनवाया था?":                    lang.Hindi,
		"भारत की राजधानी क्या है?":                   lang.Hindi,
		"taj mahal kisne banwaya tha":                lang.Hindi,
		"bharat ki rajdhani kya hai":                 lang.Hindi,
		"passport ke liye kaun se documents chahiye": lang.Hindi,
		"diwali kab hai":                lang.Hindi,
		"lal qila kab bana":             lang.Hindi,
		"hawa mahal kisne banaya":       lang.Hindi,
		"लाल किला":                      lang.Hindi,
		"Taj Mahal":                     lang.English,
		"aadhaar card":                  lang.English,
		"charminar ekkada undi":         lang.Telugu,
		"tajmahal yaar kattiyathu":      lang.Tamil,
		"Who built the Taj Mahal?":      lang.English,
		"What is the capital of India?": lang.English,
		"opening hours of the museum":   lang.English,
		"কে তাজমহল তৈরি করেছিলেন?":    lang.Bengali,
		"তাজমহল কে বানিয়েছিলেন?":     lang.Bengali,
		"তাজমহল কোনে সাজিছিল?":        lang.Assamese,
		"ভাৰতৰ ৰাজধানী কি?":           lang.Assamese,
		"தாஜ்மஹாலைக் கட்டியது யார்?":  lang.Tamil,
		"تاج محل کس نے بنوایا؟":       lang.Urdu,
		"تاج محل ڪنهن ٺهرايو؟":        lang.Sindhi,
		"تاج محل کٔم بَنوٛو؟":         lang.Kashmiri,
		"ताजमहाल कोणी बांधला?":        lang.Marathi,
		"ताजमहल कसले बनाएको हो?":      lang.Nepali,
		"ताजमहल के बनौलनि?":           lang.Maithili,
		"ताजमहलं कः निर्मितवान्?":     lang.Sanskrit,
		"ताजमहल कोणें बांदलो?":        lang.Konkani,
		"తాజ్ మహల్ ఎవరు కట్టించారు?":  lang.Telugu,
		"તાજમહેલ કોણે બંધાવ્યો હતો?":  lang.Gujarati,
		"ತಾಜ್ ಮಹಲ್ ಯಾರು ಕಟ್ಟಿಸಿದರು?":  lang.Kannada,
		"താജ്മഹൽ ആരാണ് നിർമ്മിച്ചത്?": lang.Malayalam,
		"ତାଜମହଲ କିଏ ତିଆରି କରିଥିଲେ?":   lang.Odia,
		"ਤਾਜ ਮਹਿਲ ਕਿਸ ਨੇ ਬਣਵਾਇਆ ਸੀ?":  lang.Punjabi,
		"ꯇꯥꯖ ꯃꯍꯜ ꯀꯅꯥꯅ ꯁꯥꯈꯤꯕꯅꯣ?":       lang.Manipuri,
		"ᱛᱟᱡᱽ ᱢᱚᱦᱚᱞ ᱚᱠᱚᱭ ᱵᱮᱱᱟᱣ ᱞᱮᱫᱟ?": lang.Santali,
	} {
		require.Equal(t, want, d.Language(text), text)
	}
}

func TestEveryLanguageKnowsItsOwnMessages(t *testing.T) {
	d := detect.New()
	for _, l := range lang.Codes() {
		text := lang.Text(l, lang.MsgNoAnswer) + " " + lang.Text(l, lang.MsgUnavailable)
		found, err := d.Detect(t.Context(), text)
		require.NoError(t, err)
		require.Equal(t, l, found[0].Language, text)
		require.Equal(t, l.Script(), found[0].Script)
	}
}

func TestNoneOfTheLanguagesIsAnAnswer(t *testing.T) {
	d := detect.New()
	for _, text := range []string{
		"", " ", "1234 + 5678", "१२३", "😀😀", "\x00\x01", "\xff\xfe", "।॥ ... !!", "泰姬陵是谁建造的？", "Кто построил Тадж-Махал?", "ใครสร้างทัชมาฮาล",
		"Qui a construit le Taj Mahal et quand est-il ouvert ?", "Wer hat das Taj Mahal gebaut und wann?", strings.Repeat("\u0301", 10_000),
	} {
		found, err := d.Detect(t.Context(), text)
		require.NoError(t, err)
		require.Empty(t, found, "%.40q", text)
		require.Empty(t, d.Language(text))
	}
}

func TestNamesAloneAreUncertain(t *testing.T) {
	for _, text := range []string{"Gandhi", "ताजमहल"} {
		found, err := detect.New().Detect(t.Context(), text)
		require.NoError(t, err)
		require.Less(t, found[0].Confidence, .5, text)
	}
}

func TestEnglishTermsLeaveASentenceItsLanguage(t *testing.T) {
	d := detect.New()
	require.Equal(t, lang.Hindi, d.Language("मुझे passport renew करना है"))
	require.Equal(t, lang.Tamil, d.Language("எனக்கு passport renewal form வேண்டும்"))
	require.Equal(t, lang.English, d.Language("The Hindi word for water is पानी and nothing else"))
}

func TestSpellingOfTheSameTextDoesNotMatter(t *testing.T) {
	d := detect.New()
	require.Equal(t, lang.Hindi, d.Language("TAJ MAHAL KISNE BANWAYA THA"))
	require.Equal(t, d.Language("क़िला कहाँ है"), d.Language("क\u093cिला कहाँ है"))
	require.Equal(t, lang.Nepali, d.Language("यो कसले गर\u200dेको हो"))
}

func TestConfidencesAreSharesInOrder(t *testing.T) {
	for _, text := range []string{"राम", "kahan", "ताजमहल किसने बनवाया था?", "کتاب", "நன்றி"} {
		found, err := detect.New().Detect(t.Context(), text)
		require.NoError(t, err)
		require.NotEmpty(t, found)
		checkDetections(t, found[0].Script, text)
	}
}

func checkDetections(t *testing.T, script lang.Script, text string) {
	t.Helper()
	found, err := detect.New().Detect(context.Background(), text)
	require.NoError(t, err)
	sum := 0.0
	seen := make(map[lang.Code]bool)
	for i, d := range found {
		require.True(t, d.Language.Valid())
		require.Equal(t, script, d.Script)
		require.False(t, seen[d.Language])
		seen[d.Language] = true
		require.Positive(t, d.Confidence)
		if i > 0 {
			require.LessOrEqual(t, d.Confidence, found[i-1].Confidence)
		}
		sum += d.Confidence
	}
	require.LessOrEqual(t, sum, 1+1e-9)
}

func TestLongTextIsBounded(t *testing.T) {
	d := detect.New()
	long := strings.Repeat("ताजमहल किसने बनवाया था? ", 100_000)
	require.Equal(t, lang.Hindi, d.Language(long))
	require.Less(t, testing.AllocsPerRun(3, func() { d.Language(long) }), 50.0)
}

func TestACancelledContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := detect.New().Detect(ctx, "राम")
	require.ErrorIs(t, err, context.Canceled)
}

func ExampleDetector_Detect() {
	found, err := detect.New().Detect(context.Background(), "taj mahal kisne banwaya tha")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(found[0].Language, found[0].Script, found[0].Romanised())
	// Output: hi Latn true
}

func ExampleDetector_Language() {
	d := detect.New()
	fmt.Println(d.Language("ताजमहल किसने बनवाया था?"), d.Language("Who built the Taj Mahal?"), d.Language("ताजमहाल कोणी बांधला?"))
	// Output: hi en mr
}

func FuzzDetect(f *testing.F) {
	for _, s := range []string{"ताजमहल किसने", "taj mahal kisne", "تاج محل", "'’", "কে\u200d র\xff", "है'", "\u0301", "é'"} {
		f.Add(s)
	}
	d := detect.New()
	f.Fuzz(func(t *testing.T, text string) {
		found, err := d.Detect(context.Background(), text)
		require.NoError(t, err)
		for i, x := range found {
			require.True(t, x.Language.Valid())
			require.True(t, x.Confidence > 0 && x.Confidence <= 1)
			require.True(t, i == 0 || x.Confidence <= found[i-1].Confidence)
		}
	})
}

func BenchmarkDetect(b *testing.B) {
	d := detect.New()
	for name, text := range map[string]string{
		"Deva": "पाक फ़ौज ने एक वीडियो भी जारी किया था जिसमें इन्होंने अपने बारे में बयान देते हुए भी दिखाया गया।",
		"Latn": "iske aane se purva hi log gharon ki safai ka karya shuru kar dete hain",
		"Taml": "தாஜ்மஹாலைக் கட்டியது யார்?",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				d.Language(text)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		detect.New()
	}
}
