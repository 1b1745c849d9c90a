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

// generated measures the answers of the model that the environment names, if there
// is one, to each every-th question.
func generated(ctx context.Context, data string, every int, w io.Writer) error {
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
		t, err := answersOf(ctx, data, code, every, model)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "\n%s, %s, one in %d of the questions:\n", code, env.ModelStandard, every)
		if t.failed > 0 {
			fmt.Fprintf(w, "  the model failed %d of %d times, which count as neither answered nor refused; at first: %v\n",
				t.failed, 2*t.asked, t.failure)
		}
		fmt.Fprintf(w, "  answers %.3f of the answerable (%d), %.3f of those rightly, and refuses %.3f of the others\n",
			share(t.answered, t.asked), t.asked, share(t.right, t.answered), share(t.refused, t.asked))
		fmt.Fprintf(w, "  in the language asked for %.3f, citations that are the source's bytes %.3f\n",
			share(t.inLanguage, t.answered), share(t.exact, t.citations))
	}
	return nil
}

// tally counts what a model's answers were.
type tally struct {
	asked, answered, right, refused, inLanguage, citations, exact int

	failed  int // times that the model gave an error
	failure error
}

// answersOf asks a model each every-th question of a language twice: as it is, and
// without the paragraph that answers it.
func answersOf(ctx context.Context, data string, code lang.Code, every int, model llm.Model) (*tally, error) {
	index, questions, end, err := open(ctx, data, code)
	if err != nil {
		return nil, err
	}
	defer end()
	t := &tally{}
	for i := 0; i < len(questions); i += every {
		q := &questions[i]
		t.asked++
		a, err := t.ask(ctx, index, model, q)
		if err != nil {
			return nil, err
		}
		if a != nil {
			t.count(a, q)
		}
		if a, err = t.ask(ctx, &without{index, q.document}, model, q); err != nil {
			return nil, err
		}
		if a != nil && a.Refusal != nil {
			t.refused++
		}
	}
	return t, nil
}

// ask gives the answer to a question, or nil where the model failed, as one does whose
// context is too small. The error is the context's.
func (t *tally) ask(ctx context.Context, retriever rag.Retriever, model llm.Model, q *question) (*rag.Answer, error) {
	a, err := rag.NewEngine(retriever, &rag.EngineOptions{Model: model}).Answer(ctx, &rag.Question{Text: q.text, Language: q.code})
	if err == nil {
		return a, nil
	}
	if t.failed++; t.failure == nil {
		t.failure = err
	}
	return nil, ctx.Err()
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
