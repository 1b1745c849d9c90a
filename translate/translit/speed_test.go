package translit_test

import (
	"strings"
	"testing"

	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translit"
)

// BenchmarkConvert tells how many megabytes a second are converted by rules.
func BenchmarkConvert(b *testing.B) {
	native := strings.Repeat("भारत की राजधानी नई दिल्ली है और यहाँ संसद भवन स्थित है। ", 400)
	for _, c := range []struct {
		name     string
		opts     *translit.Options
		from, to lang.Script
	}{
		{"Deva-Beng", nil, lang.Devanagari, lang.BengaliScript},
		{"Deva-Guru", nil, lang.Devanagari, lang.Gurmukhi},
		{"Deva-Taml", nil, lang.Devanagari, lang.TamilScript},
		{"Deva-Arab", nil, lang.Devanagari, lang.Arabic},
		{"Deva-Latn", nil, lang.Devanagari, lang.Latin},
		{"Deva-ISO15919", &translit.Options{Latin: translit.ISO15919}, lang.Devanagari, lang.Latin},
	} {
		b.Run(c.name, func(b *testing.B) {
			tr := translit.New(c.opts)
			b.SetBytes(int64(len(native)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := tr.Transliterate(b.Context(), native, c.from, c.to); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
