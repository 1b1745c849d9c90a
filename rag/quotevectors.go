package rag

import (
	"context"

	"github.com/akshara-go/akshara/rag/extractive"
)

// QuoteVectors lets a model that quotes tell sentences by their meaning, too:
//
//	model := extractive.New(&extractive.Options{Vectors: rag.QuoteVectors(embedder)})
//
// The same sentences come back with other questions, so that an embedder that keeps
// vectors, such as one of embed.Cache, pays. Errors are e's, or of [CheckVectors].
func QuoteVectors(e Embedder) extractive.Vectors {
	return func(ctx context.Context, question string, texts []string) ([]float32, [][]float32, error) {
		asked, err := checked(ctx, e, EmbedQuery, []string{question}, e.Model())
		if err != nil {
			return nil, nil, err
		}
		m := e.Model()
		m.Dimensions = len(asked[0]) // which a model may not know before
		made, err := checked(ctx, e, EmbedPassage, texts, m)
		if err != nil {
			return nil, nil, err
		}
		vectors := make([][]float32, len(made))
		for i, v := range made {
			vectors[i] = v
		}
		return asked[0], vectors, nil
	}
}

// checked embeds texts and checks that what comes of it can be vectors of a model.
func checked(ctx context.Context, e Embedder, kind EmbedKind, texts []string, m EmbedModel) ([]Vector, error) {
	vectors, err := e.Embed(ctx, kind, texts)
	if err == nil {
		err = CheckVectors(m, len(texts), vectors)
	}
	return vectors, err
}
