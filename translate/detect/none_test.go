package detect_test

import (
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/translate/detect"
	"github.com/akshara-go/akshara/translate/detect/langmodel"
	"github.com/akshara-go/akshara/translate/lang"
)

// TestOtherLanguagesAreNone reads sentences in some forty other languages, that
// nothing was learnt from: at least 19 of 20 are in none of the 23.
func TestOtherLanguagesAreNone(t *testing.T) {
	body, err := os.ReadFile("testdata/none.txt")
	require.NoError(t, err)
	d := detect.New()
	languages, total := 0, 0
	var wrong []string
	for line := range strings.Lines(string(body)) {
		switch line = strings.TrimSpace(line); {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "="):
			languages++
		default:
			total++
			if l := d.Language(line); l != "" {
				wrong = append(wrong, string(l)+": "+line)
			}
		}
	}
	t.Logf("%d of %d sentences in %d other languages are in none", total-len(wrong), total, languages)
	require.GreaterOrEqual(t, languages, 30)
	require.LessOrEqual(t, len(wrong)*20, total, strings.Join(wrong, "\n"))
}

func TestOneBorrowedWordIsNotNone(t *testing.T) {
	require.Equal(t, lang.Urdu, detect.New().Language("کتاب"))
}

func TestScriptsOfSecondChoice(t *testing.T) {
	d := detect.New()
	require.Equal(t, lang.Sindhi, d.Language("सिन्धी ॿोली ॾाढी मिठी ॿोली आहे"))
	require.Equal(t, lang.Manipuri, d.Language("ঐখোয় মণিপুরদা লৈরি অমসুং মৈতৈলোন ঙাংই"))
	require.Equal(t, lang.Kashmiri, d.Language("यि छु कॉशुर पोस ति मे छि खोश"))
}

func TestWithModels(t *testing.T) {
	m := &langmodel.Model{
		Script: lang.Devanagari, Labels: []lang.Code{lang.Nepali, lang.Hindi}, Bits: 1,
		Bias: []float32{2, 0}, Prior: []float32{0, 0}, Weights: make([]byte, 4),
	}
	for i := range m.Sharpness {
		m.Sharpness[i] = 1
	}
	d := detect.WithModels([]*langmodel.Model{m})
	require.Equal(t, lang.Nepali, d.Language("राम"))
	require.Equal(t, lang.Tamil, d.Language("நன்றி"))
	require.Equal(t, lang.English, d.Language("word"), "a script without a model has the language whose default it is")
}

func TestConcurrentUse(t *testing.T) {
	d := detect.New()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 50 {
				d.Language("ताजमहल किसने बनवाया था?")
				_, _ = d.Segments(t.Context(), "taj mahal kisne बनवाया")
			}
		})
	}
	all.Wait()
}

func TestTenMegabytesAreBounded(t *testing.T) {
	d := detect.New()
	for _, s := range []string{"é", "\u0301", "\xff", "क", "a", "a ", "’", "\u200d"} {
		text := strings.Repeat(s, 10<<20/len(s))
		d.Language(text)
		_, err := d.Segments(t.Context(), text)
		require.NoError(t, err)
	}
}
