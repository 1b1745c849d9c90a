package lang_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate/lang"
)

func TestTheRegistryHoldsTheContractsLanguagesInItsOrder(t *testing.T) {
	want := strings.Fields("hi en bn te mr ta ur gu kn ml or pa as mai sa ne sd kok doi mni sat brx ks")
	var got []string
	for _, l := range lang.All() {
		got = append(got, string(l.Code))
	}
	require.Equal(t, want, got)
	require.Len(t, lang.Codes(), 23)
	require.Equal(t, lang.Hindi, lang.Default)
}

func TestTheRegistryAgreesWithTheStandards(t *testing.T) {
	for _, l := range lang.All() {
		t.Run(l.English, func(t *testing.T) {
			tag, err := language.Parse(l.BCP47)
			require.NoError(t, err)
			base, _ := tag.Base()
			require.Equal(t, string(l.Code), base.String(), "x/text's shortest form is the contract's")
			require.Equal(t, l.ISO3, base.ISO3())
			if !slices.Contains([]lang.Code{lang.Dogri, lang.Manipuri, lang.Santali}, l.Code) { // x/text's CLDR has older habits of writing these
				script, _ := tag.Script()
				require.Equal(t, string(l.Scripts[0]), script.String())
			}
			require.Equal(t, len(l.Code) == 2, l.ISO1 != "", "ISO 639-1 where one exists")
			require.True(t, norm.NFC.IsNormalString(l.Native))
			require.Equal(t, l.Scripts[0], lang.ScriptOf(l.Native))
			require.Equal(t, l.Code == lang.Urdu || l.Code == lang.Sindhi || l.Code == lang.Kashmiri, l.Direction() == lang.RightToLeft)
			require.Equal(t, l.Direction(), l.Code.Direction())
			require.Equal(t, l.Scripts[0], l.Code.Script())
			if script := lang.ScriptOfRune(l.Zero); script != "" { // digits shared by scripts have none
				require.Equal(t, l.Scripts[0], script)
			}
			for _, s := range l.Scripts {
				require.True(t, l.Code.WrittenIn(s))
				require.Contains(t, s.Languages(), l.Code)
			}
		})
	}
}

func TestTheRegistryCannotBeChangedByItsReaders(t *testing.T) {
	l, ok := lang.Sindhi.Info()
	require.True(t, ok)
	l.Scripts[0], l.Aliases[0] = "Xxxx", "xx"
	again, _ := lang.Sindhi.Info()
	require.Equal(t, lang.Arabic, again.Scripts[0])
	lang.All()[0].Scripts[0] = "Xxxx"
	require.Equal(t, lang.Devanagari, lang.Hindi.Script())
}

func TestUnknownCodes(t *testing.T) {
	for _, c := range []lang.Code{"", "xx", lang.Auto, "HI"} {
		_, ok := c.Info()
		require.False(t, ok)
		require.False(t, c.Valid())
		require.Empty(t, c.Script())
		require.False(t, c.WrittenIn(lang.Devanagari))
		require.Equal(t, lang.LeftToRight, c.Direction())
	}
	require.Nil(t, lang.OtherScript.Languages())
}

func TestLanguagesOfAScript(t *testing.T) {
	require.Equal(t, []lang.Code{"hi", "mr", "mai", "sa", "ne", "kok", "doi", "brx", "sd", "ks"}, lang.Devanagari.Languages())
	require.Equal(t, []lang.Code{"ur", "sd", "ks"}, lang.Arabic.Languages())
	require.Equal(t, []lang.Code{"bn", "as", "mni"}, lang.BengaliScript.Languages())
	require.Equal(t, []lang.Code{"ta"}, lang.TamilScript.Languages())
}

func TestParseTakesCodesTagsAndNames(t *testing.T) {
	for s, want := range map[string]lang.Code{
		"hi": "hi", "HI": "hi", "hin": "hi", " hi ": "hi", "hi-IN": "hi", "hin_Deva": "hi", "hi-Latn-IN": "hi", "Hindi": "hi", "हिन्दी": "hi", "हिंदी": "hi",
		"en-GB": "en", "en-u-nu-deva": "en", "bo": "brx", "bo-IN": "brx", "brx": "brx", "बर'": "brx", "gom": "kok", "gom-Deva": "kok", "kok": "kok", "npi_Deva": "ne",
		"ory": "or", "Oriya": "or", "ଓଡ଼ିଆ": "or", "Bangla": "bn", "mni-Mtei": "mni", "MEITEI": "mni", "kas": "ks", "ks_Deva": "ks", "snd-Arab-IN": "sd", "san": "sa", "dgo": "doi",
	} {
		got, err := lang.Parse(s)
		require.NoError(t, err, s)
		require.Equal(t, want, got, s)
	}
	for _, l := range lang.All() {
		for _, s := range slices.Concat([]string{string(l.Code), l.ISO3, l.BCP47, l.English, l.Native, norm.NFD.String(l.Native)}, l.Aliases) {
			got, err := lang.Parse(s)
			require.NoError(t, err, s)
			require.Equal(t, l.Code, got, s)
		}
	}
}

func TestParseRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, s := range []string{"", " ", "auto", "xx", "fr", "zh-Hant", "h", "hindustani", "hi-", "hi--IN", "hi-Deva!", "hi IN", "-hi", "hi-toolongsubtag",
		"bangla-IN", "\x00", "\xff\xfe", strings.Repeat("hi-", 50_000), "हि"} {
		code, err := lang.Parse(s)
		require.Empty(t, code)
		require.Equal(t, fault.InvalidLanguage, fault.CodeOf(err), "%.20q", s)
		require.Less(t, len(err.Error()), 400, "a long input is not repeated")
	}
	_, err := lang.Parse("xx")
	f, ok := errors.AsType[*fault.Error](err)
	require.True(t, ok)
	require.Equal(t, `language "xx" is not supported`, f.Message)
	body, err := json.Marshal(f.Details)
	require.NoError(t, err)
	require.Contains(t, string(body), `"field":"language","supported":["hi","en","bn"`)
}

func TestParseOrAuto(t *testing.T) {
	for s, want := range map[string]lang.Code{"": lang.Auto, " ": lang.Auto, "auto": lang.Auto, "AUTO": lang.Auto, "mr": lang.Marathi} {
		got, err := lang.ParseOrAuto(s)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := lang.ParseOrAuto("xx")
	require.Equal(t, fault.InvalidLanguage, fault.CodeOf(err))
}

func ExampleParse() {
	code, err := lang.Parse("hin-Deva-IN")
	fmt.Println(code, err)
	_, err = lang.Parse("xx")
	fmt.Println(err)
	// Output:
	// hi <nil>
	// INVALID_LANGUAGE: language "xx" is not supported
}

func ExampleAll() {
	for _, l := range lang.All()[:3] {
		fmt.Println(l.Code, l.Native, l.Scripts[0], l.Direction())
	}
	// Output:
	// hi हिन्दी Deva ltr
	// en English Latn ltr
	// bn বাংলা Beng ltr
}

func ExampleScriptOf() {
	fmt.Println(lang.ScriptOf("मुझे passport चाहिए"))
	// Output: Deva
}

func ExampleDigits() {
	fmt.Println(lang.Digits(lang.Tamil, "1653"))
	// Output: ௧௬௫௩
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"hi", "bo-IN", "हिन्दी", "xx", "en_\xff", "auto"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		code, err := lang.Parse(s)
		require.Equal(t, err == nil, code.Valid())
		if err == nil {
			again, err := lang.Parse(string(code) + "-IN")
			require.NoError(t, err)
			require.Equal(t, code, again)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := lang.Parse("hi-Deva-IN"); err != nil {
			b.Fatal(err)
		}
	}
}
