package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/akshara-go/akshara/examples/internal/retrieval"
	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/health"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/observe/recording"
	"github.com/akshara-go/akshara/observe/sharedcache"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llmcache"
	"github.com/akshara-go/akshara/rag/openaillm"
	"github.com/akshara-go/akshara/rag/raghttp"
	"github.com/akshara-go/akshara/rag/ragtrace"
	"github.com/akshara-go/akshara/rag/understand"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/detect"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translit"
)

// answerWait is how long the rag-service may take for an answer, which a
// language model may need more than the default for.
const answerWait = 2 * time.Minute

// finder is what finds and answers: this process, or the rag-service.
type finder struct {
	answerer  rag.Answerer
	searcher  raghttp.Searcher
	suggester raghttp.Suggester
	sink      ingest.Sink
	read      func(ctx context.Context, id string) (*corpus.Document, error) // a document that was found
	chunks    func(doc *corpus.Document) ([]corpus.Chunk, error)             // how it is cut; of the service: as this process would
	close     func() error

	remote bool
	model  llm.Model      // what writes; nil when there is none, or when remote
	index  *rag.LiveIndex // nil when remote

	retriever rag.Retriever // index, recorded; nil when remote
}

// finding gives what finds and answers: the service that the environment names,
// whose check it adds to monitor, or this process in what is kept.
func finding(ctx context.Context, cfg *settings, kept *storage, translator translate.Translator, log *slog.Logger, monitor *health.Monitor, rec *recording.Recording) (*finder, error) {
	if cfg.Services.RAG == "" {
		return findingHere(ctx, cfg, kept, translator, log, monitor, rec)
	}
	client, err := raghttp.NewClient(cfg.Services.RAG, &httpkit.ClientOptions{Timeout: answerWait, Askers: true})
	if err != nil {
		return nil, err
	}
	monitor.AddChecker("rag-service", client, nil)
	return &finder{
		answerer: client, searcher: client, suggester: client, sink: client, read: client.Get, close: client.Close, remote: true,
		chunks: func(doc *corpus.Document) ([]corpus.Chunk, error) { return chunk.Split(doc, chunkOptions(cfg)) },
	}, nil
}

// findingHere finds in an index of the store, whose check it adds to monitor.
func findingHere(ctx context.Context, cfg *settings, kept *storage, translator translate.Translator, log *slog.Logger, monitor *health.Monitor, rec *recording.Recording) (*finder, error) {
	writer, endModel, err := languageModel(cfg, log, monitor, rec)
	if err != nil {
		return nil, err
	}
	language := detect.New().Language
	opts := &rag.LiveOptions{IndexOptions: rag.IndexOptions{
		Detect: language, Candidates: cfg.RAG.Candidates, Logger: observe.Named(log, "rag"),
		Speller: retrieval.Speller(translit.New(nil)), Chunk: chunkOptions(cfg),
		Reranker: ragtrace.Reranker(rag.LexicalReranker{}, rec.Calls, "", "lexical"),
	}}
	meaning := embedding(cfg, kept, log, rec)
	end := func() error { return errors.Join(meaning.Close(), endModel()) }
	if err := meaning.Set(ctx, opts); err != nil {
		return nil, errors.Join(err, end())
	}
	watch, guarded, err := retrieval.Guard(cfg.RAG.Guard, writer, rec.Calls)
	if err != nil {
		return nil, errors.Join(err, end())
	}
	index, err := rag.NewLiveIndex(kept.store, opts)
	if err != nil {
		return nil, errors.Join(err, end())
	}
	retrieval.Watch(monitor, index)
	model := writer
	if model == nil {
		model = meaning.Quotes()
	}
	finding := ragtrace.Retriever(index, rec.Calls, "documents")
	engine := rag.NewEngine(finding, &rag.EngineOptions{
		Model: model, Detect: language, MinConfidence: cfg.RAG.ConfidenceThreshold, Contact: cfg.RAG.RefusalContact, Translate: translatedBy(translator),
		Guard: watch,
	})
	return &finder{
		answerer: ragtrace.Answerer(following(engine, guarded, language, log), rec.Calls, "answer"), model: guarded,
		suggester: index, sink: index, chunks: index.Chunks, close: end, index: index, retriever: finding,
	}, nil
}

// handOver gives the rag-service the documents that this gateway has, and the
// samples, while the gateway answers already. What it does not get now, because
// the service is away, it gets at the next start.
func (p *parts) handOver(ctx context.Context, cfg *settings, dir string) {
	p.later.Go(func() {
		_, err := p.documents.ReindexOnce(ctx, filepath.Join(dir, "handed-over-to"), cfg.Services.RAG)
		if err == nil && cfg.App.SampleCorpus {
			err = p.takeInSamples(ctx, dir)
		}
		if err != nil && ctx.Err() == nil {
			p.log.Error("the rag-service has not got every document of the gateway", "error", err)
		}
	})
}

// following lets an engine answer follow-up questions, which writer completes if it is not nil.
func following(engine *rag.Engine, writer llm.Model, language func(string) lang.Code, log *slog.Logger) *understand.Answerer {
	log = observe.Named(log, "understand")
	return understand.NewAnswerer(understand.New(nil, &understand.Options{
		Rewrite: []understand.Rewriter{&understand.FollowUp{Model: writer, Logger: log}}, Detect: language, Logger: log,
	}), engine)
}

// languageModel gives the language model that the environment names, or nil, and what ends it. Its answers are kept, and given again for the same passages.
func languageModel(cfg *settings, log *slog.Logger, monitor *health.Monitor, rec *recording.Recording) (llm.Model, func() error, error) {
	none := func() error { return nil }
	name, at := standardModel(cfg), modelsAt(cfg)
	if name == "" {
		return nil, none, nil
	}
	model, err := openaillm.New(at, name, nil)
	if err != nil {
		return nil, none, err
	}
	end := none
	if cfg.Services.LLM != "" {
		client, err := httpkit.NewClient(cfg.Services.LLM, nil)
		if err != nil {
			return nil, none, err
		}
		monitor.AddChecker("llm-service", llmService{client}, &health.CheckOptions{Optional: true})
		end = client.Close
	}
	answers, err := sharedcache.Open(&cfg.Redis, cfg.Redis.DBCache, &sharedcache.Options{Logger: log, Tracers: rec.TracerProvider})
	if err != nil {
		return nil, none, errors.Join(err, end())
	}
	answers.Watch(monitor)
	opts := &llmcache.Options{TTL: cfg.RAG.CacheTTL, Logger: observe.Named(log, "llmcache")}
	traced := ragtrace.Model(model, rec.Calls, &ragtrace.ModelOptions{Provider: "openai", Name: name, Remote: true})
	return llmcache.New(traced, at.BaseURL+" "+name, answers, opts), func() error { return errors.Join(answers.Close(), end()) }, nil
}

// embedding gives what sets the index to the embedding model of the environment.
func embedding(cfg *settings, kept *storage, log *slog.Logger, rec *recording.Recording) *retrieval.Embedding {
	notes, _ := kept.store.(rag.Noter) // every store here is one
	return &retrieval.Embedding{
		Settings: &cfg.RAG, Server: modelsAt(cfg), Notes: notes, Documents: &ingest.Collection{Catalog: kept.documents}, Calls: rec.Calls, Log: observe.Named(log, "embedding"),
	}
}

// chunkOptions gives how documents are cut.
func chunkOptions(cfg *settings) *chunk.Options {
	return &chunk.Options{Size: cfg.RAG.ChunkSize, Overlap: cmp.Or(cfg.RAG.ChunkOverlap, chunk.NoOverlap)}
}
