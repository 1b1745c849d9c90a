package rag

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
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
//
// Where the store lists its documents, those of both are compared: a process that
// died, or whose store did, may have changed the one that answers and not have
// come to the other. While that differs, for a second and a half in which changes
// that are under way come to their end, it is [ErrUnfinished] as well, until it is
// built again. A document that was replaced then is not noticed.
func (l *LiveIndex) Switch(ctx context.Context, number int) error {
	s, err := l.alias(ctx, true)
	if err != nil {
		return err
	}
	if g := s.find(number); g != nil && g.Whole && number != s.Live {
		same, err := l.holds(ctx, s, g, l.DocumentIDs)
		if err != nil {
			return err
		}
		if !same {
			return unfinished(number)
		}
	}
	return l.point(ctx, number)
}

func unfinished(number int) error {
	return fault.Wrap(ErrUnfinished, fault.ServiceUnavailable, fmt.Sprintf("generation %d of the index does not hold every document", number), fault.Details{"generation": number})
}

// How long two lists of documents may differ: the first wait, each being twice as
// long as the one before, and the last.
const (
	firstLook = 50 * time.Millisecond
	lastLook  = 800 * time.Millisecond
)

// holds tells whether a generation holds the documents whose ids are wanted and no
// others; true where the store does not list them. What differs is looked at again:
// only what does each time was not just being changed.
func (l *LiveIndex) holds(ctx context.Context, s *generations, g *Generation, wanted func(ctx context.Context) ([]string, error)) (bool, error) {
	if _, ok := l.store.(DocumentLister); !ok {
		return true, nil
	}
	x := l.of(ctx, s, g)
	var differ map[string]bool
	for pause := firstLook; ; pause *= 2 {
		now, err := difference(ctx, x.DocumentIDs, wanted)
		if err != nil {
			return false, err
		}
		if differ != nil {
			maps.DeleteFunc(now, func(id string, _ bool) bool { return !differ[id] })
		}
		if differ = now; len(differ) == 0 || pause > lastLook {
			return len(differ) == 0, nil
		}
		if err := wait(ctx, pause); err != nil {
			return false, err
		}
	}
}

// difference gives the ids that one of two lists has.
func difference(ctx context.Context, lists ...func(ctx context.Context) ([]string, error)) (map[string]bool, error) {
	differ := map[string]bool{}
	for _, list := range lists {
		ids, err := list(ctx)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if differ[id] {
				delete(differ, id)
			} else {
				differ[id] = true
			}
		}
	}
	return differ, nil
}

// point makes a generation that is noted as whole the one that answers.
func (l *LiveIndex) point(ctx context.Context, number int) error {
	err := l.change(ctx, func(s *generations) error {
		g := s.find(number)
		switch {
		case g == nil:
			return noGeneration(number)
		case number == s.Live:
			return errAsItIs
		case !g.Whole:
			return unfinished(number)
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
// is made so, which is built by [LiveIndex.Build] if it is not whole or holds
// other documents than src, and takes its place then. It does nothing where that
// one answers already and owes no vectors. Before another is begun, those are
// dropped that neither answer nor are being built: at most the last one stays for
// the way back.
func (l *LiveIndex) Update(ctx context.Context, src Source, opts *BuildOptions) error {
	if err := l.open(ctx); err != nil {
		return err
	}
	s, err := l.sure(ctx)
	if err != nil {
		return err
	}
	wanted := l.wanted()
	if l.opts.Later {
		if err := l.adopt(ctx, &wanted); err != nil {
			return err
		}
		if s, err = l.alias(ctx, true); err != nil {
			return err
		}
	}
	g := s.like(&wanted)
	for _, old := range s.List {
		room := g == nil && old.Number != s.Live && (s.Build == nil || s.Build.Number != old.Number)
		if old.Gone || room {
			if err := l.Drop(ctx, old.Number); err != nil {
				return err
			}
		}
	}
	ready := g != nil && l.enough(g) && !(g.Number == s.Live && l.owes(s))
	if ready && g.Number != s.Live {
		if ready, err = l.holds(ctx, s, g, src.IDs); err != nil {
			return err
		}
	}
	if !ready {
		if g, err = l.Build(ctx, src, opts); err != nil {
			return err
		}
	}
	if g.Number == s.Live {
		return nil
	}
	if err := l.point(ctx, g.Number); err != nil || !l.owes(s) {
		return err
	}
	return l.Update(ctx, src, opts) // what was owed is settled by a build of the one that answers
}

// enough tells whether a generation is whole, or as whole as it can be made: an
// index without an embedder cannot give what is without its vectors.
func (l *LiveIndex) enough(g *Generation) bool {
	return g.Whole || l.own() == nil && !g.Model.IsZero()
}

// owes tells whether documents wait for vectors that can be had.
func (l *LiveIndex) owes(s *generations) bool { return len(s.Owed) > 0 && l.own() != nil }

// updateAgain is how long Keep waits after an Update that failed.
const updateAgain = 30 * time.Second

// Keep does what [LiveIndex.Update] does, and does it again half a minute after
// each error, such as of an embedder that is away or while another process
// builds, until it is done or ctx ends. Of an index that leaves vectors for later it
// goes on until ctx ends, and embeds what is added.
func (l *LiveIndex) Keep(ctx context.Context, src Source, opts *BuildOptions) {
	for {
		err := l.Update(ctx, src, opts)
		if err == nil && l.opts.Later {
			err = l.pay(ctx, src, opts)
		}
		if err == nil || ctx.Err() != nil {
			return
		}
		l.opts.Logger.WarnContext(ctx, "the index is not yet as it should be", slog.Any("error", err))
		if wait(ctx, updateAgain) != nil {
			return
		}
	}
}

// Answering gives the model by which what the index holds is searched now; the zero
// model where that is by words and sounds alone.
func (l *LiveIndex) Answering(ctx context.Context) (EmbedModel, error) {
	x, err := l.Index(ctx)
	if err != nil || x.opts.Embedder == nil {
		return EmbedModel{}, err
	}
	return x.opts.Embedder.Model(), nil
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
		if l.owes(s) {
			return fault.New(fault.ServiceUnavailable, "documents were added that are not yet found by meaning", nil)
		}
		return nil
	}
	message := "the index has to be built anew"
	details := fault.Details{"model": wanted.Model.String()}
	if b := s.Build; b != nil {
		message = fmt.Sprintf("the index is being built anew: %d of %d documents", b.Documents, b.Of)
		details["documents"], details["of"] = b.Documents, b.Of
	}
	if live := s.find(s.Live); live.Filling || !live.Model.IsZero() && l.embedder(ctx, live.Model) == nil {
		message += "; meanwhile it finds by words and sounds"
	}
	return fault.New(fault.ServiceUnavailable, message, details)
}
