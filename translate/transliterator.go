package translate

import (
	"context"

	"github.com/akshara-go/akshara/translate/lang"
)

// Transliterator writes a text in another script: the sounds stay, the letters
// change. It does not translate. It may be called concurrently.
//
// Transliterate gives text with what is written in script from written in
// script to; everything else (other scripts, markup, numbers of other scripts)
// stays as it is and where it is. Bytes that are no UTF-8 stay too, or the text is
// fault.InvalidRequest where they would have to travel. An empty text gives an
// empty text. Where to has no letter for a sound, an implementation documents what it
// writes. from and to may be equal: the text stays.
//
// A pair of scripts that is not supported is [fault.InvalidLanguage], whose
// details name those that are; other errors carry a code of package fault too. A cancelled
// context gives its error.
type Transliterator interface {
	Transliterate(ctx context.Context, text string, from, to lang.Script) (string, error)
}

// Candidate is one way to write a word in another script.
type Candidate struct {
	Text  string  `json:"text"`
	Score float64 `json:"score"` // above 0 and at most 1; those of one word add up to 1 at most
}

// CandidateTransliterator is what a [Transliterator] may be too: one that knows
// a word to have several spellings, as a word that is typed in Latin letters has.
//
// Candidates gives at most k spellings of word, of a language, in script to,
// the most likely first and each once. A word without letters gives none and no error. Errors are
// those of Transliterate, and fault.InvalidRequest for a k below 1.
type CandidateTransliterator interface {
	Transliterator
	Candidates(ctx context.Context, word string, code lang.Code, to lang.Script, k int) ([]Candidate, error)
}
