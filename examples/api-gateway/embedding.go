package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/akshara-go/akshara/ingest/catalog"
	"github.com/akshara-go/akshara/observe/memcache"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/embed"
	"github.com/akshara-go/akshara/rag/openaillm"
)

// vectorCacheBytes is what vectors of texts take in memory: some 16,000 of 384 dimensions.
const vectorCacheBytes = 32 << 20

// embedding gives the embedding model that the environment names, or nil, and
// what ends it: its vectors are cached, long texts are embedded in windows, and
// the mean of the collection is taken off. The mean is kept in the index's folder
// and goes with it. An index whose vectors were made without a mean stays so, and
// so does one in PostgreSQL, which is no single gateway's.
func embedding(ctx context.Context, cfg *settings, kept catalog.Catalog) (rag.Embedder, func() error, error) {
	name, dir := cfg.RAG.EmbeddingModel, cfg.App.DataDir
	none := func() error { return nil }
	if cfg.OpenAI.BaseURL == "" || name == "" {
		return nil, none, nil
	}
	server := openaillm.Config{BaseURL: cfg.OpenAI.BaseURL, APIKey: cfg.OpenAI.APIKey.Reveal()}
	e, err := openaillm.NewEmbedder(server, name, &openaillm.EmbedderOptions{InputType: cfg.RAG.EmbeddingInputType})
	if err != nil {
		return nil, none, err
	}
	if err := e.Probe(ctx); err != nil {
		return nil, none, err
	}
	memory, err := memcache.New(vectorCacheBytes, nil)
	if err != nil {
		return nil, none, err
	}
	windows := embed.Window(embed.Cache(e, memory, nil), embed.TraitsOf(name).Tokens)
	plain, err := os.ReadFile(filepath.Join(dir, embeddedNote))
	if err == nil && string(plain) == e.Model().String() || cfg.Postgres.Host != "" {
		return windows, memory.Close, nil
	}
	centred, err := embed.Centre(ctx, windows, embed.NewMeanFile(filepath.Join(dir, "index", "embedding-mean")),
		func(ctx context.Context) ([]string, error) { return collectionSample(ctx, kept, chunkOptions(cfg)) })
	if err != nil {
		return nil, none, errors.Join(err, memory.Close())
	}
	return centred, memory.Close, nil
}

// collectionSample gives chunks of documents that are spread over the catalog: one of the
// middle of each, and more where there are few documents.
func collectionSample(ctx context.Context, kept catalog.Catalog, opts *chunk.Options) ([]string, error) {
	_, total, err := kept.List(ctx, 0, 1)
	if err != nil || total == 0 {
		return nil, err
	}
	n := min(total, embed.MaxSample)
	each := (embed.MinSample + n - 1) / n
	var texts []string
	for i := range n {
		entries, _, err := kept.List(ctx, i*total/n, 1)
		if err != nil {
			return nil, err
		}
		if len(entries) == 0 { // deleted meanwhile
			break
		}
		doc, err := kept.Get(ctx, entries[0].ID)
		if err != nil {
			return nil, err
		}
		chunks, err := chunk.Split(doc, opts)
		if err != nil {
			return nil, err
		}
		of := min(each, len(chunks))
		for j := range of {
			texts = append(texts, chunks[(2*j+1)*len(chunks)/(2*of)].Text)
		}
	}
	return texts, nil
}
