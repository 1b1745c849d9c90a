package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"

	"go.opentelemetry.io/otel/trace"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/akshara-go/akshara/ingest/catalog"
	"github.com/akshara-go/akshara/ingest/pgcatalog"
	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/gormtrace"
	"github.com/akshara-go/akshara/observe/health"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/localstore"
	"github.com/akshara-go/akshara/rag/pgstore"
)

// storage is where the documents and their index are kept.
type storage struct {
	store     rag.Store // nil where a rag-service has the index
	documents catalog.Catalog
	db        *gorm.DB // nil where nothing is kept in PostgreSQL
	close     func() error
}

// openStorage gives the storage, in PostgreSQL where the environment names one,
// for all gateways that name the same, and else in the data folder.
func openStorage(ctx context.Context, cfg *settings, log *slog.Logger, monitor *health.Monitor, traces trace.TracerProvider) (*storage, error) {
	if cfg.Postgres.Host == "" {
		return openFolder(cfg, log, monitor)
	}
	db, err := connect(&cfg.Postgres, traces)
	if err != nil {
		return nil, err
	}
	pool, err := db.DB()
	if err != nil {
		return nil, err
	}
	documents, err := pgcatalog.Open(ctx, db, &pgcatalog.Options{Logger: observe.Named(log, "pgcatalog")})
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	kept := &storage{documents: documents, db: db, close: pool.Close}
	if cfg.Services.RAG != "" {
		monitor.AddChecker("postgres", documents, nil)
		return kept, nil
	}
	store, err := pgstore.Open(ctx, db, &pgstore.Options{Logger: observe.Named(log, "pgstore")})
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	monitor.Add("postgres", store.CheckHealth, nil)
	monitor.Add("vectors", store.CheckVectors, &health.CheckOptions{Optional: true})
	kept.store = store
	return kept, nil
}

// openFolder gives the storage in the data folder.
func openFolder(cfg *settings, log *slog.Logger, monitor *health.Monitor) (*storage, error) {
	dir := cfg.App.DataDir
	documents, err := catalog.OpenDir(filepath.Join(dir, "documents"))
	if err != nil || cfg.Services.RAG != "" {
		return &storage{documents: documents, close: func() error { return nil }}, err
	}
	store, err := localstore.Open(filepath.Join(dir, "index"), &localstore.Options{Logger: observe.Named(log, "localstore")})
	if err != nil {
		return nil, err
	}
	monitor.Add("index", store.Check, nil)
	return &storage{store: store, documents: documents, close: store.Close}, nil
}

// connections is how many connections a gateway keeps at most.
const connections = 16

// connect gives a pool of connections; none is made yet.
func connect(cfg *config.Postgres, traces trace.TracerProvider) (*gorm.DB, error) {
	db, err := gorm.Open(postgres.Open(cfg.URL()), &gorm.Config{Logger: logger.Discard, DisableAutomaticPing: true})
	if err != nil {
		return nil, err
	}
	pool, err := db.DB()
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return db, db.Use(gormtrace.New(traces))
}
