package weaviatestore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
)

// axis is an embedder whose vectors point all the same way.
type axis rag.EmbedModel

func (a axis) Model() rag.EmbedModel { return rag.EmbedModel(a) }

func (a axis) Embed(_ context.Context, _ rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	out := make([]rag.Vector, len(texts))
	for i := range out {
		out[i] = make(rag.Vector, a.Dimensions)
		out[i][0] = 1
	}
	return out, nil
}

// sheet is a source of one document.
type sheet corpus.Document

func (s *sheet) IDs(context.Context) ([]string, error) { return []string{s.ID}, nil }

func (s *sheet) Get(context.Context, string) (*corpus.Document, error) {
	return (*corpus.Document)(s), nil
}

// The whole of ragtest's suite is run by `make test-live`.
func TestAnIndexGoesOverToAnotherModel(t *testing.T) {
	a := openApart(t)
	models := map[string]axis{"small": {Name: "small", Dimensions: 2}, "large": {Name: "large", Dimensions: 3}}
	live := func(name string) *rag.LiveIndex {
		l, err := rag.NewLiveIndex(a, &rag.LiveOptions{IndexOptions: rag.IndexOptions{Embedder: models[name], Tenant: "t"},
			Embedders: func(_ context.Context, m rag.EmbedModel) (rag.Embedder, error) { return models[m.Name], nil }})
		require.NoError(t, err)
		return l
	}
	doc := &sheet{ID: "taj", Text: "ताजमहल आगरा में है।"}
	before, after := live("small"), live("large")
	require.NoError(t, before.Add(t.Context(), []corpus.Document{corpus.Document(*doc)}))
	answers := func(want string) {
		t.Helper()
		list, number, err := before.Generations(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, list[number].Model.Name)
	}
	answers("small")
	require.NoError(t, after.Update(t.Context(), doc, nil))
	answers("large")
	require.NoError(t, before.Switch(t.Context(), 0))
	answers("small")
}

// What notes rest on: of many who make a collection of one name at once, one does.
// Objects are counted beside, for the day when Weaviate can make one of them once.
func TestACollectionIsMadeOnce(t *testing.T) {
	s := open(t)
	tenant := "made-once"
	require.NoError(t, s.Upsert(t.Context(), []rag.Record{record(tenant, "d", 1, "a")}))
	atOnce := func(path string, in object) int {
		var done atomic.Int32
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				if s.client.call(t.Context(), s.client.nodes[i%3], http.MethodPost, path, in, nil) == nil {
					done.Add(1)
				}
			})
		}
		wg.Wait()
		return int(done.Load())
	}
	for round := range 3 {
		name := fmt.Sprint(s.collection, "_once_", round)
		require.Equal(t, 1, atOnce("/v1/schema", object{"class": name, "multiTenancyConfig": object{"enabled": true}, "vectorConfig": object{"none": vectorIndex(true)}}))
		require.NoError(t, s.client.call(t.Context(), s.client.nodes[0], http.MethodDelete, "/v1/schema/"+name, nil, nil))
		many := atOnce("/v1/objects?consistency_level=ALL", object{"class": s.collection, "tenant": tenantName(tenant), "id": uuidOf("once", name), "properties": object{"state": "x"}})
		t.Logf("an object of one id was made by %d of 8", many)
	}
}

func TestAWriterWhoComesTooLateSetsNoNote(t *testing.T) {
	a := openApart(t)
	prefix := a.notePrefix(a.prefix+"t", "n")
	note(t, a.Store, a.prefix+"t", "", "first")
	late, err := a.readNote(t.Context(), prefix)
	require.NoError(t, err)
	note(t, a.Store, a.prefix+"t", "first", "second")
	note(t, a.Store, a.prefix+"t", "second", "third")

	// the version that it wants to make was made by another, and is deleted by now
	made, err := a.makeNote(t.Context(), prefix, late.greatest()+1, late.follow([]byte("late")))
	require.NoError(t, err)
	require.False(t, made)
	now, err := a.readNote(t.Context(), prefix)
	require.NoError(t, err)
	require.Equal(t, []int64{3}, now.list, "what it made is no more")
	require.Equal(t, "third", string(now.last.Note))

	// one that was made in time is known to have been, though another followed
	mine := now.follow([]byte("fourth"))
	made, err = a.makeNote(t.Context(), prefix, 4, mine)
	require.NoError(t, err)
	require.True(t, made)
	note(t, a.Store, a.prefix+"t", "fourth", "fifth")
	made, err = a.makeNote(t.Context(), prefix, 4, mine) // as after an answer that was lost
	require.NoError(t, err)
	require.True(t, made)
	now, err = a.readNote(t.Context(), prefix)
	require.NoError(t, err)
	require.Equal(t, []int64{5}, now.list)

	// one that was overtaken so often that it cannot be told
	_, err = a.makeNote(t.Context(), prefix, 5+mostAncestors+1, now.follow(nil))
	require.NoError(t, err)
	_, err = a.makeNote(t.Context(), prefix, 6, now.follow([]byte("x")))
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
}

func TestWhoRemembersANoteSeesWhatOthersSet(t *testing.T) {
	writer, reader := open(t), open(t)
	const tenant = "remembered"
	note(t, writer, tenant, "", "a")
	sees := func(want string) {
		t.Helper()
		for range 2 { // the second time it is remembered
			got, err := reader.Note(t.Context(), tenant, "n")
			require.NoError(t, err)
			require.Equal(t, want, string(got))
		}
	}
	sees("a")
	seen, ok := reader.noted.of(reader.notePrefix(tenant, "n"))
	require.True(t, ok)
	note(t, writer, tenant, "a", "b")
	sees("b")
	note(t, writer, tenant, "b", "a")
	note(t, writer, tenant, "a", "")
	sees("")

	// a version that a late writer made in the place of one that was deleted is another
	state := noteState{Nonce: "late", Note: []byte("a")}
	description, err := json.Marshal(&state)
	require.NoError(t, err)
	class := object{"class": writer.notePrefix(tenant, "n") + "1", "description": string(description), "multiTenancyConfig": object{"enabled": true}, "vectorConfig": object{"none": vectorIndex(true)}}
	require.NoError(t, writer.client.call(t.Context(), writer.client.nodes[0], http.MethodPost, "/v1/schema", class, nil))
	reader.noted.learn(reader.notePrefix(tenant, "n"), seen)
	sees("")
	note(t, writer, tenant, "", "c")
	sees("c")
}

// losing is a transport that loses answers: what was asked for is done.
type losing struct {
	next http.RoundTripper
	left atomic.Int32
}

func (l *losing) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := l.next.RoundTrip(r)
	if err == nil && r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/schema") && l.left.Add(-1) >= 0 {
		_ = res.Body.Close()
		return nil, errors.New("the answer was lost")
	}
	return res, err
}

func TestANoteIsSetThoughTheAnswerIsLost(t *testing.T) {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	lossy := &losing{next: transport}
	s, err := Open(context.Background(), nodes.urls(t), &Options{APIKey: testKey, Transport: lossy})
	require.NoError(t, err)
	lossy.left.Store(2)
	now, err := s.SetNote(t.Context(), "lossy", "n", nil, []byte("a"))
	require.NoError(t, err)
	require.Equal(t, "a", string(now))
	require.Negative(t, lossy.left.Load())
}

func TestANoteThatCannotBeReadIsAFault(t *testing.T) {
	a := openApart(t)
	class := object{"class": a.notePrefix(a.prefix+"t", "n") + "7", "description": "not ours", "multiTenancyConfig": object{"enabled": true}, "vectorConfig": object{"none": vectorIndex(true)}}
	require.NoError(t, a.client.call(t.Context(), a.client.nodes[0], http.MethodPost, "/v1/schema", class, nil))
	_, err := a.Note(t.Context(), "t", "n")
	require.Equal(t, fault.Internal, fault.CodeOf(err))
	_, err = a.SetNote(t.Context(), "t", "n", nil, []byte("a"))
	require.Equal(t, fault.Internal, fault.CodeOf(err))
}

func BenchmarkNote(b *testing.B) {
	a := openApart(b)
	_, err := a.SetNote(b.Context(), "t", "n", nil, []byte("a"))
	require.NoError(b, err)
	for b.Loop() {
		_, err := a.Note(b.Context(), "t", "n")
		require.NoError(b, err)
	}
}

func BenchmarkSetNote(b *testing.B) {
	a := openApart(b)
	before := []byte(nil)
	for i := 0; b.Loop(); i++ {
		after := []byte(time.Now().String())
		now, err := a.SetNote(b.Context(), "t", "n", before, after)
		require.NoError(b, err)
		require.Equal(b, after, now)
		before = after
	}
}
