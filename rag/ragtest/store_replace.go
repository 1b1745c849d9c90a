package ragtest

import (
	"context"
	"fmt"
	"math"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
)

var replaceCases = []storeCase{
	{"replacing a document leaves its new chunks and those of other documents", func(s *suite) {
		s.upsert(s.chunk("d", 1, "a"), s.chunk("d", 2, "a"), s.chunk("other", 1, "a"))
		s.replace([]string{"d"}, s.chunk("d", 2, "a", "new"), s.chunk("d", 3, "a"))
		s.finds(byWords("a"), "d#2", "d#3", "other#1")
		s.finds(byWords("new"), "d#2")
	}},
	{"a document that is replaced by nothing is gone", func(s *suite) {
		s.upsert(s.chunk("d", 1, "a"), s.chunk("other", 1, "a"))
		s.replace([]string{"d", "never there"})
		s.finds(byWords("a"), "other#1")
		s.replace(nil)
		s.finds(byWords("a"), "other#1")
	}},
	{"a replacement with one bad record changes nothing", func(s *suite) {
		s.upsert(s.chunk("d", 1, "a"))
		bad := s.vector("d", 3, float32(math.NaN()), 0, 0, 0)
		s.refuses(s.store.Replace(s.ctx, s.tenant, []string{"d"}, []rag.Record{s.chunk("d", 2, "a"), bad}), "NaN")
		s.finds(byWords("a"), "d#1")
	}},
	{"a replacement holds no record of another document or tenant", func(s *suite) {
		s.upsert(s.chunk("d", 1, "a"))
		foreign := s.chunk("d", 2, "a")
		foreign.Tenant = "another"
		for what, r := range map[string]rag.Record{"another document": s.chunk("other", 1, "a"), "another tenant": foreign} {
			s.refuses(s.store.Replace(s.ctx, s.tenant, []string{"d"}, []rag.Record{r}), what)
		}
		s.finds(byWords("a"), "d#1")
	}},
	{"a replacement after the context has ended changes nothing", func(s *suite) {
		s.upsert(s.chunk("d", 1, "a"))
		ctx, cancel := context.WithCancel(s.ctx)
		cancel()
		require.ErrorIs(s, s.store.Replace(ctx, s.tenant, []string{"d"}, nil), context.Canceled)
		s.finds(byWords("a"), "d#1")
	}},
	{"a search finds a document as it was before a replacement or after it, on all legs alike", func(s *suite) {
		version := func(i int) []rag.Record {
			recs := make([]rag.Record, 3)
			for n := range recs {
				recs[n] = readBy(s.chunk("d", n, "a", fmt.Sprint("w", i)), corpus.Public)
				recs[n].Chunk.ID, recs[n].Chunk.Tokens = fmt.Sprint("d", i, "#", n), i
			}
			return recs
		}
		require.NoError(s, s.store.Replace(s.ctx, s.tenant, []string{"d"}, version(0)))
		var wg sync.WaitGroup
		done := make(chan struct{})
		wg.Go(func() {
			defer close(done)
			for i := range 30 {
				if err := s.store.Replace(s.ctx, s.tenant, []string{"d"}, version(i+1)); err != nil {
					s.Error(err)
				}
			}
		})
		wg.Go(func() {
			q := onBothLegs()
			q.Tenant = s.tenant
			for {
				select {
				case <-done:
					return
				default:
				}
				hits, err := s.store.Search(s.ctx, &q)
				if err != nil || len(hits) != 3 {
					s.Errorf("%d hits, %v", len(hits), err)
					return
				}
				for _, h := range hits {
					if h.Record.Chunk.Tokens != hits[0].Record.Chunk.Tokens || len(h.Scores) != 2 {
						s.Errorf("versions %d and %d at once, scores %v", hits[0].Record.Chunk.Tokens, h.Record.Chunk.Tokens, h.Scores)
						return
					}
				}
			}
		})
		wg.Wait()
	}},
	{"of concurrent replacements of one document one wins whole", func(s *suite) {
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				var recs []rag.Record
				for n := range 3 {
					recs = append(recs, s.chunk("d", 10*i+n, "all", fmt.Sprint("w", i)))
				}
				if err := s.store.Replace(s.ctx, s.tenant, []string{"d"}, recs); err != nil {
					s.Error(err)
				}
			})
		}
		wg.Wait()
		q := byWords("all")
		q.Tenant, q.Readers, q.K = s.tenant, []string{corpus.Public}, 100
		hits, err := s.store.Search(s.ctx, &q)
		require.NoError(s, err)
		require.Len(s, hits, 3)
		from := hits[0].Record.Chunk.Ordinal / 10
		for _, h := range hits {
			require.Equal(s, from, h.Record.Chunk.Ordinal/10, "all three are of one call")
		}
	}},
}
