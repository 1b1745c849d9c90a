package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/akshara-go/akshara/examples/internal/retrieval"
	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/ingest/parse"
	"github.com/akshara-go/akshara/ingest/parse/pdfium"
	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/health"
	"github.com/akshara-go/akshara/observe/recording"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/raghttp"
	"github.com/akshara-go/akshara/rag/session"
	"github.com/akshara-go/akshara/rag/understand"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/detect"
)

// settings is what the environment sets.
type settings struct {
	App      config.App
	Postgres config.Postgres
	OpenAI   config.OpenAI
	RAG      config.RAG
	OTel     config.OTel
	Langfuse config.Langfuse
	Redis    config.Redis
	Session  config.Session

	Translation config.Translation
	Services    config.Services
}

// parts is what the gateway is made of: each could be another implementation of the same port.
type parts struct {
	kept      *storage
	rag       *finder
	documents *ingest.Collection
	pdf       *pdfium.Reader
	ownPDF    bool // pdf is what reads PDFs
	sessions  *session.Sessions
	log       *slog.Logger

	endSessions   func() error
	translator    translate.Translator
	endTranslator func() error

	stop  context.CancelFunc // ends what goes on later
	later sync.WaitGroup     // what goes on while the gateway answers already
}

// open makes the parts, brings the index in line with the catalog and takes in
// the sample corpus of a new folder. An index that was made by another model or
// in another way answers meanwhile, and is built anew later.
func open(ctx context.Context, cfg *settings, log *slog.Logger, monitor *health.Monitor, rec *recording.Recording) (*parts, error) {
	dir := cfg.App.DataDir
	kept, err := openStorage(ctx, cfg, log, monitor, rec.TracerProvider)
	if err != nil {
		return nil, err
	}
	translator, endTranslator, err := translation(cfg, rec.Calls)
	if err != nil {
		return nil, errors.Join(err, kept.close())
	}
	found, err := finding(ctx, cfg, kept, translator, log, monitor, rec)
	if err != nil {
		return nil, errors.Join(err, endTranslator(), kept.close())
	}
	ctx, stop := context.WithCancel(ctx)
	p := &parts{kept: kept, rag: found, log: log, endSessions: func() error { return nil }, pdf: pdfium.New(&pdfium.Options{CacheDir: filepath.Join(dir, "cache")}), stop: stop,
		translator: translator, endTranslator: endTranslator}
	if err = p.wire(ctx, cfg, dir); err == nil {
		err = p.converse(ctx, cfg, monitor, rec.TracerProvider)
	}
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	if service, ok := translator.(health.Checker); ok {
		monitor.AddChecker("translation-service", service, &health.CheckOptions{Optional: true})
	}
	return p, nil
}

func (p *parts) wire(ctx context.Context, cfg *settings, dir string) error {
	language := detect.New().Language
	p.documents = &ingest.Collection{
		Parser: parse.New(&parse.Options{PDF: p.pdfReader(), Detect: language}), Catalog: p.kept.documents, Sink: p.rag.sink, Detect: language,
	}
	if p.rag.remote {
		p.handOver(ctx, cfg, dir)
		return nil
	}
	repaired := understand.New(p.rag.retriever, &understand.Options{
		Rewrite: []understand.Rewriter{&understand.Spelling{Corrector: p.rag.index}}, Detect: language, Logger: observe.Named(p.log, "understand"),
	})
	p.rag.searcher = raghttp.NewPager(repaired, p.documents, observe.Named(p.log, "search"))
	p.rag.read = p.documents.Get
	added, removed, err := p.documents.Reconcile(ctx)
	if err != nil {
		return err
	}
	if added+removed > 0 {
		p.log.Info("index brought in line with the documents", "added", added, "removed", removed)
	}
	if cfg.App.SampleCorpus {
		if err := p.takeInSamples(ctx, dir); err != nil {
			return err
		}
	}
	p.later.Go(func() { p.rag.index.Keep(ctx, p.documents, &rag.BuildOptions{ChunksPerSecond: retrieval.RebuildRate}) })
	return nil
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
	return errors.Join(p.endTranslator(), p.endSessions(), p.pdf.Close(), p.rag.close(), p.kept.close())
}

// exists tells whether a file is there.
func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
