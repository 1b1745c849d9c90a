package localstore

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
)

// passages makes records of 60 words that are as frequent as words are: the
// n-th most frequent stands in one of n.
func passages(n int, vectors bool) []rag.Record {
	rng := rand.New(rand.NewPCG(7, 7))
	zipf := rand.NewZipf(rng, 1.1, 20, 200_000)
	next := clustered(3, 384, 100)
	recs := make([]rag.Record, n)
	for i := range recs {
		counts := map[uint64]float32{}
		for range 60 {
			counts[zipf.Uint64()]++
		}
		var terms []rag.Term
		for w, c := range counts {
			terms = append(terms, rag.Term{Text: fmt.Sprint("word", w), Count: c})
		}
		recs[i] = rag.Record{
			Readers: []string{corpus.Public},
			Chunk:   corpus.Chunk{ID: fmt.Sprint("c", i), DocumentID: fmt.Sprint("d", i/5), Text: fmt.Sprintf("%0400d", i)},
			Source:  corpus.Source{Title: fmt.Sprint("document ", i/5), Language: "hi"},
			Terms:   map[rag.Leg][]rag.Term{rag.Words: terms},
		}
		if vectors {
			recs[i].Vector, recs[i].Model = make(rag.Vector, 384), rag.EmbedModel{Name: "m", Dimensions: 384}
			next(i, recs[i].Vector)
		}
	}
	return recs
}

func fill(tb testing.TB, s *Store, recs []rag.Record) time.Duration {
	tb.Helper()
	start := time.Now()
	for batch := range slices.Chunk(recs, 1000) {
		require.NoError(tb, s.Upsert(ctx, batch))
	}
	return time.Since(start)
}

// BenchmarkUpsert measures durable writing of passages with vectors of 384 dimensions.
func BenchmarkUpsert(b *testing.B) {
	recs := passages(5000, true)
	for _, size := range []int{1, 10, 1000} {
		b.Run(fmt.Sprint("batch-", size), func(b *testing.B) {
			s := open(b, b.TempDir())
			i := 0
			for b.Loop() {
				if i+size > len(recs) {
					i = 0
				}
				if err := s.Upsert(ctx, recs[i:i+size]); err != nil {
					b.Fatal(err)
				}
				i += size
			}
			b.ReportMetric(float64(size*b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

// BenchmarkBM25 measures the sparse leg alone, with and without reading the
// texts, over 100,000 passages; questions have six words, of which some are
// frequent.
func BenchmarkBM25(b *testing.B) {
	s := open(b, b.TempDir())
	recs := passages(100_000, false)
	worked := processorTime(b)
	wrote := fill(b, s, recs)
	require.NoError(b, s.maintenance.take(b.Context())) // and what the background does
	s.maintenance.give()
	worked = processorTime(b) - worked
	b.Logf("100000 passages written in %v, %.0f a second; %v of processor time, %.0f a second of it",
		wrote, 1e5/wrote.Seconds(), worked, 1e5/worked.Seconds())
	rng := rand.New(rand.NewPCG(9, 9))
	queries := make([]*rag.Search, 200)
	for i := range queries {
		from := recs[rng.IntN(len(recs))].Terms[rag.Words]
		var terms []string
		for range 6 {
			terms = append(terms, from[rng.IntN(len(from))].Text)
		}
		queries[i] = &rag.Search{K: 10, Sparse: words(terms...)}
	}
	b.Run("leg", func(b *testing.B) {
		t, sc := s.lookup("").view(), &scratch{}
		defer t.release()
		latencies(b, queries, func(q *rag.Search) error {
			_, err := t.bm25(ctx, &q.Sparse[0], q.K, t.gates(q), sc)
			return err
		})
	})
	b.Run("search", func(b *testing.B) {
		latencies(b, queries, func(q *rag.Search) error {
			_, err := s.Search(ctx, q)
			return err
		})
	})
}

func latencies(b *testing.B, queries []*rag.Search, run func(*rag.Search) error) {
	b.ReportAllocs()
	var times []time.Duration
	for b.Loop() {
		start := time.Now()
		if err := run(queries[len(times)%len(queries)]); err != nil {
			b.Fatal(err)
		}
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(times[len(times)*95/100].Microseconds())/1000, "p95-ms")
}

// BenchmarkOpen measures opening a log, and a snapshot, of 100,000 passages with vectors.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	s := open(b, dir)
	b.Logf("100000 passages with vectors written in %v", fill(b, s, passages(100_000, true)))
	run := func(b *testing.B) {
		for b.Loop() {
			s, err := Open(dir, nil)
			require.NoError(b, err)
			require.NoError(b, s.Close())
		}
	}
	require.NoError(b, s.Close())
	b.Run("log", run)
	s = open(b, dir)
	require.NoError(b, s.Compact(ctx))
	require.NoError(b, s.Close())
	b.Run("snapshot", run)
}
