package embed_test

import (
	"context"
	"errors"
	"fmt"
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

func whole(doc *corpus.Document) ([]corpus.Chunk, error) { return chunk.Split(doc, nil) }

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
	o.Sample = func(context.Context) ([]string, error) { return nil, errors.New("not again") }
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

func TestASampleIsSpreadOverTheDocuments(t *testing.T) {
	none, err := embed.Sample(t.Context(), pile(nil), whole)
	require.NoError(t, err)
	require.Empty(t, none)
	var docs pile
	for i := range 1000 {
		docs = append(docs, corpus.Document{ID: fmt.Sprint(i), Text: fmt.Sprintf("दस्तावेज़ %d।", i)})
	}
	few, err := embed.Sample(t.Context(), docs[:3], whole)
	require.NoError(t, err)
	require.Len(t, few, 3)
	many, err := embed.Sample(t.Context(), docs, whole)
	require.NoError(t, err)
	require.InDelta(t, embed.MaxSample, len(many), 1)
	require.Contains(t, many[len(many)-1], "99")
}
