package weaviatestore

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
)

// traffic reads and writes a tenant until it is stopped.
type traffic struct {
	s      *Store
	tenant string
	done   chan struct{}
	wg     sync.WaitGroup

	reads, writes, refused atomic.Int64
	mu                     sync.Mutex
	acknowledged           map[string]int // by document, the last version
	tried                  map[string]int // and the last that was sent
	failed                 []error        // reads
}

func (f *traffic) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failed = append(f.failed, err)
}

func (f *traffic) start(ctx context.Context) {
	for w := range 2 {
		f.wg.Go(func() { f.write(ctx, w) })
	}
	for range 2 {
		f.wg.Go(func() { f.read(ctx) })
	}
}

func (f *traffic) stopped() bool {
	select {
	case <-f.done:
		return true
	default:
		return false
	}
}

// write replaces the three chunks of one document after the other.
func (f *traffic) write(ctx context.Context, writer int) {
	for version := 1; !f.stopped(); version++ {
		document := fmt.Sprintf("d%d-%d", writer, version%7)
		var recs []rag.Record
		for n := range 3 {
			r := record(f.tenant, document, n, "all", fmt.Sprint("v", version))
			r.Chunk.Tokens = version
			recs = append(recs, r)
		}
		f.mu.Lock()
		f.tried[document] = version
		f.mu.Unlock()
		if err := f.s.Replace(ctx, f.tenant, []string{document}, recs); err != nil {
			f.refused.Add(1)
			continue
		}
		f.writes.Add(1)
		f.mu.Lock()
		f.acknowledged[document] = version
		f.mu.Unlock()
	}
}

// read looks for the record that nobody touches, and for whole documents.
func (f *traffic) read(ctx context.Context) {
	q := words(f.tenant, "stay", "all")
	q.K = 100
	for !f.stopped() {
		hits, err := f.s.Search(ctx, q)
		f.reads.Add(1)
		if err != nil {
			f.fail(err)
			continue
		}
		stay, versions, chunks := false, map[string]int{}, map[string]int{}
		for _, h := range hits {
			c := h.Record.Chunk
			stay = stay || c.ID == "stay#0"
			if at, ok := versions[c.DocumentID]; ok && at != c.Tokens {
				f.fail(fmt.Errorf("versions %d and %d of %s at once", at, c.Tokens, c.DocumentID))
			}
			versions[c.DocumentID] = c.Tokens
			chunks[c.DocumentID]++
		}
		for document, n := range chunks {
			if n != 3 && document != "stay" {
				f.fail(fmt.Errorf("%d chunks of %s", n, document))
			}
		}
		if !stay {
			f.fail(fmt.Errorf("the record that nobody touches is not among %d", len(hits)))
		}
	}
}

// whole demands that a store has what was acknowledged, or what was sent after it
// and may have been taken.
func (f *traffic) whole(t *testing.T, s *Store) {
	t.Helper()
	for document, version := range f.acknowledged {
		recs, err := s.Records(t.Context(), f.tenant, []string{document})
		require.NoError(t, err)
		require.Len(t, recs, 3, document)
		for _, r := range recs {
			require.Equal(t, recs[0].Chunk.Tokens, r.Chunk.Tokens)
			require.GreaterOrEqual(t, r.Chunk.Tokens, version, "an acknowledged write of %s", document)
			require.LessOrEqual(t, r.Chunk.Tokens, f.tried[document])
		}
	}
}

// note sets a note, and demands that it was.
func note(t *testing.T, s *Store, tenant, before, after string) {
	t.Helper()
	began := time.Now()
	now, err := s.SetNote(t.Context(), tenant, "n", []byte(before), []byte(after))
	require.NoError(t, err)
	require.Equal(t, after, string(now))
	t.Logf("the note %q was set in %v", after, time.Since(began).Round(time.Millisecond))
}

func TestNodeKilled(t *testing.T) {
	s := open(t)
	f := &traffic{s: s, tenant: "killed", done: make(chan struct{}), acknowledged: map[string]int{}, tried: map[string]int{}}
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{record(f.tenant, "stay", 0, "stay")}))
	f.start(t.Context())
	stop := sync.OnceFunc(func() { close(f.done); f.wg.Wait() })
	t.Cleanup(stop)
	time.Sleep(1500 * time.Millisecond)
	note(t, s, f.tenant, "", "before")
	victim := nodes.list[0] // the one that the store asks first
	require.NoError(t, victim.kill())
	revive := sync.OnceFunc(func() { // the tests behind this one need it, too
		require.NoError(t, victim.launch(nodes.program))
		require.NoError(t, victim.await())
	})
	t.Cleanup(revive)
	began := f.writes.Load()
	killed := time.Now()
	require.Eventually(t, func() bool { return f.writes.Load()-began >= 20 }, 30*time.Second, 10*time.Millisecond, "writes go on")
	t.Logf("20 writes took %v after the loss", time.Since(killed).Round(time.Millisecond))
	during := f.writes.Load() - began
	note(t, s, f.tenant, "before", "during")
	// A node is not ready while a leader is chosen.
	require.Eventually(t, func() bool { return s.CheckHealth(t.Context()) == nil }, 20*time.Second, 50*time.Millisecond, "two of three are enough")
	revive()
	time.Sleep(time.Second)
	stop()
	t.Logf("%d reads, %d failed; %d writes acknowledged, %d of them while a node was away, %d refused", f.reads.Load(), len(f.failed), f.writes.Load(), during, f.refused.Load())
	require.Empty(t, f.failed)
	require.Positive(t, during)
	f.whole(t, s)
	note(t, s, f.tenant, "during", "after")
	for i, base := range nodes.urls(t) {
		alone, err := Open(t.Context(), []string{base}, &Options{APIKey: testKey, RetryFor: 40 * time.Second})
		require.NoError(t, err)
		start := time.Now()
		f.whole(t, alone)
		t.Logf("node %d has all of it, known after %v", i, time.Since(start).Round(time.Millisecond))
		require.NoError(t, alone.Close())
	}
}
