package ragtest

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

var concurrentCases = []storeCase{
	{"of concurrent writes of one id one stays whole", func(s *suite) {
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wg.Go(func() {
				for n := range 10 {
					r := s.chunk("d", 1, "all", fmt.Sprint("w", i))
					r.Chunk.Text, r.Chunk.Tokens = fmt.Sprint("by ", i), i
					r.Vector, r.Model = rag.Vector{1, float32(i), 0, 0}, testModel
					if err := s.store.Upsert(s.ctx, []rag.Record{r}); err != nil {
						errs[i] = fmt.Errorf("write %d: %w", n, err)
					}
				}
			})
		}
		wg.Wait()
		for _, err := range errs {
			require.NoError(s, err)
		}
		q := byWords("all")
		q.Tenant = s.tenant
		hits, err := s.store.Search(s.ctx, &q)
		require.NoError(s, err)
		require.Len(s, hits, 1)
		winner := hits[0].Record.Chunk.Tokens
		require.Equal(s, fmt.Sprint("by ", winner), hits[0].Record.Chunk.Text)
		for i := range errs {
			q := byWords(fmt.Sprint("w", i))
			q.Tenant = s.tenant
			hits, err := s.store.Search(s.ctx, &q)
			require.NoError(s, err)
			require.Equal(s, i == winner, len(hits) == 1, "the terms of %d", i)
		}
	}},
	{"readers and writers do not disturb each other", func(s *suite) {
		stay := readBy(s.chunk("stay", 1, "a", "stay"), corpus.Public)
		s.upsert(stay)
		var writers, readers sync.WaitGroup
		done := make(chan struct{})
		var mu sync.Mutex
		var failed []error
		fail := func(err error) {
			mu.Lock()
			defer mu.Unlock()
			failed = append(failed, err)
		}
		for w := range 2 {
			writers.Go(func() { s.churn(w, fail) })
		}
		for range 3 {
			readers.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
						s.look(fail)
					}
				}
			})
		}
		writers.Wait()
		close(done)
		readers.Wait()
		require.Empty(s, failed)
		s.finds(onBothLegs(), "stay#1")
	}},
}

// churn writes, replaces and deletes records that the reference never sees.
func (s *suite) churn(w int, fail func(error)) {
	doc, begin := fmt.Sprint("w", w), time.Now()
	for i := 0; i < 20 || i < 60 && time.Since(begin) < 5*time.Second; i++ {
		err := s.store.Upsert(s.ctx, []rag.Record{readBy(s.chunk(doc, i%10, "a", "b"), corpus.Public), readBy(s.chunk(doc, (i+1)%10, "a"), corpus.Public)})
		if err == nil && i%3 == 0 {
			err = s.store.Delete(s.ctx, rag.Selector{Tenant: s.tenant, Chunks: []string{doc + "#1", doc + "#2"}})
		}
		if err != nil {
			fail(err)
		}
	}
	if err := s.store.Delete(s.ctx, rag.Selector{Tenant: s.tenant, Documents: []string{doc}}); err != nil {
		fail(err)
	}
}

// look demands that the record which nobody touches is found while others come and go.
func (s *suite) look(fail func(error)) {
	q := onBothLegs()
	q.Tenant = s.tenant
	q.Sparse[0].Terms = terms("a", "stay")
	hits, err := s.store.Search(s.ctx, &q)
	if err != nil {
		fail(err)
		return
	}
	seen := 0
	for _, h := range hits {
		if h.Record.Chunk.ID == "stay#1" && len(h.Scores) == 2 {
			seen++
		}
		if h.Record.Chunk.Text != "the text of "+h.Record.Chunk.ID {
			fail(fmt.Errorf("%q has the text %q", h.Record.Chunk.ID, h.Record.Chunk.Text))
		}
	}
	if seen != 1 {
		fail(fmt.Errorf("the record that nobody touches was found %d times", seen))
	}
}

var randomCases = []storeCase{
	{"random tenants, readers, filters and changes give what the reference gives", func(s *suite) {
		least, patience := 1500, 20*time.Second
		if testing.Short() {
			least, patience = 500, 0
		}
		g := &generator{rand.New(rand.NewPCG(1, 2))}
		for range 40 {
			s.change(g)
		}
		begin, i := time.Now(), 0
		for ; i < least || i < 10_000 && time.Since(begin) < patience; i += searchesBetween {
			s.change(g)
			s.searches(g)
		}
		s.Logf("%d searches", i)
	}},
}

// searchesBetween is how many searches follow each change of the random cases,
// and searchesAtOnce how many of them are under way at once.
const (
	searchesBetween = 20
	searchesAtOnce  = 4
)

// searches demands of random searches, made side by side, what search demands of one.
func (s *suite) searches(g *generator) {
	list := make([]rag.Search, searchesBetween)
	for i := range list {
		list[i] = g.search()
	}
	hits, errs := make([][]rag.Hit, len(list)), make([]error, len(list))
	var wg sync.WaitGroup
	for first := range searchesAtOnce {
		wg.Go(func() {
			for i := first; i < len(list); i += searchesAtOnce {
				hits[i], errs[i] = s.store.Search(s.ctx, &list[i])
			}
		})
	}
	wg.Wait()
	for i := range list {
		require.NoError(s, errs[i])
		s.judge(&list[i], hits[i])
	}
}

// change writes or deletes something.
func (s *suite) change(g *generator) {
	tenant := g.one(tenants)
	switch g.IntN(10) {
	case 0:
		s.delete(rag.Selector{Tenant: tenant, Documents: g.some(documents, 2)})
	case 1:
		s.delete(rag.Selector{Tenant: tenant, Chunks: []string{g.one(documents) + "#1", g.one(documents) + "#2"}})
	case 2:
		s.delete(rag.Selector{Tenant: tenant, Documents: g.some(documents, 3), Except: []string{g.one(documents) + "#1"}})
	default:
		recs := make([]rag.Record, 1+g.IntN(20))
		for i := range recs {
			recs[i] = g.record(s)
		}
		s.upsert(recs...)
	}
}

var (
	tenants   = []string{"t", "u", "विभाग"}
	documents = []string{"d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9"}
	people    = []string{"a", "b", "c", "group:x", "group:y", corpus.Public}
	sites     = []string{"", "a.in", "b.in"}
	types     = []string{"", "text/html", "application/pdf"}
	languages = []string{"", "hi", "en", "ta"}
	tags      = []string{"x", "y", "z"}
	words     = []string{"एक", "दो", "तीन", "four", "five", "six", "seven", "eight"}
)

// generator makes random records and searches.
type generator struct{ *rand.Rand }

func (g *generator) one(list []string) string { return list[g.IntN(len(list))] }

// some gives 1 to n of a list, each once.
func (g *generator) some(list []string, n int) []string {
	perm := g.Perm(len(list))
	var out []string
	for _, i := range perm[:1+g.IntN(n)] {
		out = append(out, list[i])
	}
	return out
}

func (g *generator) words(n int) []string {
	out := make([]string, 1+g.IntN(n))
	for i := range out {
		out[i] = g.one(words)
	}
	return out
}

func (g *generator) vector() rag.Vector {
	v := make(rag.Vector, testModel.Dimensions)
	for i := range v {
		v[i] = float32(g.NormFloat64())
	}
	return v
}

func (g *generator) record(s *suite) rag.Record {
	r := s.chunk(g.one(documents), g.IntN(10), g.words(12)...)
	r.Tenant = g.one(tenants)
	r.Readers = nil
	if g.IntN(10) > 0 {
		r.Readers = g.some(people, 3)
	}
	r.Source.SourceSite, r.Source.ContentType, r.Source.Language = g.one(sites), g.one(types), lang.Code(g.one(languages))
	if g.IntN(4) > 0 {
		r.Source.PublishedAt = day(1 + g.IntN(28))
	}
	if g.IntN(3) > 0 {
		r.Source.Tags = g.some(tags, 2)
	}
	if g.IntN(3) > 0 {
		r.Vector, r.Model = g.vector(), testModel
	}
	if g.IntN(2) > 0 {
		r.Terms[rag.Sounds] = terms(g.words(6)...)
	}
	return r
}

func (g *generator) search() rag.Search {
	q := rag.Search{Tenant: g.one(tenants), K: 1 + g.IntN(12), Exact: g.IntN(2) == 0}
	if g.IntN(5) > 0 {
		q.Readers = g.some(people, 3)
	}
	q.Filter = g.filter()
	if g.IntN(3) > 0 {
		q.Vector, q.Model = g.vector(), testModel
	}
	for _, leg := range []rag.Leg{rag.Words, rag.Sounds} {
		if g.IntN(2) > 0 || len(q.Vector)+len(q.Sparse) == 0 {
			q.Sparse = append(q.Sparse, rag.SparseLeg{Leg: leg, Terms: terms(g.words(4)...), K1: 2 * g.Float64(), B: g.Float64()})
		}
	}
	return q
}

// filter sets each field one time in six.
func (g *generator) filter() corpus.Filter {
	var f corpus.Filter
	set := func() bool { return g.IntN(6) == 0 }
	if set() {
		f.SourceSites = g.some(sites, 2)
	}
	if set() {
		f.ContentType = g.one(types)
	}
	if set() {
		f.Language = lang.Code(g.one(languages))
	}
	if set() {
		f.DateFrom = day(1 + g.IntN(28))
	}
	if set() {
		f.DateTo = day(1 + g.IntN(28))
	}
	if set() {
		f.DocumentIDs = g.some(documents, 4)
	}
	if set() {
		f.Tags = g.some(tags, 2)
	}
	return f
}
