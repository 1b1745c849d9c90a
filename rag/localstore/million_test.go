package localstore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
)

// vectorRecords makes records from..to with a vector and three words.
func vectorRecords(from, to, dim int, next func(i int, v []float32)) []rag.Record {
	recs := make([]rag.Record, to-from)
	for i := range recs {
		n := from + i
		recs[i] = rag.Record{
			Readers: []string{corpus.Public},
			Chunk:   corpus.Chunk{ID: fmt.Sprint("c", n), DocumentID: fmt.Sprint("d", n/5), Text: fmt.Sprintf("the text of chunk %d", n)},
			Source:  corpus.Source{Title: fmt.Sprint("document ", n/5), Language: "hi"},
			Terms: map[rag.Leg][]rag.Term{rag.Words: {{Text: fmt.Sprint("w", n%1000), Count: 1},
				{Text: fmt.Sprint("x", n%77777), Count: 1}, {Text: fmt.Sprint("y", n/3), Count: 2}}},
			Vector: make(rag.Vector, dim), Model: rag.EmbedModel{Name: "m", Dimensions: dim},
		}
		next(n, recs[i].Vector)
	}
	return recs
}

// probe searches again and again until the returned function is called, which
// gives how long each search took, ascending.
func probe(tb testing.TB, s *Store, queries []*rag.Search) func() []time.Duration {
	stop, done := make(chan struct{}), make(chan struct{})
	var times []time.Duration
	go func() {
		defer close(done)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			start := time.Now()
			_, err := s.Search(ctx, queries[i%len(queries)])
			times = append(times, time.Since(start))
			if err != nil {
				tb.Error(err)
				return
			}
			time.Sleep(2 * time.Millisecond)
		}
	}()
	return func() []time.Duration {
		close(stop)
		<-done
		slices.Sort(times)
		return times
	}
}

// BenchmarkMillion builds a store of 1,000,000 chunks with vectors of 384
// dimensions, and opens and searches it: what a program sees, on all threads.
// Rows a second, recall against comparing with every vector, resident memory as
// the kernel counts it, and the longest search while 50,000 chunks are written
// and while all is merged.
func BenchmarkMillion(b *testing.B) {
	const rows, batch = 1_000_000, 5000
	dir := b.TempDir()
	s := open(b, dir)
	next := clustered(1, 384, 1000)
	ahead := make(chan []rag.Record, 2)
	go func() { // making them takes longer than writing them
		for from := 0; from < rows; from += batch {
			ahead <- vectorRecords(from, from+batch, 384, next)
		}
		close(ahead)
	}()
	written, worked := diskWrites(b), processorTime(b)
	var wrote time.Duration
	for recs := range ahead {
		start := time.Now()
		require.NoError(b, s.Upsert(ctx, recs))
		wrote += time.Since(start)
	}
	start := time.Now()
	require.NoError(b, s.Compact(ctx))
	merged := time.Since(start)
	written, worked = diskWrites(b)-written, processorTime(b)-worked
	peak := resident(b, "VmHWM")
	require.NoError(b, s.Close())
	runtime.GC()

	start = time.Now()
	s = open(b, dir)
	opened := time.Since(start)
	queries := vectorQueries(200, 384, next)
	recall := storeRecall(b, s, queries[:50])
	p50 := medianSearch(b, s, queries)
	used := resident(b, "VmRSS")
	b.Logf("%d chunks: written in %.1f s, merged into one segment in %.1f s, %.1f s of processor time with making them, %.2f GB to disk, peak %.2f GB; opened in %.2f s, recall@10 %.4f, p50 %.2f ms on %d threads, resident %.2f GB (%.2f GB of it not files)",
		rows, wrote.Seconds(), merged.Seconds(), worked.Seconds(), written, peak, opened.Seconds(), recall, p50, runtime.GOMAXPROCS(0), used, resident(b, "RssAnon"))

	stop := probe(b, s, queries)
	for from := 0; from < 50_000; from += batch {
		require.NoError(b, s.Upsert(ctx, vectorRecords(rows+from, rows+from+batch, 384, next)))
	}
	writing := stop()
	stop = probe(b, s, queries)
	require.NoError(b, s.Compact(ctx))
	merging := stop()
	b.Logf("longest search while 50,000 chunks were written %v (p50 %v), while all were merged %v (p50 %v)",
		writing[len(writing)-1], writing[len(writing)/2], merging[len(merging)-1], merging[len(merging)/2])
	b.ReportMetric(p50, "p50-ms")
	b.ReportMetric(recall, "recall@10")
	b.ReportMetric((wrote + merged).Seconds(), "build-s")
	b.ReportMetric(written, "written-GB")
	b.ReportMetric(opened.Seconds(), "open-s")
	b.ReportMetric(used, "resident-GB")
}

func vectorQueries(n, dim int, next func(i int, v []float32)) []*rag.Search {
	queries := make([]*rag.Search, n)
	for i := range queries {
		queries[i] = &rag.Search{K: 10, Vector: make(rag.Vector, dim), Model: rag.EmbedModel{Name: "m", Dimensions: dim}}
		next(i, queries[i].Vector)
	}
	return queries
}

// storeRecall gives which part of the exact best a search finds.
func storeRecall(tb testing.TB, s *Store, queries []*rag.Search) float64 {
	found, wanted := 0, 0
	for _, q := range queries {
		ids := map[string]bool{}
		hits, err := s.Search(ctx, q)
		require.NoError(tb, err)
		for _, h := range hits {
			ids[h.Record.Chunk.ID] = true
		}
		exact := *q
		exact.Exact = true
		hits, err = s.Search(ctx, &exact)
		require.NoError(tb, err)
		wanted += len(hits)
		for _, h := range hits {
			if ids[h.Record.Chunk.ID] {
				found++
			}
		}
	}
	return float64(found) / float64(wanted)
}

func medianSearch(tb testing.TB, s *Store, queries []*rag.Search) float64 {
	var times []time.Duration
	for range 2 {
		times = times[:0]
		for _, q := range queries {
			start := time.Now()
			_, err := s.Search(ctx, q)
			require.NoError(tb, err)
			times = append(times, time.Since(start))
		}
	}
	slices.Sort(times)
	return float64(times[len(times)/2].Microseconds()) / 1000
}

// resident gives a figure of this process's memory, in GB, or 0 where the kernel does not tell.
func resident(tb testing.TB, field string) float64 {
	tb.Helper()
	return kernelFigure(tb, "/proc/self/status", field) / 1e6
}

// diskWrites gives how much this process has had written to disk, in GB, or 0 where the kernel does not tell.
func diskWrites(tb testing.TB) float64 {
	tb.Helper()
	return kernelFigure(tb, "/proc/self/io", "write_bytes") / 1e9
}

// kernelFigure gives a number of a file of lines "name: number".
func kernelFigure(tb testing.TB, path, name string) float64 {
	tb.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(file)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			n, err := strconv.Atoi(strings.Fields(rest)[0])
			require.NoError(tb, err)
			return float64(n)
		}
	}
	return 0
}

// processorTime gives how long processors have worked for this process, or 0 where
// the kernel does not tell: the 14th and 15th number of its state, in hundredths
// of a second.
func processorTime(tb testing.TB) time.Duration {
	tb.Helper()
	state, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(state[strings.LastIndexByte(string(state), ')')+1:]))
	sum := 0
	for _, field := range fields[11:13] {
		n, err := strconv.Atoi(field)
		require.NoError(tb, err)
		sum += n
	}
	return time.Duration(sum) * 10 * time.Millisecond
}

// Searches go on in the version they began with: none fails, none misses a
// record that is never touched and none sees half a change, while a writer loads,
// replaces and deletes and all is rewritten again and again.
func TestSearchesDoNotWaitForWriters(t *testing.T) {
	const rows = 50_000
	total := rows
	if testing.Short() {
		total = 8000
	}
	s := open(t, t.TempDir())
	s.logLimit.Store(1 << 20)
	next := clustered(2, 64, 20)
	require.NoError(t, s.Upsert(ctx, vectorRecords(0, 100, 64, next)))
	q := &rag.Search{K: 10, Sparse: words("kept")}
	kept := vectorRecords(1_000_000, 1_000_005, 64, next)
	for i := range kept {
		kept[i].Terms = map[rag.Leg][]rag.Term{rag.Words: {{Text: "kept", Count: 1}}}
	}
	require.NoError(t, s.Upsert(ctx, kept))
	quiet := probe(t, s, []*rag.Search{q})
	time.Sleep(50 * time.Millisecond)
	before := quiet()

	background, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		for background.Err() == nil {
			if err := s.Compact(background); err != nil && background.Err() == nil {
				t.Error(err)
			}
		}
	})
	wg.Go(func() {
		for background.Err() == nil {
			hits, err := s.Search(ctx, q)
			if err != nil || len(hits) != len(kept) {
				t.Error("found", len(hits), err)
				return
			}
			time.Sleep(time.Millisecond)
		}
	})
	during := probe(t, s, []*rag.Search{q})
	for from := 100; from < total; from += 1000 {
		require.NoError(t, s.Upsert(ctx, vectorRecords(from, min(from+1000, total), 64, next)))
		require.NoError(t, s.Upsert(ctx, vectorRecords(rand.IntN(from), from, 64, next)[:1]))
		require.NoError(t, s.Delete(ctx, rag.Selector{Documents: []string{fmt.Sprint("d", rand.IntN(from/5))}}))
	}
	times := during()
	cancel()
	wg.Wait()
	t.Logf("longest of %d searches %v, p50 %v; before, of %d, %v", len(times), times[len(times)-1], times[len(times)/2], len(before), before[len(before)-1])
	require.Less(t, times[len(times)-1], 2*time.Second, "a search waited")
	st, err := s.Stats(ctx)
	require.NoError(t, err)
	require.Greater(t, st.Records, total-300)
}
