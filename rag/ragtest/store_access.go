package ragtest

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// readBy gives a copy of a record that has a vector too, and these readers.
func readBy(r rag.Record, readers ...string) rag.Record {
	r.Readers, r.Vector, r.Model = readers, rag.Vector{1, 2, 0, 0}, testModel
	return r
}

// onBothLegs searches by words and vector at once.
func onBothLegs(readers ...string) rag.Search {
	q := byWords("a")
	q.Readers, q.Vector, q.Model = readers, rag.Vector{1, 0, 0, 0}, testModel
	return q
}

var accessCases = []storeCase{
	{"tenants do not see each other's records, whatever their ids", func(s *suite) {
		for _, tenant := range []string{"t", "T", "t ", "", "t/d"} {
			r := readBy(s.chunk("d", 1, "a"), corpus.Public)
			r.Tenant, r.Chunk.Text = tenant, "of tenant "+tenant
			s.upsert(r)
		}
		s.finds(onBothLegs(), "d#1")
		q := onBothLegs()
		q.Tenant = "x"
		s.finds(q)
		s.delete(rag.Selector{Chunks: []string{"d#1"}})
		s.finds(onBothLegs())
	}},
	{"a record without readers is found by nobody", func(s *suite) {
		s.upsert(readBy(s.chunk("d", 1, "a")), readBy(s.chunk("d", 2, "a"), []string{}...))
		s.finds(onBothLegs())
		s.finds(onBothLegs("", corpus.Public, "u"))
	}},
	{"a public record is found by anyone, with or without a name", func(s *suite) {
		s.upsert(readBy(s.chunk("d", 1, "a"), corpus.Public), readBy(s.chunk("d", 2, "a"), "u", corpus.Public))
		s.finds(onBothLegs(), "d#1", "d#2")
		s.finds(onBothLegs("x"), "d#1", "d#2")
	}},
	{"a record is found by whoever has one of its readers' names", func(s *suite) {
		s.upsert(readBy(s.chunk("d", 1, "a"), "u"), readBy(s.chunk("d", 2, "a"), "g", "h"), readBy(s.chunk("d", 3, "a"), "uu"))
		s.finds(onBothLegs("u"), "d#1")
		s.finds(onBothLegs("h", "u", "x"), "d#1", "d#2")
		s.finds(onBothLegs("x"))
		s.finds(onBothLegs())
	}},
	{"an asker who calls himself * reads only what is public", func(s *suite) {
		s.upsert(readBy(s.chunk("d", 1, "a"), "u"), readBy(s.chunk("d", 2, "a"), corpus.Public))
		s.finds(onBothLegs(corpus.Public), "d#2")
		s.finds(onBothLegs("%", "_", ".*"), "d#2")
	}},
	{"readers are compared byte by byte", func(s *suite) {
		s.upsert(readBy(s.chunk("d", 1, "a"), "उपयोगकर्ता"), readBy(s.chunk("d", 2, "a"), "a,b"), readBy(s.chunk("d", 3, "a"), `{"x"}`))
		s.finds(onBothLegs("उपयोगकर्ता"), "d#1")
		s.finds(onBothLegs("a", "b", "x"))
		s.finds(onBothLegs("a,b", `{"x"}`), "d#2", "d#3")
		s.finds(onBothLegs("A,B", " a,b"))
	}},
	{"records that may not be read take no place of others", func(s *suite) {
		for i := range 50 {
			secret := readBy(s.chunk("secret", 1, "a", "a", "a"), "u")
			secret.Chunk.ID = fmt.Sprint("secret", i)
			secret.Vector = rag.Vector{1, 0, 0, 0}
			s.upsert(secret)
		}
		open := readBy(s.chunk("d", 1, "a", "b", "c"), corpus.Public)
		open.Vector = rag.Vector{-1, 1, 0, 0}
		s.upsert(open)
		q := onBothLegs("v")
		q.K = 1
		s.finds(q, "d#1")
	}},
	{"new readers count from the next search on", func(s *suite) {
		r := s.chunk("d", 1, "a")
		s.upsert(readBy(r, corpus.Public))
		s.finds(onBothLegs("u"), "d#1")
		s.upsert(readBy(r, "v"))
		s.finds(onBothLegs("u"))
		s.upsert(readBy(r, "u"))
		s.finds(onBothLegs("u"), "d#1")
	}},
	{"chunks of one document may have different readers", func(s *suite) {
		s.upsert(readBy(s.chunk("d", 1, "a"), "u"), readBy(s.chunk("d", 2, "a"), "v"), readBy(s.chunk("d", 3, "a"), "u"))
		s.finds(onBothLegs("u"), "d#1", "d#3")
		s.finds(onBothLegs("v"), "d#2")
	}},
}

// filterCase demands that a filter lets through what [corpus.Filter.Match] does.
func filterCase(demand string, filter corpus.Filter, ids ...string) storeCase {
	return storeCase{demand, func(s *suite) {
		s.upsert(s.shelf()...)
		q := onBothLegs()
		q.Filter = filter
		s.finds(q, ids...)
		q.K = 1
		require.LessOrEqual(s, len(s.search(q)), 2)
	}}
}

// day gives a time in January 2024.
func day(n int) time.Time { return time.Date(2024, 1, n, 12, 0, 0, 0, time.UTC) }

// shelf gives records that differ in what filters ask for.
func (s *suite) shelf() []rag.Record {
	sources := []corpus.Source{
		{},
		{SourceSite: "a.in", Language: "hi", ContentType: "text/html", PublishedAt: day(1), Tags: []string{"x"}},
		{SourceSite: "b.in", Language: "hi", ContentType: "text/html", PublishedAt: day(2), Tags: []string{"x", "y"}},
		{SourceSite: "a.in", Language: "en", ContentType: "application/pdf", PublishedAt: day(3), Tags: []string{"y"}},
		{SourceSite: "A.in", Language: lang.Code("kok"), ContentType: "text/plain", PublishedAt: day(4), Tags: []string{"X"}},
	}
	var recs []rag.Record
	for i, source := range sources {
		r := readBy(s.chunk(fmt.Sprint("d", i), i, "a", "b"), corpus.Public)
		r.Source = source
		r.Vector = rag.Vector{1, float32(i), 0, 0}
		recs = append(recs, r)
	}
	return recs
}

var filterCases = []storeCase{
	filterCase("no filter lets everything through", corpus.Filter{}, "d0#0", "d1#1", "d2#2", "d3#3", "d4#4"),
	filterCase("a filter by one site", corpus.Filter{SourceSites: []string{"a.in"}}, "d1#1", "d3#3"),
	filterCase("a filter by several sites takes any of them", corpus.Filter{SourceSites: []string{"b.in", "A.in", "c.in"}}, "d2#2", "d4#4"),
	filterCase("a filter by an empty site takes records without one", corpus.Filter{SourceSites: []string{""}}, "d0#0"),
	filterCase("a filter by content type", corpus.Filter{ContentType: "text/html"}, "d1#1", "d2#2"),
	filterCase("a filter by language", corpus.Filter{Language: "kok"}, "d4#4"),
	filterCase("a filter from a date on takes that date, and nothing undated", corpus.Filter{DateFrom: day(3)}, "d3#3", "d4#4"),
	filterCase("a filter up to a date takes that date, and nothing undated", corpus.Filter{DateTo: day(2)}, "d1#1", "d2#2"),
	filterCase("a filter between dates in other time zones", corpus.Filter{
		DateFrom: day(2).In(time.FixedZone("IST", 19800)), DateTo: day(3).In(time.FixedZone("west", -3600)),
	}, "d2#2", "d3#3"),
	filterCase("a filter by documents takes any of them", corpus.Filter{DocumentIDs: []string{"d4", "d0", "none"}}, "d0#0", "d4#4"),
	filterCase("a filter by tags takes any of them", corpus.Filter{Tags: []string{"y", "none"}}, "d2#2", "d3#3"),
	filterCase("all fields of a filter have to hold", corpus.Filter{
		SourceSites: []string{"a.in", "b.in"}, Language: "hi", ContentType: "text/html", Tags: []string{"y"}, DateFrom: day(1), DateTo: day(9), DocumentIDs: []string{"d1", "d2"},
	}, "d2#2"),
	filterCase("a filter that nothing passes finds nothing", corpus.Filter{Language: "ta"}),
	{"records that a filter excludes take no place of others", func(s *suite) {
		for i := range 50 {
			r := readBy(s.chunk("x", 1, "a", "a"), corpus.Public)
			r.Chunk.ID, r.Source.Language, r.Vector = fmt.Sprint("x", i), "en", rag.Vector{1, 0, 0, 0}
			s.upsert(r)
		}
		r := readBy(s.chunk("d", 1, "a", "b", "c"), corpus.Public)
		r.Source.Language, r.Vector = "hi", rag.Vector{-1, 0, 1, 0}
		s.upsert(r)
		q := onBothLegs()
		q.K, q.Filter.Language = 1, "hi"
		s.finds(q, "d#1")
	}},
	{"a filter and readers hold together", func(s *suite) {
		for _, r := range s.shelf() {
			r.Readers = []string{"u"}
			if r.Chunk.DocumentID == "d2" {
				r.Readers = []string{"v"}
			}
			s.upsert(r)
		}
		q := onBothLegs("u")
		q.Filter.Language = "hi"
		s.finds(q, "d1#1")
	}},
	{"a new source counts from the next search on", func(s *suite) {
		r := s.shelf()[1]
		s.upsert(r)
		r.Source.Language = "bn"
		s.upsert(r)
		q := onBothLegs()
		q.Filter.Language = "hi"
		s.finds(q)
		q.Filter.Language = "bn"
		s.finds(q, "d1#1")
	}},
}
