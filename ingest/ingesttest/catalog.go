// Package ingesttest holds the suites that implementations of package ingest's
// ports must pass:
//
//	func TestCatalog(t *testing.T) {
//		ingesttest.TestCatalog(t, func(t *testing.T) catalog.Catalog { return open(t) })
//	}
package ingesttest

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/ingest/catalog"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/corpus"
)

// TestCatalog demands of an implementation what [catalog.Catalog] says.
// newCatalog gives an empty catalog for each case.
func TestCatalog(t *testing.T, newCatalog func(t *testing.T) catalog.Catalog) {
	for _, c := range catalogCases {
		t.Run(c.says, func(t *testing.T) { c.run(&catalogSuite{t, newCatalog(t)}) })
	}
}

type catalogSuite struct {
	*testing.T
	catalog catalog.Catalog
}

type catalogCase struct {
	says string
	run  func(s *catalogSuite)
}

// document makes a document that was taken in at a minute of one day.
func document(id string, minute int) *corpus.Document {
	return &corpus.Document{
		ID: id,
		Source: corpus.Source{
			Title: "शीर्षक " + id, URL: "https://example.in/" + id, Language: "hi", ContentType: "text/plain", Tags: []string{"क", "a,b"},
			PublishedAt: time.Date(2019, 5, 6, 7, 8, 9, 10, time.UTC),
		},
		Text:      "पाठ " + id,
		Blocks:    []corpus.Block{{Kind: corpus.Paragraph, Span: corpus.Span{End: 7}}},
		CreatedAt: time.Date(2026, 1, 1, 0, minute, 0, 0, time.UTC),
	}
}

func (s *catalogSuite) put(docs ...*corpus.Document) {
	s.Helper()
	for _, d := range docs {
		require.NoError(s, s.catalog.Put(s.Context(), d))
	}
}

// holds demands that the catalog gives a document as it was put.
func (s *catalogSuite) holds(want *corpus.Document) {
	s.Helper()
	got, err := s.catalog.Get(s.Context(), want.ID)
	require.NoError(s, err)
	require.Equal(s, want, got)
}

// lists demands a page of ids, and how many documents there are.
func (s *catalogSuite) lists(offset, limit, total int, want ...string) {
	s.Helper()
	entries, n, err := s.catalog.List(s.Context(), offset, limit)
	require.NoError(s, err)
	require.Equal(s, total, n)
	ids := []string{}
	for _, e := range entries {
		ids = append(ids, e.ID)
	}
	require.Equal(s, append([]string{}, want...), ids)
}

func (s *catalogSuite) fails(code fault.Code, err error) {
	s.Helper()
	require.Error(s, err)
	require.Equal(s, code, fault.CodeOf(err), "%v", err)
}

var catalogCases = []catalogCase{
	{"a document is given as it was put, and in its last form", func(s *catalogSuite) {
		doc := document("a", 0)
		s.put(doc, document("b", 1))
		s.holds(doc)
		changed := document("a", 2)
		changed.Text, changed.Blocks, changed.Tags = "नया \x00 पाठ \u2028", nil, nil
		s.put(changed)
		s.holds(changed)
		s.lists(0, 10, 2, "a", "b")
		s.put(&corpus.Document{ID: "bare"})
		s.holds(&corpus.Document{ID: "bare"})
	}},
	{"a document that is not there is NOT_FOUND", func(s *catalogSuite) {
		s.put(document("a", 0))
		_, err := s.catalog.Get(s.Context(), "A")
		s.fails(fault.NotFound, err)
		s.fails(fault.NotFound, s.catalog.Delete(s.Context(), "A"))
		require.NoError(s, s.catalog.Delete(s.Context(), "a"))
		s.fails(fault.NotFound, s.catalog.Delete(s.Context(), "a"))
		_, err = s.catalog.Get(s.Context(), "a")
		s.fails(fault.NotFound, err)
		s.lists(0, 10, 0)
	}},
	{"ids are any text, compared byte by byte", func(s *catalogSuite) {
		ids := []string{"a", "../b", "ग/घ\x00", "A", "a\x00", "\u00e9", "e\u0301", `"\`, "%", strings.Repeat("x", 30_000), strings.Repeat("x", 30_001)}
		for i, id := range ids {
			s.put(document(id, i))
		}
		for i, id := range ids {
			s.holds(document(id, i))
		}
		require.NoError(s, s.catalog.Delete(s.Context(), "a"))
		s.holds(document("A", 3))
		s.holds(document("a\x00", 4))
	}},
	{"a list is the newest first, then by id, a page at a time", func(s *catalogSuite) {
		for i, id := range []string{"d", "c", "b", "a"} {
			s.put(document(id, i/2))
		}
		late, early := document("late", 0), document("early", 0)
		late.CreatedAt, early.CreatedAt = late.CreatedAt.Add(time.Nanosecond), time.Date(1800, 1, 1, 0, 0, 0, 0, time.UTC)
		s.put(late, early, &corpus.Document{ID: "undated"})
		want := []string{"a", "b", "late", "c", "d", "early", "undated"}
		s.lists(0, 100, 7, want...)
		for n := range want {
			s.lists(n, 2, 7, want[n:min(n+2, 7)]...)
		}
		s.lists(0, 0, 7)
		s.lists(99, 2, 7)
		s.lists(0, math.MaxInt, 7, want...)
	}},
	{"an entry tells of its document all but the text", func(s *catalogSuite) {
		doc := document("a", 0)
		s.put(doc)
		entries, _, err := s.catalog.List(s.Context(), 0, 1)
		require.NoError(s, err)
		require.Equal(s, []catalog.Entry{catalog.EntryOf(doc)}, entries)
	}},
	{"the pictures and events of many documents are given at once, as they are now", func(s *catalogSuite) {
		gives := func(want ...*corpus.Document) {
			s.Helper()
			got, err := s.catalog.Illustrated(s.Context(), []string{"picture", "event", "plain", "nowhere", "a'b\x00"})
			require.NoError(s, err)
			for i, doc := range want {
				c := *doc
				c.Text, c.Blocks, c.Pages = "", nil, nil
				want[i] = &c
			}
			require.ElementsMatch(s, want, got)
		}
		picture, event, odd := document("picture", 0), document("event", 1), document("a'b\x00", 2)
		picture.Images = []corpus.Image{{URL: "https://example.in/a.png", AltText: "चित्र"}}
		picture.Readers = []string{"some"}
		event.Events = []corpus.Event{{Title: "मेला"}}
		odd.Images = []corpus.Image{{URL: "https://example.in/b.png"}}
		gives()
		s.put(document("plain", 3), picture, event, odd, document("another", 4))
		gives(picture, event, odd)
		later := document("picture", 5)
		s.put(later)
		require.NoError(s, s.catalog.Delete(s.Context(), "event"))
		gives(odd)
		none, err := s.catalog.Illustrated(s.Context(), nil)
		require.NoError(s, err)
		require.Empty(s, none)
		ctx, cancel := context.WithCancel(s.Context())
		cancel()
		_, err = s.catalog.Illustrated(ctx, []string{"picture"})
		require.ErrorIs(s, err, context.Canceled)
	}},
	{"what cannot be meant is INVALID_REQUEST", func(s *catalogSuite) {
		s.fails(fault.InvalidRequest, s.catalog.Put(s.Context(), &corpus.Document{Text: "x"}))
		for _, page := range [][2]int{{-1, 1}, {0, -1}} {
			_, _, err := s.catalog.List(s.Context(), page[0], page[1])
			s.fails(fault.InvalidRequest, err)
		}
		undated := document("a", 0)
		undated.CreatedAt = time.Date(12_000, 1, 1, 0, 0, 0, 0, time.UTC)
		s.fails(fault.InvalidRequest, s.catalog.Put(s.Context(), undated))
		s.lists(0, 10, 0)
	}},
	{"a cancelled context gives its error and changes nothing", func(s *catalogSuite) {
		s.put(document("a", 0))
		ctx, cancel := context.WithCancel(s.Context())
		cancel()
		require.ErrorIs(s, s.catalog.Put(ctx, document("b", 0)), context.Canceled)
		require.ErrorIs(s, s.catalog.Delete(ctx, "a"), context.Canceled)
		_, err := s.catalog.Get(ctx, "a")
		require.ErrorIs(s, err, context.Canceled)
		_, _, err = s.catalog.List(ctx, 0, 1)
		require.ErrorIs(s, err, context.Canceled)
		s.lists(0, 10, 1, "a")
	}},
	{"callers do not disturb each other", func(s *catalogSuite) {
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for j := range 10 {
					id := fmt.Sprint(j)
					if err := s.catalog.Put(s.Context(), document(id, i)); err != nil {
						s.Error(err)
					}
					if doc, err := s.catalog.Get(s.Context(), id); err != nil || doc.ID != id {
						s.Errorf("asked for %s: %v", id, err)
					}
					if _, _, err := s.catalog.List(s.Context(), 0, 5); err != nil {
						s.Error(err)
					}
				}
			})
		}
		wg.Wait()
		_, total, err := s.catalog.List(s.Context(), 0, 1)
		require.NoError(s, err)
		require.Equal(s, 10, total)
	}},
}
