package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/embed"
	"github.com/akshara-go/akshara/rag/localstore"
	"github.com/akshara-go/akshara/translate/lang"
)

// denseGrid holds the weights that are tried for the embeddings beside words.
var denseGrid = []float64{0, .05, .1, .2, .3, .4, .6, .8}

// ranked is questions of one kind with the place of the right document for each weight.
type ranked struct {
	name   string
	folds  []int
	places [][]int // by question, by weight of denseGrid; 0: not found
}

// fitDense asks XQuAD's questions in two languages about documents in either,
// alone and among the distractors, with the embeddings of e, centred, and prints
// what is found for each weight of the embeddings; then the weight that is best
// over all sets, and each set's R@1 when every fold takes the weight that is best
// for the other folds of all sets.
func fitDense(ctx context.Context, data string, e rag.Embedder, w io.Writer) error {
	lines, err := readLines(data, "retrieval/distractors.hi.txt.gz")
	if err != nil {
		return err
	}
	var all []*ranked
	for _, hidden := range []bool{false, true} {
		for _, in := range []lang.Code{lang.Hindi, lang.English} {
			docs, _, err := readXQuAD(data, in)
			if err != nil {
				return err
			}
			name := string(in)
			if hidden {
				docs, name = append(docs, asDocuments(lines, lang.Hindi)...), name+" +8000"
			}
			sets, err := rankDense(ctx, data, name, docs, e)
			if err != nil {
				return err
			}
			all = append(all, sets...)
		}
	}
	reportDense(w, all)
	return nil
}

// rankDense ranks the questions of both languages about some documents.
func rankDense(ctx context.Context, data, name string, docs []corpus.Document, e rag.Embedder) ([]*ranked, error) {
	dir, err := os.MkdirTemp("", "fusiontrain")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	store, err := localstore.Open(dir, nil)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	centred, err := embed.Centre(ctx, e, embed.NewMeanFile(filepath.Join(dir, "mean")), func(context.Context) (texts []string, err error) {
		for i := range docs {
			texts = append(texts, docs[i].Text)
		}
		return texts, nil
	})
	if err != nil {
		return nil, err
	}
	if err := rag.NewIndex(store, &rag.IndexOptions{Embedder: centred}).Add(ctx, docs); err != nil {
		return nil, err
	}
	var sets []*ranked
	for _, ask := range []lang.Code{lang.Hindi, lang.English} {
		_, questions, err := readXQuAD(data, ask)
		if err != nil {
			return nil, err
		}
		s := &ranked{name: string(ask) + " to " + name}
		for i := range questions {
			places, err := placesOf(ctx, store, centred, &questions[i], ask)
			if err != nil {
				return nil, err
			}
			s.folds, s.places = append(s.folds, questions[i].fold), append(s.places, places)
		}
		sets = append(sets, s)
	}
	return sets, nil
}

// placesOf gives the place of the question's document for each weight.
func placesOf(ctx context.Context, store rag.Store, e rag.Embedder, q *question, code lang.Code) ([]int, error) {
	query := &rag.Query{Text: q.text, Language: code, TopK: 1}
	found, err := rag.NewIndex(store, &rag.IndexOptions{Embedder: e}).Candidates(ctx, query)
	if err != nil {
		return nil, err
	}
	places := make([]int, len(denseGrid))
	for i, weight := range denseGrid {
		hits := slices.Clone(found)
		index := rag.NewIndex(store, &rag.IndexOptions{Weights: func(text string, code lang.Code) rag.Weights {
			w := rag.LegWeights(text, code)
			w[rag.Dense] = weight
			return w
		}})
		if err := index.Fuse(ctx, query, hits); err != nil {
			return nil, err
		}
		if hits, err = (rag.LexicalReranker{}).Rerank(ctx, query, hits); err != nil {
			return nil, err
		}
		at := slices.IndexFunc(hits, func(h rag.Hit) bool { return h.Record.Chunk.DocumentID == q.document })
		places[i] = at + 1
	}
	return places, nil
}

// at gives R@1 and mean reciprocal rank at a weight of the grid, without one
// fold, or, where only is set, of that fold alone.
func (r *ranked) at(weight, fold int, only bool) (r1, mrr float64) {
	n := 0
	for i, places := range r.places {
		if fold != noFold && (r.folds[i] == fold) != only {
			continue
		}
		n++
		if p := places[weight]; p > 0 {
			mrr += 1 / float64(p)
			if p == 1 {
				r1++
			}
		}
	}
	if n == 0 {
		return 0, 0
	}
	return r1 / float64(n), mrr / float64(n)
}

// bestDense gives the weight with the highest mean reciprocal rank over sets,
// each counting alike, without one fold; the lowest of equals.
func bestDense(sets []*ranked, without int) int {
	best, high := 0, -1.0
	for weight := range denseGrid {
		sum := 0.0
		for _, s := range sets {
			_, mrr := s.at(weight, without, false)
			sum += mrr
		}
		if sum > high+1e-9 {
			best, high = weight, sum
		}
	}
	return best
}

// reportDense prints a row for each set.
func reportDense(w io.Writer, sets []*ranked) {
	fmt.Fprintf(w, "%-15s %5s", "R@1 at", "asked")
	for _, weight := range denseGrid {
		fmt.Fprintf(w, " %5.2f ", weight)
	}
	fmt.Fprintln(w, " | cross-validated")
	for _, s := range sets {
		fmt.Fprintf(w, "%-15s %5d", s.name, len(s.places))
		for weight := range denseGrid {
			r1, _ := s.at(weight, noFold, false)
			fmt.Fprintf(w, " %.4f", r1)
		}
		held := 0.0
		for fold := range folds {
			n := 0
			for _, f := range s.folds {
				if f == fold {
					n++
				}
			}
			r1, _ := s.at(bestDense(sets, fold), fold, true)
			held += r1 * float64(n) / float64(len(s.folds))
		}
		fmt.Fprintf(w, "  | %.4f\n", held)
	}
	fmt.Fprintf(w, "best over all: %.2f\n", denseGrid[bestDense(sets, noFold)])
}
