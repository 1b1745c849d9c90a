package ragtest

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
)

// noter gives the store's notes.
func (s *suite) noter() rag.Noter {
	n, ok := s.store.(rag.Noter)
	if !ok {
		s.Skip("the store keeps no notes")
	}
	return n
}

// notes demands that setting a note leaves another one.
func (s *suite) notes(tenant, name, before, after, then string) {
	s.Helper()
	now, err := s.noter().SetNote(s.ctx, tenant, name, []byte(before), []byte(after))
	require.NoError(s, err)
	require.Equal(s, then, string(now))
	s.noted(tenant, name, then)
}

func (s *suite) noted(tenant, name, want string) {
	s.Helper()
	now, err := s.noter().Note(s.ctx, tenant, name)
	require.NoError(s, err)
	require.Equal(s, want, string(now))
}

var noteCases = []storeCase{
	{"a note is set where what was there before is named, and stays otherwise", func(s *suite) {
		s.noted("t", "n", "")
		s.notes("t", "n", "wrong", "a", "")
		s.notes("t", "n", "", "a", "a")
		s.notes("t", "n", "", "b", "a")
		s.notes("t", "n", "b", "c", "a")
		s.notes("t", "n", "b", "", "a")
		s.notes("t", "n", "a", "b", "b")
		s.notes("t", "n", "b", "b", "b")
		s.notes("t", "n", "b", "", "")
		s.notes("t", "n", "", "", "")
		s.notes("t", "n", "", "c", "c")
	}},
	{"notes of other tenants and names are others", func(s *suite) {
		names := [][2]string{{"t", "n"}, {"t", "m"}, {"u", "n"}, {"tn", ""}, {"", "tn"}, {"", ""}, {"t\x00n", ""}, {"भारत", "टिप्पणी\n"}, {"\xff", "\xff\x00"}}
		for i, n := range names {
			s.notes(n[0], n[1], "", fmt.Sprint(i), fmt.Sprint(i))
		}
		for i, n := range names {
			s.noted(n[0], n[1], fmt.Sprint(i))
		}
	}},
	{"a note holds any bytes, up to the most that a note may have", func(s *suite) {
		for _, note := range []string{"\x00", "\xff\xfe", strings.Repeat("लंबी ", 1000), strings.Repeat("\x00\xff", rag.MaxNote/2)} {
			s.notes("t", "n", "", note, note)
			s.notes("t", "n", note, "", "")
		}
		s.notes("t", "n", "", "a", "a")
		_, err := s.noter().SetNote(s.ctx, "t", "n", []byte("a"), make([]byte, rag.MaxNote+1))
		require.Equal(s, fault.PayloadTooLarge, fault.CodeOf(err), err)
		s.noted("t", "n", "a")
	}},
	{"a note is the caller's, before and after", func(s *suite) {
		mine := []byte("mine")
		now, err := s.noter().SetNote(s.ctx, "t", "n", nil, mine)
		require.NoError(s, err)
		clear(mine)
		clear(now)
		now, err = s.noter().Note(s.ctx, "t", "n")
		require.NoError(s, err)
		clear(now)
		s.noted("t", "n", "mine")
	}},
	{"notes and records leave each other alone", func(s *suite) {
		s.notes("t", "n", "", "a", "a")
		s.upsert(s.chunk("d", 1, "a"))
		s.finds(byWords("a"), "d#1")
		s.delete(rag.Selector{All: true})
		s.noted("t", "n", "a")
		s.upsert(s.chunk("d", 1, "a"))
		s.notes("t", "n", "a", "", "")
		s.finds(byWords("a"), "d#1")
	}},
	{"of many who set a note at once, one does", func(s *suite) {
		n := s.noter()
		var wg sync.WaitGroup
		var done atomic.Int32
		before := []byte(nil)
		for round := range 5 {
			done.Store(0)
			for i := range 8 {
				wg.Go(func() {
					after := fmt.Appendf(nil, "%d of round %d", i, round)
					now, err := n.SetNote(s.ctx, "t", "n", before, after)
					if err == nil && bytes.Equal(now, after) {
						done.Add(1)
					}
				})
			}
			wg.Wait()
			require.EqualValues(s, 1, done.Load(), "round %d", round)
			var err error
			before, err = n.Note(s.ctx, "t", "n")
			require.NoError(s, err)
		}
	}},
	{"a cancelled note gives its error", func(s *suite) {
		ctx, cancel := context.WithCancel(s.ctx)
		cancel()
		_, err := s.noter().Note(ctx, "t", "n")
		require.ErrorIs(s, err, context.Canceled)
		_, err = s.noter().SetNote(ctx, "t", "n", nil, []byte("a"))
		require.ErrorIs(s, err, context.Canceled)
		s.noted("t", "n", "")
	}},
}
