package rag

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

const (
	embedderWait  = 5 * time.Second  // for a generation's embedder
	embedderAgain = 30 * time.Second // after which one that was not to be had is asked for again
)

// embedders are those that were asked for, by model.
type embedders struct {
	mu    sync.Mutex
	slots map[EmbedModel]*embedderSlot
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
		if k.slots == nil {
			k.slots = map[EmbedModel]*embedderSlot{}
		}
		s = &embedderSlot{turn: make(chan struct{}, 1)}
		k.slots[model] = s
	}
	return s
}

// embedder gives what makes the model's vectors, or nil where it is not to be had.
func (l *LiveIndex) embedder(ctx context.Context, model EmbedModel) Embedder {
	e := l.opts.Embedder
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
