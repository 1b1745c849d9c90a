package translit

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translit/spellmodel"
)

// Candidates gives at most k native spellings of a word that was typed in
// Latin letters, best first. Their scores are shares of what the model gives
// all spellings it has considered, at most 40. Upper and lower case are the same,
// diacritics and everything but letters are left out.
//
// Bengali, Gujarati, Hindi, Kannada, Malayalam, Marathi, Punjabi, Sindhi, Tamil,
// Telugu and Urdu have a model of their own; the rest take that of a neighbour and
// convert what it gives by rules ([Model] says whose). A script that the language
// is not written in is reached in the same way. English has no
// other script than Latin, and gives fault.InvalidLanguage.
//
// More than 48 letters are no word, and give none.
func (t *Transliterator) Candidates(ctx context.Context, word string, code lang.Code, to lang.Script, k int) ([]translate.Candidate, error) {
	if k < 1 {
		return nil, fault.New(fault.InvalidRequest, "top_k must be 1 or more", fault.Details{"field": "top_k", "minimum": 1})
	}
	if err := t.check(lang.Latin, to); err != nil {
		return nil, err
	}
	if _, ok := Model(code); !ok || to == lang.Latin {
		return nil, fault.New(fault.InvalidLanguage, fmt.Sprintf("no native spelling of %.20q in script %s", string(code), to),
			fault.Details{"field": "language", "supported": modelled()})
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s, err := t.speller(code, to)
	if err != nil {
		return nil, err
	}
	return s.rank(s.model.Spell(plainLetters(word)), k), nil
}

// speller writes typed words in a script.
type speller struct {
	model       *spellmodel.Model
	*conversion // from the script that the model writes
}

// speller gives the one of a language; for a language without a model, that of
// the script's first one.
func (t *Transliterator) speller(code lang.Code, to lang.Script) (*speller, error) {
	native, ok := Model(code)
	if !ok {
		native, _ = Model(to.Languages()[0])
	}
	model, err := learnt[native]()
	if err != nil {
		return nil, err
	}
	if code == lang.Assamese && t.opts.Language != lang.Assamese {
		opts := t.opts
		opts.Language = lang.Assamese
		t = New(&opts)
	}
	return &speller{model: model, conversion: t.conversion(native.Script(), to, code)}, nil
}

// rank makes shares of logarithms, and writes the spellings in the script that is asked for.
func (s *speller) rank(found []spellmodel.Spelling, k int) []translate.Candidate {
	var out []translate.Candidate
	at := map[string]int{}
	total := 0.
	for _, f := range found {
		share := math.Exp(float64(f.LogP - found[0].LogP))
		total += share
		text := s.rewrite(f.Text)
		if i, ok := at[text]; ok {
			out[i].Score += share
			continue
		}
		at[text] = len(out)
		out = append(out, translate.Candidate{Text: text, Score: share})
	}
	slices.SortStableFunc(out, func(a, b translate.Candidate) int { return cmp.Compare(b.Score, a.Score) })
	out = out[:min(k, len(out))]
	for i := range out {
		out[i].Score /= total
	}
	return out
}

// rewrite writes a model's spelling in the script, and in the letters of the language.
func (s *speller) rewrite(text string) string {
	if s.from == s.to && s.code != lang.Assamese {
		return text
	}
	s.out, s.pivot = s.out[:0], s.pivot[:0]
	if s.reader != nil {
		s.pivot = s.reader.toPivot(s.pivot, text)
	} else {
		s.pivot = arabicToPivot(s.pivot, text, s.from == lang.Arabic && sindhi(text))
	}
	s.write()
	return string(s.out)
}

// plainLetters gives the letters a to z of a word, without diacritics and case.
func plainLetters(word string) string {
	plain := true
	for i := range len(word) {
		plain = plain && 'a' <= word[i] && word[i] <= 'z'
	}
	if plain {
		return word
	}
	var out strings.Builder
	for _, r := range norm.NFD.String(word) {
		if r = unicode.ToLower(r); 'a' <= r && r <= 'z' {
			out.WriteRune(r)
		}
	}
	return out.String()
}
