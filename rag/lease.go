package rag

import (
	"context"
	"log/slog"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
)

// beats are the signs of life in a lease.
const beats = 5

// claim makes the generation, if there is none, and this build the one that builds it.
func (b *builder) claim(ctx context.Context) error {
	var seen building
	var since time.Time
	for {
		var other *building
		err := b.l.change(ctx, func(s *generations) error {
			if other = s.Build; other != nil && !(sameBeat(*other, seen) && time.Since(since) >= b.l.opts.Lease) {
				return errAsItIs
			}
			other = nil
			wanted := b.l.wanted()
			g := s.like(&wanted)
			if g == nil {
				wanted.Number = s.Next
				s.Next++
				s.List = append(s.List, wanted)
				g = &wanted
			}
			b.number = g.Number
			s.Build = &building{Number: g.Number, By: b.by}
			return nil
		})
		switch {
		case err != nil || other == nil:
			return err
		case since.IsZero():
			seen, since = *other, time.Now()
		case !sameBeat(*other, seen):
			return fault.Wrap(ErrBuilding, fault.Duplicate, "the index is being built anew already",
				fault.Details{"generation": other.Number, "documents": other.Documents, "of": other.Of})
		}
		if err := wait(ctx, b.l.opts.Lease/beats); err != nil {
			return err
		}
	}
}

func sameBeat(a, b building) bool { return a.By == b.By && a.Beat == b.Beat }

// wait waits, or gives the error of a context that ends before.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// live gives signs of life until ctx ends, and stops a build that is no more:
// another has taken its place, or the generation was dropped.
func (b *builder) live(ctx context.Context, stop context.CancelCauseFunc) {
	for wait(ctx, b.l.opts.Lease/beats) == nil {
		err := b.l.change(ctx, func(s *generations) error {
			if err := b.mine(s); err != nil {
				stop(err)
				return errAsItIs
			}
			s.Build.Beat++
			s.Build.Documents, s.Build.Of = int(b.documents.Load()), int(b.of.Load())
			return nil
		})
		if err != nil && ctx.Err() == nil {
			b.l.opts.Logger.WarnContext(ctx, "a build cannot note that it lives", slog.Any("error", err))
		}
	}
}

// mine tells why this build is not the one that is noted, or nil.
func (b *builder) mine(s *generations) error {
	switch {
	case s.find(b.number) == nil:
		return noGeneration(b.number)
	case s.Build == nil || s.Build.By != b.by:
		return fault.Wrap(ErrBuilding, fault.Duplicate, "another build of the index has taken this one's place", fault.Details{"generation": b.number})
	}
	return nil
}

// release lets others build. Should it fail, they wait for a lease.
func (b *builder) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), embedderWait)
	defer cancel()
	err := b.l.change(ctx, func(s *generations) error {
		if b.mine(s) != nil {
			return errAsItIs
		}
		s.Build = nil
		return nil
	})
	if err != nil {
		b.l.opts.Logger.WarnContext(ctx, "a build that has ended is noted as one that goes on", slog.Any("error", err))
	}
}
