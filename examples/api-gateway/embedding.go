package main

import (
	"context"
	"errors"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/observe/memcache"
	"github.com/akshara-go/akshara/observe/recording"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/embed"
	"github.com/akshara-go/akshara/rag/openaillm"
	"github.com/akshara-go/akshara/rag/ragtrace"
)

const (
	// vectorCacheBytes is what vectors of texts take in memory: some 16,000 of 384 dimensions.
	vectorCacheBytes = 32 << 20
	// rebuildRate is how many chunks a second are written, and embedded, when the
	// index is built anew beside the one that answers.
	rebuildRate = 200
)

// embedding sets the options of an index to the embedding model that the
// environment names, if any, and to those of other models at the same server,
// which the index may hold vectors of. It gives what ends them. A model that the
// server has not is an error; its mean is estimated later, and kept in the store
// for all gateways that share it.
func embedding(ctx context.Context, cfg *settings, kept *storage, opts *rag.LiveOptions, rec *recording.Recording) (end func() error, err error) {
	if modelsAt(cfg).BaseURL == "" || cfg.RAG.EmbeddingModel == "" {
		return func() error { return nil }, nil
	}
	memory, err := memcache.New(vectorCacheBytes, nil)
	if err != nil {
		return nil, err
	}
	o := &embed.Opener{
		New:   func(ctx context.Context, name string) (rag.Embedder, error) { return modelNamed(ctx, cfg, name, rec) },
		Cache: memory, Documents: &ingest.Collection{Catalog: kept.documents}, Chunk: opts.Chunk,
	}
	o.Notes, _ = kept.store.(rag.Noter) // every store here is one
	opts.Open = func(ctx context.Context) (rag.Embedder, error) { return o.Open(ctx, cfg.RAG.EmbeddingModel) }
	opts.Embedders = o.Reopen
	if err := o.Find(ctx, cfg.RAG.EmbeddingModel); err != nil {
		return nil, errors.Join(err, memory.Close())
	}
	return memory.Close, nil
}

// modelNamed gives an embedding model of the server that the environment names, or of the llm-service.
func modelNamed(ctx context.Context, cfg *settings, name string, rec *recording.Recording) (rag.Embedder, error) {
	e, err := openaillm.NewEmbedder(modelsAt(cfg), name, &openaillm.EmbedderOptions{InputType: cfg.RAG.EmbeddingInputType})
	if err != nil {
		return nil, err
	}
	return ragtrace.Embedder(e, rec.Calls, "openai"), e.Probe(ctx)
}
