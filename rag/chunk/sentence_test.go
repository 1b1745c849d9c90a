package chunk_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/chunk"
)

func TestSentences(t *testing.T) {
	for _, want := range [][]string{
		{"ताजमहल आगरा में है। ", "यह सुंदर है॥ ", "ठीक"},
		{"یہ لاہور ہے۔ ", "کیا؟ ", "ہاں"},
		{"ᱱᱚᱣᱟ ᱫᱚ᱾ ", "ᱚᱱᱟ᱿ ", "ᱱᱚᱸᱰᱮ"},
		{"ꯃꯁꯤꯅꯤ꯫ ", "ꯑꯗꯨ"},
		{"Hello there! ", "Are you well? ", "Yes… ", "Fine."},
		{"डॉ. राम और श्री. मोहन No. 5 में रहते हैं। ", "वे आए।"},
		{"ए. पी. जे. अब्दुल कलाम राष्ट्रपति थे। ", "वे वैज्ञानिक थे।"},
		{"A. P. J. Abdul Kalam met Dr. Rao at 3.5 p.m. on Monday. ", "They spoke."},
		{"See https://example.org/a.b?c=d.e for more. ", "Or write."},
		{"मूल्य रु. 2,500.50 है। ", "सस्ता।"},
		{"1. पहला बिंदु है। ", "2. दूसरा।"},
		{"उसने कहा, \"आओ।\" ", "फिर गया।"},
		{"(यह सच है।) ", "हाँ।"},
		{"सच?! ", "हाँ..."},
		{"शीर्षक बिना विराम\n\n", "अगला अनुच्छेद"},
		{"एक पंक्ति\nऔर वही वाक्य।\n", "नया।"},
		{"तो ठीक है. ", "चलो चलें. ", "हो गया."},
		{"வணக்கம். ", "நன்றி."},
		{"ਸਤਿ ਸ੍ਰੀ ਅਕਾਲ। ", "ਠੀਕ।"},
		{"क्या?", "हाँ।"},
	} {
		text := ""
		for _, s := range want {
			text += s
		}
		var got []string
		for _, s := range chunk.Sentences(text) {
			got = append(got, s.In(text))
		}
		require.Equal(t, want, got)
	}
	require.Empty(t, chunk.Sentences(""))
}

func FuzzSentences(f *testing.F) {
	f.Add("डॉ. राम No. 5 में हैं। क्या? Yes… \"हाँ।\" ")
	f.Fuzz(func(t *testing.T, text string) {
		at := 0
		for _, s := range chunk.Sentences(text) {
			require.Equal(t, at, s.Start)
			require.Greater(t, s.End, s.Start)
			at = s.End
		}
		require.Equal(t, len(text), at)
	})
}
