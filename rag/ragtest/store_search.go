package ragtest

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
)

var sparseCases = []storeCase{
	{"BM25 is the formula's", func(s *suite) {
		s.upsert(s.chunk("d", 1, "a"), s.chunk("d", 2, "a", "b"), s.chunk("d", 3, "a", "b", "c", "c", "c", "d", "e", "f"))
		hits := s.search(byWords("b"))
		require.Len(s, hits, 2)
		// N = 3, df = 2, the mean length is 11/3, and d#2 has a length of 2.
		idf := math.Log(1 + (3-2+0.5)/(2+0.5))
		near(s, idf*1/(1+1.2*(0.25+0.75*2*3/11)), hits[0].Scores[rag.Words], "d#2")
		for _, words := range [][]string{{"a"}, {"c"}, {"a", "c"}, {"a", "b", "c", "d", "e", "f", "none"}} {
			s.search(byWords(words...))
		}
	}},
	{"K1 and B are the query's", func(s *suite) {
		s.upsert(s.chunk("d", 1, "a"), s.chunk("d", 2, "a", "a", "b"), s.chunk("d", 3, "a", "b", "c", "c", "c"))
		for _, p := range [][2]float64{{0, 0}, {0, 1}, {1.2, 0}, {1.2, 1}, {0.4, 0.1}, {100, 0.5}} {
			q := byWords("a", "c")
			q.Sparse[0].K1, q.Sparse[0].B = p[0], p[1]
			s.finds(q, "d#1", "d#2", "d#3")
		}
	}},
	{"counts need not be whole", func(s *suite) {
		for i, n := range []float32{0.25, 1, 2.5, 1e6, 16777217, 1e-3} {
			r := s.chunk("d", i, "a")
			r.Terms[rag.Words] = []rag.Term{{Text: "a", Count: n}, {Text: "b", Count: 1}}
			s.upsert(r)
		}
		require.Len(s, s.search(byWords("a", "b")), 6)
	}},
	{"a query's terms have weights", func(s *suite) {
		s.upsert(s.chunk("d", 1, "a"), s.chunk("d", 2, "b", "c"), s.chunk("d", 3, "a", "b"))
		q := byWords("a")
		q.Sparse[0].Terms = []rag.Term{{Text: "a", Count: 0.5}, {Text: "b", Count: 3}}
		s.finds(q, "d#1", "d#2", "d#3")
	}},
	{"each leg has statistics of its own", func(s *suite) {
		for i := range 4 {
			r := s.chunk("d", i, "a", "b")
			if i > 0 {
				r.Terms[rag.Sounds] = terms("a", "x", "x")
			}
			if i > 1 {
				r.Terms["names"] = terms("a")
			}
			s.upsert(r)
		}
		for _, leg := range []rag.Leg{rag.Words, rag.Sounds, "names", "none"} {
			q := byWords("a", "x")
			q.Sparse[0].Leg = leg
			s.search(q)
		}
	}},
	{"statistics are the tenant's own", func(s *suite) {
		s.upsert(s.chunk("d", 1, "a"), s.chunk("d", 2, "b", "c"))
		before := s.search(byWords("a"))[0].Scores[rag.Words]
		for i := range 9 {
			r := s.chunk("e", i, "a", "long", "longer")
			r.Tenant = "other"
			s.upsert(r)
		}
		near(s, before, s.search(byWords("a"))[0].Scores[rag.Words], "with another tenant beside it")
	}},
	{"statistics count records that the asker does not see", func(s *suite) {
		s.upsert(s.chunk("d", 1, "a"), readBy(s.chunk("d", 2, "a", "b"), "u"))
		s.finds(byWords("a"), "d#1")
	}},
	{"statistics follow replacing and deleting at once", func(s *suite) {
		for i := range 9 {
			s.upsert(s.chunk("d", i, "a", fmt.Sprint("w", i)))
		}
		s.upsert(s.chunk("d", 3, "b", "b", "b"))
		s.search(byWords("a", "b"))
		s.delete(rag.Selector{Chunks: []string{"d#3", "d#4"}})
		s.search(byWords("a", "b"))
		s.delete(rag.Selector{All: true, Except: []string{"d#8"}})
		s.finds(byWords("a", "b"), "d#8")
	}},
	{"a leg or term that nobody has finds nothing", func(s *suite) {
		s.upsert(s.chunk("d", 1, "a"))
		s.finds(byWords("none"))
		q := byWords()
		s.finds(q)
		q = byWords("a")
		q.Sparse[0].Leg = "none"
		s.finds(q)
	}},
	{"document frequencies are those of the formula", func(s *suite) {
		st, ok := s.store.(rag.Statistician)
		if !ok {
			s.Skip("the store does not tell its statistics")
		}
		demand := func(tenant string, leg rag.Leg) {
			s.Helper()
			words := []string{"a", "none", "b", "a"}
			n, want, _ := s.model.DocumentFrequency(s.ctx, tenant, leg, words)
			got, freqs, err := st.DocumentFrequency(s.ctx, tenant, leg, words)
			require.NoError(s, err)
			require.Equal(s, n, got)
			require.Equal(s, want, freqs)
		}
		demand(s.tenant, rag.Words)
		s.upsert(s.chunk("d", 1, "a", "a"), s.chunk("d", 2, "a", "b"), s.chunk("d", 3), s.chunk("d", 4, "c"))
		demand(s.tenant, rag.Words)
		demand(s.tenant, rag.Sounds)
		demand("other", rag.Words)
		s.delete(rag.Selector{Chunks: []string{"d#1"}})
		s.upsert(s.chunk("d", 2, "b"))
		demand(s.tenant, rag.Words)
	}},
}

var denseCases = []storeCase{
	{"the dense score is the cosine", func(s *suite) {
		s.upsert(s.vector("d", 1, 2, 0, 0, 0), s.vector("d", 2, -1, 0, 0, 0), s.vector("d", 3, 0, 5, 0, 0), s.vector("d", 4, 3, 4, 0, 0), s.vector("d", 5, 1e-3, 1e-3, 1e-3, 1e-3))
		hits := s.search(byVector(10, 0, 0, 0))
		for i, want := range []float64{1, -1, 0, 0.6, 0.5} {
			near(s, want, hits[i].Scores[rag.Dense], "vector %d", i)
		}
	}},
	{"the best K by cosine are found, and exactly when asked", func(s *suite) {
		for i := range 60 {
			r := s.vector("d", 1, float32(i%7), float32(i%5), float32(i%3), 1)
			r.Chunk.ID = fmt.Sprint("c", i)
			s.upsert(r)
		}
		for _, exact := range []bool{false, true} {
			q := byVector(3, 2, -1, 0.5)
			q.K, q.Exact = 10, exact
			require.Len(s, s.search(q), 10)
		}
	}},
	{"a vector of another model is refused by name", func(s *suite) {
		s.upsert(s.vector("d", 1, 1, 0, 0, 0))
		other := rag.EmbedModel{Name: "other", Dimensions: 4}
		r := s.vector("d", 2, 1, 0, 0, 0)
		r.Model = other
		q := byVector(1, 0, 0, 0)
		q.Tenant, q.Model = s.tenant, other
		_, err := s.store.Search(s.ctx, &q)
		for _, err := range []error{s.store.Upsert(s.ctx, []rag.Record{r}), err} {
			s.refuses(err, "another model")
			e, ok := errors.AsType[*rag.ModelMismatchError](err)
			require.True(s, ok, "%v", err)
			require.Equal(s, rag.ModelMismatchError{Index: testModel, Given: other}, *e)
			require.ErrorContains(s, err, testModel.Name)
			require.ErrorContains(s, err, other.Name)
		}
		s.finds(byVector(1, 0, 0, 0), "d#1")
	}},
	{"a vector of another length is refused", func(s *suite) {
		s.upsert(s.vector("d", 1, 1, 0, 0, 0))
		long := s.vector("d", 2, 1, 0, 0, 0, 0)
		q := byVector(1, 0, 0)
		q.Tenant = s.tenant
		_, err := s.store.Search(s.ctx, &q)
		for _, err := range []error{s.store.Upsert(s.ctx, []rag.Record{long}), err} {
			s.refuses(err, "another length")
			_, ok := errors.AsType[*rag.ModelMismatchError](err)
			require.True(s, ok, "%v", err)
		}
		long.Model.Dimensions = 5
		s.refuses(s.store.Upsert(s.ctx, []rag.Record{long}), "another length, said so")
	}},
	{"the first vector has to be as long as its model says", func(s *suite) {
		s.refuses(s.store.Upsert(s.ctx, []rag.Record{s.vector("d", 1, 1, 0, 0)}), "3 of 4 dimensions")
		s.upsert(s.vector("d", 1, 1, 0, 0, 0))
	}},
	{"each tenant has a model of its own", func(s *suite) {
		r := s.vector("d", 1, 1, 0)
		r.Tenant, r.Model = "other", rag.EmbedModel{Name: "two", Dimensions: 2}
		s.upsert(s.vector("d", 1, 1, 0, 0, 0), r)
		s.finds(rag.Search{Tenant: "other", K: 1, Vector: rag.Vector{1, 1}, Model: r.Model}, "d#1")
		s.finds(byVector(1, 0, 0, 0), "d#1")
	}},
	{"the model may change when the tenant holds no vectors", func(s *suite) {
		two := s.vector("d", 2, 1, 0)
		two.Model = rag.EmbedModel{Name: "two", Dimensions: 2}
		plain := s.chunk("d", 1, "a")
		for _, empty := range []func(){
			func() { s.delete(rag.Selector{Chunks: []string{"d#1"}}) },
			func() { s.delete(rag.Selector{All: true}) },
			func() { s.delete(rag.Selector{All: true, Except: []string{"d#3"}}) },
			func() { s.upsert(plain) },
		} {
			s.upsert(s.vector("d", 1, 1, 0, 0, 0), s.chunk("d", 3, "a"))
			empty()
			s.upsert(two)
			s.finds(rag.Search{K: 5, Vector: rag.Vector{1, 1}, Model: two.Model}, "d#2")
			s.delete(rag.Selector{All: true})
		}
	}},
	{"values that are not finite are refused", func(s *suite) {
		nan, inf := float32(math.NaN()), float32(math.Inf(1))
		for _, x := range []float32{nan, inf, -inf} {
			s.refuses(s.store.Upsert(s.ctx, []rag.Record{s.vector("d", 1, 1, x, 0, 0)}), "a vector")
			q := byVector(1, x, 0, 0)
			_, err := s.store.Search(s.ctx, &q)
			s.refuses(err, "a searched vector")
		}
		for _, x := range []float32{nan, inf} {
			r := s.chunk("d", 1, "a")
			r.Terms[rag.Words][0].Count = x
			s.refuses(s.store.Upsert(s.ctx, []rag.Record{r}), "a count")
			q := byWords("a")
			q.Sparse[0].Terms[0].Count = x
			_, err := s.store.Search(s.ctx, &q)
			s.refuses(err, "a weight")
		}
		s.finds(byWords("a"))
	}},
	{"a vector of length 0 has no direction and is refused", func(s *suite) {
		s.refuses(s.store.Upsert(s.ctx, []rag.Record{s.vector("d", 1, 0, 0, 0, 0)}), "a vector")
		s.upsert(s.vector("d", 1, 1, 0, 0, 0))
		q := byVector(0, 0, 0, 0)
		q.Tenant = s.tenant
		_, err := s.store.Search(s.ctx, &q)
		s.refuses(err, "a searched vector")
	}},
	{"a vector without dimensions is none", func(s *suite) {
		r := s.chunk("d", 1, "a")
		r.Vector = rag.Vector{}
		s.upsert(r)
		q := byWords("a")
		q.Vector = rag.Vector{}
		s.finds(q, "d#1")
	}},
	{"a tenant without vectors finds nothing by vector", func(s *suite) {
		s.finds(byVector(1, 0, 0, 0))
		s.upsert(s.chunk("d", 1, "a"))
		s.finds(byVector(1, 0, 0, 0))
	}},
}

var searchCases = []storeCase{
	{"a search gives the union of the legs, each record once", func(s *suite) {
		for i := range 9 {
			r := s.chunk("d", i, "a", fmt.Sprint("w", i))
			if i%2 == 0 {
				r.Vector, r.Model = rag.Vector{float32(9 - i), float32(i), 0, 0}, testModel
			}
			if i%3 == 0 {
				r.Terms[rag.Sounds] = terms("s", "s", fmt.Sprint("t", i))
			}
			s.upsert(r)
		}
		q := byWords("a", "w8")
		q.Vector, q.Model = rag.Vector{1, 0, 0, 0}, testModel
		q.Sparse = append(q.Sparse, rag.SparseLeg{Leg: rag.Sounds, Terms: terms("s", "t3"), K1: 1, B: 0.2})
		for _, k := range []int{1, 2, 3, 5, 9, 100} {
			q.K = k
			s.search(q)
		}
	}},
	{"a leg is absent from a record that is not among its best K", func(s *suite) {
		a, b := s.chunk("d", 1, "a", "a", "a"), s.chunk("d", 2, "a", "b", "c")
		a.Vector, b.Vector = rag.Vector{0, 1, 0, 0}, rag.Vector{1, 0, 0, 0}
		a.Model, b.Model = testModel, testModel
		s.upsert(a, b)
		q := byWords("a")
		q.K, q.Vector, q.Model = 1, rag.Vector{1, 0, 0, 0}, testModel
		hits := s.search(q)
		require.Len(s, hits, 2)
		require.NotContains(s, hits[0].Scores, rag.Dense)
		require.NotContains(s, hits[1].Scores, rag.Words)
	}},
	{"K is at least 1 and may be more than there is", func(s *suite) {
		s.upsert(s.chunk("d", 1, "a"), s.chunk("d", 2, "a"))
		for _, k := range []int{0, -1, math.MinInt} {
			q := byWords("a")
			q.K = k
			_, err := s.store.Search(s.ctx, &q)
			s.refuses(err, fmt.Sprint("K of ", k))
		}
		for _, k := range []int{1, 2, 3, 10000} {
			q := byWords("a")
			q.K = k
			require.Len(s, s.search(q), min(k, 2))
		}
	}},
	{"a search without a leg is refused", func(s *suite) {
		_, err := s.store.Search(s.ctx, &rag.Search{Tenant: s.tenant, K: 5})
		s.refuses(err, "no leg")
	}},
	{"an empty store finds nothing", func(s *suite) {
		s.finds(onBothLegs("u"))
	}},
	{"searching with a cancelled context gives its error", func(s *suite) {
		s.upsert(s.chunk("d", 1, "a"))
		ctx, cancel := context.WithCancel(s.ctx)
		cancel()
		q := byWords("a")
		q.Tenant = s.tenant
		_, err := s.store.Search(ctx, &q)
		require.ErrorIs(s, err, context.Canceled)
	}},
}
