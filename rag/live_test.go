package rag_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/ingest/catalog"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/e5embedtest"
	"github.com/akshara-go/akshara/rag/localstore"
)

// mortal is a store of a process that may die: its notes do not change any more then.
type mortal struct {
	*localstore.Store
	mu   sync.RWMutex
	dead bool
}

// die waits for a note that is on its way to the disk, and tells whether it was alive.
func (m *mortal) die() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	alive := !m.dead
	m.dead = true
	return alive
}

func (m *mortal) revive() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dead = false
}

func (m *mortal) SetNote(ctx context.Context, tenant, name string, before, after []byte) ([]byte, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.dead {
		return nil, errors.New("dead")
	}
	return m.Store.SetNote(ctx, tenant, name, before, after)
}

// bookcase gives a collection of manuals, and their store.
func bookcase(t *testing.T, manuals int) (*ingest.Collection, *localstore.Store) {
	store, err := localstore.Open(t.TempDir(), nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	kept, err := catalog.OpenDir(t.TempDir())
	require.NoError(t, err)
	live, err := rag.NewLiveIndex(store, nil)
	require.NoError(t, err)
	c := &ingest.Collection{Catalog: kept, Sink: live}
	for n := range manuals {
		require.NoError(t, c.Put(t.Context(), manual(n, 0, 1)))
	}
	return c, store
}

// of gives an index that is to be made by e.
func of(t *testing.T, store rag.Store, e rag.Embedder) *rag.LiveIndex {
	live, err := rag.NewLiveIndex(store, &rag.LiveOptions{IndexOptions: rag.IndexOptions{Embedder: e}, Lease: 300 * time.Millisecond})
	require.NoError(t, err)
	return live
}

// A process that dies in the midst of a build says nothing any more; another
// takes its place after a lease and embeds the rest. Should the first be alive
// after all, it stops.
func TestABuildThatDiedIsTakenOver(t *testing.T) {
	const manuals = 100
	c, store := bookcase(t, manuals)
	e := &countingEmbedder{bagEmbedder: bagEmbedder{name: "bag", dims: 64}}
	dying := &mortal{Store: store}
	halfway, woken := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	var died error
	wg.Go(func() {
		_, died = of(t, dying, e).Build(t.Context(), c, &rag.BuildOptions{Progress: func(done, of int) {
			if done > of/2 && dying.die() {
				close(halfway)
				<-woken
				dying.revive()
				time.Sleep(200 * time.Millisecond) // it hears of the other with its next sign of life
			}
		}})
	})
	<-halfway
	first := len(e.taken())
	begin := time.Now()
	other := of(t, store, e)
	g, err := other.Build(t.Context(), c, nil)
	require.NoError(t, err)
	require.GreaterOrEqual(t, time.Since(begin), 300*time.Millisecond, "a lease")
	rest := len(e.taken())
	close(woken)
	wg.Wait()
	require.ErrorIs(t, died, rag.ErrBuilding)
	require.Equal(t, fault.Duplicate, fault.CodeOf(died))
	stats, err := store.Stats(t.Context())
	require.NoError(t, err)
	require.Equal(t, stats.Vectors, first+rest, "no chunk is embedded twice")
	require.NoError(t, other.Switch(t.Context(), g.Number))
	t.Logf("%d chunks embedded before the process died, %d after", first, rest)
}

// noteless is a store that keeps no notes.
type noteless struct{ rag.Store }

func TestALiveIndexNeedsNotesAndDimensions(t *testing.T) {
	_, store := bookcase(t, 0)
	_, err := rag.NewLiveIndex(noteless{store}, nil)
	require.Equal(t, fault.Internal, fault.CodeOf(err))
	_, err = rag.NewLiveIndex(store, &rag.LiveOptions{IndexOptions: rag.IndexOptions{Embedder: &bagEmbedder{name: "bag"}}})
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	for _, damaged := range []string{"{", "{}", `{"live":3,"generations":[{"number":1}]}`, `[]`} {
		now, err := store.Note(t.Context(), "t", "generations")
		require.NoError(t, err)
		_, err = store.SetNote(t.Context(), "t", "generations", now, []byte(damaged))
		require.NoError(t, err)
		live, err := rag.NewLiveIndex(store, &rag.LiveOptions{IndexOptions: rag.IndexOptions{Tenant: "t"}})
		require.NoError(t, err)
		_, err = live.Retrieve(t.Context(), &rag.Query{Text: "भारत"})
		require.Equal(t, fault.Internal, fault.CodeOf(err), damaged)
		require.Equal(t, fault.Internal, fault.CodeOf(live.Add(t.Context(), []corpus.Document{doc("a", "", "भारत")})), damaged)
		require.Equal(t, fault.Internal, fault.CodeOf(live.Switch(t.Context(), 1)), damaged)
	}
}

// An index that finds by words goes over to a real model, and finds by meaning.
func TestARealModelTakesItsPlace(t *testing.T) {
	e := e5embedtest.Embedder(t)
	c, store := bookcase(t, 0)
	docs := []*corpus.Document{
		{ID: "taj", Text: "ताजमहल आगरा में यमुना के किनारे सफ़ेद संगमरमर का मक़बरा है।"},
		{ID: "cricket", Text: "क्रिकेट ग्यारह खिलाड़ियों के दो दलों के बीच बल्ले और गेंद से खेला जाता है।"},
		{ID: "rain", Text: "मानसून जून में केरल पहुँचता है और बारिश लाता है।"},
	}
	for _, d := range docs {
		require.NoError(t, c.Put(t.Context(), d))
	}
	live := of(t, store, e)
	c.Sink = live
	ask := &rag.Query{Text: "Which sport do batters and bowlers play?", Language: "en"}
	found, err := live.Retrieve(t.Context(), ask)
	require.NoError(t, err)
	for _, d := range found {
		require.NotContains(t, d.Chunks[0].Scores, rag.Dense)
	}
	require.NoError(t, live.Update(t.Context(), c, nil))
	found, err = live.Retrieve(t.Context(), ask)
	require.NoError(t, err)
	require.NotEmpty(t, found)
	require.Equal(t, "cricket", found[0].DocumentID)
	require.Contains(t, found[0].Chunks[0].Scores, rag.Dense)
}

// An embedder that takes its time, or is away, keeps nobody waiting who does not
// need it.
func TestAnEmbedderIsOpenedWhenItIsNeeded(t *testing.T) {
	c, store := bookcase(t, 3)
	e := &countingEmbedder{bagEmbedder: bagEmbedder{name: "bag", dims: 64}}
	var away error
	opened := 0
	live, err := rag.NewLiveIndex(store, &rag.LiveOptions{Open: func(context.Context) (rag.Embedder, error) { opened++; return e, away }})
	require.NoError(t, err)
	c.Sink = live
	found, err := live.QueryDocuments(t.Context(), "पुस्तिका")
	require.NoError(t, err)
	require.Len(t, found, 3)
	require.NoError(t, c.Put(t.Context(), manual(3, 0, 1)), "there are documents, which have no vectors yet")
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(live.CheckHealth(t.Context())))
	require.Zero(t, opened)

	away = fault.New(fault.Upstream, "the server is away", nil)
	require.ErrorIs(t, live.Update(t.Context(), c, nil), away)
	empty, err := live.ForTenant("empty")
	require.NoError(t, err)
	none, err := empty.QueryDocuments(t.Context(), "पुस्तिका")
	require.NoError(t, err)
	require.Empty(t, none)
	require.ErrorIs(t, empty.Add(t.Context(), []corpus.Document{*manual(0, 0, 1)}), away)

	away = nil
	require.NoError(t, empty.Add(t.Context(), []corpus.Document{*manual(0, 0, 1)}))
	require.Len(t, e.taken(), 1, "the first documents have vectors")
	require.NoError(t, live.Update(t.Context(), c, nil))
	require.Len(t, e.taken(), 4)
	require.NoError(t, live.CheckHealth(t.Context()))
	require.NoError(t, empty.CheckHealth(t.Context()))
	require.Equal(t, 3, opened, "in vain for each, and once for both")
}

// hurried is a store that tells of notes that are read or written for as long as
// it takes, once something was written.
type hurried struct {
	*localstore.Store
	written bool
	patient int
}

func (h *hurried) Replace(ctx context.Context, tenant string, documents []string, recs []rag.Record) error {
	h.written = true
	return h.Store.Replace(ctx, tenant, documents, recs)
}

func (h *hurried) see(ctx context.Context) {
	if _, limited := ctx.Deadline(); h.written && !limited {
		h.patient++
	}
}

func (h *hurried) Note(ctx context.Context, tenant, name string) ([]byte, error) {
	h.see(ctx)
	return h.Store.Note(ctx, tenant, name)
}

func (h *hurried) SetNote(ctx context.Context, tenant, name string, before, after []byte) ([]byte, error) {
	h.see(ctx)
	return h.Store.SetNote(ctx, tenant, name, before, after)
}

// Once the generation that answers has taken a change, its caller's giving up ends
// nothing any more; a store that hangs does not keep the caller for ever.
func TestOtherGenerationsAreChangedWithinATime(t *testing.T) {
	c, store := bookcase(t, 2)
	h := &hurried{Store: store}
	e := &countingEmbedder{bagEmbedder: bagEmbedder{name: "bag", dims: 64}}
	live := of(t, h, e)
	require.NoError(t, live.Update(t.Context(), c, nil))
	before, err := rag.NewLiveIndex(h, nil)
	require.NoError(t, err)
	require.NoError(t, before.Update(t.Context(), c, nil))
	h.written, h.patient = false, 0
	require.NoError(t, before.Add(t.Context(), []corpus.Document{*manual(7, 0, 1)}), "it gets no vectors there, which is noted")
	require.True(t, h.written)
	require.Zero(t, h.patient)
	list, _, err := live.Generations(t.Context())
	require.NoError(t, err)
	require.False(t, list[1].Whole)
}

// listed is a store that counts how often its documents are listed.
type listed struct {
	*localstore.Store
	times int
}

func (l *listed) Documents(ctx context.Context, tenant string) ([]string, error) {
	l.times++
	return l.Store.Documents(ctx, tenant)
}

func TestSearchesDoNotListTheDocumentsOfATenantWithoutANote(t *testing.T) {
	_, store := bookcase(t, 0)
	require.NoError(t, rag.NewIndex(store, &rag.IndexOptions{Tenant: "plain"}).Add(t.Context(), []corpus.Document{*manual(0, 0, 1)}))
	l := &listed{Store: store}
	live, err := rag.NewLiveIndex(l, &rag.LiveOptions{IndexOptions: rag.IndexOptions{Tenant: "plain"}, Open: func(context.Context) (rag.Embedder, error) {
		return nil, errors.New("away")
	}})
	require.NoError(t, err)
	for range 5 {
		found, err := live.QueryDocuments(t.Context(), "पुस्तिका")
		require.NoError(t, err)
		require.Len(t, found, 1)
	}
	require.LessOrEqual(t, l.times, 1)
}

// What was there before the first model change is the way back, although a
// document came before the new model was open; where the model stays, documents
// that had no vectors get them.
func TestADocumentBeforeTheEmbedderIsOpenKeepsTheWayBack(t *testing.T) {
	for model, generations := range map[string]int{"new": 2, "old": 1} {
		c, store := bookcase(t, 0)
		e := bagEmbedder{name: "old", dims: 64}
		for n, embedder := range []rag.Embedder{&e, nil} {
			c.Sink = rag.NewIndex(store, &rag.IndexOptions{Tenant: "plain", Embedder: embedder})
			require.NoError(t, c.Put(t.Context(), manual(n, 0, 1)))
		}
		opened := &countingEmbedder{bagEmbedder: bagEmbedder{name: model, dims: 64}}
		live, err := rag.NewLiveIndex(store, &rag.LiveOptions{
			IndexOptions: rag.IndexOptions{Tenant: "plain"},
			Open:         func(context.Context) (rag.Embedder, error) { return opened, nil },
			Embedders:    func(context.Context, rag.EmbedModel) (rag.Embedder, error) { return &e, nil },
		})
		require.NoError(t, err)
		c.Sink = live
		require.NoError(t, c.Put(t.Context(), manual(2, 0, 1)))
		require.NoError(t, live.Update(t.Context(), c, nil))
		list, now, err := live.Generations(t.Context())
		require.NoError(t, err)
		require.Len(t, list, generations)
		require.Equal(t, generations-1, now)
		require.NotEmpty(t, opened.taken(), "what had no vectors")
		require.NoError(t, live.Switch(t.Context(), 0))
	}
}
