package pgstore

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/internal/quant"
	"github.com/akshara-go/akshara/rag/ragtest"
)

// eager lets a store keep codes of however few vectors.
func eager(s *Store) *Store {
	s.codes.rows, s.codes.dims = 1, 1
	return s
}

// Whoever may see a record finds it by codes, and nobody else.
func TestStoreByCodes(t *testing.T) {
	ragtest.TestStore(t, func(t *testing.T) rag.Store { return eager(open(t)) })
}

func TestLiveIndexByCodes(t *testing.T) {
	ragtest.TestLiveIndex(t, func(t *testing.T) rag.Store { return eager(open(t)) })
}

// coded gives the codes that searches of tenant "t" go by.
func coded(s *Store) *codeSet { return s.codes.tenant("t").now.Load() }

// search gives the ids that a search for v finds.
func search(t *testing.T, s *Store, v rag.Vector, change ...func(*rag.Search)) []string {
	t.Helper()
	q := byVector(v...)
	for _, f := range change {
		f(q)
	}
	hits, err := s.Search(t.Context(), q)
	require.NoError(t, err)
	ids := make([]string, len(hits))
	for i, h := range hits {
		ids[i] = h.Record.Chunk.ID
	}
	return ids
}

// codedStore gives a store that has codes of so many vectors of 64 dimensions; one of
// ten is of language "hi", one of a hundred of "kn", one of four for "group" alone.
func codedStore(t *testing.T, n int) (*Store, []rag.Record) {
	t.Helper()
	s, _ := openWith(t, nil)
	recs := make([]rag.Record, n)
	for i, v := range gaussians(n, 64) {
		recs[i] = vectored(fmt.Sprint("d", i/10), i, v...)
		switch {
		case i%100 == 7:
			recs[i].Source.Language = "kn"
		case i%10 == 3:
			recs[i].Source.Language = "hi"
		}
		if i%4 == 1 {
			recs[i].Readers = []string{"group"}
		}
	}
	require.NoError(t, s.Load(t.Context(), sequence(recs...)))
	for range n/codeRows + 2 {
		require.NotEmpty(t, search(t, s, recs[0].Vector))
	}
	require.NotNil(t, coded(s))
	return s, recs
}

func TestCodesFindWhatComparingAllFinds(t *testing.T) {
	large(t)
	s, _ := codedStore(t, 2*codeRows+500)
	require.Len(t, coded(s).numbers, 2*codeRows+500)
	for name, change := range map[string]func(*rag.Search){
		"all that the public may read": func(*rag.Search) {},
		"many":                         func(q *rag.Search) { q.K = 100 },
		"one of ten":                   func(q *rag.Search) { q.Filter.Language = "hi" },
		"one of a hundred":             func(q *rag.Search) { q.Filter.Language = "kn" },
		"nothing":                      func(q *rag.Search) { q.Filter.Language = "ta" },
		"a few more for the group":     func(q *rag.Search) { q.Readers = []string{"group"} },
	} {
		found, all := 0, 0
		for _, v := range gaussians(40, 64) {
			got := search(t, s, v, change)
			want := search(t, s, v, change, func(q *rag.Search) { q.Exact = true })
			require.Len(t, got, len(want), name)
			all += len(want)
			for _, id := range want {
				if slices.Contains(got, id) {
					found++
				}
			}
		}
		require.GreaterOrEqual(t, float64(found), 0.9*float64(all), name) // random vectors are the hardest
	}
}

// A similarity by codes is that of comparing all.
func TestSimilaritiesByCodes(t *testing.T) {
	s, recs := codedStore(t, codeRows)
	q := byVector(recs[17].Vector...)
	got, err := s.Search(t.Context(), q)
	require.NoError(t, err)
	q.Exact = true
	want, err := s.Search(t.Context(), q)
	require.NoError(t, err)
	scores := map[string]float64{}
	for _, h := range want {
		scores[h.Record.Chunk.ID] = h.Scores[rag.Dense]
	}
	same := 0
	for _, h := range got {
		if score, ok := scores[h.Record.Chunk.ID]; ok {
			same++
			require.InDelta(t, score, h.Scores[rag.Dense], 1e-6)
		}
	}
	require.GreaterOrEqual(t, same, 6)
}

// What is written is found, and what is removed is not, before the codes know it
// and after.
func TestCodesFollowChanges(t *testing.T) {
	s, recs := codedStore(t, codeRows)
	again := func(i int, v rag.Vector) rag.Record {
		r := vectored("new", i, v...)
		return r
	}
	first := gaussians(codeRows+200, 64)[codeRows:]
	busy := s.codes.tenant("t")
	busy.turn.Lock() // another search reads
	for i, v := range first[:100] {
		require.NoError(t, s.Upsert(t.Context(), []rag.Record{again(i, v)}))
		require.Contains(t, search(t, s, v), fmt.Sprint("new#", i))
	}
	require.Len(t, coded(s).numbers, codeRows)
	busy.turn.Unlock()
	for i, v := range first[:100] {
		require.Contains(t, search(t, s, v), fmt.Sprint("new#", i))
	}
	require.Len(t, coded(s).numbers, codeRows+100)
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{again(0, first[150])})) // another vector for a chunk
	require.Contains(t, search(t, s, first[150]), "new#0")
	require.NotContains(t, search(t, s, first[0]), "new#0")
	require.NoError(t, s.Delete(t.Context(), rag.Selector{Tenant: "t", Documents: []string{"new"}}))
	for _, v := range first[:100] {
		for _, id := range search(t, s, v) {
			require.NotContains(t, id, "new#")
		}
	}
	require.NoError(t, s.Delete(t.Context(), rag.Selector{Tenant: "t", All: true}))
	require.Empty(t, search(t, s, recs[0].Vector))
}

// Codes of many chunks that are gone, and codes around a mean from which the vectors
// moved away, are made anew, while searches go on by the old ones.
func TestCodesAreMadeAnew(t *testing.T) {
	large(t)
	s, recs := codedStore(t, 2*codeRows)
	old := coded(s)
	for i := range 2 * codeRows {
		recs[i].Vector = slices.Clone(recs[i].Vector)
		for j := range recs[i].Vector {
			recs[i].Vector[j] += 2 // they all have something in common now
		}
	}
	require.NoError(t, s.Load(t.Context(), sequence(recs...)))
	for i := range 12 {
		require.Contains(t, search(t, s, recs[10*i].Vector), recs[10*i].Chunk.ID)
	}
	now := coded(s)
	require.Len(t, now.numbers, 2*codeRows, "of those that are gone there is none")
	require.True(t, quant.Near(now.codes.Mean, now.mean()))
	require.False(t, quant.Near(old.codes.Mean, now.mean()))
	require.Nil(t, s.codes.tenant("t").draft)
	require.Equal(t, 2*codeRows*codeBytes(64), s.codes.used)
}

// A database that is set back to what it was before gives numbers a second time.
func TestCodesOfADatabaseThatWasSetBack(t *testing.T) {
	s, recs := codedStore(t, codeRows)
	require.NoError(t, s.Delete(t.Context(), rag.Selector{Tenant: "t", All: true}))
	require.NoError(t, s.db.Session(t.Context()).Exec("UPDATE akshara_tenants SET next = 1").Error)
	slices.Reverse(recs)
	require.NoError(t, s.Load(t.Context(), sequence(recs[:3000]...)))
	for i := range 30 {
		require.Contains(t, search(t, s, recs[i].Vector, func(q *rag.Search) { q.Readers = []string{"group"} }), recs[i].Chunk.ID)
	}
	require.Len(t, coded(s).numbers, 3000)
	numbers := coded(s).numbers
	require.Equal(t, int64(3000), numbers[len(numbers)-1])
}

// A tenant whose vectors become those of another model has codes of these.
func TestCodesOfAnotherModel(t *testing.T) {
	s, recs := codedStore(t, codeRows)
	require.NoError(t, s.Delete(t.Context(), rag.Selector{Tenant: "t", All: true}))
	for i, v := range gaussians(codeRows, 70) {
		recs[i] = vectored("d", i, v...)
	}
	require.NoError(t, s.Load(t.Context(), sequence(recs...)))
	for i := range 10 {
		require.Contains(t, search(t, s, recs[i].Vector), recs[i].Chunk.ID)
	}
	require.Equal(t, 70, coded(s).dims)
}

// A search began before there were codes, and another gave it those of the model that
// the tenant had before.
func TestCodesOfAnotherModelFromAnotherSearch(t *testing.T) {
	s, recs := codedStore(t, codeRows)
	before := s.tenantAt(t)
	require.NoError(t, s.Delete(t.Context(), rag.Selector{Tenant: "t", All: true}))
	for i, v := range gaussians(codeRows, 70) {
		recs[i] = vectored("d", i, v...)
	}
	require.NoError(t, s.Load(t.Context(), sequence(recs...)))
	dense := func(tenant *tenantRow, v rag.Vector) ([]scored, error) {
		f := &finder{tx: s.db.Session(t.Context()), q: byVector(v...), cache: s.codes, codes: s.codes.tenant("t"), tenant: tenant, bodies: map[int64][]byte{}}
		return f.dense(nil)
	}
	list, err := dense(s.tenantAt(t), recs[3].Vector)
	require.NoError(t, err)
	require.EqualValues(t, codeRows+4, list[0].N)
	require.Equal(t, 70, coded(s).dims)

	_, err = dense(before, gaussians(1, 64)[0]) // one that sees the model before
	require.NoError(t, err)
	require.Equal(t, 70, coded(s).dims)
}

// tenantAt gives tenant "t" as a search that begins now sees it.
func (s *Store) tenantAt(t *testing.T) *tenantRow {
	t.Helper()
	row, err := findTenant(s.db.Session(t.Context()), "t")
	require.NoError(t, err)
	return row
}

// What was replaced while a search goes on is found by it as it was, also when
// another search has read codes since.
func TestCodesOfALaterState(t *testing.T) {
	s, _ := codedStore(t, codeRows)
	v := gaussians(codeRows+2, 64)[codeRows:]
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{vectored("new", 0, v[0]...)}))
	require.NoError(t, s.db.Read(t.Context(), func(tx *gorm.DB) error {
		had := coded(s)
		f := &finder{tx: tx, q: byVector(v[0]...), cache: s.codes, codes: s.codes.tenant("t"), bodies: map[int64][]byte{}}
		var err error
		f.tenant, err = f.enter(false)
		require.NoError(t, err)
		require.NoError(t, s.Upsert(t.Context(), []rag.Record{vectored("new", 0, v[1]...)}))
		require.Contains(t, search(t, s, v[1]), "new#0")
		require.EqualValues(t, codeRows+3, coded(s).next)
		list, err := f.dense(had)
		require.NoError(t, err)
		require.EqualValues(t, codeRows+1, list[0].N)
		return nil
	}))
}

// An index of version 1 holds every vector; that of a search takes nothing from what
// is near by codes.
func TestCodesBesideAnIndexOfVersion1(t *testing.T) {
	s, recs := codedStore(t, quant.MinRows)
	require.NoError(t, s.db.Session(t.Context()).Exec("CREATE INDEX "+firstVectorIndex(64)+" ON "+vectorTable(64)+" USING hnsw (half halfvec_ip_ops)").Error)
	require.NoError(t, s.db.Read(t.Context(), func(tx *gorm.DB) error {
		f := &finder{tx: tx, q: byVector(recs[0].Vector...), bodies: map[int64][]byte{}, want: codeWidth}
		f.q.Readers = []string{"group"}
		var err error
		f.tenant, err = f.enter(true)
		require.NoError(t, err)
		for n := range int64(codeWidth) {
			f.near = append(f.near, 1+37*n)
		}
		for _, p := range []part{near, seen} {
			list, last, err := f.nearest(p)
			require.NoError(t, err)
			require.Len(t, list, f.q.K+slack)
			require.Equal(t, codeWidth, last)
		}
		return nil
	}))
}

// Codes are made anew although there is always something that they lack.
func TestCodesAreMadeAnewUnderASteadyWriter(t *testing.T) {
	large(t)
	s, recs := codedStore(t, quant.MinRows)
	for range 5 {
		for batch := range slices.Chunk(recs, 1024) {
			require.NoError(t, s.Upsert(t.Context(), batch))
			require.Contains(t, search(t, s, batch[0].Vector), batch[0].Chunk.ID)
		}
	}
	require.Less(t, len(coded(s).numbers), quant.MinRows*5/4+codeRows+1024)
}

// Where there is no room for the old codes and the new ones, the old ones go first.
func TestCodesAreMadeAnewInLittleMemory(t *testing.T) {
	large(t)
	s, recs := codedStore(t, 2500)
	s.codes.most = 6000 * codeBytes(64)
	for i := range recs {
		recs[i].Vector = slices.Clone(recs[i].Vector)
		for j := range recs[i].Vector {
			recs[i].Vector[j] += 2
		}
	}
	for i := range 5 { // the first time the mean moved, the last time too many are gone
		require.NoError(t, s.Upsert(t.Context(), recs))
		for range 2 { // the first codes are around the mean of what was and what is
			require.Contains(t, search(t, s, recs[0].Vector), recs[0].Chunk.ID)
		}
		if i == 0 || i == 4 {
			require.Len(t, coded(s).numbers, 2500)
			require.True(t, quant.Near(coded(s).codes.Mean, coded(s).mean()))
			require.Equal(t, 2500*codeBytes(64), s.codes.used)
		}
		require.LessOrEqual(t, s.codes.used, s.codes.most)
	}
}

func TestCodesKeepToTheirMemory(t *testing.T) {
	c := newCodeCache(100)
	a, b, d := c.tenant("a"), c.tenant("b"), c.tenant("d")
	require.False(t, c.reserve("a", a, 101))
	require.True(t, c.reserve("a", a, 60))
	require.False(t, c.reserve("a", &tenantCodes{}, 1), "another search began with a's")
	require.True(t, c.reserve("b", b, 40))
	require.False(t, c.reserve("d", d, 1), "the others were searched a moment ago")
	a.asked = time.Now().Add(-2 * codeIdle)
	b.asked = time.Now().Add(-3 * codeIdle)
	require.True(t, c.reserve("d", d, 30))
	require.Same(t, a, c.tenant("a"), "which makes it one that was just searched")
	require.NotSame(t, b, c.tenant("b"))
	require.EqualValues(t, 90, c.used)
	require.False(t, c.reserve("b", b, 40), "whoever still has them may not take the room of others")
	require.True(t, c.reserve("b", b, 10))
	require.True(t, c.reserve("a", a, 20))
	require.EqualValues(t, 60, c.used)
	a.asked = time.Now().Add(-2 * codeIdle)
	x := c.tenant("x")
	require.False(t, c.reserve("x", x, 50), "it was not searched lately")
	require.True(t, c.reserve("x", x, 50))
	require.NotSame(t, a, c.tenant("a"))
	require.Empty(t, c.waiting)
	require.Nil(t, newCodeCache(-1).tenant("a"))
	require.EqualValues(t, codeMemory, newCodeCache(0).most)

	s, recs := codedStore(t, codeRows)
	small := newCodeCache(codeRows*codeBytes(64) - 1)
	s.codes = small
	require.Contains(t, search(t, s, recs[8].Vector), recs[8].Chunk.ID)
	require.Nil(t, coded(s))
	require.Zero(t, small.used)
}

// Searches and writers of one tenant at once: what was written before a search
// began is found.
func TestCodesWithWritersAndSearchers(t *testing.T) {
	large(t)
	s, _ := codedStore(t, quant.MinRows)
	vectors := gaussians(quant.MinRows+400, 64)[quant.MinRows:]
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := w; i < len(vectors); i += 4 {
				r := vectored(fmt.Sprint("w", w), i, vectors[i]...)
				if err := s.Upsert(ctx, []rag.Record{r}); err != nil {
					t.Error(err)
					return
				}
				hits, err := s.Search(ctx, byVector(vectors[i]...))
				if err != nil || !slices.ContainsFunc(hits, func(h rag.Hit) bool { return h.Record.Chunk.ID == r.Chunk.ID }) {
					t.Errorf("%d: not found, %v", i, err)
				}
			}
		})
	}
	wg.Wait()
	search(t, s, vectors[0])
	require.Len(t, coded(s).numbers, quant.MinRows+len(vectors))
}

// A tenant goes from one model to another and back while searches by either go on.
func TestCodesWhileTheModelChanges(t *testing.T) {
	s := eager(open(t))
	lists := [][]rag.Vector{gaussians(100, 64), gaussians(100, 70)}
	done := make(chan struct{})
	var wg sync.WaitGroup
	defer wg.Wait()
	defer close(done)
	for w := range 4 {
		wg.Go(func() {
			for i := w; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				_, err := s.Search(t.Context(), byVector(lists[w%2][i%100]...))
				if err != nil && fault.CodeOf(err) != fault.InvalidRequest {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 12 {
		for n, v := range lists[i%2] {
			if n < 20 || n%20 == 0 { // some at a time
				require.NoError(t, s.Upsert(t.Context(), []rag.Record{vectored("d", n, v...)}))
			}
		}
		require.Len(t, search(t, s, lists[i%2][0]), 10)
		require.NoError(t, s.Delete(t.Context(), rag.Selector{Tenant: "t", All: true}))
	}
}

func TestHalfPrecision(t *testing.T) {
	for bits, want := range map[uint16]float32{
		0x0000: 0, 0x3c00: 1, 0xbc00: -1, 0x3555: 0.33325195, 0x7bff: 65504, 0x0001: 1.0 / (1 << 24), 0x83ff: -1023.0 / (1 << 24), 0x0400: 1.0 / (1 << 14),
	} {
		require.Equal(t, []float32{7, want}, appendHalves([]float32{7}, []byte{byte(bits >> 8), byte(bits)}))
	}
	require.True(t, math.Signbit(float64(appendHalves(nil, []byte{0x80, 0})[0])))
}
