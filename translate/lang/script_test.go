package lang_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/translate/lang"
)

// unicodeScripts are the names that package unicode gives to the scripts.
var unicodeScripts = map[lang.Script]*unicode.RangeTable{
	lang.Devanagari: unicode.Devanagari, lang.Latin: unicode.Latin, lang.BengaliScript: unicode.Bengali,
	lang.TeluguScript: unicode.Telugu, lang.TamilScript: unicode.Tamil, lang.Arabic: unicode.Arabic,
	lang.GujaratiScript: unicode.Gujarati, lang.KannadaScript: unicode.Kannada, lang.MalayalamScript: unicode.Malayalam,
	lang.OdiaScript: unicode.Oriya, lang.Gurmukhi: unicode.Gurmukhi, lang.MeeteiMayek: unicode.Meetei_Mayek, lang.OlChiki: unicode.Ol_Chiki,
}

// scriptByUnicode is what ScriptOfRune should say, slowly.
func scriptByUnicode(r rune) lang.Script {
	for s, table := range unicodeScripts {
		if unicode.Is(table, r) {
			return s
		}
	}
	if unicode.IsLetter(r) && !unicode.Is(unicode.Common, r) {
		return lang.OtherScript
	}
	return ""
}

func TestEveryAssignedRuneHasTheScriptThatUnicodeGivesIt(t *testing.T) {
	wrong := 0
	for r := rune(0); r <= unicode.MaxRune && wrong < 20; r++ {
		if !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Cc, unicode.Cf) {
			continue // unassigned: any answer will do
		}
		if want, got := scriptByUnicode(r), lang.ScriptOfRune(r); want != got {
			t.Errorf("%U: got %q, want %q", r, got, want)
			wrong++
		}
	}
}

func TestByScriptTakesTheLanguageThatItIsBestKnownFor(t *testing.T) {
	for text, want := range map[string]lang.Code{"ताजमहल 1632": lang.Hindi, "Taj": lang.English, "تاج": "ur", "তাজ": "bn", "ᱛᱟᱡ": "sat", "тадж": lang.Default, "1632": lang.Default, "": lang.Default} {
		require.Equal(t, want, lang.ByScript(text), text)
	}
}

func TestScriptOfTakesTheScriptOfMostLetters(t *testing.T) {
	for text, want := range map[string]lang.Script{
		"":               "",
		"1234 ... १२३ 😀": "",
		"\xff\xfe":       "",
		"।॥":             "",
		"ताजमहल किसने बनवाया था?":     lang.Devanagari,
		"taj mahal kisne banwaya tha": lang.Latin,
		"कल email भेजना":              lang.Devanagari,
		"send the mail कल":            lang.Latin,
		"تاج محل کس نے بنوایا؟":       lang.Arabic,
		"ᱥᱟᱱᱛᱟᱲᱤ":                     lang.OlChiki,
		"ꯃꯩꯇꯩꯂꯣꯟ":                     lang.MeeteiMayek,
		"泰姬陵是谁建造的":                    lang.OtherScript,
		"Кто построил Тадж-Махал?":    lang.OtherScript,
		"ab কখ":                           lang.BengaliScript, // a draw: Beng before Latn
		strings.Repeat("\u0301", 100):     "",
		"क" + strings.Repeat("़", 10_000): lang.Devanagari,
	} {
		require.Equal(t, want, lang.ScriptOf(text), "%.40q", text)
	}
}

func TestScriptOfAllocatesNothing(t *testing.T) {
	require.Zero(t, testing.AllocsPerRun(100, func() { lang.ScriptOf("मुझे passport renew करना है") }))
}

func TestScriptsSharesAddUp(t *testing.T) {
	shares := lang.Scripts("मुझे passport renew करना है, спасибо 42")
	require.Len(t, shares, 3)
	require.Equal(t, lang.Latin, shares[0].Script)
	require.Equal(t, 13, shares[0].Letters)
	sum := 0.0
	for i, s := range shares {
		sum += s.Share
		if i > 0 {
			require.LessOrEqual(t, s.Letters, shares[i-1].Letters)
		}
	}
	require.InDelta(t, 1, sum, 1e-9)
	require.Nil(t, lang.Scripts("42"))
}

func TestDigits(t *testing.T) {
	for _, l := range lang.All() {
		for d := range 10 {
			got, ok := lang.DigitValue(l.Zero + rune(d))
			require.True(t, ok, l.English)
			require.Equal(t, d, got, l.English)
			require.True(t, unicode.IsDigit(l.Zero+rune(d)), l.English)
		}
	}
	for _, r := range "a/:०क।٪" {
		if r != '०' {
			_, ok := lang.DigitValue(r)
			require.False(t, ok, string(r))
		}
	}
	require.Equal(t, "सन् १६५३", lang.Digits(lang.Hindi, "सन् 1653"))
	require.Equal(t, "۱۶۵۳", lang.Digits(lang.Urdu, "1653"))
	require.Equal(t, "1653", lang.Digits(lang.English, "1653"))
	require.Equal(t, "1653", lang.Digits("xx", "1653"))
	require.Equal(t, "\xff१", lang.Digits(lang.Hindi, "\xff1"), "what is not UTF-8 stays as it is")
}

func TestEveryUnicodeDigitOfTheScriptsIsKnown(t *testing.T) {
	for r := rune(0); r < 0x10000; r++ {
		if unicode.IsDigit(r) && lang.ScriptOfRune(r) != "" {
			_, ok := lang.DigitValue(r)
			require.True(t, ok, "%U", r)
		}
		if _, ok := lang.DigitValue(r); ok {
			require.True(t, unicode.IsDigit(r), "%U", r)
		}
	}
}

func FuzzScriptOf(f *testing.F) {
	f.Add("ताजमहल किसने बनवाया था?")
	f.Add("taj mahal ಕನ್ನಡ \xff")
	f.Fuzz(func(t *testing.T, text string) {
		best, shares := lang.ScriptOf(text), lang.Scripts(text)
		if len(shares) == 0 {
			require.Empty(t, best)
			return
		}
		require.Equal(t, best, shares[0].Script)
	})
}

func BenchmarkScriptOf(b *testing.B) {
	text := strings.Repeat("ताजमहल किसने बनवाया था? The Taj Mahal. تاج محل ", 20)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		lang.ScriptOf(text)
	}
}

// Texts of one rune, of which each has a way of its own to its script, and bytes that are none.
func TestARuneAloneIsATextOfItsScript(t *testing.T) {
	for r := range rune(0x20000) {
		want := lang.ScriptOfRune(r)
		if _, digit := lang.DigitValue(r); digit || r != []rune(string(r))[0] {
			want = ""
		}
		if got := lang.ScriptOf(string(r)); got != want {
			t.Errorf("%U is %q as a text and %q as a rune", r, got, want)
		}
	}
	for _, text := range []string{"\xe0", "\xe0\xa4", "\xe0\xa4\x41", "\xe0\x80\x80", "\xff\xfe"} {
		require.Equal(t, lang.ScriptOf(string([]rune(text))), lang.ScriptOf(text), "%q", text)
	}
	require.Equal(t, lang.Devanagari, lang.ScriptOf("ab\xe0\xa4कखग\xe0"))
}
