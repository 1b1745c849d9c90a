package rag

import (
	"context"
	"log/slog"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/match"
)

// QueryDocuments gives the five documents that fit a Hindi question best: it is
// [Index.Retrieve] with its defaults, for readers of what is public.
func (x *Index) QueryDocuments(ctx context.Context, text string) ([]DocumentResult, error) {
	return x.Retrieve(ctx, &Query{Text: text})
}

// Retrieve finds documents: every leg gives its candidates, fusion weighs the
// legs, the reranker looks at the candidates once more, and the chunks of a
// document are put together. An embedder that fails costs the dense leg, not
// the answer; an index that holds another model's vectors is an error.
func (x *Index) Retrieve(ctx context.Context, q *Query) ([]DocumentResult, error) {
	n, err := q.Normal(x.opts.Detect)
	if err != nil {
		return nil, err
	}
	native := x.spell(ctx, n)
	hits, err := x.candidates(ctx, n, &native)
	if err != nil {
		return nil, err
	}
	if err := x.Fuse(ctx, n, hits); err != nil {
		return nil, err
	}
	read := *n
	if native.text != "" {
		read.Text = native.text
	}
	hits, err = x.opts.Reranker.Rerank(ctx, &read, hits)
	if err != nil {
		return nil, err
	}
	results := group(hits, n.TopK)
	asked := match.New(n.Text, n.Language, nil)
	from, to := n.Shown.of(len(results))
	for i := from; i < to; i++ {
		best := &results[i].Chunks[0].Record
		results[i].Snippet = snippet(asked, &best.Chunk, &best.Source)
	}
	return results, nil
}

// Candidates gives the best records of each leg with their scores, before
// fusion. Language and TopK of q must be set.
func (x *Index) Candidates(ctx context.Context, q *Query) ([]Hit, error) {
	native := x.spell(ctx, q)
	return x.candidates(ctx, q, &native)
}

func (x *Index) candidates(ctx context.Context, q *Query, native *spelt) ([]Hit, error) {
	fields := analysis.Query(q.Text, q.Language)
	s := &Search{
		Tenant: x.opts.Tenant, Readers: q.Readers, Filter: q.Filter,
		K: max(x.opts.Candidates, q.TopK), Exact: q.Exact,
	}
	s.Sparse = sparse(s.Sparse, Words, append(fields.Words, native.terms...))
	s.Sparse = sparse(s.Sparse, Sounds, fields.Sounds)
	if err := x.denseLeg(ctx, q, s); err != nil {
		return nil, err
	}
	if len(s.Sparse) == 0 && s.Vector == nil {
		return nil, nil // the text holds no word in any script
	}
	return x.store.Search(ctx, s)
}

// BM25's parameters. Length counts little because short and long chunks stand
// side by side: with the usual b of .75 a short text wins by its shortness.
const (
	bm25K1 = .6
	bm25B  = .1
)

// sparse adds a leg for the terms of a question, if there are any.
func sparse(legs []SparseLeg, leg Leg, terms []analysis.Term) []SparseLeg {
	if len(terms) == 0 {
		return legs
	}
	return append(legs, SparseLeg{Leg: leg, Terms: merge(terms, nil, 0), K1: bm25K1, B: bm25B})
}

func (x *Index) denseLeg(ctx context.Context, q *Query, s *Search) error {
	e := x.opts.Embedder
	if e == nil {
		return nil
	}
	vectors, err := e.Embed(ctx, EmbedQuery, []string{q.Text})
	if err == nil {
		err = CheckVectors(e.Model(), 1, vectors)
	}
	if err != nil {
		if ctx.Err() != nil || len(s.Sparse) == 0 {
			return err
		}
		x.opts.Logger.WarnContext(ctx, "searching without embeddings", slog.String("model", e.Model().Name), slog.Any("error", err))
		return nil
	}
	s.Vector, s.Model = vectors[0], e.Model()
	return nil
}

// group puts the chunks of a document together and keeps the best k documents.
func group(hits []Hit, k int) []DocumentResult {
	SortHits(hits)
	at := make(map[string]int, k)
	results := make([]DocumentResult, 0, k)
	for _, h := range hits {
		id := h.Record.Chunk.DocumentID
		i, ok := at[id]
		if !ok {
			if len(results) == k {
				continue
			}
			i = len(results)
			at[id] = i
			results = append(results, DocumentResult{DocumentID: id, Source: h.Record.Source, Score: h.Score})
		}
		results[i].Chunks = append(results[i].Chunks, h)
	}
	return results
}
