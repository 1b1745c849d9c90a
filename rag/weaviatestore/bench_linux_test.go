package weaviatestore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
)

const (
	benchChunks     = 20_000
	benchDimensions = 384
)

// zipf gives n words of a vocabulary, the first ones often.
func zipf(z *rand.Zipf, n int) []rag.Term {
	counts := map[string]float32{}
	for range n {
		counts[fmt.Sprint("w", z.Uint64())]++
	}
	var terms []rag.Term
	for w, c := range counts {
		terms = append(terms, rag.Term{Text: w, Count: c})
	}
	return terms
}

func randomVector(r *rand.Rand) rag.Vector {
	v := make(rag.Vector, benchDimensions)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return v
}

func fill(b *testing.B, s *Store, random *rand.Rand, z *rand.Zipf, model rag.EmbedModel) {
	for from := 0; from < benchChunks; from += 1000 {
		var recs []rag.Record
		for i := range 1000 {
			r := record("bench", fmt.Sprint("d", (from+i)/10), i%10)
			r.Terms[rag.Words], r.Terms[rag.Sounds] = zipf(z, 60), zipf(z, 60)
			r.Vector, r.Model = randomVector(random), model
			recs = append(recs, r)
		}
		require.NoError(b, s.Upsert(context.Background(), recs))
	}
}

// BenchmarkStore measures writing and searching 20,000 chunks of 60 words with
// vectors of 384 dimensions on the three nodes of the tests.
func BenchmarkStore(b *testing.B) {
	s := open(b)
	random := rand.New(rand.NewPCG(1, 2))
	z := rand.NewZipf(random, 1.2, 20, 50_000)
	model := rag.EmbedModel{Name: "bench", Dimensions: benchDimensions}
	began := time.Now()
	fill(b, s, random, z, model)
	b.Logf("%.0f chunks/s written", benchChunks/time.Since(began).Seconds())
	for _, name := range []string{"words", "dense", "three legs"} {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				q := &rag.Search{Tenant: "bench", K: 10}
				if name != "dense" {
					q.Sparse = append(q.Sparse, rag.SparseLeg{Leg: rag.Words, Terms: zipf(z, 5), K1: 1.2, B: 0.1})
				}
				if name != "words" {
					q.Vector, q.Model = randomVector(random), model
				}
				if name == "three legs" {
					q.Sparse = append(q.Sparse, rag.SparseLeg{Leg: rag.Sounds, Terms: zipf(z, 5), K1: 1.2, B: 0.1})
				}
				start := time.Now()
				hits, err := s.Search(context.Background(), q)
				took = append(took, time.Since(start))
				require.NoError(b, err)
				require.NotEmpty(b, hits)
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// BenchmarkTenants measures what a tenant costs the cluster: making it with its
// first record, and finding that.
func BenchmarkTenants(b *testing.B) {
	s := open(b)
	i := 0
	for b.Loop() {
		tenant := fmt.Sprint("many-", i)
		require.NoError(b, s.Upsert(context.Background(), []rag.Record{record(tenant, "d", 1, "a")}))
		hits, err := s.Search(context.Background(), words(tenant, "a"))
		require.NoError(b, err)
		require.Len(b, hits, 1)
		i++
	}
	b.ReportMetric(nodes.memory(b)/1e6, "MB/node")
}
