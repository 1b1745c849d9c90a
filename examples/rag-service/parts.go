package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"

	"go.opentelemetry.io/otel/trace"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/ingest/catalog"
	"github.com/akshara-go/akshara/ingest/parse"
	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/health"
	"github.com/akshara-go/akshara/observe/sharedcache"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llmcache"
	"github.com/akshara-go/akshara/rag/localstore"
	"github.com/akshara-go/akshara/rag/openaillm"
	"github.com/akshara-go/akshara/rag/raghttp"
	"github.com/akshara-go/akshara/translate/detect"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translit"
)

// folder is the service's own in the data folder, beside the gateway's.
const folder = "rag-service"

// spellings is how many native spellings of a typed word are looked for.
const spellings = 4

// parts is what the service is made of.
type parts struct {
	service raghttp.Service
	store   *localstore.Store
	answers *sharedcache.Cache // of a language model
}

// open makes the parts, adds their checks to monitor and brings the index in
// line with the documents.
func open(ctx context.Context, cfg *settings, log *slog.Logger, monitor *health.Monitor, tracers trace.TracerProvider) (*parts, error) {
	dir := filepath.Join(cfg.App.DataDir, folder)
	store, err := localstore.Open(filepath.Join(dir, "index"), &localstore.Options{Logger: observe.Named(log, "localstore")})
	if err != nil {
		return nil, err
	}
	answers, err := sharedcache.Open(&cfg.Redis, cfg.Redis.DBCache, &sharedcache.Options{Logger: log, Tracers: tracers})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	p := &parts{store: store, answers: answers}
	if err := p.wire(ctx, cfg, log, dir); err != nil {
		return nil, errors.Join(err, p.close())
	}
	answers.Watch(monitor)
	monitor.Add("index", store.Check, nil)
	return p, nil
}

func (p *parts) wire(ctx context.Context, cfg *settings, log *slog.Logger, dir string) error {
	embedder, model, err := models(ctx, cfg)
	if err != nil {
		return err
	}
	if model != nil {
		model = llmcache.New(model, cfg.OpenAI.BaseURL+" "+cfg.OpenAI.ModelStandard, p.answers,
			&llmcache.Options{TTL: cfg.RAG.CacheTTL, Logger: observe.Named(log, "llmcache")})
	}
	kept, err := catalog.OpenDir(filepath.Join(dir, "documents"))
	if err != nil {
		return err
	}
	language := detect.New().Language
	index := rag.NewIndex(p.store, &rag.IndexOptions{
		Embedder: embedder, Detect: language, Candidates: cfg.RAG.Candidates, Logger: observe.Named(log, "rag"), Speller: spell(translit.New(nil)),
		Chunk: &chunk.Options{Size: cfg.RAG.ChunkSize, Overlap: cmp.Or(cfg.RAG.ChunkOverlap, chunk.NoOverlap)},
	})
	documents := &ingest.Collection{Catalog: kept, Sink: index, Detect: language}
	p.service = raghttp.Service{
		Retriever: index, Suggester: index, Documents: documents, Chunks: index.Chunks, Embeds: embedder != nil,
		Answerer: rag.NewEngine(index, &rag.EngineOptions{Model: model, Detect: language, MinConfidence: cfg.RAG.ConfidenceThreshold, Contact: cfg.RAG.RefusalContact}),
		Parse:    read(parse.New(&parse.Options{Detect: language})),
	}
	return p.align(ctx, documents, embedder, filepath.Join(dir, "embedding-model"), log)
}

// align makes the index hold what is kept, with the vectors of the embedder that
// there is. note is the file that says whose vectors the documents have.
func (p *parts) align(ctx context.Context, documents *ingest.Collection, embedder rag.Embedder, note string, log *slog.Logger) error {
	added, removed, err := documents.Reconcile(ctx)
	if err != nil {
		return err
	}
	vectors := "none"
	if embedder != nil {
		vectors = embedder.Model().String()
	}
	again, err := documents.ReindexOnce(ctx, note, vectors)
	if err != nil {
		return err
	}
	log.Info("index in line with the documents", "added", added, "removed", removed, "indexed_anew", again, "vectors", vectors)
	return nil
}

// read lets the routes parse what is sent to them.
func read(parser ingest.Parser) raghttp.Parser {
	return func(ctx context.Context, content, contentType string, source corpus.Source) (*corpus.Document, error) {
		return parser.Parse(ctx, &ingest.Item{ContentType: contentType, Body: strings.NewReader(content), Source: source})
	}
}

// spell lets what is typed in Latin letters be found in its language's own
// script. A language whose typed words no model reads has no spellings.
func spell(t *translit.Transliterator) rag.Speller {
	return func(ctx context.Context, word string, code lang.Code) ([]rag.Spelling, error) {
		if _, ok := translit.Model(code); !ok {
			return nil, nil
		}
		found, err := t.Candidates(ctx, word, code, code.Script(), spellings)
		list := make([]rag.Spelling, len(found))
		for i, c := range found {
			list[i] = rag.Spelling{Text: c.Text, Probability: c.Score}
		}
		return list, err
	}
}

// models gives the embedder and the language model that the environment names,
// nil for one that it does not.
func models(ctx context.Context, cfg *settings) (embedder rag.Embedder, model llm.Model, err error) {
	server := openaillm.Config{BaseURL: cfg.OpenAI.BaseURL, APIKey: cfg.OpenAI.APIKey.Reveal()}
	if server.BaseURL != "" && cfg.RAG.EmbeddingModel != "" {
		e, err := openaillm.NewEmbedder(server, cfg.RAG.EmbeddingModel, &openaillm.EmbedderOptions{InputType: cfg.RAG.EmbeddingInputType})
		if err != nil {
			return nil, nil, err
		}
		if err := e.Probe(ctx); err != nil {
			return nil, nil, err
		}
		embedder = e
	}
	if server.BaseURL != "" && cfg.OpenAI.ModelStandard != "" {
		m, err := openaillm.New(server, cfg.OpenAI.ModelStandard, nil)
		if err != nil {
			return nil, nil, err
		}
		model = m
	}
	return embedder, model, nil
}

// close closes what has to be closed.
func (p *parts) close() error { return errors.Join(p.store.Close(), p.answers.Close()) }
