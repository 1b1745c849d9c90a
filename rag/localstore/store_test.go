package localstore

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
)

var ctx = context.Background()

func open(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(dir, nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// record makes a public record with one common and one own word and form, and a
// vector of three dimensions.
func record(tenant, document string, ordinal int) rag.Record {
	id := fmt.Sprintf("%s/%d", document, ordinal)
	return rag.Record{
		Tenant: tenant, Readers: []string{corpus.Public},
		Chunk: corpus.Chunk{ID: id, DocumentID: document, Ordinal: ordinal, Text: "text of " + id,
			Span: corpus.Span{Start: 10, End: 30}, Sentences: []corpus.Span{{Start: 10, End: 20}, {Start: 20, End: 30}},
			Headings: []string{"one", "दो"}, Page: 2, Tokens: 5},
		Terms: map[rag.Leg][]rag.Term{
			rag.Words: {{Text: "all", Count: 1}, {Text: id, Count: 1.5}},
			rag.Forms: {{Text: "all", Count: 1}, {Text: "own " + id, Count: 1}},
		},
		Vector: rag.Vector{1, float32(ordinal), 0.5}, Model: rag.EmbedModel{Name: "m", Dimensions: 3},
	}
}

func words(terms ...string) []rag.SparseLeg {
	leg := rag.SparseLeg{Leg: rag.Words, K1: 1.2, B: 0.75}
	for _, w := range terms {
		leg.Terms = append(leg.Terms, rag.Term{Text: w, Count: 1})
	}
	return []rag.SparseLeg{leg}
}

// found gives the texts of the records that have a word, by chunk id.
func search(t testing.TB, s *Store, tenant string, terms ...string) map[string]rag.Record {
	t.Helper()
	hits, err := s.Search(ctx, &rag.Search{Tenant: tenant, K: 10000, Sparse: words(terms...)})
	require.NoError(t, err)
	out := map[string]rag.Record{}
	for _, h := range hits {
		out[h.Record.Chunk.ID] = h.Record
	}
	return out
}

func TestReopenKeepsEverything(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("a", "d1", 0), record("a", "d1", 1), record("b", "d2", 0)}))
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("a", "d3", 0)}))
	require.NoError(t, s.Delete(ctx, rag.Selector{Tenant: "a", Chunks: []string{"d1/1"}}))
	check := func(s *Store) {
		t.Helper()
		got := search(t, s, "a", "all")
		require.Len(t, got, 2)
		want := record("a", "d1", 0)
		want.Terms, want.Vector, want.Model = nil, nil, rag.EmbedModel{}
		require.Equal(t, want, got["d1/0"])
		require.Contains(t, got, "d3/0")
		require.Len(t, search(t, s, "b", "all"), 1)
		docs, err := s.Documents(ctx, "a")
		require.NoError(t, err)
		require.Equal(t, []string{"d1", "d3"}, docs)
	}
	check(s)
	require.NoError(t, s.Close())
	s = open(t, dir)
	check(s)
	require.NoError(t, s.Compact(ctx))
	check(s)
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("c", "d9", 0)}))
	copied := t.TempDir()
	require.NoError(t, s.Snapshot(ctx, copied))
	require.NoError(t, s.Close())
	s = open(t, dir)
	check(s)
	require.Len(t, search(t, s, "c", "all"), 1)
	s = open(t, copied)
	check(s)
	require.Len(t, search(t, s, "c", "all"), 1)
}

// Under the race detector: the size of a store may be asked for while it is closed.
func TestStatsBesideClose(t *testing.T) {
	for range 50 {
		s := open(t, t.TempDir())
		asked := make(chan error)
		go func() {
			var err error
			for err == nil {
				_, err = s.Stats(ctx)
			}
			asked <- err
		}()
		require.NoError(t, s.Close())
		require.ErrorIs(t, <-asked, ErrClosed)
	}
}

// A search that reads many texts, and a merge, end with their context, which they look
// at all the time.
func TestLongWorkLooksAtItsContext(t *testing.T) {
	const n = 4096
	s := open(t, t.TempDir())
	var recs []rag.Record
	for i := range n {
		r := record("t", "d", i)
		r.Vector, r.Model = nil, rag.EmbedModel{}
		recs = append(recs, r)
	}
	require.NoError(t, s.Upsert(ctx, recs))
	looks := 0
	looked := &watched{ctx, func() { looks++ }}
	_, err := s.Search(looked, &rag.Search{Tenant: "t", K: n, Sparse: words("all")})
	require.NoError(t, err)
	require.Greater(t, looks, n)

	looks = 0
	view := s.lookup("t").view()
	defer view.release()
	_, err = newDraft(looked, view.parts, view.version, true)
	require.NoError(t, err)
	require.Greater(t, looks, 3*n/workStep, "by records, and by terms of two legs")
	ended, cancel := context.WithCancel(ctx)
	looks = 0
	_, err = newDraft(&watched{ended, func() {
		if looks++; looks == 2*n/workStep {
			cancel()
		}
	}}, view.parts, view.version, true)
	require.ErrorIs(t, err, context.Canceled)
	require.LessOrEqual(t, looks, 2*n/workStep+1)
}

// A tenant of which nothing is left is none, whenever the store was opened, and what
// files have is what they have on disk.
func TestStatsCountWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("t", "d", 1), record("t", "d", 2), record("u", "e", 1)}))
	require.NoError(t, s.Delete(ctx, rag.Selector{Tenant: "u", Documents: []string{"e"}}))
	check := func() {
		t.Helper()
		st, err := s.Stats(ctx)
		require.NoError(t, err)
		require.Equal(t, []int{1, 1, 2, 2}, []int{st.Tenants, st.Documents, st.Records, st.Vectors})
		paths, err := filepath.Glob(filepath.Join(dir, "0*"))
		require.NoError(t, err)
		for _, path := range paths {
			info, err := os.Stat(path)
			require.NoError(t, err)
			st.DiskBytes -= info.Size()
		}
		require.Zero(t, st.DiskBytes)
	}
	check()
	require.NoError(t, s.Close())
	s = open(t, dir)
	check()
	holdMaintenance(t, s)
	s.writer.lock()
	require.NoError(t, s.rotate())
	s.writer.give()
	check()
	require.NoError(t, s.rewrite(ctx, true, nil, 1))
	check()
}

// live counts the records.
func (t *tenant) live() (n int) {
	for _, p := range t.parts {
		n += p.live()
	}
	return n
}

// Whatever a chunk says of itself is kept: a change that was acknowledged can be read.
func TestAnyNumberOfAChunkIsKept(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	var recs []rag.Record
	for i, n := range []int{math.MaxInt, math.MinInt, -1} {
		r := record("t", "d", i)
		c := &r.Chunk
		c.Ordinal, c.Start, c.End, c.Page, c.Tokens = n, n, n, n, n
		c.Sentences = []corpus.Span{{Start: n, End: -n}, {Start: -n, End: 0}}
		recs = append(recs, r)
	}
	require.NoError(t, s.Upsert(ctx, recs))
	require.NoError(t, s.Close())
	got := search(t, open(t, dir), "t", "all")
	for _, r := range recs {
		require.Equal(t, r.Chunk, got[r.Chunk.ID].Chunk)
	}
}
