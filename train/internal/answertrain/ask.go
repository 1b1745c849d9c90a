package main

import (
	"context"
	"os"
	"strings"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/extractive"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/localstore"
	"github.com/akshara-go/akshara/translate/lang"
)

// example is a question with its candidate sentences, in the order of the source's ranking.
type example struct {
	code       lang.Code
	article    int
	answerable bool
	foreign    bool // no paragraph of its article is there either
	ranked     []extractive.Candidate
	right      []bool // whether each overlaps the answer
	holds      []bool // whether each has the answer's words, wherever it stands
	sources    []source
	values     [][]float64 // of each candidate, to learn from
	grounding  *llm.Grounding
}

// source is where a candidate stands, for checking what is quoted.
type source struct{ quote, bytes string }

// open makes an index of a language's paragraphs, and what removes it.
func open(ctx context.Context, data string, code lang.Code) (*rag.Index, []question, func(), error) {
	docs, questions, err := readXQuAD(data, code)
	if err != nil {
		return nil, nil, nil, err
	}
	dir, err := os.MkdirTemp("", "answertrain")
	if err != nil {
		return nil, nil, nil, err
	}
	store, err := localstore.Open(dir, nil)
	if err != nil {
		os.RemoveAll(dir)
		return nil, nil, nil, err
	}
	end := func() { store.Close(); os.RemoveAll(dir) }
	index := rag.NewIndex(store, nil)
	if err := index.Add(ctx, docs); err != nil {
		end()
		return nil, nil, nil, err
	}
	return index, questions, end, nil
}

// examplesOf asks every question of a language thrice: as it is, without the paragraph
// that answers it, and without its whole article. v learns what may be embedded, if there is one.
func examplesOf(ctx context.Context, data string, code lang.Code, v *vectors) ([]example, error) {
	index, questions, end, err := open(ctx, data, code)
	if err != nil {
		return nil, err
	}
	defer end()
	var out []example
	for i := range questions {
		for _, without := range []string{"", questions[i].document, questions[i].group()} {
			e, err := ask(ctx, index, &questions[i], without)
			if err != nil {
				return nil, err
			}
			if v != nil {
				if err := v.learn(ctx, e.grounding, e.ranked); err != nil {
					return nil, err
				}
			}
			out = append(out, *e)
		}
	}
	return out, nil
}

// How many documents an answer is looked for in, and how many are asked for, so
// that so many are left without an article's.
const (
	read   = 5
	spares = 20
)

// ask collects the candidates for a question, without the documents whose ids begin with without.
func ask(ctx context.Context, index *rag.Index, q *question, without string) (*example, error) {
	results, err := index.Retrieve(ctx, &rag.Query{Text: q.text, Language: q.code, TopK: read + spares})
	if err != nil {
		return nil, err
	}
	g := &llm.Grounding{Question: q.text, Language: q.code}
	if g.Weights, err = index.TermWeights(ctx, q.text, q.code); err != nil {
		return nil, err
	}
	documents := 0
	for _, r := range results {
		if documents == read || without != "" && strings.HasPrefix(r.DocumentID, without) {
			continue
		}
		documents++
		for _, h := range r.Chunks {
			g.Passages = append(g.Passages, llm.Passage{Chunk: h.Record.Chunk, Source: h.Record.Source, Score: h.Score})
		}
	}
	e := &example{code: q.code, article: q.article, answerable: without == "", foreign: without == q.group(), grounding: g}
	if e.ranked, err = extractive.Rank(ctx, g); err != nil {
		return nil, err
	}
	for i := range e.ranked {
		c := &e.ranked[i]
		document := g.Passages[c.Passage].Chunk.DocumentID
		e.right = append(e.right, document == q.document && c.Span.Overlaps(q.answer))
		e.holds = append(e.holds, document == q.document && contains(c.Text(g), q.words))
		e.sources = append(e.sources, source{c.Text(g), c.Span.In(q.texts[document])})
		e.values = append(e.values, c.Features.Values())
	}
	return e, nil
}
