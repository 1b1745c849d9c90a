package localstore

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/internal/quant"
	"github.com/akshara-go/akshara/train/traintest"
)

// readVectors reads a file of the form AKV1: count, dimension, scales, int8 rows.
func readVectors(t testing.TB, path string) []rag.Vector {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "AKV1", string(b[:4]))
	n, dim := int(binary.LittleEndian.Uint32(b[4:])), int(binary.LittleEndian.Uint32(b[8:]))
	scales, rows := b[12:12+4*n], b[12+4*n:]
	list := make([]rag.Vector, n)
	for i := range list {
		scale := math.Float32frombits(binary.LittleEndian.Uint32(scales[4*i:]))
		list[i] = make(rag.Vector, dim)
		for j := range dim {
			list[i][j] = float32(int8(rows[i*dim+j])) * scale
		}
	}
	return list
}

// vectorTenant makes a tenant that holds vectors alone, without a disk.
func vectorTenant(n, dim int, next func(i int, v []float32)) *tenant {
	p := &part{where: make([]place, n), rows: make([]int32, n), facts: make([]uint32, n),
		factDocs: []uint32{0}, factLists: []uint32{0}, lists: [][]string{{corpus.Public}}}
	p.model = rag.EmbedModel{Name: "m", Dimensions: dim}
	p.vecs = vectors{dim: dim, memory: [][]float32{make([]float32, n*dim)}, at: make([]uint64, n), slots: make([]uint32, n), sum: make([]float64, dim)}
	for i := range n {
		p.vecs.at[i] = uint64(i * dim)
		row := p.vecs.row(int32(i))
		next(i, row)
		normalize(row)
		for j, x := range row {
			p.vecs.sum[j] += float64(x)
		}
		p.ids.add("")
		p.vecs.slots[i], p.rows[i] = uint32(i), int32(i)
	}
	return &tenant{version: 1, model: p.model, parts: []*part{p}}
}

// clustered makes vectors that share a direction and gather around others, as
// embeddings of sentences do.
func clustered(seed uint64, dim, clusters int) func(i int, v []float32) {
	rng := rand.New(rand.NewPCG(seed, 1))
	centers := make([][]float32, clusters)
	common := gaussian(rng, dim)
	for i := range centers {
		centers[i] = gaussian(rng, dim)
	}
	return func(_ int, v []float32) {
		c := centers[rng.IntN(clusters)]
		for j := range v {
			v[j] = 2*common[j] + c[j] + float32(rng.NormFloat64())
		}
	}
}

func gaussian(rng *rand.Rand, dim int) []float32 {
	v := make([]float32, dim)
	for i := range v {
		v[i] = float32(rng.NormFloat64())
	}
	return v
}

// agreement gives which part of the exact best k the cascade finds, and the
// times of each, ascending. Exact search sees some of the queries when there are many.
func agreement(tb testing.TB, t *tenant, queries []rag.Vector, k int) (recall float64, fast, exact []time.Duration) {
	tb.Helper()
	s := &scratch{} // one thread
	run := func(q rag.Vector, exact bool) ([]scored, time.Duration) {
		search := &rag.Search{K: k, Vector: q, Exact: exact}
		start := time.Now()
		list, err := t.dense(ctx, search, t.gates(search), s)
		took := time.Since(start)
		require.NoError(tb, err)
		return list, took
	}
	got := make([][]scored, len(queries))
	for i, q := range queries {
		var took time.Duration
		got[i], took = run(q, false)
		fast = append(fast, took)
	}
	step := max(1, len(queries)*t.live()/30_000_000)
	hits := 0
	for i := 0; i < len(queries); i += step {
		want, took := run(queries[i], true)
		exact = append(exact, took)
		for _, w := range want {
			if slices.ContainsFunc(got[i], func(g scored) bool { return g.slot == w.slot }) {
				hits++
			}
		}
	}
	slices.Sort(fast)
	slices.Sort(exact)
	return float64(hits) / float64(k*len(exact)), fast, exact
}

// code makes the codes of vectors around their own mean.
func code(v *vectors) {
	v.codes = v.newCodes(nil)
	_ = v.code(ctx, nil)
}

// codeFarOff makes the codes of vectors around a mean as far from their own as any
// that parts share.
func codeFarOff(v *vectors) {
	v.codes = v.newCodes(nil)
	square := 0.0
	for _, x := range v.codes.Mean {
		square += float64(x) * float64(x)
	}
	away := gaussian(rand.New(rand.NewPCG(21, 1)), v.dim)
	scale := float32(math.Sqrt(quant.MeanDrift*(1-square)) / norm(away))
	for j := range away {
		v.codes.Mean[j] += scale * away[j]
	}
	_ = v.code(ctx, nil)
}

func TestCascadeFindsWhatExactSearchFinds(t *testing.T) {
	for _, dim := range []int{64, 100, 384, 1024} {
		t.Run(fmt.Sprint(dim), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(uint64(dim), 1))
			next := clustered(uint64(dim), dim, 50)
			tn := vectorTenant(10_000, dim, next)
			code(&tn.parts[0].vecs)
			var queries []rag.Vector
			for range 50 {
				q := gaussian(rng, dim)
				next(0, q)
				queries = append(queries, q)
			}
			recall, _, _ := agreement(t, tn, queries, 10)
			require.GreaterOrEqual(t, recall, 0.99)
		})
	}
}

// A search with helpers finds what one without them does.
func TestHelpersFindTheSame(t *testing.T) {
	const rows = 3*16*quant.BlockRows + 11 // three goroutines' worth
	next := clustered(9, 64, 30)
	tn := vectorTenant(rows, 64, next)
	code(&tn.parts[0].vecs)
	q := make(rag.Vector, 64)
	alone, shared := &scratch{}, &scratch{dense: quant.Scratch{Helpers: make(quant.Helpers, 2)}}
	for range 5 {
		next(0, q)
		search := &rag.Search{K: 10, Vector: q}
		want, err := tn.dense(ctx, search, tn.gates(search), alone)
		require.NoError(t, err)
		got, err := tn.dense(ctx, search, tn.gates(search), shared)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Empty(t, shared.dense.Helpers)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	search := &rag.Search{K: 10, Vector: q}
	_, err := tn.dense(gone, search, tn.gates(search), shared)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, shared.dense.Helpers)
}

// BenchmarkVectors measures the dense search on one thread and on all: recall@10
// against exact search, latency, time to build, and how many times faster it is than
// comparing with every vector, by a plain loop and by the unrolled one of exact
// search.
func BenchmarkVectors(b *testing.B) {
	b.Run("e5-50000", func(b *testing.B) {
		rows := readVectors(b, traintest.Data(b, "vectors/e5small.corpus.i8"))
		queries := readVectors(b, traintest.Data(b, "vectors/e5small.queries.i8"))
		measure(b, len(rows), func(i int, v []float32) { copy(v, rows[i]) }, queries, code)
	})
	b.Run("e5-50000-another-mean", func(b *testing.B) {
		rows := readVectors(b, traintest.Data(b, "vectors/e5small.corpus.i8"))
		queries := readVectors(b, traintest.Data(b, "vectors/e5small.queries.i8"))
		measure(b, len(rows), func(i int, v []float32) { copy(v, rows[i]) }, queries, codeFarOff)
	})
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprint("synthetic-", n), func(b *testing.B) {
			next := clustered(1, 384, 1000)
			queries := make([]rag.Vector, 200)
			for i := range queries {
				queries[i] = make(rag.Vector, 384)
				next(0, queries[i])
			}
			measure(b, n, next, queries, code)
		})
	}
}

func measure(b *testing.B, n int, next func(i int, v []float32), queries []rag.Vector, code func(*vectors)) {
	t := vectorTenant(n, 384, next)
	start := time.Now()
	code(&t.parts[0].vecs)
	build := time.Since(start).Seconds()
	recall, fast, exact := agreement(b, t, queries, 10)
	plain := plainScan(t, queries[:5])
	var shared []time.Duration
	s := &scratch{dense: quant.Scratch{Helpers: quant.NewHelpers()}}
	for b.Loop() {
		q := &rag.Search{K: 10, Vector: queries[len(shared)%len(queries)]}
		start := time.Now()
		if _, err := t.dense(ctx, q, t.gates(q), s); err != nil {
			b.Fatal(err)
		}
		shared = append(shared, time.Since(start))
	}
	slices.Sort(shared)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	p50, p95 := ms(fast[len(fast)/2]), ms(fast[len(fast)*95/100])
	unrolled := ms(exact[len(exact)/2])
	b.ReportMetric(recall, "recall@10")
	all := ms(shared[len(shared)/2])
	b.ReportMetric(p50, "p50-ms")
	b.ReportMetric(all, "p50-all-threads-ms")
	b.ReportMetric(p95, "p95-ms")
	b.ReportMetric(build, "build-s")
	b.ReportMetric(ms(plain)/p50, "x-plain")
	b.ReportMetric(unrolled/p50, "x-exact")
	b.Logf("%d vectors: recall@10 %.4f, p50 %.2f ms, p95 %.2f ms on one thread, p50 %.2f ms on %d, codes in %.2f s; every vector: plain loop %.1f ms (%.0f x), exact search %.1f ms (%.0f x)",
		n, recall, p50, p95, all, runtime.GOMAXPROCS(0), build, ms(plain), ms(plain)/p50, unrolled, unrolled/p50)
}

// plainScan gives the median time of comparing a query with every vector by the loop that one would write.
func plainScan(t *tenant, queries []rag.Vector) time.Duration {
	var times []time.Duration
	for _, q := range queries {
		start := time.Now()
		best, at := float32(-2), 0
		for i := range t.parts[0].vecs.slots {
			sum := float32(0)
			for j, x := range t.parts[0].vecs.row(int32(i)) {
				sum += x * q[j]
			}
			if sum > best {
				best, at = sum, i
			}
		}
		_ = at
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	return times[len(times)/2]
}

// The cascade through the store: readers and filters that leave much or almost
// nothing, deleted and replaced records, a mean that moved, and a store that was
// compacted and opened again.
func TestCascadeUnderReadersAndFilters(t *testing.T) {
	const dim, n = 64, 6000
	dir := t.TempDir()
	s := open(t, dir)
	next := clustered(5, dim, 30)
	model := rag.EmbedModel{Name: "m", Dimensions: dim}
	make1 := func(i int) rag.Record {
		r := rag.Record{Tenant: "t", Chunk: corpus.Chunk{ID: fmt.Sprint("c", i), DocumentID: fmt.Sprint("d", i/3)}, Vector: make(rag.Vector, dim), Model: model}
		next(i, r.Vector)
		r.Readers = []string{[]string{"half", "other"}[i%2]}
		if i%500 == 0 {
			r.Readers = append(r.Readers, "few")
		}
		r.Source.Language = "en"
		if i%20 == 0 {
			r.Source.Language = "hi"
		}
		return r
	}
	write := func(from, to int) {
		var recs []rag.Record
		for i := from; i < to; i++ {
			recs = append(recs, make1(i))
		}
		require.NoError(t, s.Upsert(ctx, recs))
	}
	for i := 0; i < n; i += 500 {
		write(i, i+500)
	}
	write(0, 400) // replaced
	require.NoError(t, s.Delete(ctx, rag.Selector{Tenant: "t", Documents: []string{"d5", "d500", "d1999"}}))

	check := func() {
		t.Helper()
		require.True(t, slices.ContainsFunc(s.lookup("t").now.Load().parts, func(p *part) bool { return p.vecs.codes != nil }))
		for _, q := range []rag.Search{
			{Readers: []string{"half", "other"}},
			{Readers: []string{"half"}},
			{Readers: []string{"few"}},
			{Readers: []string{"half", "other"}, Filter: corpus.Filter{Language: "hi"}},
			{Readers: []string{"other"}, Filter: corpus.Filter{Language: "en", DocumentIDs: []string{"d7", "d8", "d5", "d7"}}},
			{Readers: []string{"nobody"}},
		} {
			found, wanted := 0, 0
			for range 30 {
				q.Tenant, q.K, q.Vector, q.Model = "t", 10, make(rag.Vector, dim), model
				next(0, q.Vector)
				fast, err := s.Search(ctx, &q)
				require.NoError(t, err)
				exact := q
				exact.Exact = true
				want, err := s.Search(ctx, &exact)
				require.NoError(t, err)
				require.Len(t, fast, len(want))
				scores := map[string]float64{}
				for _, h := range want {
					scores[h.Record.Chunk.ID] = h.Scores[rag.Dense]
				}
				wanted += len(want)
				for _, h := range fast {
					require.True(t, corpus.MayRead(h.Record.Readers, q.Readers))
					require.True(t, q.Filter.Match(h.Record.Chunk.DocumentID, &h.Record.Source))
					if score, ok := scores[h.Record.Chunk.ID]; ok {
						require.InDelta(t, score, h.Scores[rag.Dense], 1e-6)
						found++
					}
				}
			}
			require.GreaterOrEqual(t, float64(found), 0.99*float64(wanted), "%+v", q.Readers)
		}
	}
	check()
	require.NoError(t, s.Compact(ctx))
	check()
	require.NoError(t, s.Close())
	s = open(t, dir)
	check()
}
