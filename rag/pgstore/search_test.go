package pgstore

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/pgkit"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
)

// gaussians gives vectors in random directions.
func gaussians(n, dims int) []rag.Vector {
	rng := rand.New(rand.NewPCG(5, 6))
	list := make([]rag.Vector, n)
	for i := range list {
		list[i] = make(rag.Vector, dims)
		for j := range list[i] {
			list[i][j] = float32(rng.NormFloat64())
		}
	}
	return list
}

func TestTheIndexFindsWhatComparingAllFinds(t *testing.T) {
	large(t)
	s, _ := openWith(t, &Options{CodeMemory: -1})
	vectors := gaussians(4300, 24)
	recs := make([]rag.Record, 4200)
	for i := range recs {
		recs[i] = vectored("d", i, vectors[i]...)
		switch {
		case i%20 == 0:
			recs[i].Tenant = "small"
		case i%100 == 1:
			recs[i].Readers = []string{"group"}
		}
	}
	require.NoError(t, s.Load(t.Context(), sequence(recs...)))
	for _, c := range []struct {
		tenant  string
		indexed bool
	}{{"t", true}, {"small", false}} {
		q := byVector(vectors[4200]...)
		q.Tenant = c.tenant
		f := &finder{tx: s.db.Session(t.Context()), q: q}
		row, err := f.enter(true)
		require.NoError(t, err)
		f.tenant = row
		require.Equal(t, c.indexed, !f.few(), "tenant %s of %d vectors", c.tenant, row.Vectors)
	}
	found, all := 0, 0
	for _, v := range vectors[4200:] {
		q := byVector(v...)
		hits, err := s.Search(t.Context(), q)
		require.NoError(t, err)
		q.Exact = true
		want, err := s.Search(t.Context(), q)
		require.NoError(t, err)
		require.Len(t, want, 10)
		require.Len(t, hits, 10)
		ids := map[string]bool{}
		for _, h := range want {
			ids[h.Record.Chunk.ID] = true
		}
		for _, h := range hits {
			if ids[h.Record.Chunk.ID] {
				found++
			}
		}
		all += len(want)
	}
	require.Greater(t, float64(found)/float64(all), 0.9)
	for _, readers := range [][]string{{"group"}, {"nobody"}} {
		q := byVector(vectors[4200]...)
		q.K, q.Readers = 50, readers
		q.Filter.DocumentIDs = []string{"d"}
		hits, err := s.Search(t.Context(), q)
		require.NoError(t, err)
		require.Len(t, hits, 50)
	}
}

func TestAFilterThatFewPassStillFindsK(t *testing.T) {
	large(t)
	s, _ := openWith(t, nil)
	vectors := gaussians(8000, 8)
	recs := make([]rag.Record, len(vectors))
	for i := range recs {
		recs[i] = vectored("d", i, vectors[i]...)
		if i%1000 == 0 {
			recs[i].Source.Language = "hi"
		}
	}
	require.NoError(t, s.Load(t.Context(), sequence(recs...)))
	q := byVector(vectors[17]...)
	q.K, q.Filter.Language = 8, "hi"
	hits, err := s.Search(t.Context(), q)
	require.NoError(t, err)
	require.Len(t, hits, 8, "the index gave up, and all vectors were compared")
}

func TestTermsWithMorePostingsThanAreReadCountAllTheSame(t *testing.T) {
	large(t)
	s, _ := openWith(t, nil)
	rng := rand.New(rand.NewPCG(3, 4))
	recs := make([]rag.Record, 60_000)
	for i := range recs {
		r := rag.Record{Tenant: "t", Readers: []string{corpus.Public}, Chunk: corpus.Chunk{ID: fmt.Sprint(i), DocumentID: "d"}}
		terms := []rag.Term{{Text: "all", Count: float32(1 + rng.IntN(5))}, {Text: "every", Count: float32(1 + rng.IntN(5))}, {Text: fmt.Sprint("r", rng.IntN(300)), Count: float32(1 + rng.IntN(3))}}
		if i%2 == 0 {
			terms = append(terms, rag.Term{Text: "half", Count: float32(1 + rng.IntN(5))})
		}
		r.Terms = map[rag.Leg][]rag.Term{rag.Words: terms}
		if i%3000 == 0 {
			r.Readers = []string{"group"}
		}
		recs[i] = r
	}
	require.NoError(t, s.Load(t.Context(), sequence(recs...)))
	truth := newIndex(recs, "t", rag.Words)
	for _, list := range [][]string{{"all", "every", "half", "r7"}, {"r1", "r2", "half"}, {"all", "every", "r1", "r2", "r3"}} {
		q := words(list...)
		q.Readers = []string{"group"}
		hits, err := s.Search(t.Context(), q)
		require.NoError(t, err)
		require.Len(t, hits, 10)
		want := map[string]float64{}
		for _, id := range truth.best(&q.Sparse[0], 10) {
			want[id] = truth.score(&q.Sparse[0], id)
		}
		agree := 0
		for _, h := range hits {
			require.InDelta(t, truth.score(&q.Sparse[0], h.Record.Chunk.ID), h.Scores[rag.Words], 1e-4, "the score is BM25's, whatever was read")
			if _, ok := want[h.Record.Chunk.ID]; ok {
				agree++
			}
		}
		require.GreaterOrEqual(t, agree, 9, "%v", list)
	}
	q := words("all")
	q.Filter.DocumentIDs, q.Readers = []string{"d"}, nil
	hits, err := s.Search(t.Context(), q)
	require.NoError(t, err)
	require.Len(t, hits, 10)
}

func TestRecordsThatFewMaySeeAreFoundBehindManyBetterOnes(t *testing.T) {
	s, _ := openWith(t, nil)
	recs := make([]rag.Record, 3000)
	for i := range recs {
		recs[i] = record("d", i, "a", "a")
		recs[i].Readers = []string{"others"}
	}
	for i := range 3 {
		recs[i] = record("mine", i, "a", "b", "c", "d", "e")
		recs[i].Readers = []string{"me"}
	}
	require.NoError(t, s.Upsert(t.Context(), recs))
	q := words("a")
	q.K, q.Readers = 2, []string{"me"}
	hits, err := s.Search(t.Context(), q)
	require.NoError(t, err)
	require.Len(t, hits, 2)
}

func TestALongerListOfTheBestBeginsWithTheShorter(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	s := sums{}
	for block := range int64(40) {
		scores := make([]float64, 1+rng.IntN(9))
		for i := range scores {
			scores[i] = float64(rng.IntN(4)) // many equal ones, and some of nothing
		}
		s[100*block] = scores
	}
	all := s.best(s.size())
	for n := 1; n <= len(all); n++ {
		require.Equal(t, all[:n], s.best(n))
	}
}

func TestWhatAChangeLeavesBehindIsNothing(t *testing.T) {
	s, _ := openWith(t, nil)
	recs := make([]rag.Record, 50)
	for i := range recs {
		recs[i] = vectored("d", i, 1, float32(i))
		recs[i].Terms[rag.Words] = append(recs[i].Terms[rag.Words], rag.Term{Text: fmt.Sprint("w", i%7), Count: 2})
	}
	count := func(table string) (n int64) {
		require.NoError(t, s.db.Session(t.Context()).Table(table).Count(&n).Error)
		return n
	}
	require.NoError(t, s.Upsert(t.Context(), recs))
	lists := count(postingTable)
	require.Equal(t, int64(8), lists, "a list for each term of the batch")
	require.NoError(t, s.Upsert(t.Context(), recs))
	require.Equal(t, lists, count(postingTable))
	require.NoError(t, s.Delete(t.Context(), rag.Selector{Tenant: "t", Chunks: []string{"d#3"}}))
	_, df, err := s.DocumentFrequency(t.Context(), "t", rag.Words, []string{"a", "w3"})
	require.NoError(t, err)
	require.Equal(t, []int{49, 6}, df)
	require.NoError(t, s.Delete(t.Context(), rag.Selector{Tenant: "t", All: true}))
	for _, table := range []string{postingTable, chunkTable, vectorTable(2)} {
		require.Zero(t, count(table), table)
	}
}

func TestDamagedRowsAreAnErrorWithACode(t *testing.T) {
	s, _ := openWith(t, nil)
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{record("d", 1, "a")}))
	require.NoError(t, s.db.Session(t.Context()).Table(chunkTable).Where("true").Update("terms", []byte{1, 2, 3}).Error)
	failsAs(t, fault.Internal, s.Delete(t.Context(), rag.Selector{Tenant: "t", All: true}))
	require.NoError(t, s.db.Session(t.Context()).Table(chunkTable).Where("true").Update("body", `[1]`).Error)
	_, err := s.Search(t.Context(), words("a"))
	failsAs(t, fault.Internal, err)
	_, err = s.Records(t.Context(), "t", []string{"d"})
	failsAs(t, fault.Internal, err)
}

func FuzzEntries(f *testing.F) {
	f.Add(encodeEntries([]legEntries{{leg: pgkit.KeyOf("words"), length: 3, terms: []entry{{0, 1}, {1, 2.5}}}}, []int64{7, 1 << 40}))
	f.Add([]byte("short"))
	f.Fuzz(func(t *testing.T, b []byte) {
		legs, err := decodeEntries(b)
		if err != nil {
			require.Equal(t, fault.Internal, fault.CodeOf(err))
			return
		}
		size := 0
		for _, l := range legs {
			size += 24 + 5*len(l.terms)
		}
		require.LessOrEqual(t, size, len(b)+len(legs))
		_ = without(b, map[uint16]bool{0: true})
		(&bm25{}).add(nil, b, 1)
	})
}
