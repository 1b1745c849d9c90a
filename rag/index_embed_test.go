package rag_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/localstore"
)

// countingEmbedder notes the passages that it is given.
type countingEmbedder struct {
	bagEmbedder
	mu    sync.Mutex
	texts []string
}

func (e *countingEmbedder) Embed(ctx context.Context, kind rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	e.mu.Lock()
	if kind == rag.EmbedPassage {
		e.texts = append(e.texts, texts...)
	}
	e.mu.Unlock()
	return e.bagEmbedder.Embed(ctx, kind, texts)
}

// taken gives the passages since the last call.
func (e *countingEmbedder) taken() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	texts := e.texts
	e.texts = nil
	return texts
}

// manual gives document n of a collection: ten sections, two a chunk, one of
// which reads otherwise in another edition.
func manual(n, section, edition int) *corpus.Document {
	var text strings.Builder
	for i := range 10 {
		of := 1
		if i == section {
			of = edition
		}
		fmt.Fprintf(&text, "# खंड %d\n\nपुस्तिका %d का खंड %d, संस्करण %d।\n\n", i, n, i, of)
	}
	return &corpus.Document{ID: fmt.Sprint("manual-", n), Source: corpus.Source{Title: fmt.Sprint("पुस्तिका ", n)}, Text: text.String()}
}

func TestAnotherTitleOrModelEmbedsAnew(t *testing.T) {
	store, err := localstore.Open(t.TempDir(), nil)
	require.NoError(t, err)
	defer store.Close()
	one := &countingEmbedder{bagEmbedder: bagEmbedder{name: "one", dims: 16}}
	index := rag.NewIndex(store, &rag.IndexOptions{Embedder: one})
	add := func(index *rag.Index, title string) {
		require.NoError(t, index.Add(t.Context(), []corpus.Document{doc("a", title, "ताजमहल आगरा में है।")}))
	}
	add(index, "ताजमहल")
	require.Len(t, one.taken(), 1)
	add(index, "ताजमहल")
	require.Empty(t, one.taken())
	add(index, "आगरा")
	require.Len(t, one.taken(), 1, "the title is part of what is embedded")

	require.NoError(t, index.Remove(t.Context(), []string{"a"}))
	add(rag.NewIndex(store, nil), "आगरा")
	add(index, "आगरा")
	require.Len(t, one.taken(), 1, "a chunk without a vector gets one")

	two := &countingEmbedder{bagEmbedder: bagEmbedder{name: "two", dims: 16}}
	err = rag.NewIndex(store, &rag.IndexOptions{Embedder: two}).Add(t.Context(), []corpus.Document{doc("a", "आगरा", "ताजमहल आगरा में है।"), doc("b", "", "हम्पी")})
	_, mismatch := errors.AsType[*rag.ModelMismatchError](err)
	require.True(t, mismatch, "%v", err)
	require.Len(t, two.taken(), 2, "another model's vectors are not taken over")
}

func TestEqualTextsAreEmbeddedOnce(t *testing.T) {
	e := &countingEmbedder{bagEmbedder: bagEmbedder{name: "bag", dims: 16}}
	index := newIndex(t, &rag.IndexOptions{Embedder: e})
	require.NoError(t, index.Add(t.Context(), []corpus.Document{doc("a", "", "ताजमहल"), doc("b", "", "ताजमहल"), doc("c", "", "हम्पी")}))
	require.Len(t, e.taken(), 2)
	require.ElementsMatch(t, []string{"a", "b"}, ids(t, index, rag.Query{Text: "ताजमहल"})[:2])
}

// forgetful is a store whose records cannot be read back.
type forgetful struct{ *localstore.Store }

func (forgetful) Records(context.Context, string, []string) ([]rag.Record, error) {
	return nil, fault.New(fault.Internal, "unreadable", nil)
}

func TestAStoreThatCannotRecallCostsOnlyEmbeddings(t *testing.T) {
	store, err := localstore.Open(t.TempDir(), nil)
	require.NoError(t, err)
	defer store.Close()
	e := &countingEmbedder{bagEmbedder: bagEmbedder{name: "bag", dims: 16}}
	index := rag.NewIndex(forgetful{store}, &rag.IndexOptions{Embedder: e})
	for range 2 {
		require.NoError(t, index.Add(t.Context(), []corpus.Document{doc("a", "", "ताजमहल")}))
		require.Len(t, e.taken(), 1)
	}
	require.Equal(t, []string{"a"}, ids(t, index, rag.Query{Text: "ताजमहल"}))
}

func TestCheckVectorsSaysWhatIsWrongAndWhere(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	model := rag.EmbedModel{Name: "m", Dimensions: 2}
	good := rag.Vector{1, 0}
	for says, c := range map[string]struct {
		vectors []rag.Vector
		details fault.Details
	}{
		"gave 1 vectors for 2 texts": {[]rag.Vector{good}, fault.Details{"model": "m"}},
		"gave a vector of 3 dimensions for text 2 of 2, where 2 were expected":   {[]rag.Vector{good, {1, 2, 3}}, fault.Details{"model": "m", "text": 2}},
		"gave a vector of 0 dimensions for text 1 of 2, where 2 were expected":   {[]rag.Vector{nil, good}, fault.Details{"model": "m", "text": 1}},
		"gave a vector for text 2 of 2 whose component 1 is not a finite number": {[]rag.Vector{good, {nan, 0}}, fault.Details{"model": "m", "text": 2, "component": 1}},
		"gave a vector for text 1 of 2 whose component 2 is not a finite number": {[]rag.Vector{{1, -inf}, good}, fault.Details{"model": "m", "text": 1, "component": 2}},
		"gave a vector for text 2 of 2 that is zero":                             {[]rag.Vector{good, {0, 0}}, fault.Details{"model": "m", "text": 2}},
	} {
		err := rag.CheckVectors(model, 2, c.vectors)
		require.Equal(t, fault.Upstream, fault.CodeOf(err))
		require.Contains(t, fault.From(err).Message, says)
		require.Equal(t, c.details, fault.From(err).Details)
	}
	require.NoError(t, rag.CheckVectors(model, 1, []rag.Vector{good}))
	require.NoError(t, rag.CheckVectors(model, 0, nil))
	unknown := rag.EmbedModel{Name: "m"}
	require.NoError(t, rag.CheckVectors(unknown, 1, []rag.Vector{{1, 2, 3}}), "dimensions that are not known yet")
	require.Error(t, rag.CheckVectors(unknown, 2, []rag.Vector{{1, 2, 3}, {1}}))
}
