package rag_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
)

// gated is an embedder of passages that waits while its gate is shut.
type gated struct {
	countingEmbedder
	gate    sync.RWMutex
	waiting atomic.Int32 // calls that have come to the gate
	broken  atomic.Bool  // the next call fails
}

func newGated() *gated {
	return &gated{countingEmbedder: countingEmbedder{bagEmbedder: bagEmbedder{name: "bag", dims: 64}}}
}

func (e *gated) Embed(ctx context.Context, kind rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	if kind == rag.EmbedPassage {
		e.waiting.Add(1)
		e.gate.RLock()
		defer e.gate.RUnlock()
		if e.broken.CompareAndSwap(true, false) {
			return nil, errors.New("broken")
		}
	}
	return e.countingEmbedder.Embed(ctx, kind, texts)
}

// embedsLater gives an index that leaves vectors for later.
func embedsLater(t *testing.T, store rag.Store, e rag.Embedder) *rag.LiveIndex {
	live, err := rag.NewLiveIndex(store, &rag.LiveOptions{
		Open: func(context.Context) (rag.Embedder, error) { return e, nil }, Later: true, Lease: 300 * time.Millisecond,
	})
	require.NoError(t, err)
	return live
}

// keep keeps an index until the test ends, or stop is called.
func keep(t *testing.T, live *rag.LiveIndex, src rag.Source) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { live.Keep(ctx, src, nil) })
	stop = func() { cancel(); wg.Wait() }
	t.Cleanup(stop)
	return stop
}

func becomesHealthy(t *testing.T, live *rag.LiveIndex) {
	t.Helper()
	require.Eventually(t, func() bool { return live.CheckHealth(t.Context()) == nil }, 20*time.Second, 5*time.Millisecond)
}

func finds(t *testing.T, live *rag.LiveIndex, n int) (dense bool) {
	t.Helper()
	found, err := live.Retrieve(t.Context(), &rag.Query{Text: "पुस्तिका", TopK: 100})
	require.NoError(t, err)
	require.Len(t, found, n)
	for _, r := range found {
		for _, h := range r.Chunks {
			if _, ok := h.Scores[rag.Dense]; ok {
				dense = true
			}
		}
	}
	return dense
}

// An index of words gets vectors in its place, and answers by words until it has
// all; what is added is found at once, and embedded later.
func TestVectorsAreMadeWhenDocumentsAreFoundAlready(t *testing.T) {
	c, store := bookcase(t, 5)
	e := newGated()
	live := embedsLater(t, store, e)
	c.Sink = live
	e.gate.Lock()
	keep(t, live, c)
	require.NoError(t, c.Put(t.Context(), manual(5, 0, 1)), "nobody waits for vectors")
	require.False(t, finds(t, live, 6), "by words alone")
	model, err := live.Answering(t.Context())
	require.NoError(t, err)
	require.Zero(t, model)
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(live.CheckHealth(t.Context())))
	e.gate.Unlock()
	becomesHealthy(t, live)
	require.True(t, finds(t, live, 6))
	require.Len(t, e.taken(), 6, "each is embedded once")
	list, answers, err := live.Generations(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 1, "in its place")
	require.Equal(t, e.Model(), list[answers].Model)
	model, err = live.Answering(t.Context())
	require.NoError(t, err)
	require.Equal(t, e.Model(), model)

	e.gate.Lock()
	require.NoError(t, c.Put(t.Context(), manual(6, 0, 1)))
	require.NoError(t, c.Put(t.Context(), manual(7, 0, 1)))
	require.True(t, finds(t, live, 8), "the others are found by meaning meanwhile")
	require.ErrorContains(t, live.CheckHealth(t.Context()), "not yet found by meaning")
	require.NoError(t, c.Remove(t.Context(), "manual-7"))
	e.gate.Unlock()
	becomesHealthy(t, live)
	finds(t, live, 7)
	e.taken()
	stats, err := store.Stats(t.Context())
	require.NoError(t, err)
	require.Equal(t, 7, stats.Vectors)

	require.NoError(t, c.Put(t.Context(), manual(6, 0, 1)))
	becomesHealthy(t, live)
	require.Empty(t, e.taken(), "what has a vector keeps it")
	require.NoError(t, c.Put(t.Context(), manual(6, 0, 2)))
	becomesHealthy(t, live)
	require.Len(t, e.taken(), 1)
}

// Of two that keep one index in a process the one that finds nothing to do does not
// forgive what the other has in hand, and takes that over when the other fails.
func TestWhatOneHasInHandNoOtherForgives(t *testing.T) {
	c, store := bookcase(t, 1)
	e := newGated()
	live := embedsLater(t, store, e)
	c.Sink = live
	keep(t, live, c)
	becomesHealthy(t, live)
	keep(t, live, c)
	time.Sleep(50 * time.Millisecond) // for it to find that nothing waits
	e.gate.Lock()
	open := sync.OnceFunc(e.gate.Unlock)
	defer open()
	begun := e.waiting.Load()
	require.NoError(t, c.Put(t.Context(), manual(1, 0, 1)))
	require.Eventually(t, func() bool { return e.waiting.Load() > begun }, 20*time.Second, time.Millisecond)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.Error(t, live.Add(ended, []corpus.Document{doc("a", "", "भारत")})) // wakes the other, for nothing
	require.Never(t, func() bool { return live.CheckHealth(t.Context()) == nil }, 300*time.Millisecond, 10*time.Millisecond)
	e.broken.Store(true)
	open()
	becomesHealthy(t, live) // sooner than the one that failed tries again
	stats, err := store.Stats(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, stats.Vectors)
}

// A process that dies before it has embedded what it added leaves that to whoever
// keeps the index next.
func TestWhatADeadProcessOwesIsEmbedded(t *testing.T) {
	c, store := bookcase(t, 3)
	e := newGated()
	live := embedsLater(t, store, e)
	c.Sink = live
	stop := keep(t, live, c)
	becomesHealthy(t, live)
	stop()
	e.taken()
	for n := 3; n < 5; n++ {
		require.NoError(t, c.Put(t.Context(), manual(n, 0, 1)))
	}
	require.Error(t, live.CheckHealth(t.Context()))
	require.Empty(t, e.taken())

	next := embedsLater(t, store, e)
	c.Sink = next
	require.NoError(t, next.Update(t.Context(), c, nil))
	require.NoError(t, next.CheckHealth(t.Context()))
	require.Len(t, e.taken(), 2)
	require.True(t, finds(t, next, 5))

	without, err := rag.NewLiveIndex(store, nil)
	require.NoError(t, err)
	require.NoError(t, without.Update(t.Context(), c, nil), "without an embedder nothing is owed")
}

// Many add and remove at once while vectors are made.
func TestDocumentsThatAreAddedAtOnceAllGetVectors(t *testing.T) {
	c, store := bookcase(t, 0)
	e := newGated()
	live := embedsLater(t, store, e)
	c.Sink = live
	keep(t, live, c)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 8 {
				n := 8*w + i
				if err := c.Put(t.Context(), manual(n, 0, 1)); err != nil {
					t.Error(err)
				}
				if i%4 == 3 {
					if err := c.Remove(t.Context(), fmt.Sprint("manual-", n)); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	becomesHealthy(t, live)
	finds(t, live, 24)
	stats, err := store.Stats(t.Context())
	require.NoError(t, err)
	require.Equal(t, 24, stats.Vectors)
}

// What it owed is settled, too, where the next process wants another model, which
// takes the place of the one whose vectors are missing.
func TestWhatADeadProcessOwesIsSettledByAnotherModel(t *testing.T) {
	c, store := bookcase(t, 3)
	e := newGated()
	live := embedsLater(t, store, e)
	c.Sink = live
	stop := keep(t, live, c)
	becomesHealthy(t, live)
	stop()
	for n := 3; n < 5; n++ {
		require.NoError(t, c.Put(t.Context(), manual(n, 0, 1)))
	}
	other := newGated()
	other.name = "other"
	next, err := rag.NewLiveIndex(store, &rag.LiveOptions{
		Open:      func(context.Context) (rag.Embedder, error) { return other, nil },
		Embedders: func(context.Context, rag.EmbedModel) (rag.Embedder, error) { return e, nil },
		Later:     true, Lease: 300 * time.Millisecond,
	})
	require.NoError(t, err)
	c.Sink = next
	stop = keep(t, next, c)
	defer stop()
	require.Eventually(t, func() bool {
		model, err := next.Answering(t.Context())
		return err == nil && model == other.Model() && next.CheckHealth(t.Context()) == nil
	}, 20*time.Second, 5*time.Millisecond)
	require.True(t, finds(t, next, 5))
}
