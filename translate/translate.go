// Package translate is the root of everything that has to do with the languages
// of texts. It holds the ports, which say what can be done; the packages below
// it do it: lang names the languages and their scripts, detect finds the
// language of a text, translit writes it in another script, and a Translator is to
// be had from llmtranslate (any language model), indictrans, bhashini,
// awstranslate, libretranslate and apertium.
//
//	found, err := detect.New().Detect(ctx, "ताजमहल किसने बनवाया था?")
//	if err != nil {
//		return err
//	}
//	if len(found) > 0 {
//		fmt.Println(found[0].Language, found[0].Script) // hi Deva
//	}
//
// What is put around a Translator is here, and is one: [Cached], [Chunked],
// [Glossed], [Pivot], [Fallback], [CloseScript]. The order is the caller's; this one
// serves most, since what is cached is then whole and final:
//
//	chain := translate.NewFallback(translate.NewChunked(first, nil), second)
//	pivot := translate.NewPivot(chain, nil)
//	t, err := translate.NewCached(translate.NewGlossed(pivot, terms), cache, nil)
package translate

import (
	"context"

	"github.com/akshara-go/akshara/translate/lang"
)

// Detection is a language that a text may be in.
type Detection struct {
	Language   lang.Code   `json:"language"`
	Script     lang.Script `json:"script"`     // that the text is written in
	Confidence float64     `json:"confidence"` // above 0 and at most 1; those of one text add up to 1 at most
}

// Romanised tells whether the text is written in Latin letters although its language is not.
func (d Detection) Romanised() bool {
	return d.Script == lang.Latin && !d.Language.WrittenIn(lang.Latin)
}

// Detector finds the language of a text. It may be called concurrently.
//
// Detect gives the languages that text may be in, the most likely first, each
// at most once. A text in none of the 23 languages (no letters, Chinese, French)
// gives none and no error: not knowing is an answer. Text of any length and
// with any bytes is taken; a detector may look at the beginning of a long one only.
//
// Errors carry a code of package fault; a cancelled context gives its error.
// The caller owns the result.
type Detector interface {
	Detect(ctx context.Context, text string) ([]Detection, error)
}
