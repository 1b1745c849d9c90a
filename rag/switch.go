package rag

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
)

func noGeneration(number int) error {
	return fault.Wrap(ErrNoGeneration, fault.NotFound, fmt.Sprintf("the index has no generation %d", number), fault.Details{"generation": number})
}

// Generations gives the tenant's generations, and the number of the one that answers.
func (l *LiveIndex) Generations(ctx context.Context) (list []Generation, live int, err error) {
	s, err := l.alias(ctx, false)
	if err != nil {
		return nil, 0, err
	}
	for _, g := range s.List {
		if !g.Gone {
			list = append(list, g)
		}
	}
	return list, s.Live, nil
}

// Switch makes a generation the one that answers, for every search that begins
// after it, in whichever process. One that is not there is NOT_FOUND around
// [ErrNoGeneration], one that is not whole SERVICE_UNAVAILABLE around
// [ErrUnfinished]: nothing changes then. It is the way back, too.
func (l *LiveIndex) Switch(ctx context.Context, number int) error {
	err := l.change(ctx, func(s *generations) error {
		g := s.find(number)
		switch {
		case g == nil:
			return noGeneration(number)
		case number == s.Live:
			return errAsItIs
		case !g.Whole:
			return fault.Wrap(ErrUnfinished, fault.ServiceUnavailable, fmt.Sprintf("generation %d of the index does not hold every document", number), fault.Details{"generation": number})
		}
		s.Live = number
		return nil
	})
	if err == nil {
		l.opts.Logger.InfoContext(ctx, "the index has switched", slog.Int("generation", number))
	}
	return err
}

// Drop removes a generation and its records; a build of it ends. The one that
// answers is INVALID_REQUEST around [ErrAnswering], one that is not there
// NOT_FOUND around [ErrNoGeneration].
func (l *LiveIndex) Drop(ctx context.Context, number int) error {
	err := l.change(ctx, func(s *generations) error {
		i := slices.IndexFunc(s.List, func(g Generation) bool { return g.Number == number })
		switch {
		case i < 0:
			return noGeneration(number)
		case number == s.Live:
			return fault.Wrap(ErrAnswering, fault.InvalidRequest, fmt.Sprintf("generation %d of the index is the one that answers", number), fault.Details{"generation": number})
		case s.List[i].Gone:
			return errAsItIs
		}
		s.List[i].Gone = true
		if s.Build != nil && s.Build.Number == number {
			s.Build = nil
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := l.store.Delete(ctx, Selector{Tenant: tenantOf(l.opts.Tenant, number), All: true}); err != nil {
		return err
	}
	return l.change(ctx, func(s *generations) error {
		s.List = slices.DeleteFunc(s.List, func(g Generation) bool { return g.Number == number })
		return nil
	})
}

// sweep removes what was written to generations that were dropped meanwhile,
// after the records they had: whoever has written to one does.
func (l *LiveIndex) sweep(ctx context.Context, written ...int) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), asideWait)
	defer cancel()
	s, err := l.alias(ctx, true)
	if err != nil {
		l.opts.Logger.WarnContext(ctx, "records of a generation that was dropped may have stayed", slog.Any("generations", written), slog.Any("error", err))
		return
	}
	for _, number := range written {
		if s.find(number) != nil {
			continue
		}
		if err := l.store.Delete(ctx, Selector{Tenant: tenantOf(l.opts.Tenant, number), All: true}); err != nil {
			l.opts.Logger.WarnContext(ctx, "records of a generation that was dropped have stayed", slog.Int("generation", number), slog.Any("error", err))
		}
	}
}

// Update makes the index answer as its options say now: from the generation that
// is made so, which is built if it is not whole, by [LiveIndex.Build], and then
// switched to by [LiveIndex.Switch]. It does nothing where that one answers
// already. Before another is begun, those are dropped that neither answer nor are
// being built: at most the last one stays for the way back.
func (l *LiveIndex) Update(ctx context.Context, src Source, opts *BuildOptions) error {
	if err := l.open(ctx); err != nil {
		return err
	}
	s, err := l.alias(ctx, true)
	if err != nil {
		return err
	}
	wanted := l.wanted()
	g := s.like(&wanted)
	for _, old := range s.List {
		room := g == nil && old.Number != s.Live && (s.Build == nil || s.Build.Number != old.Number)
		if old.Gone || room {
			if err := l.Drop(ctx, old.Number); err != nil {
				return err
			}
		}
	}
	if g == nil || !l.enough(g) {
		if g, err = l.Build(ctx, src, opts); err != nil {
			return err
		}
	}
	if g.Number == s.Live {
		return nil
	}
	return l.Switch(ctx, g.Number)
}

// enough tells whether a generation is whole, or as whole as it can be made: an
// index without an embedder cannot give what is without its vectors.
func (l *LiveIndex) enough(g *Generation) bool {
	return g.Whole || l.own() == nil && !g.Model.IsZero()
}

// updateAgain is how long Keep waits after an Update that failed.
const updateAgain = 30 * time.Second

// Keep does what [LiveIndex.Update] does, and does it again half a minute after
// each error, such as of an embedder that is away or while another process
// builds, until it is done or ctx ends.
func (l *LiveIndex) Keep(ctx context.Context, src Source, opts *BuildOptions) {
	for {
		err := l.Update(ctx, src, opts)
		if err == nil || ctx.Err() != nil {
			return
		}
		l.opts.Logger.WarnContext(ctx, "the index is not yet as it should be", slog.Any("error", err))
		if wait(ctx, updateAgain) != nil {
			return
		}
	}
}

// CheckHealth implements health.Checker, for an optional check: nil once the
// index answers from the generation that is made as its options say, and else how
// far that one is.
func (l *LiveIndex) CheckHealth(ctx context.Context) error {
	s, err := l.alias(ctx, false)
	if err != nil {
		return err
	}
	if l.pending() {
		return fault.New(fault.ServiceUnavailable, "the embedding model is not yet there", nil)
	}
	wanted := l.wanted()
	g := s.like(&wanted)
	if g != nil && g.Number == s.Live && l.enough(g) {
		return nil
	}
	message := "the index has to be built anew"
	details := fault.Details{"model": wanted.Model.String()}
	if b := s.Build; b != nil {
		message = fmt.Sprintf("the index is being built anew: %d of %d documents", b.Documents, b.Of)
		details["documents"], details["of"] = b.Documents, b.Of
	}
	if live := s.find(s.Live); !live.Model.IsZero() && l.embedder(ctx, live.Model) == nil {
		message += "; meanwhile it finds by words and sounds"
	}
	return fault.New(fault.ServiceUnavailable, message, details)
}
