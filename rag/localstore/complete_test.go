package localstore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
)

// complete gives the forms of a tenant that begin with a prefix, sorted.
func complete(t testing.TB, s *Store, tenant, prefix string) []string {
	t.Helper()
	terms, err := s.Complete(ctx, &rag.Completion{Tenant: tenant, Prefixes: []string{prefix}, K: 1 << 20})
	require.NoError(t, err)
	list := []string{}
	for _, term := range terms {
		list = append(list, term.Text)
	}
	slices.Sort(list)
	return list
}

func TestFormsSurviveReopeningAndCompaction(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("a", "d1", 0), record("a", "d2", 0), record("b", "d3", 0)}))
	require.NoError(t, s.Delete(ctx, rag.Selector{Tenant: "a", Documents: []string{"d1"}}))
	check := func(s *Store) {
		t.Helper()
		require.Equal(t, []string{"own d2/0"}, complete(t, s, "a", "own"))
		require.Equal(t, []string{"own d3/0"}, complete(t, s, "b", "own"))
	}
	check(s)
	require.NoError(t, s.Close())
	s = open(t, dir)
	check(s)
	require.NoError(t, s.Compact(ctx))
	check(s)
	require.NoError(t, s.Close())
	s = open(t, dir)
	check(s)
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("a", "d1", 0)}))
	require.Equal(t, []string{"own d1/0", "own d2/0"}, complete(t, s, "a", "own"))
}

func TestAnIndexWithoutFormsHasNothingToComplete(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	old := record("a", "d", 0)
	delete(old.Terms, rag.Forms)
	require.NoError(t, s.Upsert(ctx, []rag.Record{old}))
	require.NoError(t, s.Close())
	s = open(t, dir)
	require.Empty(t, complete(t, s, "a", ""))
	require.NoError(t, s.Upsert(ctx, []rag.Record{record("a", "e", 0)}))
	require.Equal(t, []string{"all", "own e/0"}, complete(t, s, "a", ""))
	require.Len(t, search(t, s, "a", "all"), 2)
}

func TestACopyWithoutTheDeadCompletesAlike(t *testing.T) {
	s := open(t, t.TempDir())
	for i := range 1200 {
		require.NoError(t, s.Upsert(ctx, []rag.Record{record("a", fmt.Sprint("d", i%3), 0)}))
	}
	require.Equal(t, []string{"own d0/0", "own d1/0", "own d2/0"}, complete(t, s, "a", "own"))
}

func TestRunsAreAsOneSortedList(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var texts []string
	var rs runs
	for range 300 {
		var news run
		for range 1 + rng.IntN(40) {
			news = append(news, uint32(len(texts)))
			texts = append(texts, fmt.Sprintf("%03x", rng.IntN(4096)))
		}
		rs = rs.add(texts, news)
	}
	require.Less(t, len(rs), 16, "there are few runs of %d terms", len(texts))
	for i := range rs {
		require.True(t, slices.IsSortedFunc(rs[i], func(a, b uint32) int { return strings.Compare(texts[a], texts[b]) }))
		if i > 0 {
			require.Greater(t, len(rs[i-1]), 2*len(rs[i]))
		}
	}
	for _, prefix := range []string{"", "0", "a", "ff", "fff", "07b", "g", "0000"} {
		var got, want []string
		for _, r := range rs {
			for _, id := range r.begins(func(id uint32) string { return texts[id] }, prefix) {
				got = append(got, texts[id])
			}
		}
		for _, text := range texts {
			if strings.HasPrefix(text, prefix) {
				want = append(want, text)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		require.Equal(t, want, got, "prefix %q", prefix)
	}
}

func TestBadCompletions(t *testing.T) {
	s := open(t, t.TempDir())
	_, err := s.Complete(ctx, nil)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	require.NoError(t, s.Close())
	_, err = s.Complete(ctx, &rag.Completion{Prefixes: []string{""}, K: 1})
	require.ErrorIs(t, err, ErrClosed)
}

// tired is a context that ends after it was asked a few times.
type tired struct {
	context.Context
	asked int
}

func (c *tired) Err() error {
	if c.asked++; c.asked > 1 {
		return context.Canceled
	}
	return nil
}

func TestALongCompletionEndsWithItsContext(t *testing.T) {
	s := open(t, t.TempDir())
	r := record("a", "d", 0)
	for i := range 5000 {
		r.Terms[rag.Forms] = append(r.Terms[rag.Forms], rag.Term{Text: fmt.Sprint("w", i), Count: 1})
	}
	require.NoError(t, s.Upsert(ctx, []rag.Record{r}))
	_, err := s.Complete(&tired{Context: ctx}, &rag.Completion{Tenant: "a", Readers: []string{corpus.Public}, Prefixes: []string{""}, K: 10})
	require.ErrorIs(t, err, context.Canceled)
}
