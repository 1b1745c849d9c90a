package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/ingest/catalog"
	"github.com/akshara-go/akshara/ingest/parse"
	"github.com/akshara-go/akshara/ingest/parse/pdfium"
	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/health"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/localstore"
	"github.com/akshara-go/akshara/rag/openaillm"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/detect"
	"github.com/akshara-go/akshara/translate/translit"
)

// settings is what the environment sets.
type settings struct {
	App    config.App
	OpenAI config.OpenAI
	RAG    config.RAG
	OTel   config.OTel

	Translation config.Translation
	Services    config.Services
}

// parts is what the gateway is made of: each could be another implementation of the same port.
type parts struct {
	store     *localstore.Store
	index     *rag.Index
	engine    *rag.Engine
	documents *ingest.Collection
	pdf       *pdfium.Reader
	ownPDF    bool // pdf is what reads PDFs
	log       *slog.Logger

	translator    translate.Translator
	endTranslator func() error

	stop  context.CancelFunc // ends what goes on later
	later sync.WaitGroup     // what goes on while the gateway answers already
}

// open makes the parts, brings the index in line with the catalog and takes in
// the sample corpus of a new folder.
func open(ctx context.Context, cfg *settings, log *slog.Logger, monitor *health.Monitor) (*parts, error) {
	dir := cfg.App.DataDir
	store, err := localstore.Open(filepath.Join(dir, "index"), &localstore.Options{Logger: observe.Named(log, "localstore")})
	if err != nil {
		return nil, err
	}
	translator, endTranslator, err := translation(cfg)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	ctx, stop := context.WithCancel(ctx)
	p := &parts{store: store, log: log, pdf: pdfium.New(&pdfium.Options{CacheDir: filepath.Join(dir, "cache")}), stop: stop,
		translator: translator, endTranslator: endTranslator}
	if err := p.wire(ctx, cfg, dir); err != nil {
		return nil, errors.Join(err, p.close())
	}
	monitor.Add("index", store.Check, nil)
	if service, ok := translator.(health.Checker); ok {
		monitor.AddChecker("translation-service", service, &health.CheckOptions{Optional: true})
	}
	return p, nil
}

func (p *parts) wire(ctx context.Context, cfg *settings, dir string) error {
	kept, err := catalog.OpenDir(filepath.Join(dir, "documents"))
	if err != nil {
		return err
	}
	embedder, model, err := models(ctx, cfg)
	if err != nil {
		return err
	}
	language := detect.New().Language
	p.index = rag.NewIndex(p.store, &rag.IndexOptions{
		Embedder: embedder, Detect: language, Candidates: cfg.RAG.Candidates, Logger: observe.Named(p.log, "rag"),
		Speller: speller(translit.New(nil)),
		Chunk:   &chunk.Options{Size: cfg.RAG.ChunkSize, Overlap: cmp.Or(cfg.RAG.ChunkOverlap, chunk.NoOverlap)},
	})
	p.engine = rag.NewEngine(p.index, &rag.EngineOptions{Model: model, Detect: language, MinConfidence: cfg.RAG.ConfidenceThreshold})
	p.documents = &ingest.Collection{
		Parser: parse.New(&parse.Options{PDF: p.pdfReader(), Detect: language}), Catalog: kept, Sink: p.index, Detect: language,
	}
	added, removed, err := p.documents.Reconcile(ctx)
	if err != nil {
		return err
	}
	if added+removed > 0 {
		p.log.Info("index brought in line with the documents", "added", added, "removed", removed)
	}
	if err := p.embedAll(ctx, embedder, filepath.Join(dir, "embedding-model")); err != nil {
		return err
	}
	if cfg.App.SampleCorpus {
		return p.takeInSamples(ctx, dir)
	}
	return nil
}

// embedAll gives vectors to documents that were taken in without them. note is
// a file that holds the model whose vectors all documents have; it is not there
// once documents may have come in without.
func (p *parts) embedAll(ctx context.Context, embedder rag.Embedder, note string) error {
	if embedder == nil {
		if exists(note) {
			return os.Remove(note)
		}
		return nil
	}
	// An index of another model's vectors would refuse every question.
	if _, err := p.index.QueryDocuments(ctx, "भारत"); err != nil {
		return err
	}
	model := embedder.Model().String()
	if done, err := os.ReadFile(note); err == nil && string(done) == model {
		return nil
	}
	documents, err := p.documents.Reindex(ctx)
	if err != nil {
		return err
	}
	p.log.Info("documents embedded", "model", model, "documents", documents)
	return os.WriteFile(note, []byte(model), 0o600)
}

// pdfReader gives poppler where it is installed, else pdfium, which is part of this program.
func (p *parts) pdfReader() parse.PDFReader {
	if poppler, err := parse.FindPoppler(); err == nil {
		return poppler
	}
	p.ownPDF = true
	return p.pdf
}

// close waits for what goes on and closes what has to be closed.
func (p *parts) close() error {
	p.stop()
	p.later.Wait()
	return errors.Join(p.endTranslator(), p.pdf.Close(), p.store.Close())
}

// models gives the embedder and the language model that the environment names,
// nil for one that it does not.
func models(ctx context.Context, cfg *settings) (rag.Embedder, llm.Model, error) {
	server := openaillm.Config{BaseURL: cfg.OpenAI.BaseURL, APIKey: cfg.OpenAI.APIKey.Reveal()}
	var embedder rag.Embedder
	var model llm.Model
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

// warnIfOpen says loudly that anyone who reaches the machine can use the
// service: it asks nobody who they are.
func warnIfOpen(log *slog.Logger, host string) {
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return
	}
	log.Warn("bound to an address that other machines reach, without authentication: put it behind a proxy that asks who is there", "host", host)
}

// shown gives an address as a browser on this machine takes it.
func shown(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	if ip := net.ParseIP(host); ip.IsLoopback() || ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

// exists tells whether a file is there.
func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
