package rag

import (
	"context"
	"crypto/rand"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"github.com/akshara-go/akshara/rag/corpus"
)

// later is what waits for vectors: of each tenant the documents that this process
// has added without. That there are some is noted in the store before they are
// written, so that whoever keeps the index next finds them should the process die.
type later struct {
	by string // the process, in notes

	mu     sync.Mutex
	queues map[string]*queue // by tenant
}

// queue is what waits of one tenant.
type queue struct {
	mu      sync.Mutex
	ids     map[string]bool // of documents that were written without vectors
	inHand  int             // documents that were taken and have no vectors yet
	number  int             // of the debt that was noted last
	writing int             // additions that are noted and not yet written
	wake    chan struct{}   // has room for one
}

func newLater() *later { return &later{by: rand.Text(), queues: map[string]*queue{}} }

func (w *later) queue(tenant string) *queue {
	w.mu.Lock()
	defer w.mu.Unlock()
	q := w.queues[tenant]
	if q == nil {
		q = &queue{ids: map[string]bool{}, wake: make(chan struct{}, 1)}
		w.queues[tenant] = q
	}
	return q
}

// owe notes that documents will wait for vectors, where a generation has any.
func (l *LiveIndex) owe(ctx context.Context) error {
	q := l.later.queue(l.opts.Tenant)
	q.mu.Lock()
	q.number++
	q.writing++
	number := q.number
	q.mu.Unlock()
	err := l.change(ctx, func(s *generations) error {
		if !slices.ContainsFunc(s.List, func(g Generation) bool { return !g.Gone && !g.Model.IsZero() }) {
			return errAsItIs
		}
		if s.Owed == nil {
			s.Owed = map[string]int{}
		}
		s.Owed[l.later.by] = max(number, s.Owed[l.later.by])
		return nil
	})
	if err != nil {
		q.written(nil)
	}
	return err
}

// written says that documents were written, or perhaps were.
func (q *queue) written(docs []corpus.Document) {
	q.mu.Lock()
	q.writing--
	for i := range docs {
		q.ids[docs[i].ID] = true
	}
	q.mu.Unlock()
	q.call()
}

// call wakes one who pays.
func (q *queue) call() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// take gives up to n documents that wait; see settled.
func (q *queue) take(n int) []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	var ids []string
	for id := range q.ids {
		if len(ids) == n {
			break
		}
		ids = append(ids, id)
		delete(q.ids, id)
	}
	q.inHand += len(ids)
	return ids
}

// settled says what became of documents that were taken. After an error they wait
// again, for whoever pays next.
func (q *queue) settled(ids []string, err error) {
	q.mu.Lock()
	q.inHand -= len(ids)
	if err != nil {
		for _, id := range ids {
			q.ids[id] = true
		}
	}
	q.mu.Unlock()
	if err != nil {
		q.call()
	}
}

// paid gives the debt up to which nothing waits; false while something does, or is in
// somebody's hand.
func (q *queue) paid() (number int, all bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.number, len(q.ids) == 0 && q.inHand == 0 && q.writing == 0
}

// pay embeds what waits, whenever something does, until ctx ends, or the first error.
func (l *LiveIndex) pay(ctx context.Context, src Source, opts *BuildOptions) error {
	q := l.later.queue(l.opts.Tenant)
	for {
		for ids := q.take(buildBatch); len(ids) > 0; ids = q.take(buildBatch) {
			err := l.embedDocuments(ctx, src, opts, ids)
			q.settled(ids, err)
			if err != nil {
				return err
			}
		}
		if number, all := q.paid(); all {
			if err := l.forgive(ctx, map[string]int{l.later.by: number}); err != nil {
				return err
			}
		}
		select {
		case <-q.wake:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// embedDocuments gives documents their vectors in every generation that has some.
func (l *LiveIndex) embedDocuments(ctx context.Context, src Source, opts *BuildOptions, ids []string) error {
	s, err := l.alias(ctx, true)
	if err != nil {
		return err
	}
	var written []int
	for i := range s.List {
		g := &s.List[i]
		b := &builder{l: l, src: src, number: g.Number}
		if opts != nil {
			b.opts.ChunksPerSecond = opts.ChunksPerSecond
		}
		if b.x = l.of(ctx, s, g); g.Gone || b.x.opts.Embedder == nil {
			continue // one without an embedder has missed them
		}
		written = append(written, g.Number)
		if err = b.align(ctx, ids); err != nil {
			break
		}
	}
	l.sweep(ctx, written...)
	return err
}

// forgive notes that nothing waits of what was owed up to the numbers.
func (l *LiveIndex) forgive(ctx context.Context, numbers map[string]int) error {
	return l.change(ctx, func(s *generations) error {
		before := len(s.Owed)
		if s.settle(numbers); len(s.Owed) == before {
			return errAsItIs
		}
		return nil
	})
}

// settle takes off what was owed up to the numbers.
func (s *generations) settle(numbers map[string]int) {
	maps.DeleteFunc(s.Owed, func(by string, number int) bool { return number <= numbers[by] })
}

// adopt makes the generation that answers the one that is wanted, if only vectors
// are missing to it. It answers by words and sounds until it has them all.
func (l *LiveIndex) adopt(ctx context.Context, wanted *Generation) error {
	if wanted.Model.IsZero() {
		return nil
	}
	return l.change(ctx, func(s *generations) error {
		g := s.find(s.Live)
		if s.like(wanted) != nil || g.Way != wanted.Way || !g.Model.IsZero() || s.Build != nil {
			return errAsItIs
		}
		l.opts.Logger.InfoContext(ctx, "the index gets vectors", slog.Int("generation", g.Number), slog.String("model", wanted.Model.String()))
		g.Model, g.Whole, g.Filling = wanted.Model, false, true
		return nil
	})
}
