package translit_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/translate/translit"
)

var fonts = []translit.Font{translit.KrutiDev, translit.Chanakya}

func TestKrutiDevAsItIsTyped(t *testing.T) {
	for legacy, want := range map[string]string{
		"Hkkjr dh jkt/kkuh ubZ fnYyh gSA": "भारत की राजधानी नई दिल्ली है।", "fo|ky;": "विद्यालय", "izFke": "प्रथम", "f'k{kk": "शिक्षा", "/keZ": "धर्म",
		"dk;ZØe": "कार्यक्रम", "Jheku~": "श्रीमान्", "jk\"Vª": "राष्ट्र", "vkSj ugha eSa esa": "और नहीं मैं में", "fLFkfr": "स्थिति", "o\"kksZa": "वर्षों", "vkfFkZd": "आर्थिक",
		"iz'u D;k gS\\": "प्रश्न क्या है?", "lM+d": "सड़क", "fganh Hkk\"kk": "हिंदी भाषा", "¼1947½": "(1947)", "Kku": "ज्ञान", ";": "य", "K": "ज्ञ",
	} {
		require.Equal(t, want, translit.DecodeLegacy(legacy, translit.KrutiDev), legacy)
	}
}

func TestChanakyaAsItIsTyped(t *testing.T) {
	for legacy, want := range map[string]string{
		"ÖæÚUÌ": "भारत", "ãñ": "है", "¥æñÚU": "और", "·¤æ": "का", "çß·¤æâ": "विकास", "â¢âæÏÙ": "संसाधन",
	} {
		require.Equal(t, want, translit.DecodeLegacy(legacy, translit.Chanakya), legacy)
	}
}

func TestLegacyTextIsFound(t *testing.T) {
	for text, want := range map[string]translit.Font{
		"Hkkjr dh jkt/kkuh ubZ fnYyh gSA": translit.KrutiDev, "ÖæÚUÌ ·¤è ÚUæÁÏæÙè Ù§ü çÎËÜè ãñÐ": translit.Chanakya,
		"fo|ky; esa izFke LFkku": translit.KrutiDev,
	} {
		font, share := translit.IsLegacy(text)
		require.Equal(t, want, font, text)
		require.Greater(t, share, .4)
		require.LessOrEqual(t, share, 1.)
	}
	for _, text := range []string{
		"", " ", "vkSj", "C++ and Go", "if (x[k] < y) { return &z; }", "l'été à l'école où l'élève français déjà", "SELECT * FROM t WHERE k='v';",
		"https://example.org/?q=k&r=[k]", "\xff\xfe", "भारत की राजधानी", "Bharat ki rajdhani nayi dilli hai", "Größe Straße Übermut schön", "日本語 の テキスト",
		"ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏ", "Hkkjr भारत", "aGVsbG8gd29ybGQgYmFzZTY0IHRleHQgaXMgbm90IEhpbmRp",
	} {
		font, share := translit.IsLegacy(text)
		require.Empty(t, font, text)
		require.Zero(t, share)
	}
}

func TestWordsComeBackFromBothFonts(t *testing.T) {
	for _, text := range []string{
		"राष्ट्र विद्यार्थी प्रार्थना ज़्यादा कृपया श्रद्धा संस्कृत", "नमः कहा: हाँ", "उज्ज्वल ट्रेन सड़क ऍप्पल क्रिया", "(५ और ६) - ७/८; क्या?",
		"उसने (नहीं) कहा।", "शक्ति मूर्ति वर्षा र्क ट्र्य स्त्री ह्रदय", "अर्द्ध पूर्ण ऋषि औषधि ऐनक ऊन", "कक्का पत्ता अद्भुत द्वार",
	} {
		for _, font := range fonts {
			require.Equal(t, text, translit.DecodeLegacy(translit.EncodeLegacy(text, font), font), font)
		}
	}
	require.Equal(t, "“नहीं” कहा", translit.DecodeLegacy(translit.EncodeLegacy("“नहीं” कहा", translit.KrutiDev), translit.KrutiDev))
	require.Equal(t, "\"नहीं\" कहा", translit.DecodeLegacy(translit.EncodeLegacy("“नहीं” कहा", translit.Chanakya), translit.Chanakya))
	require.Equal(t, "५०% और “हाँ”", translit.DecodeLegacy(translit.EncodeLegacy("५०% और \"हाँ\"", translit.KrutiDev), translit.KrutiDev))
}

func TestUnknownFontsChangeNothing(t *testing.T) {
	require.Equal(t, "Hkkjr", translit.DecodeLegacy("Hkkjr", "Times"))
	require.Equal(t, "भारत", translit.EncodeLegacy("भारत", "Times"))
}

func FuzzLegacy(f *testing.F) {
	for _, s := range []string{"Hkkjr dh jkt/kkuh", "ÖæÚUÌ", "ffffZZZZ", "भारत", "र्र्र्कि", "\xff\x00", "f", "Z", "zzz~~~"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, font := range fonts {
			require.LessOrEqual(t, len(translit.DecodeLegacy(s, font)), translit.MaxGrowth*len(s))
			require.LessOrEqual(t, len(translit.EncodeLegacy(s, font)), translit.MaxGrowth*len(s))
		}
		translit.IsLegacy(s)
	})
}
