// Command answertrain fits the weights of rag/extractive on the development
// half of XQuAD (Artetxe et al. 2020, CC BY-SA 4.0) and prints them as Go.
//
// Each question is asked of an index over all paragraphs of its language, once
// as it is and once without the paragraph that answers it. The ranking weights
// make the sentences that overlap the answer likely under a softmax over the
// candidates' scores; the confidence is a logistic regression on the sentence
// that then stands first. Weights that XQuAD cannot teach (it has no headings,
// no titles, one language at a time) keep the values in the source.
//
//	make train-answers
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/extractive"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/localstore"
	"github.com/akshara-go/akshara/translate/lang"
)

func main() {
	data := flag.String("data", "../shared/data", "folder of the development data")
	flag.Parse()
	if err := run(context.Background(), *data); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, data string) error {
	var all []example
	for _, code := range []lang.Code{lang.Hindi, lang.English} {
		examples, err := examplesOf(ctx, data, code)
		if err != nil {
			return err
		}
		all = append(all, examples...)
	}
	even, odd := halves(all)
	fmt.Printf("cross-validated by article, answer in the first sentence and the first two:\n")
	for _, code := range []lang.Code{lang.Hindi, lang.English} {
		a1, a2 := accuracy(only(odd, code), rankWeights(even))
		b1, b2 := accuracy(only(even, code), rankWeights(odd))
		fmt.Printf("  %s %.3f %.3f / %.3f %.3f\n", code, a1, a2, b1, b2)
	}
	weights := rankWeights(all)
	fmt.Printf("ranking:    %.2f\n", weights)
	fmt.Printf("confidence: %.2f (own, context, pairs, missing, bias)\n", confidenceWeights(all, weights))
	for _, code := range []lang.Code{lang.Hindi, lang.English} {
		kept, right, refused := threshold(all, code)
		fmt.Printf("the source's confidence, threshold %.2f, %s: answers %.2f of the answerable, %.2f of those rightly, and refuses %.2f of the others\n",
			rag.DefaultMinConfidence, code, kept, right, refused)
	}
	return nil
}

// example is a question with its candidate sentences.
type example struct {
	code       lang.Code
	article    int
	answerable bool
	candidates []candidate
}

type candidate struct {
	features   []float64
	confidence float64 // as the source now has it
	right      bool
}

// examplesOf asks every question of a language twice.
func examplesOf(ctx context.Context, data string, code lang.Code) ([]example, error) {
	docs, questions, err := readXQuAD(data, code)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "answertrain")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	store, err := localstore.Open(dir, nil)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	index := rag.NewIndex(store, nil)
	if err := index.Add(ctx, docs); err != nil {
		return nil, err
	}
	var out []example
	for _, q := range questions {
		for _, answerable := range []bool{true, false} {
			e, err := ask(ctx, index, &q, answerable)
			if err != nil {
				return nil, err
			}
			out = append(out, *e)
		}
	}
	return out, nil
}

const read = 5 // documents that an answer is looked for in

// ask collects the candidates for a question, with or without the document that answers it.
func ask(ctx context.Context, index *rag.Index, q *question, answerable bool) (*example, error) {
	results, err := index.Retrieve(ctx, &rag.Query{Text: q.text, Language: q.code, TopK: read + 1})
	if err != nil {
		return nil, err
	}
	g := &llm.Grounding{Question: q.text, Language: q.code}
	if g.Weights, err = index.TermWeights(ctx, q.text, q.code); err != nil {
		return nil, err
	}
	documents := 0
	for _, r := range results {
		if documents == read || !answerable && r.DocumentID == q.document {
			continue
		}
		documents++
		for _, h := range r.Chunks {
			g.Passages = append(g.Passages, llm.Passage{Chunk: h.Record.Chunk, Source: h.Record.Source, Score: h.Score})
		}
	}
	ranked, err := extractive.Rank(ctx, g)
	if err != nil {
		return nil, err
	}
	e := &example{code: q.code, article: q.article, answerable: answerable}
	for _, c := range ranked {
		right := g.Passages[c.Passage].Chunk.DocumentID == q.document && c.Span.Overlaps(q.answer)
		e.candidates = append(e.candidates, candidate{features(&c.Features), c.Confidence, right})
	}
	return e, nil
}

// features gives what is fitted, in the order of extractive.Features; the last
// is the same for all candidates of a question, so that ranking takes no weight from it.
func features(f *extractive.Features) []float64 {
	return []float64{f.Own, f.Context, f.Focus, f.Passage, f.Number, f.Time, f.Person, f.Reason, f.Pairs, f.First, f.Words, f.Missing}
}

// Where the features of the confidence stand among them.
const (
	own     = 0
	around  = 1
	pairs   = 8
	missing = 11
	confNum = 4
)

// question is a question of XQuAD.
type question struct {
	text, document string
	code           lang.Code
	article        int
	answer         corpus.Span // in the document's text
}
