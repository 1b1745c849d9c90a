package main

import (
	"context"

	"go.opentelemetry.io/otel/trace"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/health"
	"github.com/akshara-go/akshara/observe/sharedcache"
	"github.com/akshara-go/akshara/rag/pgsession"
	"github.com/akshara-go/akshara/rag/redissession"
	"github.com/akshara-go/akshara/rag/session"
)

// converse opens the conversations: in Redis, or else in PostgreSQL, where the
// environment names one, for all gateways that name the same, and else in memory.
func (p *parts) converse(ctx context.Context, cfg *settings, monitor *health.Monitor, traces trace.TracerProvider) error {
	var store session.Store = session.NewMemory(nil)
	switch {
	case cfg.Redis.Host != "":
		client, err := sharedcache.Client(&cfg.Redis, cfg.Redis.DBSession, traces)
		if err != nil {
			return err
		}
		p.endSessions = client.Close
		shared, err := redissession.New(client, nil)
		if err != nil {
			return err
		}
		monitor.AddChecker("sessions", shared, &health.CheckOptions{Optional: true}) // questions that begin a conversation are answered without
		store = shared
	case p.kept.db != nil:
		shared, err := pgsession.Open(ctx, p.kept.db, &pgsession.Options{Logger: observe.Named(p.log, "pgsession")})
		if err != nil {
			return err
		}
		p.later.Go(func() { shared.Keep(ctx) })
		store = shared
	}
	p.sessions = session.New(store, &session.Options{
		Idle: cfg.Session.IdleTimeout, MaxTurns: cfg.Session.MaxTurns, MaxTokens: cfg.Session.ContextWindow,
		Model: p.rag.model, Logger: observe.Named(p.log, "session"),
	})
	return nil
}
