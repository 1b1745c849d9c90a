package ragtest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
)

var writeCases = []storeCase{
	{"a record is found with everything that was written of it", func(s *suite) {
		r := s.chunk("d", 1, "a")
		r.Readers = []string{"u", corpus.Public}
		r.Source = corpus.Source{
			Title: "ताजमहल", URL: "https://example.org/a?b=c", SourceSite: "example.org", Language: "hi", ContentType: "text/html",
			Author: "ক", PublishedAt: time.Date(2024, 2, 29, 23, 59, 59, 0, time.UTC), Tags: []string{"x", "y"}, ThumbnailURL: "https://example.org/t.png",
		}
		r.Chunk.Text = "पहला वाक्य। दूसरा\n\t😀"
		r.Chunk.Sentences = []corpus.Span{{Start: 100, End: 120}, {Start: 120, End: 150}}
		r.Chunk.Headings = []string{"एक", "two"}
		r.Chunk.Page, r.Chunk.Tokens = 7, 12
		s.upsert(r)
		s.finds(byWords("a"), "d#1")
	}},
	{"a record replaces the one with its tenant and chunk id", func(s *suite) {
		s.upsert(s.chunk("d", 1, "old"), s.chunk("d", 2, "old"))
		r := s.chunk("d", 1, "new")
		r.Chunk.Text = "another text"
		s.upsert(r)
		s.finds(byWords("new"), "d#1")
		s.finds(byWords("old"), "d#2")
	}},
	{"a replaced record may belong to another document", func(s *suite) {
		s.upsert(s.chunk("d", 1, "a"), s.chunk("d", 2, "a"))
		r := s.chunk("d", 1, "a")
		r.Chunk.DocumentID = "e"
		s.upsert(r)
		s.delete(rag.Selector{Documents: []string{"d"}})
		s.finds(byWords("a"), "d#1")
	}},
	{"the last of two records with one id in a batch stays", func(s *suite) {
		s.upsert(s.chunk("d", 1, "first"), s.chunk("d", 1, "second"))
		s.finds(byWords("first", "second"), "d#1")
		s.finds(byWords("first"))
	}},
	{"a batch with one bad record changes nothing", func(s *suite) {
		s.upsert(s.chunk("d", 1, "a"))
		bad := s.vector("d", 3, 1, float32(math.NaN()), 0, 0)
		s.refuses(s.store.Upsert(s.ctx, []rag.Record{s.chunk("d", 1, "b"), s.chunk("d", 2, "b"), bad}), "a vector with NaN")
		s.finds(byWords("a", "b"), "d#1")
		s.finds(byWords("b"))
	}},
	{"a batch with vectors of two models changes nothing", func(s *suite) {
		other := s.vector("d", 2, 1, 2, 3, 4)
		other.Model.Name = "other"
		s.refuses(s.store.Upsert(s.ctx, []rag.Record{s.vector("d", 1, 1, 0, 0, 0), other}), "two models in a batch")
		s.finds(byVector(1, 0, 0, 0))
	}},
	{"a chunk without an id is refused", func(s *suite) {
		r := s.chunk("d", 1, "a")
		r.Chunk.ID = ""
		s.refuses(s.store.Upsert(s.ctx, []rag.Record{r}), "no chunk id")
	}},
	{"an empty batch does nothing", func(s *suite) {
		s.upsert()
		require.NoError(s, s.store.Upsert(s.ctx, []rag.Record{}))
		s.finds(byWords("a"))
	}},
	{"a batch of a thousand records is stored whole", func(s *suite) {
		var recs []rag.Record
		for i := range 1000 {
			r := s.chunk("d", 1, "all", fmt.Sprintf("w%d", i))
			r.Chunk.ID = fmt.Sprint("c", i)
			r.Vector, r.Model = rag.Vector{1, float32(i), 3, 4}, testModel
			recs = append(recs, r)
		}
		s.upsert(recs...)
		q := byWords("all")
		q.K, q.Vector, q.Model = 2000, rag.Vector{0, 1, 0, 0}, testModel
		require.Len(s, s.search(q), 1000)
		s.finds(byWords("w999"), "c999")
	}},
	{"a batch may hold records of several tenants", func(s *suite) {
		a, b := s.chunk("d", 1, "a"), s.chunk("d", 1, "a")
		a.Tenant, b.Tenant = "t1", "t2"
		s.upsert(a, b, s.chunk("d", 1, "a"))
		for _, tenant := range []string{"t1", "t2", s.tenant} {
			q := byWords("a")
			q.Tenant = tenant
			s.finds(q, "d#1")
		}
	}},
	{"the caller's slices stay the caller's after writing", func(s *suite) {
		r := s.chunk("d", 1, "a")
		r.Readers, r.Source.Tags = []string{"u"}, []string{"x"}
		r.Chunk.Headings, r.Chunk.Sentences = []string{"h"}, []corpus.Span{{Start: 100, End: 150}}
		r.Vector, r.Model = rag.Vector{1, 0, 0, 0}, testModel
		s.upsert(r)
		r.Readers[0], r.Source.Tags[0], r.Chunk.Headings[0] = corpus.Public, "y", "i"
		r.Chunk.Sentences[0], r.Vector[0], r.Vector[1] = corpus.Span{}, 0, 1
		r.Terms[rag.Words][0] = rag.Term{Text: "b", Count: 9}
		s.finds(byWords("a"))
		q := byWords("a")
		q.Readers, q.Vector, q.Model = []string{"u"}, rag.Vector{1, 0, 0, 0}, testModel
		s.finds(q, "d#1")
	}},
	{"what a search gave is the caller's to change", func(s *suite) {
		r := s.chunk("d", 1, "a")
		r.Readers, r.Source.Tags, r.Chunk.Headings = []string{corpus.Public, "u"}, []string{"x"}, []string{"h"}
		s.upsert(r)
		hit := s.search(byWords("a"))[0]
		hit.Record.Readers[0], hit.Record.Source.Tags[0], hit.Record.Chunk.Headings[0] = "nobody", "y", "i"
		hit.Scores[rag.Words] = 99
		s.finds(byWords("a"), "d#1")
	}},
	{"a search does not change what it was asked with", func(s *suite) {
		s.upsert(s.chunk("d", 1, "a", "b"), s.vector("d", 2, 3, 4, 0, 0))
		q := byWords("b", "a")
		q.Vector, q.Model = rag.Vector{3, 4, 0, 0}, testModel
		before := append(slices.Clone(q.Sparse[0].Terms), rag.Term{})
		s.finds(q, "d#1", "d#2")
		require.Equal(s, before[:2], q.Sparse[0].Terms)
		require.Equal(s, rag.Vector{3, 4, 0, 0}, q.Vector)
	}},
	{"a vector may come later than the terms", func(s *suite) {
		r := s.chunk("d", 1, "a")
		s.upsert(r)
		s.finds(byVector(1, 0, 0, 0))
		r.Vector, r.Model = rag.Vector{1, 1, 0, 0}, testModel
		s.upsert(r)
		s.finds(byVector(1, 0, 0, 0), "d#1")
		s.finds(byWords("a"), "d#1")
	}},
	{"a record written anew without its vector loses it", func(s *suite) {
		r := s.vector("d", 1, 1, 0, 0, 0)
		s.upsert(r, s.vector("d", 2, 1, 0, 0, 0))
		r.Vector, r.Model = nil, rag.EmbedModel{}
		s.upsert(r)
		s.finds(byVector(1, 0, 0, 0), "d#2")
	}},
	{"a record with neither terms nor vector is found by nothing", func(s *suite) {
		s.upsert(s.chunk("d", 1), s.chunk("d", 2, "a"))
		s.finds(byWords("a", ""), "d#2")
	}},
	{"ids and terms are any text, compared byte by byte", func(s *suite) {
		for i, id := range []string{"\u00e9", "e\u0301", "क़", "a b", "a/b", "a\nb", `a"b'c`, "%", "A", "ａ", "😀", "a\x00b", "a\x00", "\x01", "a\u200db", longText, veryLongText} {
			r := s.chunk("d", i, "all", id)
			r.Chunk.ID, r.Chunk.DocumentID, r.Tenant = id, id, s.tenant
			s.upsert(r)
			s.finds(byWords(id), id)
		}
		require.Len(s, s.search(byWords("all")), 17)
		s.delete(rag.Selector{Documents: []string{"\u00e9"}})
		s.finds(byWords("\u00e9", "e\u0301"), "e\u0301")
		s.delete(rag.Selector{Chunks: []string{"a", "a\x00"}})
		require.Len(s, s.search(byWords("all")), 15)
	}},
	{"a text may hold any character", func(s *suite) {
		r := s.chunk("d", 1, "a")
		r.Chunk.Text = "\x00\x01\x02\t\u200c\u2028\ufeff\U0010ffff\ufffd " + veryLongText
		r.Source.Title, r.Source.Tags, r.Source.SourceSite, r.Readers = "\x00", []string{"\x00", `\`, `"`, "a,b", "{}", "NULL", ""}, "\x01\x00", []string{"\x00u"}
		s.upsert(r)
		q := byWords("a")
		s.finds(q)
		q.Readers = []string{"\x00u"}
		s.finds(q, "d#1")
		for _, tag := range r.Source.Tags {
			q.Filter = corpus.Filter{Tags: []string{tag}, SourceSites: []string{"\x01\x00"}}
			s.finds(q, "d#1")
		}
		q.Filter.Tags = []string{"\x01", "null", "a"}
		s.finds(q)
	}},
	{"writing with a cancelled context gives its error and changes nothing", func(s *suite) {
		s.upsert(s.chunk("d", 1, "a"))
		ctx, cancel := context.WithCancel(s.ctx)
		cancel()
		require.ErrorIs(s, s.store.Upsert(ctx, []rag.Record{s.chunk("d", 2, "a")}), context.Canceled)
		require.ErrorIs(s, s.store.Delete(ctx, rag.Selector{Tenant: s.tenant, All: true}), context.Canceled)
		s.finds(byWords("a"), "d#1")
	}},
}

// longText is an id of 300 bytes.
var longText = string(slices.Repeat([]byte("ab"), 150))

// veryLongText is an id of 30,000 bytes that begins as longText does.
var veryLongText = string(slices.Repeat([]byte("ab"), 15_000))

var deleteCases = []storeCase{
	{"a deleted chunk is gone at once", func(s *suite) {
		a, b := s.chunk("d", 1, "a"), s.chunk("d", 2, "a")
		a.Vector, a.Model = rag.Vector{1, 0, 0, 0}, testModel
		s.upsert(a, b)
		s.delete(rag.Selector{Chunks: []string{"d#1"}})
		s.finds(byWords("a"), "d#2")
		s.finds(byVector(1, 0, 0, 0))
	}},
	{"deleting a document takes all its chunks and no others", func(s *suite) {
		s.upsert(s.chunk("d", 1, "a"), s.chunk("d", 2, "a"), s.chunk("e", 1, "a"), s.chunk("dd", 1, "a"))
		s.delete(rag.Selector{Documents: []string{"d", "e"}})
		s.finds(byWords("a"), "dd#1")
	}},
	{"deleting a tenant takes all of its own and nothing of others", func(s *suite) {
		other := s.chunk("d", 1, "a")
		other.Tenant = "other"
		s.upsert(s.chunk("d", 1, "a"), s.vector("d", 2, 1, 0, 0, 0), other)
		s.delete(rag.Selector{All: true})
		s.finds(byWords("a"))
		s.finds(byVector(1, 0, 0, 0))
		q := byWords("a")
		q.Tenant = "other"
		s.finds(q, "d#1")
	}},
	{"deleting spares what it is told to spare", func(s *suite) {
		all := []rag.Record{s.chunk("d", 1, "a"), s.chunk("d", 2, "a"), s.chunk("d", 3, "a"), s.chunk("e", 1, "a")}
		for _, sel := range []rag.Selector{
			{Documents: []string{"d"}, Except: []string{"d#2", "e#1", "none"}},
			{All: true, Except: []string{"d#2"}},
			{Chunks: []string{"d#1", "d#2"}, Except: []string{"d#2"}},
		} {
			s.upsert(all...)
			s.delete(sel)
			require.NotEmpty(s, s.search(byWords("a")))
		}
	}},
	{"a selector reaches no other tenant", func(s *suite) {
		s.upsert(s.chunk("d", 1, "a"))
		for _, sel := range []rag.Selector{{Chunks: []string{"d#1"}}, {Documents: []string{"d"}}, {All: true}} {
			sel.Tenant = "other"
			s.delete(sel)
			s.finds(byWords("a"), "d#1")
		}
	}},
	{"deleting what is not there is no error", func(s *suite) {
		s.delete(rag.Selector{All: true})
		s.upsert(s.chunk("d", 1, "a"))
		s.delete(rag.Selector{Chunks: []string{"no"}})
		s.delete(rag.Selector{Documents: []string{"no", "d#1"}})
		s.finds(byWords("a"), "d#1")
	}},
	{"a selector that names nothing, or more than one thing, is refused", func(s *suite) {
		s.upsert(s.chunk("d", 1, "a"))
		for _, sel := range []rag.Selector{
			{}, {Except: []string{"d#1"}}, {Chunks: []string{}}, {Chunks: []string{"d#1"}, Documents: []string{"d"}},
			{Chunks: []string{"d#1"}, All: true}, {Documents: []string{"d"}, All: true},
		} {
			sel.Tenant = s.tenant
			s.refuses(s.store.Delete(s.ctx, sel), fmt.Sprintf("%+v", sel))
		}
		s.finds(byWords("a"), "d#1")
	}},
	{"what was deleted may be written again", func(s *suite) {
		for range 3 {
			s.upsert(s.chunk("d", 1, "a"), s.vector("d", 2, 1, 0, 0, 0))
			s.finds(byWords("a"), "d#1")
			s.delete(rag.Selector{Documents: []string{"d"}})
			s.finds(byWords("a"))
			s.upsert(s.chunk("d", 1, "b"))
			s.finds(byWords("a", "b"), "d#1")
			s.delete(rag.Selector{All: true})
		}
	}},
	{"the documents that are listed are those with records", func(s *suite) {
		lister, ok := s.store.(rag.DocumentLister)
		if !ok {
			s.Skip("the store does not list documents")
		}
		demand := func(tenant string) {
			s.Helper()
			want, _ := s.model.Documents(s.ctx, tenant)
			got, err := lister.Documents(s.ctx, tenant)
			require.NoError(s, err)
			require.ElementsMatch(s, want, got)
		}
		demand(s.tenant)
		s.upsert(s.chunk("d", 1, "a"), s.chunk("d", 2, "a"), s.chunk("e", 1), s.vector("f", 1, 1, 0, 0, 0))
		demand(s.tenant)
		s.delete(rag.Selector{Chunks: []string{"d#1", "e#1"}})
		demand(s.tenant)
		s.delete(rag.Selector{All: true, Except: []string{"f#1"}})
		demand(s.tenant)
		demand("other")
	}},
}
