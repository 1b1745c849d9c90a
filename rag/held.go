package rag

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/akshara-go/akshara/rag/corpus"
)

// missing gives those of the documents that the generation does not hold as they are.
func (b *builder) missing(ctx context.Context, docs []corpus.Document) ([]corpus.Document, error) {
	s, ok := b.l.store.(Recaller)
	if !ok || len(docs) == 0 {
		return docs, nil
	}
	ids := make([]string, len(docs))
	for i := range docs {
		ids[i] = docs[i].ID
	}
	recs, err := s.Records(ctx, b.x.opts.Tenant, ids)
	if err != nil {
		return nil, err
	}
	held := map[string][]Record{}
	for i := range recs {
		id := recs[i].Chunk.DocumentID
		held[id] = append(held[id], recs[i])
	}
	var out []corpus.Document
	for i := range docs {
		chunks, err := b.x.Chunks(&docs[i])
		if err != nil {
			return nil, fmt.Errorf("rag: document %q: %w", docs[i].ID, err)
		}
		if !b.x.holds(&docs[i], chunks, held[docs[i].ID]) {
			out = append(out, docs[i])
		}
	}
	return out, nil
}

// holds tells whether held is what the index would write of a document.
func (x *Index) holds(doc *corpus.Document, chunks []corpus.Chunk, held []Record) bool {
	if len(chunks) != len(held) {
		return false
	}
	slices.SortFunc(held, func(a, b Record) int { return cmp.Compare(a.Chunk.Ordinal, b.Chunk.Ordinal) })
	var model EmbedModel
	if x.opts.Embedder != nil {
		model = x.opts.Embedder.Model()
	}
	source, readers := x.about(doc)
	for i := range held {
		r, c := &held[i], &chunks[i]
		if r.Chunk.ID != c.ID || r.Chunk.Text != c.Text || r.Chunk.Span != c.Span || r.Chunk.Page != c.Page || !slices.Equal(r.Chunk.Headings, c.Headings) {
			return false
		}
		if r.Model != model || !slices.Equal(r.Readers, readers) || !sameSource(&r.Source, &source) {
			return false
		}
	}
	return true
}

func sameSource(a, b *corpus.Source) bool {
	return a.Title == b.Title && a.URL == b.URL && a.SourceSite == b.SourceSite && a.Language == b.Language && a.ContentType == b.ContentType &&
		a.Author == b.Author && a.PublishedAt.Equal(b.PublishedAt) && slices.Equal(a.Tags, b.Tags) && a.ThumbnailURL == b.ThumbnailURL
}
