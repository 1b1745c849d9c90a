package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"

	"github.com/akshara-go/akshara/examples/internal/retrieval"
	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/ingest/catalog"
	"github.com/akshara-go/akshara/ingest/parse"
	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/genai"
	"github.com/akshara-go/akshara/observe/health"
	"github.com/akshara-go/akshara/observe/recording"
	"github.com/akshara-go/akshara/observe/sharedcache"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llmcache"
	"github.com/akshara-go/akshara/rag/localstore"
	"github.com/akshara-go/akshara/rag/openaillm"
	"github.com/akshara-go/akshara/rag/raghttp"
	"github.com/akshara-go/akshara/rag/ragtrace"
	"github.com/akshara-go/akshara/rag/understand"
	"github.com/akshara-go/akshara/translate/detect"
	"github.com/akshara-go/akshara/translate/translit"
)

// folder is the service's own in the data folder, beside the gateway's.
const folder = "rag-service"

// parts is what the service is made of.
type parts struct {
	service raghttp.Service
	store   *localstore.Store
	answers *sharedcache.Cache // of a language model
	meaning *retrieval.Embedding

	stop  context.CancelFunc // ends what goes on later
	later sync.WaitGroup     // what goes on while the service answers already
}

// open makes the parts, adds their checks to monitor and brings the index in
// line with the documents.
func open(ctx context.Context, cfg *settings, log *slog.Logger, monitor *health.Monitor, rec *recording.Recording) (*parts, error) {
	dir := filepath.Join(cfg.App.DataDir, folder)
	store, err := localstore.Open(filepath.Join(dir, "index"), &localstore.Options{Logger: observe.Named(log, "localstore")})
	if err != nil {
		return nil, err
	}
	answers, err := sharedcache.Open(&cfg.Redis, cfg.Redis.DBCache, &sharedcache.Options{Logger: log, Tracers: rec.TracerProvider})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	ctx, stop := context.WithCancel(ctx)
	p := &parts{store: store, answers: answers, meaning: &retrieval.Embedding{}, stop: stop}
	if err := p.wire(ctx, cfg, log, monitor, dir, rec.Calls); err != nil {
		return nil, errors.Join(err, p.close())
	}
	answers.Watch(monitor)
	monitor.Add("index", store.Check, nil)
	return p, nil
}

func (p *parts) wire(ctx context.Context, cfg *settings, log *slog.Logger, monitor *health.Monitor, dir string, calls *genai.Recorder) error {
	kept, err := catalog.OpenDir(filepath.Join(dir, "documents"))
	if err != nil {
		return err
	}
	language := detect.New().Language
	documents := &ingest.Collection{Catalog: kept, Detect: language}
	opts := &rag.LiveOptions{IndexOptions: rag.IndexOptions{
		Detect: language, Candidates: cfg.RAG.Candidates, Logger: observe.Named(log, "rag"), Speller: retrieval.Speller(translit.New(nil)),
		Chunk:    &chunk.Options{Size: cfg.RAG.ChunkSize, Overlap: cmp.Or(cfg.RAG.ChunkOverlap, chunk.NoOverlap)},
		Reranker: ragtrace.Reranker(rag.LexicalReranker{}, calls, "", "lexical"),
	}}
	p.meaning = &retrieval.Embedding{
		Settings: &cfg.RAG, Server: modelsAt(cfg), Notes: p.store, Documents: documents, Calls: calls, Log: observe.Named(log, "embedding"),
	}
	if err := p.meaning.Set(ctx, opts); err != nil {
		return err
	}
	model, err := p.languageModel(cfg, log, calls)
	if err != nil {
		return err
	}
	watch, followUp, err := retrieval.Guard(cfg.RAG.Guard, model, calls)
	if err != nil {
		return err
	}
	index, err := rag.NewLiveIndex(p.store, opts)
	if err != nil {
		return err
	}
	documents.Sink = index
	finding := ragtrace.Retriever(index, calls, "documents")
	answering := model
	if model == nil {
		answering = p.meaning.Quotes()
	}
	retrieval.Watch(monitor, index)
	engine := rag.NewEngine(finding, &rag.EngineOptions{
		Model: answering, Detect: language, MinConfidence: cfg.RAG.ConfidenceThreshold, Contact: cfg.RAG.RefusalContact, Guard: watch,
	})
	follow := &understand.FollowUp{Model: followUp, Logger: log}
	steps := understand.New(nil, &understand.Options{Rewrite: []understand.Rewriter{follow}, Detect: language, Logger: log})
	p.service = raghttp.Service{
		Retriever: understand.New(finding, &understand.Options{
			Rewrite: []understand.Rewriter{follow, &understand.Spelling{Corrector: index}}, Detect: language, Logger: log,
		}),
		Suggester: index, Documents: documents, Chunks: index.Chunks, Embeds: opts.Open != nil, Later: opts.Later,
		Answerer: ragtrace.Answerer(understand.NewAnswerer(steps, engine), calls, "answer"),
		Parse:    read(parse.New(&parse.Options{Detect: language})),
	}
	return p.align(ctx, documents, index, log)
}

// align makes the index hold what is kept. One that was made by another model or
// in another way answers meanwhile, and is built anew later.
func (p *parts) align(ctx context.Context, documents *ingest.Collection, index *rag.LiveIndex, log *slog.Logger) error {
	added, removed, err := documents.Reconcile(ctx)
	if err != nil {
		return err
	}
	log.Info("index in line with the documents", "added", added, "removed", removed)
	p.later.Go(func() { index.Keep(ctx, documents, &rag.BuildOptions{ChunksPerSecond: retrieval.RebuildRate}) })
	return nil
}

// read lets the routes parse what is sent to them.
func read(parser ingest.Parser) raghttp.Parser {
	return func(ctx context.Context, content, contentType string, source corpus.Source) (*corpus.Document, error) {
		return parser.Parse(ctx, &ingest.Item{ContentType: contentType, Body: strings.NewReader(content), Source: source})
	}
}

// languageModel gives the language model that the environment names, or nil. Its
// answers are kept, and given again for the same passages.
func (p *parts) languageModel(cfg *settings, log *slog.Logger, calls *genai.Recorder) (llm.Model, error) {
	if cfg.OpenAI.BaseURL == "" || cfg.OpenAI.ModelStandard == "" {
		return nil, nil
	}
	model, err := openaillm.New(modelsAt(cfg), cfg.OpenAI.ModelStandard, nil)
	if err != nil {
		return nil, err
	}
	traced := ragtrace.Model(model, calls, &ragtrace.ModelOptions{Provider: "openai", Name: cfg.OpenAI.ModelStandard, Remote: true})
	return llmcache.New(traced, cfg.OpenAI.BaseURL+" "+cfg.OpenAI.ModelStandard, p.answers,
		&llmcache.Options{TTL: cfg.RAG.CacheTTL, Logger: observe.Named(log, "llmcache")}), nil
}

// modelsAt says where the models are.
func modelsAt(cfg *settings) openaillm.Config {
	return openaillm.Config{BaseURL: cfg.OpenAI.BaseURL, APIKey: cfg.OpenAI.APIKey.Reveal()}
}

// close waits for what goes on and closes what has to be closed.
func (p *parts) close() error {
	p.stop()
	p.later.Wait()
	return errors.Join(p.store.Close(), p.answers.Close(), p.meaning.Close())
}
