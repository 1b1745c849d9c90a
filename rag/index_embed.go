package rag

import (
	"context"
	"log/slog"
)

// embed gives the records of some documents their vectors, if there is an
// embedder. A text that the store holds a vector for already, among those
// documents, and one that stands in several records, is not embedded again; where
// texts are embedded later, only the vectors that the store holds are given.
func (x *Index) embed(ctx context.Context, documents []string, recs []Record) error {
	e := x.opts.Embedder
	if e == nil || len(recs) == 0 {
		return nil
	}
	known := x.recall(ctx, documents, e.Model())
	var texts []string
	for i := range recs {
		text := passageText(&recs[i])
		if _, ok := known[text]; !ok && !x.later {
			known[text] = nil
			texts = append(texts, text)
		}
	}
	model := e.Model()
	if len(texts) > 0 {
		vectors, err := e.Embed(ctx, EmbedPassage, texts)
		if err != nil {
			return err
		}
		model = e.Model() // it may have learnt its dimensions
		if err := CheckVectors(model, len(texts), vectors); err != nil {
			return err
		}
		for i, text := range texts {
			known[text] = vectors[i]
		}
	}
	for i := range recs {
		if v, ok := known[passageText(&recs[i])]; ok {
			recs[i].Vector, recs[i].Model = v, model
		}
	}
	return nil
}

// recall gives the vectors that the store holds of the documents' chunks, by
// their text. A store that cannot tell costs their embedding, not the documents.
func (x *Index) recall(ctx context.Context, documents []string, model EmbedModel) map[string]Vector {
	known := map[string]Vector{}
	s, ok := x.store.(Recaller)
	if !ok {
		return known
	}
	for _, tenant := range append([]string{x.opts.Tenant}, x.alike...) {
		recs, err := s.Records(ctx, tenant, documents)
		if err != nil {
			x.opts.Logger.WarnContext(ctx, "embedding documents wholly", slog.Any("error", err))
			return known
		}
		for i := range recs {
			if r := &recs[i]; r.Model == model && len(r.Vector) == model.Dimensions {
				known[passageText(r)] = r.Vector
			}
		}
	}
	return known
}

// passageText is what an embedder sees of a chunk: its text with the title it stands under.
func passageText(r *Record) string {
	if r.Source.Title == "" {
		return r.Chunk.Text
	}
	return r.Source.Title + "\n" + r.Chunk.Text
}
