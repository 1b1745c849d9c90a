package pgstore

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
)

func TestAnyTextCanBeStored(t *testing.T) {
	s := open(t)
	for i, text := range []string{"a\x00b", "\xff\xfe", "\x01", "a\x01\u0101", "ताज\x80महल", "\xed\xa0\x80"} {
		r := record(text, i, "a", text)
		r.Tenant, r.Chunk.DocumentID, r.Chunk.Text, r.Readers = text, text, text, []string{text}
		r.Source = corpus.Source{Title: text, Author: text, Tags: []string{text}}
		r.Vector, r.Model = rag.Vector{1, 0}, rag.EmbedModel{Name: text, Dimensions: 2}
		require.NoError(t, s.Upsert(t.Context(), []rag.Record{r}))
		q := words(text)
		q.Tenant, q.Readers, q.Filter = text, []string{text}, corpus.Filter{Tags: []string{text}, DocumentIDs: []string{text}}
		q.Vector, q.Model = r.Vector, r.Model
		hits, err := s.Search(t.Context(), q)
		require.NoError(t, err)
		require.Len(t, hits, 1)
		r.Terms, r.Vector, r.Model = nil, nil, rag.EmbedModel{}
		require.Equal(t, r, hits[0].Record)
		documents, err := s.Documents(t.Context(), text)
		require.NoError(t, err)
		require.Equal(t, []string{text}, documents)
	}
}

func TestADateThatHasNoFormIsRefused(t *testing.T) {
	r := record("d", 1, "a")
	r.Source.PublishedAt = time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(open(t).Upsert(t.Context(), []rag.Record{r})))
}

func TestDatesAreComparedToTheNanosecond(t *testing.T) {
	s := open(t)
	r := record("d", 1, "a")
	r.Source.PublishedAt = time.Date(2024, 1, 1, 0, 0, 0, 5, time.UTC)
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{r}))
	for nano, want := range map[int]int{4: 1, 5: 1, 6: 0} {
		q := words("a")
		q.Filter.DateFrom = time.Date(2024, 1, 1, 0, 0, 0, nano, time.UTC)
		hits, err := s.Search(t.Context(), q)
		require.NoError(t, err)
		require.Len(t, hits, want, "from nanosecond %d", nano)
	}
}
