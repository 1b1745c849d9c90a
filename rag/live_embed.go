package rag

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
)

const (
	embedderWait  = 5 * time.Second  // for a generation's embedder
	embedderAgain = 30 * time.Second // after which one that was not to be had is asked for again
)

// embedders are those that were asked for, by model.
type embedders struct {
	mu    sync.Mutex
	slots map[EmbedModel]*embedderSlot

	opening chan struct{} // has room for one: who opens
	opened  atomic.Pointer[Embedder]
}

func newEmbedders() *embedders {
	return &embedders{slots: map[EmbedModel]*embedderSlot{}, opening: make(chan struct{}, 1)}
}

// embedderSlot holds an embedder, or when it was not to be had.
type embedderSlot struct {
	turn     chan struct{} // has room for one: who asks
	embedder Embedder
	failed   time.Time
}

func (k *embedders) slot(model EmbedModel) *embedderSlot {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.slots[model]
	if s == nil {
		s = &embedderSlot{turn: make(chan struct{}, 1)}
		k.slots[model] = s
	}
	return s
}

// own gives the embedder that the options name, or nil: they name none, or it is
// not yet opened.
func (l *LiveIndex) own() Embedder {
	if e := l.known.opened.Load(); e != nil {
		return *e
	}
	return l.opts.Embedder
}

// pending tells whether the embedder that the options name is not yet opened.
func (l *LiveIndex) pending() bool { return l.opts.Open != nil && l.own() == nil }

// open opens the embedder that the options name, unless it is.
func (l *LiveIndex) open(ctx context.Context) error {
	if !l.pending() {
		return nil
	}
	select {
	case l.known.opening <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-l.known.opening }()
	if !l.pending() {
		return nil
	}
	e, err := l.opts.Open(ctx)
	if err == nil {
		err = knowsDimensions(e)
	}
	if err == nil {
		l.known.opened.Store(&e)
	}
	return err
}

// knowsDimensions refuses an embedder whose generation could not be told by its model.
func knowsDimensions(e Embedder) error {
	if m := e.Model(); m.Dimensions == 0 {
		return fault.New(fault.InvalidRequest, "the embedding model does not know its dimensions", fault.Details{"model": m.Name})
	}
	return nil
}

// embedder gives what makes the model's vectors, or nil where it is not to be had.
func (l *LiveIndex) embedder(ctx context.Context, model EmbedModel) Embedder {
	e := l.own()
	switch {
	case model.IsZero():
		return nil
	case e != nil && e.Model() == model:
		return e
	case l.opts.Embedders == nil:
		return nil
	}
	s := l.known.slot(model)
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return nil
	}
	defer func() { <-s.turn }()
	if s.embedder != nil || !s.failed.IsZero() && time.Since(s.failed) < embedderAgain {
		return s.embedder
	}
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), embedderWait)
	defer cancel()
	e, err := l.opts.Embedders(within, model)
	if err == nil && (e == nil || e.Model() != model) {
		err = fmt.Errorf("rag: no embedder makes vectors of %v", model)
	}
	if err != nil {
		s.failed = time.Now()
		l.opts.Logger.WarnContext(ctx, "a generation of the index is searched without embeddings", slog.String("model", model.String()), slog.Any("error", err))
		return nil
	}
	s.embedder = e
	return e
}
