package detect_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/detect"
	"github.com/akshara-go/akshara/translate/lang"
)

// written shows segments as "language/script:text", separated by " | ".
func written(text string, segments []translate.Segment) string {
	var parts []string
	for _, s := range segments {
		parts = append(parts, fmt.Sprintf("%s/%s:%s", s.Language, s.Script, text[s.Span.Start:s.Span.End]))
	}
	return strings.Join(parts, " | ")
}

func TestSegmentsOfMixedText(t *testing.T) {
	d := detect.New()
	for text, want := range map[string]string{
		"मुझे passport renew करना है":                                    "hi/Deva:मुझे | en/Latn:passport renew | hi/Deva:करना है",
		"எனக்கு passport renewal form வேண்டும்":                          "ta/Taml:எனக்கு | en/Latn:passport renewal form | ta/Taml:வேண்டும்",
		"mujhe apna driving licence badalna hai. How long does it take?": "hi/Latn:mujhe apna driving licence badalna hai | en/Latn:How long does it take",
		"यह पुल किसने और कब बनवाया था? हा पूल कोणी आणि कधी बांधला होता?": "hi/Deva:यह पुल किसने और कब बनवाया था | mr/Deva:हा पूल कोणी आणि कधी बांधला होता",
		"Wer hat dieses Haus gebaut? यह घर किसने बनवाया था?":             "hi/Deva:यह घर किसने बनवाया था",
		"12 + 30 = 42 😀 泰姬陵": "",
		"":                   "",
		"ਇਹ 2 ਕਿਤਾਬਾਂ":       "pa/Guru:ਇਹ 2 ਕਿਤਾਬਾਂ",
	} {
		found, err := d.Segments(t.Context(), text)
		require.NoError(t, err)
		require.Equal(t, want, written(text, found), text)
	}
}

func TestSegmentsStandWhereTheyStoodBeforeNormalisation(t *testing.T) {
	text := "e\u0301te\u0301 1 क\u093cिला कहाँ है? Where is the fort?"
	found, err := detect.New().Segments(t.Context(), text)
	require.NoError(t, err)
	require.NotEmpty(t, found)
	require.Contains(t, written(text, found), "hi/Deva:क\u093cिला कहाँ है | en/Latn:Where is the fort")
}

func TestConfidenceOfASentenceThatIsCutInTwo(t *testing.T) {
	found, err := detect.New().Segments(t.Context(), "मुझे अपना नया passport कल तक चाहिए")
	require.NoError(t, err)
	require.Len(t, found, 3)
	require.Equal(t, lang.Hindi, found[0].Language)
	require.InDelta(t, found[0].Confidence, found[2].Confidence, 1e-12)
}

func TestSegmentsOfLongTextAreBounded(t *testing.T) {
	found, err := detect.New().Segments(t.Context(), strings.Repeat("मुझे passport renew करना है। ", 300_000))
	require.NoError(t, err)
	require.NotEmpty(t, found)
	require.LessOrEqual(t, found[len(found)-1].Span.End, 16<<10)
}

func TestSegmentsOfACancelledContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := detect.New().Segments(ctx, "राम")
	require.ErrorIs(t, err, context.Canceled)
}

func ExampleDetector_Segments() {
	text := "मुझे passport renew करना है"
	found, err := detect.New().Segments(context.Background(), text)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range found {
		fmt.Println(s.Language, s.Script, text[s.Span.Start:s.Span.End])
	}
	// Output:
	// hi Deva मुझे
	// en Latn passport renew
	// hi Deva करना है
}

func FuzzSegments(f *testing.F) {
	for _, s := range []string{"मुझे passport renew करना है", "e\u0301 क\u093c\xff", "تاج محل taj", "\u0301\u0301", "ꯀ ᱟ ক k"} {
		f.Add(s)
	}
	d := detect.New()
	f.Fuzz(func(t *testing.T, text string) {
		found, err := d.Segments(context.Background(), text)
		require.NoError(t, err)
		end := 0
		for _, s := range found {
			require.True(t, s.Language.Valid())
			require.True(t, s.Confidence > 0 && s.Confidence <= 1)
			require.GreaterOrEqual(t, s.Span.Start, end)
			require.Greater(t, s.Span.End, s.Span.Start)
			require.LessOrEqual(t, s.Span.End, len(text))
			if utf8.ValidString(text) {
				require.True(t, utf8.ValidString(text[s.Span.Start:s.Span.End]))
			}
			end = s.Span.End
		}
	})
}

func BenchmarkSegments(b *testing.B) {
	d := detect.New()
	text := "मुझे passport renew करना है, उसके लिए कौन से documents चाहिए?"
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Segments(context.Background(), text); err != nil {
			b.Fatal(err)
		}
	}
}
