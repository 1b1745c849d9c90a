package main

import (
	"context"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translit"
)

// spellings is how many native spellings of a typed word are looked for.
const spellings = 4

// speller lets what is typed in Latin letters be found in its language's own
// script. A language whose typed words no model reads has no spellings.
func speller(t translate.CandidateTransliterator) rag.Speller {
	return func(ctx context.Context, word string, code lang.Code) ([]rag.Spelling, error) {
		if _, ok := translit.Model(code); !ok {
			return nil, nil
		}
		found, err := t.Candidates(ctx, word, code, code.Script(), spellings)
		list := make([]rag.Spelling, len(found))
		for i, c := range found {
			list[i] = rag.Spelling{Text: c.Text, Probability: c.Score}
		}
		return list, err
	}
}
