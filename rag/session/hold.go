package session

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
)

const (
	firstPause = 2 * time.Millisecond  // between two tries for a session that another process holds
	lastPause  = 50 * time.Millisecond // they grow up to it

	storeWait   = 5 * time.Second // for a turn to be stored, though the asker has left
	releaseWait = 2 * time.Second // for a session to be let go; after that its lease ends it
)

// hold is a request's grip on a session.
type hold struct {
	sessions *Sessions
	key      Key
	holder   Holder
	held     bool   // the store has it held, or may have; one that begins nobody else knows, and none holds
	version  int64  // of the record that was read
	stop     func() // ends the renewing
}

// take waits until the session is free, takes it and gives it.
func (h *hold) take(ctx context.Context, id string) (*Session, error) {
	s := h.sessions
	rec, err := h.lock(ctx)
	h.held = err == nil || ctx.Err() != nil // the store may have taken it, and the answer come too late
	if err != nil {
		return nil, err
	}
	h.version = rec.Version
	c, err := s.read(rec, id)
	if fault.CodeOf(err) == fault.NotFound { // it has ended: nobody goes on with it
		if err := s.store.Delete(ctx, h.key); err != nil {
			return nil, err
		}
		h.held = false
	}
	return c, err
}

// lock asks for the session until it gets it.
func (h *hold) lock(ctx context.Context) (*Record, error) {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		rec, err := h.sessions.store.Lock(ctx, h.key, h.holder, h.sessions.opts.Lease)
		if !errors.Is(err, ErrHeld) {
			return rec, err
		}
		timer := time.NewTimer(pause/2 + rand.N(pause)) // waiters do not march in step
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		case <-timer.C:
		}
	}
}

// renew prolongs the lease until stop is called, and calls lost when another has the session.
func (h *hold) renew(ctx context.Context, lost context.CancelCauseFunc) {
	if !h.held {
		return
	}
	done := make(chan struct{})
	var renewing sync.WaitGroup
	renewing.Go(func() {
		tick := time.NewTicker(h.sessions.opts.Lease / 3)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			if err := h.prolong(ctx); err != nil {
				lost(err)
				return
			}
		}
	})
	h.stop = sync.OnceFunc(func() { close(done); renewing.Wait() })
}

// prolong renews the lease once; an error is ErrLost. It does not end with the
// request: a call that came after the session was let go would take it anew.
func (h *hold) prolong(ctx context.Context) error {
	lease := h.sessions.opts.Lease
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lease/3)
	defer cancel()
	rec, err := h.sessions.store.Lock(ctx, h.key, h.holder, lease)
	switch {
	case errors.Is(err, ErrHeld), fault.CodeOf(err) == fault.NotFound:
		return ErrLost
	case err != nil:
		h.sessions.opts.Logger.WarnContext(ctx, "the lease of a conversation was not renewed", slog.Any("error", err))
	case rec.Version != h.version: // another held it meanwhile, and let it go
		return ErrLost
	}
	return nil
}

// store adds a turn to the session and stores it whole, also for an asker who has left meanwhile.
func (h *hold) store(ctx context.Context, c *Session, turn *Turn) error {
	s := h.sessions
	t := *turn
	t.Citations = slices.Clone(turn.Citations)
	if now := s.opts.Now().UTC(); now.After(c.Used) { // another machine's clock may be ahead of this one's
		c.Used = now
	}
	t.At = c.Used
	c.Turns = append(c.Turns, t)
	if err := c.check(); err != nil {
		return fault.Wrap(err, fault.InvalidRequest, "a turn needs a question and an answer of Unicode text, and its citations their quotes", nil)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWait+summaryWait)
	defer cancel()
	rec, err := s.record(ctx, c)
	if err != nil {
		return err
	}
	rec.Version = h.version
	h.stop() // nothing takes the session again once it is let go
	if err := s.store.Release(ctx, h.key, h.holder, rec); err != nil {
		return released(err)
	}
	h.held = false
	return nil
}

// letGo lets the session go without a change, if it is still held. If that fails,
// its lease ends it.
func (h *hold) letGo(ctx context.Context) {
	h.stop()
	if !h.held {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseWait)
	defer cancel()
	if err := h.sessions.store.Release(ctx, h.key, h.holder, nil); err != nil {
		h.sessions.opts.Logger.WarnContext(ctx, "a conversation was not let go before its lease ends", slog.Any("error", err))
	}
}

// clone gives a copy that shares nothing that may change.
func (c *Session) clone() *Session {
	out := *c
	out.Turns = slices.Clone(c.Turns)
	for i := range out.Turns {
		out.Turns[i].Citations = slices.Clone(out.Turns[i].Citations)
	}
	return &out
}
