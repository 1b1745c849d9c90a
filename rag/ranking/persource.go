package ranking

import (
	"context"

	"github.com/akshara-go/akshara/rag"
)

// PerSource leaves at most so many documents of each source site, the best ones,
// each with all its hits, so that one site cannot fill the list. Documents that
// name no site are not counted. Below 1 it leaves all.
type PerSource int

// Rerank implements [rag.Reranker].
func (p PerSource) Rerank(ctx context.Context, _ *rag.Query, hits []rag.Hit) ([]rag.Hit, error) {
	if err := order(ctx, hits); err != nil {
		return nil, err
	}
	if p < 1 {
		return hits, nil
	}
	documents := map[string]map[string]bool{} // of each site
	kept := hits[:0]
	for _, h := range hits {
		site, id := h.Record.Source.SourceSite, h.Record.Chunk.DocumentID
		of := documents[site]
		switch {
		case site == "" || of[id]:
		case len(of) == int(p):
			continue
		case of == nil:
			documents[site] = map[string]bool{id: true}
		default:
			of[id] = true
		}
		kept = append(kept, h)
	}
	return kept, nil
}
