// Package retrieval is what the services of the examples have in common that find
// documents: their embedding model, the guard, and the spellings of typed words.
package retrieval

import (
	"context"

	"github.com/akshara-go/akshara/observe/genai"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/guard"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/ragtrace"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translit"
)

// Guard gives the guard of questions, documents and answers, and the model, if any,
// behind it: for what is asked of it besides. Where it is off, there is no guard.
func Guard(on bool, model llm.Model, calls *genai.Recorder) (rag.Guard, llm.Model, error) {
	if !on {
		return nil, model, nil
	}
	g, err := guard.New(nil)
	if err != nil {
		return nil, nil, err
	}
	watch := ragtrace.Guard(g, calls)
	if model == nil {
		return watch, nil, nil
	}
	return watch, ragtrace.GuardedModel(g.Model(model), calls), nil
}

// spellings is how many native spellings of a typed word are looked for.
const spellings = 4

// Speller lets what is typed in Latin letters be found in its language's own
// script. A language whose typed words no model reads has no spellings.
func Speller(t translate.CandidateTransliterator) rag.Speller {
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
