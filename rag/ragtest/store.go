// Package ragtest holds the suites that implementations of package rag's ports
// have to pass, each case a sentence that says what it demands. A new store is
// right when this passes:
//
//	func TestStore(t *testing.T) {
//		ragtest.TestStore(t, func(t *testing.T) rag.Store { return newStore(t) })
//	}
//
// Only tests import this package.
package ragtest

import (
	"context"
	"maps"
	"math"
	"slices"
	"sort"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
)

// Tolerance is by how much a score may differ from the formula's, as a part of
// the score where that is above 1.
const Tolerance = 1e-4

// storeCase is one demand on a store.
type storeCase struct {
	demand string
	run    func(s *suite)
}

// TestStore demands of the stores that newStore makes what the contract on
// [rag.Store] says. newStore gives an empty store each time and has t release
// it. Optional interfaces are tested where a store has them.
func TestStore(t *testing.T, newStore func(t *testing.T) rag.Store) {
	for _, cases := range [][]storeCase{writeCases, replaceCases, deleteCases, accessCases, filterCases, sparseCases, denseCases, searchCases, recordsCases, noteCases, completeCases, concurrentCases, randomCases} {
		for _, c := range cases {
			t.Run(c.demand, func(t *testing.T) {
				c.run(&suite{T: t, ctx: t.Context(), store: newStore(t), model: newMemory(), tenant: "t"})
			})
		}
	}
}

// suite runs a case: what it writes goes to the store and to the reference, and
// what the store finds is held against what the reference finds.
type suite struct {
	*testing.T
	ctx    context.Context
	store  rag.Store
	model  *memory
	tenant string // of the records that the suite makes
}

func (s *suite) upsert(recs ...rag.Record) {
	s.Helper()
	require.NoError(s, s.store.Upsert(s.ctx, recs))
	require.NoError(s, s.model.Upsert(s.ctx, recs))
}

func (s *suite) replace(documents []string, recs ...rag.Record) {
	s.Helper()
	require.NoError(s, s.store.Replace(s.ctx, s.tenant, documents, recs))
	require.NoError(s, s.model.Replace(s.ctx, s.tenant, documents, recs))
}

func (s *suite) delete(sel rag.Selector) {
	s.Helper()
	if sel.Tenant == "" {
		sel.Tenant = s.tenant
	}
	require.NoError(s, s.store.Delete(s.ctx, sel))
	require.NoError(s, s.model.Delete(s.ctx, sel))
}

// search demands that the store finds what the reference finds, and gives it sorted by chunk id.
func (s *suite) search(q rag.Search) []rag.Hit {
	s.Helper()
	if q.Tenant == "" {
		q.Tenant = s.tenant
	}
	hits, err := s.store.Search(s.ctx, &q)
	require.NoError(s, err)
	s.judge(&q, hits)
	slices.SortFunc(hits, func(a, b rag.Hit) int {
		if a.Record.Chunk.ID < b.Record.Chunk.ID {
			return -1
		}
		return 1
	})
	return hits
}

// finds demands that a search finds these chunks, as the reference does.
func (s *suite) finds(q rag.Search, ids ...string) {
	s.Helper()
	got := []string{}
	for _, h := range s.search(q) {
		got = append(got, h.Record.Chunk.ID)
	}
	slices.Sort(ids)
	require.Equal(s, append([]string{}, ids...), got)
}

// judge holds hits against the reference. Records of equal score may stand in for each other.
func (s *suite) judge(q *rag.Search, hits []rag.Hit) {
	s.Helper()
	all := *q
	all.K = math.MaxInt32
	want, err := s.model.Search(s.ctx, &all)
	require.NoError(s, err)
	byID := map[string]rag.Hit{}
	for _, h := range want {
		byID[h.Record.Chunk.ID] = h
	}
	got := map[rag.Leg][]float64{}
	seen := map[string]bool{}
	for _, h := range hits {
		id := h.Record.Chunk.ID
		w, ok := byID[id]
		require.True(s, ok, "%q must not be found", id)
		require.False(s, seen[id], "%q is there twice", id)
		seen[id] = true
		sameRecord(s, w.Record, h.Record)
		require.NotEmpty(s, h.Scores, "%q has no score", id)
		for leg, score := range h.Scores {
			require.Contains(s, w.Scores, leg, "%q has no place on leg %s", id, leg)
			near(s, w.Scores[leg], score, "score of %q on leg %s", id, leg)
			got[leg] = append(got[leg], score)
		}
	}
	for leg, scores := range best(want, q.K) {
		sort.Sort(sort.Reverse(sort.Float64Slice(got[leg])))
		require.Len(s, got[leg], len(scores), "records on leg %s", leg)
		for i, score := range scores {
			near(s, score, got[leg][i], "place %d of leg %s", i+1, leg)
		}
		delete(got, leg)
	}
	require.Empty(s, got, "legs without a record")
}

// best gives the k best scores of each leg, best first.
func best(hits []rag.Hit, k int) map[rag.Leg][]float64 {
	legs := map[rag.Leg][]float64{}
	for _, h := range hits {
		for leg, score := range h.Scores {
			legs[leg] = append(legs[leg], score)
		}
	}
	for leg, scores := range legs {
		sort.Sort(sort.Reverse(sort.Float64Slice(scores)))
		legs[leg] = scores[:min(k, len(scores))]
	}
	return legs
}

func near(t testing.TB, want, got float64, format string, args ...any) {
	t.Helper()
	if !(math.Abs(want-got) <= Tolerance*max(1, math.Abs(want))) {
		require.Failf(t, "the score is wrong", "want %v, got %v: "+format, append([]any{want, got}, args...)...)
	}
}

// sameRecord demands that a hit's record is as it was written, its terms,
// vector and model left out.
func sameRecord(t testing.TB, want, got rag.Record) {
	t.Helper()
	require.Empty(t, got.Terms)
	require.Empty(t, got.Vector)
	require.True(t, want.Source.PublishedAt.Equal(got.Source.PublishedAt), "date %v, not %v", got.Source.PublishedAt, want.Source.PublishedAt)
	plain := func(r rag.Record) rag.Record {
		r.Terms, r.Vector, r.Model = nil, nil, rag.EmbedModel{}
		r.Source.PublishedAt = time.Time{}
		r.Readers = some(r.Readers)
		r.Source.Tags = some(r.Source.Tags)
		r.Chunk.Headings = some(r.Chunk.Headings)
		r.Chunk.Sentences = some(r.Chunk.Sentences)
		return r
	}
	require.Equal(t, plain(want), plain(got))
}

// some makes no difference between nil and empty.
func some[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

// refuses demands INVALID_REQUEST.
func (s *suite) refuses(err error, what string) {
	s.Helper()
	require.Error(s, err, what)
	require.Equal(s, fault.InvalidRequest, fault.CodeOf(err), "%s: %v", what, err)
}

// testModel made the vectors of the suite.
var testModel = rag.EmbedModel{Name: "suite", Dimensions: 4}

// chunk makes a public record without a vector, whose chunk id is doc#n and whose terms are words.
func (s *suite) chunk(doc string, n int, words ...string) rag.Record {
	id := doc + "#" + string(rune('0'+n))
	return rag.Record{
		Tenant: s.tenant, Readers: []string{corpus.Public},
		Chunk:  corpus.Chunk{ID: id, DocumentID: doc, Ordinal: n, Text: "the text of " + id, Span: corpus.Span{Start: n * 100, End: n*100 + 50}},
		Source: corpus.Source{Title: "title of " + doc},
		Terms:  map[rag.Leg][]rag.Term{rag.Words: terms(words...)},
	}
}

// vector makes a public record with a vector alone.
func (s *suite) vector(doc string, n int, v ...float32) rag.Record {
	r := s.chunk(doc, n)
	r.Terms, r.Vector, r.Model = nil, v, testModel
	return r
}

// terms counts words.
func terms(words ...string) []rag.Term {
	counts := map[string]float32{}
	for _, w := range words {
		counts[w]++
	}
	var list []rag.Term
	for _, w := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, rag.Term{Text: w, Count: counts[w]})
	}
	return list
}

// byWords searches the words leg.
func byWords(words ...string) rag.Search {
	return rag.Search{K: 100, Sparse: []rag.SparseLeg{{Leg: rag.Words, Terms: terms(words...), K1: 1.2, B: 0.75}}}
}

// byVector searches the dense leg.
func byVector(v ...float32) rag.Search {
	return rag.Search{K: 100, Vector: v, Model: testModel}
}
