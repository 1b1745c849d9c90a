package translit_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translit"
)

func TestScholarlySpelling(t *testing.T) {
	for native, want := range map[string][2]string{
		"भारत की राजधानी": {"bhārata kī rājadhānī", "bhārata kī rājadhānī"},
		"संस्कृतम्":       {"saṁskr̥tam", "saṃskṛtam"},
		"लेकिन ओस":        {"lēkina ōsa", "lekina osa"},
		"दुःख ऋषि ज्ञान":  {"duḥkha r̥ṣi jñāna", "duḥkha ṛṣi jñāna"},
		"कई":              {"ka:ī", "ka:ī"},
		"कै":              {"kai", "kai"},
		"हाँ":             {"hām̐", "hām̐"},
		"सड़क ज़मीन":      {"saṛaka zamīna", "sar̤aka zamīna"},
	} {
		require.Equal(t, norm.NFC.String(want[0]), norm.NFC.String(convert(t, &translit.Options{Latin: translit.ISO15919}, native, lang.Devanagari, lang.Latin)))
		require.Equal(t, norm.NFC.String(want[1]), norm.NFC.String(convert(t, &translit.Options{Latin: translit.IAST}, native, lang.Devanagari, lang.Latin)))
	}
	require.Equal(t, "tamiḻ", norm.NFC.String(convert(t, &translit.Options{Latin: translit.ISO15919}, "தமிழ்", lang.TamilScript, lang.Latin)))
	require.Equal(t, "భారత దేశం", convert(t, &translit.Options{Latin: translit.ISO15919}, "Bhārata dēśaṁ", lang.Latin, lang.TeluguScript))
}

func TestCasualSpelling(t *testing.T) {
	for _, c := range []struct {
		native string
		code   lang.Code
		want   string
	}{
		{"राजधानी", lang.Hindi, "rajdhani"}, {"भारत की", lang.Hindi, "bharat ki"}, {"मित्र", lang.Hindi, "mitra"}, {"मस्त", lang.Hindi, "mast"},
		{"समझना", lang.Hindi, "samajhna"}, {"सड़क", lang.Hindi, "sadak"}, {"मैं", lang.Hindi, "main"}, {"अंबर", lang.Hindi, "ambar"}, {"ज्ञान", lang.Hindi, "gyan"},
		{"कमला", lang.Hindi, "kamla"}, {"हिन्दी १९४७", lang.Hindi, "hindi 1947"}, {"ज्ञान", lang.Marathi, "dnyan"}, {"राम", lang.Sanskrit, "rama"},
		{"ਪੰਜਾਬ", lang.Punjabi, "panjab"}, {"গান", lang.Bengali, "gan"}, {"తెలుగు", lang.Telugu, "telugu"}, {"ಕನ್ನಡ", lang.Kannada, "kannada"},
		{"தமிழகம்", lang.Tamil, "thamizhagam"}, {"സിനിമ", lang.Malayalam, "sinima"}, {"گلاب", lang.Urdu, "galab"}, {"ᱥᱟᱱᱛᱟᱲᱤ", lang.Santali, "santadi"}, {"ꯃꯩꯇꯩꯂꯣꯟ", lang.Manipuri, "maitailon"},
	} {
		require.Equal(t, c.want, convert(t, &translit.Options{Language: c.code}, c.native, lang.ScriptOf(c.native), lang.Latin), c.native)
	}
}

func TestOtherScripts(t *testing.T) {
	for _, c := range []struct {
		text     string
		from, to lang.Script
		want     string
	}{
		{"بھارت کی راجدھانی", lang.Arabic, lang.Devanagari, "भारत की राजधानी"},
		{"भारत की राजधानी", lang.Devanagari, lang.Arabic, "بھارت کی راجدھانی"},
		{"وہ یہ ہے۔", lang.Arabic, lang.Devanagari, "वह यह है।"},
		{"ہندوستان", lang.Arabic, lang.Devanagari, "हनदोसतान"},
		{"آئی", lang.Arabic, lang.Devanagari, "आई"},
		{"आई हुए", lang.Devanagari, lang.Arabic, "آئی ہئے"},
		{"पढ़ना", lang.Devanagari, lang.Arabic, "پڑھنا"},
		{"मैं हूँ", lang.Devanagari, lang.Arabic, "میں ہوں"},
		{"ڪتاب ٻار", lang.Arabic, lang.Devanagari, "कताब ॿार"},
		{"مُحَبَّت", lang.Arabic, lang.Devanagari, "मुहब्बत"},
		{"عمر بعد معاف عادت", lang.Arabic, lang.Devanagari, "अमर बाद माफ़ आदत"},
		{"مجھے پڑھنا ہے، کیا؟ ۱۲", lang.Arabic, lang.Devanagari, "मझे पढ़ना है, क्या? १२"},
		{"ऋषि कौन है? ऑफ़िस का ऐनक दुःख १२।", lang.Devanagari, lang.Arabic, "رشی کون ہے? آفس کا اینک دہکھ ۱۲।"},
		{"ᱚᱞ ᱪᱤᱠᱤ", lang.OlChiki, lang.Devanagari, "अल् चिकि"},
		{"सान्ताड़ि", lang.Devanagari, lang.OlChiki, "ᱥᱟᱱᱛᱟᱲᱤ"},
		{"ᱥᱟᱱᱛᱟᱲᱤ", lang.OlChiki, lang.BengaliScript, "সান্তাড়ি"},
		{"ꯃꯅꯤꯄꯨꯔ", lang.MeeteiMayek, lang.BengaliScript, "মনিপুর"},
		{"মৈতৈলোন্", lang.BengaliScript, lang.MeeteiMayek, "ꯃꯩꯇꯩꯂꯣꯟ"},
		{"ꯀꯟꯅ ꯳", lang.MeeteiMayek, lang.Devanagari, "कन्\u200cन ३"},
		{"ꯑꯃꯁꯨꯡ ꯑꯣꯏꯕ", lang.MeeteiMayek, lang.BengaliScript, "অমসুঙ্ ওইব"},
	} {
		require.Equal(t, norm.NFC.String(c.want), norm.NFC.String(convert(t, nil, c.text, c.from, c.to)), c.text)
	}
}

func TestCandidates(t *testing.T) {
	tr := translit.New(nil)
	for _, c := range []struct {
		word string
		code lang.Code
		want string
	}{
		{"Bharat", lang.Hindi, "भारत"}, {"rājdhānī", lang.Hindi, "राजधानी"}, {"bharat", lang.Maithili, "भारत"}, {"dhonnobad", lang.Bengali, "ধন্যবাদ"},
		{"hyderabad", lang.Telugu, "హైదరాబాద్"}, {"sarkar", lang.Odia, "ସରକାର"}, {"asom", lang.Assamese, "অসম"}, {"pakistan", lang.Urdu, "پاکستان"},
	} {
		got, err := tr.Candidates(t.Context(), c.word, c.code, c.code.Script(), 5)
		require.NoError(t, err)
		var texts []string
		sum := 0.
		for i, g := range got {
			texts = append(texts, g.Text)
			sum += g.Score
			require.Greater(t, g.Score, 0.)
			if i > 0 {
				require.LessOrEqual(t, g.Score, got[i-1].Score)
			}
		}
		require.LessOrEqual(t, sum, 1.0001)
		require.Contains(t, texts, c.want, c.word)
	}
	none, err := tr.Candidates(t.Context(), "123 !", lang.Hindi, lang.Devanagari, 5)
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestCasualLatinIsReadWordByWord(t *testing.T) {
	require.Equal(t, "भारत <b class=\"x\">की</b> &amp; राजधानी, 2024 https://example.org/bharat 😀",
		convert(t, nil, `bharat <b class="x">ki</b> &amp; rajdhani, 2024 https://example.org/bharat 😀`, lang.Latin, lang.Devanagari))
	require.Equal(t, "भारत a.b@example.org, भारत", convert(t, nil, "bharat a.b@example.org, bha\u0304rat", lang.Latin, lang.Devanagari))
}

func TestWhatIsNotSupported(t *testing.T) {
	tr := translit.New(nil)
	_, err := tr.Transliterate(t.Context(), "x", "Xxxx", lang.Devanagari)
	require.Equal(t, fault.InvalidLanguage, fault.CodeOf(err))
	require.Contains(t, err.Error(), "Xxxx")
	require.NotEmpty(t, fault.From(err).Details["supported"])
	_, err = tr.Transliterate(t.Context(), "x", lang.Latin, lang.OtherScript)
	require.Equal(t, fault.InvalidLanguage, fault.CodeOf(err))
	_, err = tr.Candidates(t.Context(), "x", lang.English, lang.Devanagari, 1)
	require.Equal(t, fault.InvalidLanguage, fault.CodeOf(err))
	_, err = tr.Candidates(t.Context(), "x", lang.Hindi, lang.Devanagari, 0)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = tr.Transliterate(ctx, "क", lang.Devanagari, lang.Latin)
	require.ErrorIs(t, err, context.Canceled)
	_, err = tr.Candidates(ctx, "ka", lang.Hindi, lang.Devanagari, 1)
	require.ErrorIs(t, err, context.Canceled)
	same, err := tr.Transliterate(t.Context(), "\xff क", lang.Devanagari, lang.Devanagari)
	require.NoError(t, err)
	require.Equal(t, "\xff क", same)
}

// strange are texts that nobody means.
var strange = []string{
	"", " ", "\x00\x01\x1b", "\xff\xfe\xf0\x9f", "😀👨‍👩‍👧", "<p>ok</p>", "ि", "्", "़़़", "ंःँ", "ा" + strings.Repeat("्", 10),
	"\u0984\u0a00\u0bff\u0dff", "\u200f\u202eاب\u202c", "אבג", "भारत भारत بھارت ভারত", "ꯀ꯭", "ᱷᱹ", "ঌৡ", "ೱೲ", "<", "&", "<b", "http://", "²³⁴", "க²²²", "A\u0328\u0301", "abc:d:e·◌ā",
}

// TestAnyTextInAnyScript: no text is too strange, none grows beyond the bound,
// and what is in no script of the call stays.
func TestAnyTextInAnyScript(t *testing.T) {
	for _, opts := range []*translit.Options{nil, {Latin: translit.ISO15919}, {Latin: translit.IAST, Familiar: true}, {Language: lang.Sindhi}} {
		tr := translit.New(opts)
		for _, from := range translit.Scripts() {
			for _, to := range translit.Scripts() {
				for _, text := range strange {
					bounded(t, tr, text, from, to)
				}
				out, err := tr.Transliterate(t.Context(), "א\x00\xff😀 12<3", from, to)
				require.NoError(t, err)
				require.Equal(t, "א\x00\xff😀 12<3", out)
			}
		}
	}
}

// bounded demands text within MaxGrowth, and no invalid bytes but those that were there.
func bounded(tb testing.TB, tr *translit.Transliterator, text string, from, to lang.Script) {
	tb.Helper()
	out, err := tr.Transliterate(tb.Context(), text, from, to)
	require.NoError(tb, err)
	require.LessOrEqual(tb, len(out), translit.MaxGrowth*len(text))
	require.Equal(tb, utf8.ValidString(text), utf8.ValidString(out))
}

// TestLongTextsOfOneKind: ten thousand marks on one base and the like, and a megabyte, from every script into some.
func TestLongTextsOfOneKind(t *testing.T) {
	tr, exact := translit.New(nil), translit.New(&translit.Options{Latin: translit.ISO15919})
	for from, syllable := range map[lang.Script][]string{
		lang.Devanagari: {"क", "ु"}, lang.TamilScript: {"க", "்"}, lang.Gurmukhi: {"ਕ", "ੱ"}, lang.Latin: {"a", "\u0301"}, lang.BengaliScript: {"ক", "়"},
		lang.Arabic: {"ب", "\u0651"}, lang.MeeteiMayek: {"ꯀ", "꯭"}, lang.OlChiki: {"ᱠ", "ᱷ"}, lang.MalayalamScript: {"ക", "\u200d"},
	} {
		for _, to := range []lang.Script{lang.Devanagari, lang.TamilScript, lang.Arabic, lang.Latin, lang.OlChiki} {
			for _, text := range []string{
				syllable[0] + strings.Repeat(syllable[1], 10_000), strings.Repeat(syllable[1], 10_000), strings.Repeat(syllable[0]+syllable[1], 5000),
			} {
				bounded(t, tr, text, from, to)
				bounded(t, exact, text, from, to)
			}
		}
	}
	for _, word := range []string{"भारत ", "भारत", "bharat ki ", "bharat"} {
		bounded(t, tr, strings.Repeat(word, 1<<20/len(word)), lang.Devanagari, lang.TamilScript)
		bounded(t, tr, strings.Repeat(word, 1<<20/len(word)), lang.Latin, lang.Devanagari)
	}
}

// TestHostileWordsAreReadInTime: what is too long for a word stays, at once, and a context ends the reading of many others.
func TestHostileWordsAreReadInTime(t *testing.T) {
	tr := translit.New(nil)
	start := time.Now()
	for _, word := range []string{strings.Repeat("k", 4096), strings.Repeat("aksh", 1024), strings.Repeat("ā", 2048)} {
		require.Equal(t, word, convert(t, nil, word, lang.Latin, lang.Devanagari))
		got, err := tr.Candidates(t.Context(), word, lang.Hindi, lang.Devanagari, 5)
		require.NoError(t, err)
		require.Empty(t, got)
	}
	require.Less(t, time.Since(start), 2*time.Second)

	var words strings.Builder // each of 48 letters, and no two alike
	for i := range 20_000 {
		words.WriteString(strings.Repeat(string(rune('a'+i%26)), 30))
		for n := range 18 {
			words.WriteByte("aeioukgtdpbmyrlvsh"[(i>>n+n)%18])
		}
		words.WriteByte(' ')
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start = time.Now()
	_, err := tr.Transliterate(ctx, words.String(), lang.Latin, lang.Devanagari)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, time.Since(start), 5*time.Second, "a word at most behind the deadline")
}

// TestCommittedWeights: every language's weights are there and are read, and all together take 4 MB at most.
func TestCommittedWeights(t *testing.T) {
	tr := translit.New(nil)
	total := int64(0)
	for _, code := range lexicons {
		info, err := os.Stat(filepath.Join("weights", code+".bin"))
		require.NoError(t, err)
		total += info.Size()
		start := time.Now()
		got, err := tr.Candidates(t.Context(), "ram", lang.Code(code), lang.Code(code).Script(), 1)
		require.NoError(t, err)
		require.Len(t, got, 1)
		require.Less(t, time.Since(start), 10*time.Second)
	}
	require.LessOrEqual(t, total, int64(4_000_000))
	for _, code := range lang.Codes() {
		model, ok := translit.Model(code)
		require.Equal(t, code != lang.English, ok, code)
		require.Equal(t, ok, slices.Contains(lexicons, string(model)), code)
	}
}

func FuzzTransliterate(f *testing.F) {
	for i, s := range append(strange, "भारत की राजधानी", "bharat <b>ki</b> rajdhani", "پاکستان", "தமிழ்²", "ਪੱਕਾ", "ꯃꯅꯤꯄꯨꯔ", "bhārata") {
		f.Add(s, uint8(i), uint8(i*5), uint8(i))
	}
	scripts := translit.Scripts()
	f.Fuzz(func(t *testing.T, text string, from, to, options uint8) {
		codes := lang.Codes()
		tr := translit.New(&translit.Options{Latin: translit.Scheme(options % 3), Familiar: options&4 != 0, Language: codes[int(options)%len(codes)]})
		bounded(t, tr, text, scripts[int(from)%len(scripts)], scripts[int(to)%len(scripts)])
	})
}
