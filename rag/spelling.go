package rag

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/translate/lang"
)

// Spelling is how a word that was typed in Latin letters may be written in its
// language's own script.
type Spelling struct {
	Text        string
	Probability float64 // that it is what was meant, from 0 to 1
}

// Speller gives the likeliest native spellings of a word in Latin letters, best
// first; a handful is enough. It may be called concurrently. A transliterator
// becomes one so:
//
//	speller := func(ctx context.Context, word string, code lang.Code) ([]rag.Spelling, error) {
//		found, err := transliterator.Candidates(ctx, word, code, code.Script(), 4)
//		spellings := make([]rag.Spelling, len(found))
//		for i, c := range found {
//			spellings[i] = rag.Spelling{Text: c.Text, Probability: c.Score}
//		}
//		return spellings, err
//	}
//
// An index looks for the stems of all spellings, and reranks by the likeliest
// of each word. With those that are learnt from Dakshina's lexicons, R@1 of
// XQuAD's Hindi questions in casual Latin letters goes from .892 to .915 (.938 in
// Devanagari; development data, go test -run LatinLetters -v ./rag).
type Speller func(ctx context.Context, word string, code lang.Code) ([]Spelling, error)

// Bounds on what a Speller is asked and on what is taken of its answer.
const (
	maxSpelt     = 48 // words of a question
	maxSpellings = 8  // of a word
)

// romanised tells whether a question in a language is written in Latin letters that are not its own.
func romanised(text string, code lang.Code) bool {
	return code.Script() != lang.Latin && lang.ScriptOf(text) == lang.Latin
}

// spelt is a romanised question in its language's own script.
type spelt struct {
	terms []analysis.Term // stems of what its words may be, each counting as much as it is likely
	text  string          // the likeliest spelling of each word; "" where the question is not romanised
}

// spell asks the Speller about a question. One that fails costs the spellings, not the answer.
func (x *Index) spell(ctx context.Context, q *Query) (s spelt) {
	if x.opts.Speller == nil || !romanised(q.Text, q.Language) {
		return s
	}
	var text strings.Builder
	tokens := analysis.Tokens(q.Text, q.Language)
	for i := range tokens[:min(len(tokens), maxSpelt)] {
		found, err := x.opts.Speller(ctx, tokens[i].Word, q.Language)
		if err != nil {
			x.opts.Logger.WarnContext(ctx, "searching without native spellings", slog.Any("error", err))
			return spelt{}
		}
		likeliest := tokens[i].Word
		for j, spelling := range found[:min(len(found), maxSpellings)] {
			if j == 0 && spelling.Text != "" {
				likeliest = spelling.Text
			}
			s.terms = append(s.terms, likely(&spelling, q.Language)...)
		}
		text.WriteString(likeliest)
		text.WriteByte(' ')
	}
	s.text = text.String()
	return s
}

// likely gives the stems of a spelling's content words and of their synonyms.
func likely(s *Spelling, code lang.Code) []analysis.Term {
	tokens := analysis.Tokens(s.Text, code)
	function := !slices.ContainsFunc(tokens, func(t analysis.Token) bool { return !t.Stop })
	if function || !(s.Probability > 0 && s.Probability <= 1) {
		return nil
	}
	terms := analysis.Query(s.Text, code).Words
	for i := range terms {
		terms[i].Count *= float32(s.Probability)
	}
	return terms
}
