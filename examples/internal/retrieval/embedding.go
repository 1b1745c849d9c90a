package retrieval

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/akshara-go/akshara/examples/internal/e5model"
	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/genai"
	"github.com/akshara-go/akshara/observe/memcache"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/e5embed"
	"github.com/akshara-go/akshara/rag/embed"
	"github.com/akshara-go/akshara/rag/extractive"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/openaillm"
	"github.com/akshara-go/akshara/rag/ragtrace"
)

// RebuildRate is how many chunks a second are written, and embedded, when an index
// is built anew beside the one that answers.
const RebuildRate = 200

// vectorCacheBytes is what vectors of texts take in memory: some 16,000 of 384 dimensions.
const vectorCacheBytes = 32 << 20

// vectorsWait is how long an answer waits for the vectors of its sentences. They take
// up to some 300 ms of a core (make bench-answers), but many times as long on a
// processor that e5embed has no kernels for, or that embeds documents meanwhile.
const vectorsWait = 2 * time.Second

// Embedding is the embedding model of an index, as the environment sets it.
type Embedding struct {
	Settings  *config.RAG
	Server    openaillm.Config // without an address: there is none
	Notes     rag.Noter        // where the mean of its vectors is kept
	Documents rag.Source       // what the mean is estimated from
	Calls     *genai.Recorder
	Log       *slog.Logger

	local *e5embed.Embedder // nil: there is none
	kept  *memcache.Cache
}

// Set sets the options of an index to the embedding model that the environment
// stands for, if any: one in the process (see [e5model.Open]), or one at the server.
// The index may hold vectors of others that are to be had. A model that is named
// and not to be had is an error; its mean is estimated later, and kept for all
// who share the store. Close ends what Set opens, although it failed.
func (e *Embedding) Set(ctx context.Context, opts *rag.LiveOptions) error {
	var err error
	if e.local, err = e5model.Open(e.Settings.EmbeddingModel, e.Log); err != nil {
		return err
	}
	name := e.name()
	if name == "" {
		return nil
	}
	if e.kept, err = memcache.New(vectorCacheBytes, nil); err != nil {
		return err
	}
	o := &embed.Opener{New: e.open, Cache: e.kept, Notes: e.Notes, Documents: e.Documents, Chunk: opts.Chunk}
	opts.Open = func(ctx context.Context) (rag.Embedder, error) { return o.Open(ctx, name) }
	opts.Embedders = o.Reopen
	opts.Later = e.local != nil // it is always there, and embeds when documents are found already
	return o.Find(ctx, name)
}

// name gives the model that vectors are made with, or "".
func (e *Embedding) name() string {
	switch {
	case e.local != nil:
		e.Log.Info("searching by meaning, too", "model", e.local.Model().String(), "kernels", e.local.Kernels())
		return e.local.Model().Name
	case e.Server.BaseURL == "" || e.Settings.EmbeddingModel == e5model.Off:
		return ""
	}
	return e.Settings.EmbeddingModel
}

// open gives the model in the process, if that has the name, or the server's.
func (e *Embedding) open(ctx context.Context, name string) (rag.Embedder, error) {
	switch {
	case e.local != nil && name == e.local.Model().Name:
		return ragtrace.Embedder(e.local, e.Calls, ""), nil
	case e.Server.BaseURL == "":
		return nil, fault.New(fault.NotFound, fmt.Sprintf("there is no embedding model %q", name), nil)
	}
	server, err := openaillm.NewEmbedder(e.Server, name, &openaillm.EmbedderOptions{InputType: e.Settings.EmbeddingInputType})
	if err != nil {
		return nil, err
	}
	return ragtrace.Embedder(server, e.Calls, "openai"), server.Probe(ctx)
}

// Quotes gives the model that answers in quotations. With a model in the process it
// tells sentences by their meaning, too; a server would be asked twice more for
// each question. Where vectors fail, or take longer than vectorsWait, it tells them by
// their words.
func (e *Embedding) Quotes() llm.Model {
	var opts extractive.Options
	if e.local != nil {
		vectors := embed.Cache(ragtrace.Embedder(e.local, e.Calls, ""), e.kept, nil)
		opts = extractive.Options{Vectors: inTime(rag.QuoteVectors(vectors)), Logger: e.Log}
	}
	return ragtrace.Model(extractive.New(&opts), e.Calls, &ragtrace.ModelOptions{Name: extractive.Name})
}

// inTime gives vectors up that are not there within vectorsWait.
func inTime(vectors extractive.Vectors) extractive.Vectors {
	return func(ctx context.Context, question string, texts []string) ([]float32, [][]float32, error) {
		ctx, cancel := context.WithTimeout(ctx, vectorsWait)
		defer cancel()
		return vectors(ctx, question, texts)
	}
}

// Close closes what Set has opened.
func (e *Embedding) Close() error {
	var errs []error
	if e.local != nil {
		errs = append(errs, e.local.Close())
	}
	if e.kept != nil {
		errs = append(errs, e.kept.Close())
	}
	return errors.Join(errs...)
}
