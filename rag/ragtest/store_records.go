package ragtest

import (
	"context"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
)

// recalls demands that the store gives back the records of some documents as the reference does.
func (s *suite) recalls(documents ...string) []rag.Record {
	s.Helper()
	store, ok := s.store.(rag.Recaller)
	if !ok {
		s.Skip("the store does not give its records back")
	}
	got, err := store.Records(s.ctx, s.tenant, documents)
	require.NoError(s, err)
	want, err := s.model.Records(s.ctx, s.tenant, documents)
	require.NoError(s, err)
	require.Len(s, got, len(want))
	byID := func(a, b rag.Record) int {
		if a.Chunk.ID < b.Chunk.ID {
			return -1
		}
		return 1
	}
	slices.SortFunc(got, byID)
	slices.SortFunc(want, byID)
	for i := range got {
		g, w := got[i], want[i]
		require.Empty(s, g.Terms)
		require.Equal(s, w.Model, g.Model)
		require.Len(s, g.Vector, len(w.Vector))
		if len(w.Vector) > 0 {
			require.InDelta(s, 1, cosine(g.Vector, w.Vector), 1e-5, "the vector of %s", w.Chunk.ID)
		}
		g.Vector, w.Vector, g.Terms, w.Terms = nil, nil, nil, nil
		require.Equal(s, w.Chunk, g.Chunk)
		require.Equal(s, w.Readers, g.Readers)
		require.Equal(s, w.Source, g.Source)
	}
	return got
}

var recordsCases = []storeCase{
	{"records come back with their vectors, without their terms", func(s *suite) {
		both := s.vector("d", 1, 1, 2, 2, 0)
		both.Terms = map[rag.Leg][]rag.Term{rag.Words: terms("a", "b", "b"), rag.Sounds: terms("c")}
		s.upsert(both, s.chunk("d", 2, "a"), s.vector("e", 1, 0, 1, 0, 0), s.vector("f", 1, 0, 0, 1, 0))
		require.Len(s, s.recalls("d", "e"), 3)
		require.Len(s, s.recalls("d", "d"), 2)
		require.Empty(s, s.recalls("unknown"))
		require.Empty(s, s.recalls())
	}},
	{"records that were replaced or deleted do not come back", func(s *suite) {
		s.upsert(s.vector("d", 1, 1, 0, 0, 0), s.vector("d", 2, 0, 1, 0, 0), s.vector("e", 1, 0, 1, 0, 0))
		s.replace([]string{"d"}, s.vector("d", 2, 0, 0, 1, 0))
		require.Len(s, s.recalls("d"), 1)
		s.delete(rag.Selector{Documents: []string{"e"}})
		require.Empty(s, s.recalls("e"))
	}},
	{"records of another tenant do not come back", func(s *suite) {
		other := s.vector("d", 1, 1, 0, 0, 0)
		other.Tenant = "other"
		s.upsert(other, s.vector("e", 1, 0, 1, 0, 0))
		require.Empty(s, s.recalls("d"))
	}},
	{"a cancelled recall gives its error", func(s *suite) {
		s.upsert(s.vector("d", 1, 1, 0, 0, 0))
		s.recalls("d")
		ctx, cancel := context.WithCancel(s.ctx)
		cancel()
		_, err := s.store.(rag.Recaller).Records(ctx, s.tenant, []string{"d"})
		require.ErrorIs(s, err, context.Canceled)
	}},
}
