package embed_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/memcache"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/embed"
	"github.com/akshara-go/akshara/rag/localstore"
)

// pile is documents to sample.
type pile []corpus.Document

func (p pile) IDs(context.Context) ([]string, error) {
	ids := []string{"deleted meanwhile"}
	for _, d := range p {
		ids = append(ids, d.ID)
	}
	return ids, nil
}

func (p pile) Get(_ context.Context, id string) (*corpus.Document, error) {
	for i := range p {
		if p[i].ID == id {
			return &p[i], nil
		}
	}
	return nil, fault.New(fault.NotFound, "no such document", nil)
}

// opener gives one over a server of the models of some names.
func opener(t *testing.T, models map[string]*cone) *embed.Opener {
	store, err := localstore.Open(t.TempDir(), nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	memory, err := memcache.New(1<<20, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, memory.Close()) })
	return &embed.Opener{Cache: memory, Notes: store, New: func(_ context.Context, name string) (rag.Embedder, error) {
		if m, ok := models[name]; ok {
			return m, nil
		}
		return nil, errors.New("no such model")
	}}
}

func TestAnOpenerKeepsOneMeanForEachModel(t *testing.T) {
	a, b := newCone(), newCone()
	b.name = "other"
	o := opener(t, map[string]*cone{"cone": a, "other": b})
	first, err := o.Open(t.Context(), "cone")
	require.NoError(t, err)
	require.Contains(t, first.Model().Name, "cone+centred-")
	_, err = o.Open(t.Context(), "other")
	require.NoError(t, err)

	a.asked()
	o.Documents = broken{}
	again, err := o.Open(t.Context(), "cone")
	require.NoError(t, err)
	require.Equal(t, first.Model(), again.Model())
	again, err = o.Reopen(t.Context(), first.Model())
	require.NoError(t, err)
	require.Equal(t, first.Model(), again.Model())
	require.Zero(t, a.asked(), "the mean was kept")
	require.Equal(t, embedded(t, first, rag.EmbedPassage), embedded(t, again, rag.EmbedPassage))

	plain, err := o.Reopen(t.Context(), a.Model())
	require.NoError(t, err)
	require.Equal(t, a.Model(), plain.Model(), "vectors that were not centred")
}

func TestAnOpenerAsksForAModelOnce(t *testing.T) {
	asked := 0
	o := opener(t, nil)
	o.New = func(context.Context, string) (rag.Embedder, error) {
		if asked++; asked == 1 {
			return nil, errors.New("away")
		}
		return newCone(), nil
	}
	require.Error(t, o.Find(t.Context(), "cone"))
	require.NoError(t, o.Find(t.Context(), "cone"))
	e, err := o.Open(t.Context(), "cone")
	require.NoError(t, err)
	_, err = o.Reopen(t.Context(), e.Model())
	require.NoError(t, err)
	require.Equal(t, 2, asked)
}

// A model in the process is large: two that ask for it at once share one.
func TestThoseWhoOpenAModelAtOnceShareIt(t *testing.T) {
	o := opener(t, nil)
	var both sync.WaitGroup
	both.Add(2)
	var models [2]*cone
	var made atomic.Int32
	o.New = func(context.Context, string) (rag.Embedder, error) {
		c := newCone()
		models[made.Add(1)-1] = c
		both.Done()
		both.Wait()
		return c, nil
	}
	var opened [2]rag.Embedder
	var wg sync.WaitGroup
	for i := range opened {
		wg.Go(func() { opened[i], _ = o.Open(t.Context(), "cone") })
	}
	wg.Wait()
	models[0].asked()
	models[1].asked()
	for i, e := range opened {
		_, err := e.Embed(t.Context(), rag.EmbedQuery, []string{fmt.Sprint("question ", i)})
		require.NoError(t, err)
	}
	require.Zero(t, min(models[0].asked(), models[1].asked()))
}

func TestAnOpenerGivesNoOtherVectors(t *testing.T) {
	a := newCone()
	o := opener(t, map[string]*cone{"cone": a})
	for _, name := range []string{"cone+centred-012345678901", "cone+centred-", "gone", ""} {
		_, err := o.Reopen(t.Context(), rag.EmbedModel{Name: name, Dimensions: 32})
		require.Error(t, err, name)
	}
	e, err := o.Open(t.Context(), "cone")
	require.NoError(t, err)
	for _, m := range []rag.EmbedModel{{Name: "cone", Dimensions: 31}, {Name: "cone+centred-012345678901", Dimensions: 32}, {Name: e.Model().Name, Dimensions: 33}} {
		_, err := o.Reopen(t.Context(), m)
		require.Equal(t, fault.NotFound, fault.CodeOf(err), "%v: %v", m, err)
	}
}

// unread are notes that cannot be read now.
type unread struct{ rag.Noter }

func (unread) Note(context.Context, string, string) ([]byte, error) {
	return nil, fault.New(fault.ServiceUnavailable, "the database is away", nil)
}

func TestAMeanThatCannotBeReadNowIsNotGone(t *testing.T) {
	o := opener(t, map[string]*cone{"cone": newCone()})
	e, err := o.Open(t.Context(), "cone")
	require.NoError(t, err)
	o.Notes = unread{o.Notes}
	_, err = o.Reopen(t.Context(), e.Model())
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err), err)
}

// broken are documents that cannot be read.
type broken struct{ pile }

func (broken) IDs(context.Context) ([]string, error) { return nil, errors.New("not again") }

func TestAMeanIsEstimatedFromAllDocuments(t *testing.T) {
	var docs pile
	for i := range 1000 {
		docs = append(docs, corpus.Document{ID: fmt.Sprint(i), Text: fmt.Sprintf("दस्तावेज़ %d।", i)})
	}
	estimated := func(of rag.Source) []string {
		c := newCone()
		o := opener(t, map[string]*cone{"cone": c})
		o.Documents, o.Chunk = of, &chunk.Options{Size: 100}
		_, err := o.Open(t.Context(), "cone")
		require.NoError(t, err)
		return c.texts
	}
	require.Len(t, estimated(nil), embed.MinSample)
	require.Len(t, estimated(pile(nil)), embed.MinSample)
	require.Equal(t, []string{"दस्तावेज़ 0।", "दस्तावेज़ 1।"}, estimated(docs[:2])[:2])
	all := estimated(docs)
	require.InDelta(t, embed.MaxSample, len(all), 1)
	require.Contains(t, all[len(all)-1], "99")

	o := opener(t, map[string]*cone{"cone": newCone()})
	o.Documents = broken{}
	_, err := o.Open(t.Context(), "cone")
	require.ErrorContains(t, err, "not again")
	o.Documents, o.Chunk = docs, &chunk.Options{Size: -1}
	_, err = o.Open(t.Context(), "cone")
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
}
