package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/openaillm"
	"github.com/akshara-go/akshara/translate/lang"
)

// every is which questions a model is asked: it takes seconds for each.
const every = 10

// generated measures the answers of the model that the environment names, if there is one.
func generated(ctx context.Context, data string, w io.Writer) error {
	env, err := config.Load[config.OpenAI](nil)
	if err != nil {
		return err
	}
	if env.BaseURL == "" || env.ModelStandard == "" {
		fmt.Fprintln(w, "\nno model is measured: OPENAI_BASE_URL and LLM_MODEL_STANDARD would name one")
		return nil
	}
	model, err := openaillm.New(openaillm.Config{BaseURL: env.BaseURL, APIKey: env.APIKey.Reveal()}, env.ModelStandard, nil)
	if err != nil {
		return err
	}
	for _, code := range measured {
		t, err := answersOf(ctx, data, code, model)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "\n%s, %s, each %dth question:\n", code, env.ModelStandard, every)
		fmt.Fprintf(w, "  answers %.3f of the answerable (%d), %.3f of those rightly, and refuses %.3f of the others\n",
			share(t.answered, t.asked), t.asked, share(t.right, t.answered), share(t.refused, t.asked))
		fmt.Fprintf(w, "  in the language asked for %.3f, citations that are the source's bytes %.3f\n",
			share(t.inLanguage, t.answered), share(t.exact, t.citations))
	}
	return nil
}

// tally counts what a model's answers were.
type tally struct{ asked, answered, right, refused, inLanguage, citations, exact int }

func answersOf(ctx context.Context, data string, code lang.Code, model llm.Model) (*tally, error) {
	index, questions, end, err := open(ctx, data, code)
	if err != nil {
		return nil, err
	}
	defer end()
	t := &tally{}
	for i := 0; i < len(questions); i += every {
		q := &questions[i]
		t.asked++
		a, err := rag.NewEngine(index, &rag.EngineOptions{Model: model}).Answer(ctx, &rag.Question{Text: q.text, Language: code})
		if err != nil {
			return nil, err
		}
		t.count(a, q)
		lost := rag.NewEngine(&without{index, q.document}, &rag.EngineOptions{Model: model})
		if a, err = lost.Answer(ctx, &rag.Question{Text: q.text, Language: code}); err != nil {
			return nil, err
		}
		if a.Refusal != nil {
			t.refused++
		}
	}
	return t, nil
}

// count adds an answer to a question that the documents answer: it is right if
// it says the answer's words or rests on them.
func (t *tally) count(a *rag.Answer, q *question) {
	if a.Refusal != nil {
		return
	}
	t.answered++
	right := contains(a.Text, q.words)
	for _, claim := range a.Claims {
		for _, c := range claim.Citations {
			t.citations++
			if c.In(q.texts[c.DocumentID]) == c.Quote {
				t.exact++
			}
			right = right || c.DocumentID == q.document && c.Overlaps(q.answer)
		}
	}
	if right {
		t.right++
	}
	if a.Language == q.code {
		t.inLanguage++
	}
}

func share(n, of int) float64 { return float64(n) / float64(max(1, of)) }

// without finds everything but one document.
type without struct {
	*rag.Index
	document string
}

// Retrieve finds one document more than is asked for, so that as many are left.
func (x *without) Retrieve(ctx context.Context, q *rag.Query) ([]rag.DocumentResult, error) {
	more := *q
	more.TopK = read + 1
	found, err := x.Index.Retrieve(ctx, &more)
	found = slices.DeleteFunc(found, func(r rag.DocumentResult) bool { return r.DocumentID == x.document })
	return found[:min(read, len(found))], err
}
