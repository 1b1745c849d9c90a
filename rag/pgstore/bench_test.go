package pgstore

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/pgtest"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/train/traintest"
	"github.com/akshara-go/akshara/translate/lang"
)

// The set that is measured: 100,000 chunks. Vectors are the 50,000 real ones of
// the development data, each once as it is and once with noise of a fifth of its
// length. Texts are pairs of Hindi sentences drawn from the development data at
// random. Every twentieth chunk is tenant small's, the others are tenant large's;
// of these, as many are of a site of their own.
const (
	benchChunks = 100_000
	smallShare  = 20
	noise       = 0.2
)

var benchModel = rag.EmbedModel{Name: "multilingual-e5-small", Dimensions: 384}

// readVectors reads a file of the form AKV1: count, dimension, scales, int8 rows.
func readVectors(tb testing.TB, name string) []rag.Vector {
	tb.Helper()
	b, err := os.ReadFile(traintest.Data(tb, name))
	require.NoError(tb, err)
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

// centre subtracts the mean of list from its vectors and from queries, and gives
// all of them length 1.
func centre(list, queries []rag.Vector) {
	mean := make([]float64, len(list[0]))
	for _, v := range list {
		for j, x := range v {
			mean[j] += float64(x) / float64(len(list))
		}
	}
	for _, v := range slices.Concat(list, queries) {
		for j := range v {
			v[j] -= float32(mean[j])
		}
		copy(v, unit(v))
	}
}

// hindi gives the sentences that texts are made of, and questions.
func hindi(tb testing.TB) (sentences, questions []string) {
	tb.Helper()
	sentences = traintest.Lines(tb, "retrieval/distractors.hi.txt.gz")
	for _, article := range traintest.XQuAD(tb, lang.Hindi) {
		for _, p := range article.Paragraphs {
			sentences = append(sentences, strings.SplitAfter(p.Context, "।")...)
			for _, q := range p.Questions {
				questions = append(questions, q.Text)
			}
		}
	}
	return sentences, questions
}

func termsOf(terms []analysis.Term) []rag.Term {
	out := make([]rag.Term, len(terms))
	for i, t := range terms {
		out[i] = rag.Term(t)
	}
	return out
}

// benchRecords makes the set, a record at a time.
func benchRecords(sentences []string, vectors []rag.Vector) iter.Seq2[rag.Record, error] {
	return func(yield func(rag.Record, error) bool) {
		rng := rand.New(rand.NewPCG(11, 13))
		for i := range benchChunks {
			text := sentences[rng.IntN(len(sentences))] + " " + sentences[rng.IntN(len(sentences))]
			fields := analysis.Index(text, "hi")
			v := slices.Clone(vectors[i%len(vectors)])
			if i >= len(vectors) {
				step := noise * length(v) / math.Sqrt(float64(len(v)))
				for j := range v {
					v[j] += float32(step * rng.NormFloat64())
				}
			}
			r := rag.Record{
				Tenant: "large", Readers: []string{corpus.Public},
				Chunk:  corpus.Chunk{ID: fmt.Sprint("c", i), DocumentID: fmt.Sprint("d", i/10), Text: text},
				Source: corpus.Source{Title: fmt.Sprint("document ", i/10), Language: "hi", SourceSite: "example.in"},
				Terms:  map[rag.Leg][]rag.Term{rag.Words: termsOf(fields.Words), rag.Sounds: termsOf(fields.Sounds)},
				Vector: v, Model: benchModel,
			}
			switch i % smallShare {
			case 0:
				r.Tenant = "small"
			case 1:
				r.Source.SourceSite = "rare.in"
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// BenchmarkStore measures the set above, with vectors centred on their mean and
// as the model gives them: `make bench-pgstore`. Truth is found in this process,
// by comparing everything.
func BenchmarkStore(b *testing.B) {
	for _, name := range []string{"centred", "raw"} {
		b.Run(name, func(b *testing.B) { benchmarkStore(b, name == "centred") })
	}
}

func benchmarkStore(b *testing.B, centred bool) {
	pgtest.NeedsPgvector(b)
	own := pgtest.New("shared_buffers=1GB", "fsync=on", "full_page_writes=on") // what a server does that has something to keep
	b.Cleanup(own.Close)
	s, err := Open(context.Background(), connect(b, own.Schema(b)), nil)
	require.NoError(b, err)
	sentences, questions := hindi(b)
	vectors, queries := readVectors(b, "vectors/e5small.corpus.i8"), readVectors(b, "vectors/e5small.queries.i8")
	if centred {
		centre(vectors, queries)
	}
	recs := make([]rag.Record, 0, benchChunks)
	start := time.Now()
	for r := range benchRecords(sentences, vectors) {
		recs = append(recs, r)
	}
	b.Logf("%d chunks made and analysed in %v, on one core and before they are loaded", len(recs), time.Since(start).Round(time.Second))
	start = time.Now()
	require.NoError(b, s.Load(context.Background(), sequence(recs...)))
	took := time.Since(start)
	b.Logf("%d chunks loaded with their indexes in %v: %.0f chunks/s", len(recs), took.Round(time.Second), float64(len(recs))/took.Seconds())
	uncoded, err := Open(context.Background(), s.db.Session(context.Background()), &Options{CodeMemory: -1})
	require.NoError(b, err)
	for _, tenant := range []string{"large", "small"} {
		start, n := time.Now(), 0
		for coded := (*codeSet)(nil); coded == nil; n++ {
			_, err := s.Search(context.Background(), &rag.Search{Tenant: tenant, K: 10, Model: benchModel, Vector: queries[n]})
			require.NoError(b, err)
			coded = s.codes.tenant(tenant).now.Load()
		}
		b.Logf("codes of tenant %s read by %d searches, which took %v", tenant, n, time.Since(start).Round(time.Millisecond))
	}
	for _, c := range []struct {
		name, tenant, site string
		s                  *Store
	}{
		{"all", "large", "", s}, {"tenant-of-5-percent", "small", "", s}, {"site-of-5-percent", "large", "rare.in", s},
		{"all-without-codes", "large", "", uncoded}, {"tenant-of-5-percent-without-codes", "small", "", uncoded}, {"site-of-5-percent-without-codes", "large", "rare.in", uncoded},
	} {
		b.Run("dense/"+c.name, func(b *testing.B) {
			s := c.s
			q := rag.Search{Tenant: c.tenant, K: 10, Model: benchModel}
			if c.site != "" {
				q.Filter.SourceSites = []string{c.site}
			}
			seen := slices.DeleteFunc(slices.Clone(recs), func(r rag.Record) bool {
				return r.Tenant != c.tenant || c.site != "" && r.Source.SourceSite != c.site
			})
			measure(b, s, len(queries), func(i int) *rag.Search {
				one := q
				one.Vector = queries[i]
				return &one
			}, func(i int) []string { return nearestTo(seen, queries[i], 10) })
		})
	}
	for _, leg := range []rag.Leg{rag.Words, rag.Sounds} {
		b.Run("sparse/"+string(leg), func(b *testing.B) {
			made := sync.OnceValue(func() *index { return newIndex(recs, "large", leg) }) // after the searches are timed
			legs := make([]rag.SparseLeg, len(questions))
			for i, q := range questions {
				fields := analysis.Query(q, "hi")
				legs[i] = rag.SparseLeg{Leg: leg, Terms: termsOf(fields.Words), K1: 1.2, B: 0.1}
				if leg == rag.Sounds {
					legs[i].Terms = termsOf(fields.Sounds)
				}
			}
			measure(b, s, len(questions), func(i int) *rag.Search {
				return &rag.Search{Tenant: "large", K: 10, Sparse: legs[i : i+1]}
			}, func(i int) []string { return made().best(&legs[i], 10) })
		})
	}
	start = time.Now()
	for batch := range slices.Chunk(recs[:5000], 500) {
		for i := range batch {
			batch[i].Chunk.ID += "again"
		}
		require.NoError(b, s.Upsert(context.Background(), batch))
	}
	took = time.Since(start)
	b.Logf("5000 more in batches of 500 in %v: %.0f chunks/s", took.Round(time.Millisecond), 5000/took.Seconds())
	start = time.Now()
	require.NoError(b, s.Index(context.Background()))
	b.Logf("their vectors linked, and the tables vacuumed, in %v", time.Since(start).Round(time.Millisecond))
}

// judged is how many of the queries are held against the truth.
const judged = 200

// measure times searches one after the other, and holds some against the truth.
func measure(b *testing.B, s *Store, n int, search func(i int) *rag.Search, truth func(i int) []string) {
	b.Helper()
	var times []time.Duration
	for b.Loop() {
		q := search(len(times) % n)
		start := time.Now()
		_, err := s.Search(context.Background(), q)
		times = append(times, time.Since(start))
		require.NoError(b, err)
	}
	b.StopTimer()
	slices.Sort(times)
	found, all, fewer := 0, 0, 0
	for i := 0; i < n; i += max(1, n/judged) {
		hits, err := s.Search(context.Background(), search(i))
		require.NoError(b, err)
		want := truth(i)
		all += len(want)
		if len(hits) < len(want) {
			fewer++
		}
		for _, h := range hits {
			if slices.Contains(want, h.Record.Chunk.ID) {
				found++
			}
		}
	}
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(times[len(times)*95/100].Microseconds())/1000, "p95-ms")
	b.ReportMetric(float64(found)/float64(all), "recall@10")
	b.ReportMetric(float64(fewer), "short")
}

// nearestTo gives the ids of the k records whose vectors are nearest to q.
func nearestTo(recs []rag.Record, q rag.Vector, k int) []string {
	type near struct {
		at    int
		score float64
	}
	list := make([]near, len(recs))
	for i := range recs {
		var dot, square float32
		for j, x := range recs[i].Vector {
			dot += x * q[j]
			square += x * x
		}
		list[i] = near{i, float64(dot) / math.Sqrt(float64(square))}
	}
	slices.SortFunc(list, func(a, b near) int { return cmp.Compare(b.score, a.score) })
	ids := make([]string, k)
	for i := range ids {
		ids[i] = recs[list[i].at].Chunk.ID
	}
	return ids
}

// index is BM25 in memory.
type index struct {
	recs  []rag.Record
	sizes []float64
	mean  float64
	posts map[string]map[int]float64
}

func newIndex(recs []rag.Record, tenant string, leg rag.Leg) *index {
	x := &index{posts: map[string]map[int]float64{}}
	for _, r := range recs {
		if r.Tenant != tenant || len(r.Terms[leg]) == 0 {
			continue
		}
		size := 0.0
		for _, t := range r.Terms[leg] {
			if x.posts[t.Text] == nil {
				x.posts[t.Text] = map[int]float64{}
			}
			x.posts[t.Text][len(x.recs)] = float64(t.Count)
			size += float64(t.Count)
		}
		x.recs, x.sizes, x.mean = append(x.recs, r), append(x.sizes, size), x.mean+size
	}
	x.mean /= float64(len(x.recs))
	return x
}

// score gives the score of the record with an id.
func (x *index) score(l *rag.SparseLeg, id string) float64 {
	i := slices.IndexFunc(x.recs, func(r rag.Record) bool { return r.Chunk.ID == id })
	sum := 0.0
	for _, t := range l.Terms {
		if tf, ok := x.posts[t.Text][i]; ok {
			sum += float64(t.Count) * x.idf(t.Text) * tf / (tf + l.K1*(1-l.B+l.B*x.sizes[i]/x.mean))
		}
	}
	return sum
}

func (x *index) idf(term string) float64 {
	df := float64(len(x.posts[term]))
	return math.Log(1 + (float64(len(x.recs))-df+0.5)/(df+0.5))
}

func (x *index) best(l *rag.SparseLeg, k int) []string {
	scores := map[int]float64{}
	for _, t := range l.Terms {
		idf := x.idf(t.Text)
		for i, tf := range x.posts[t.Text] {
			scores[i] += float64(t.Count) * idf * tf / (tf + l.K1*(1-l.B+l.B*x.sizes[i]/x.mean))
		}
	}
	var order []int
	for i := range scores {
		order = append(order, i)
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(a, b)) })
	var ids []string
	for _, i := range order[:min(k, len(order))] {
		ids = append(ids, x.recs[i].Chunk.ID)
	}
	return ids
}
