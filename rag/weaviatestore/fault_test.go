package weaviatestore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
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

const secret = "k-9c1e55"

// fake is a node that answers as Weaviate's REST and GraphQL references say, for
// faults that a real one does not have on demand. What it is asked of objects is
// answered by answer, which gives a status and a body.
func fake(t *testing.T, answer func(r *http.Request, body string) (int, string)) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/v1/schema/"+DefaultCollection && r.Method == http.MethodGet {
			_ = json.NewEncoder(w).Encode(object{"description": layout, "vectorConfig": object{"dense4": object{}}})
			return
		}
		status, text := answer(r, string(body))
		w.Header().Set("Location", "/elsewhere") // of a redirect, which is not to be followed
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func openFake(t *testing.T, opts *Options, bases ...string) *Store {
	opts.APIKey = secret
	s, err := Open(t.Context(), bases, opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// always answers alike.
func always(status int, body string) func(*http.Request, string) (int, string) {
	return func(*http.Request, string) (int, string) { return status, body }
}

func find(t *testing.T, s *Store) error {
	_, err := s.Search(t.Context(), words("t", "a"))
	return err
}

// state is the answer of a node that has a tenant's head.
func state(text string) string {
	out, _ := json.Marshal(object{"data": object{"Get": object{"head": []object{{"state": text, "_additional": object{"id": "x", "isConsistent": true}}}}}})
	return string(out)
}

func TestAnswersThatMakeNoSense(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		code   fault.Code
	}{
		"too much to do":          {429, "", fault.ServiceUnavailable},
		"not JSON":                {200, "<html>", fault.Upstream},
		"JSON of another shape":   {200, `{"data": 7}`, fault.Upstream},
		"a status of the server":  {500, `{"error":[{"message":"inside"}]}`, fault.ServiceUnavailable},
		"a refused key":           {401, `{"error":[{"message":"anonymous"}]}`, fault.Upstream},
		"an error of GraphQL":     {200, `{"errors":[{"message":"shard is gone"}]}`, fault.ServiceUnavailable},
		"a redirect":              {302, "", fault.Upstream},
		"a head that is damaged":  {200, state("{"), fault.Internal},
		"counts that do not come": {200, state(`{"version":3,"chunks":1}`), fault.ServiceUnavailable},
		"an answer too large":     {200, strings.Repeat(" ", maxAnswer+1), fault.Upstream},
	} {
		t.Run(name, func(t *testing.T) {
			s := openFake(t, &Options{RetryFor: 20 * time.Millisecond}, fake(t, always(c.status, c.body)))
			err := find(t, s)
			require.Equal(t, c.code, fault.CodeOf(err), "%v", err)
			require.NotContains(t, err.Error(), secret)
			require.Equal(t, c.status == 429, strings.Contains(err.Error(), "too much to do"), "%v", err)
		})
	}
}

func TestASlowNodeIsLeftForAnother(t *testing.T) {
	released := make(chan struct{})
	defer close(released)
	slow := fake(t, func(r *http.Request, _ string) (int, string) {
		select {
		case <-released:
		case <-r.Context().Done():
		}
		return 200, "{}"
	})
	none := `{"errors":[{"message":"tenant not found: \"t\""}]}`
	quick := fake(t, func(r *http.Request, _ string) (int, string) {
		if r.URL.Path == "/v1/graphql" {
			return 200, none
		}
		return 404, ""
	})
	s := openFake(t, &Options{Timeout: 50 * time.Millisecond}, slow, quick)
	require.NoError(t, find(t, s))
	alone := openFake(t, &Options{Timeout: 50 * time.Millisecond, RetryFor: -1}, slow)
	require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(find(t, alone)))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err := alone.Search(ctx, words("t", "a"))
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// A node that holds what it has to ask its leader for gets no change, which it would
// carry out at some time; and one that takes its time over a change is not left.
func TestAChangeIsGivenToOneNodeThatHasALeader(t *testing.T) {
	var changes atomic.Int64
	node := func(led bool) string {
		return fake(t, func(r *http.Request, _ string) (int, string) {
			switch {
			case r.URL.Path == "/v1/batch/objects":
				changes.Add(1)
				time.Sleep(150 * time.Millisecond)
				return 200, `[{"result":{"status":"SUCCESS"}}]`
			case !led:
				<-r.Context().Done()
			}
			return 200, "{}"
		})
	}
	put := func(bases ...string) error {
		s := openFake(t, &Options{Timeout: 100 * time.Millisecond, RetryFor: 2 * time.Second}, bases...)
		return s.write(t.Context(), "t", []put{s.object("t", headID("t"), object{})}, nil)
	}
	require.NoError(t, put(node(true), node(true)))
	require.EqualValues(t, 1, changes.Load(), "it took longer than Timeout")
	require.NoError(t, put(node(false), node(true)))
	require.EqualValues(t, 2, changes.Load())
	require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(put(node(false), node(false))))
	require.EqualValues(t, 2, changes.Load())
}

// Weaviate 1.35 says so while it reads its schema.
func TestANodeThatStartsIsLeftForAnother(t *testing.T) {
	starts := fake(t, always(422, `{"error":[{"message":"no graphql provider present, this is most likely because no schema is present. Import a schema first!"}]}`))
	ready := fake(t, func(r *http.Request, _ string) (int, string) {
		if r.URL.Path == "/v1/graphql" {
			return 200, `{"errors":[{"message":"tenant not found: \"t\""}]}`
		}
		return 404, ""
	})
	require.NoError(t, find(t, openFake(t, &Options{}, starts, ready)))
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(find(t, openFake(t, &Options{RetryFor: 20 * time.Millisecond}, starts))))
}

func TestAChunkInTwoVersionsIsNoAnswer(t *testing.T) {
	r := record("t", "d", 0, "a")
	body, err := encodeBody(&r)
	require.NoError(t, err)
	bodies := func(ids ...string) string {
		var list []object
		for _, id := range ids {
			list = append(list, object{"body": body, "_additional": object{"id": id}})
		}
		out, _ := json.Marshal(object{"data": object{"Get": object{"bodies": list}}})
		return string(out)
	}
	load := func(ids ...string) error {
		s := openFake(t, &Options{}, fake(t, always(200, bodies(ids...))))
		f := &finder{view: &view{s: s, ctx: t.Context(), n: s.client.nodes[0], tenant: "t", head: &head{}, asIs: true}}
		var found []scored
		for _, id := range ids {
			found = append(found, scored{id: id, score: 1})
		}
		_, err := f.load(map[rag.Leg][]scored{rag.Words: found})
		return err
	}
	require.NoError(t, load("1"))
	require.ErrorIs(t, load("1", "2"), errTurn)
}

func TestWhoReadsIsNotKeptOffByWriters(t *testing.T) {
	s := openFake(t, &Options{RetryFor: 3 * time.Second}, fake(t, always(200, state(`{"version":3,"chunks":1}`))))
	var version atomic.Int64
	done := make(chan struct{})
	var writers sync.WaitGroup
	for range 2 {
		writers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				require.NoError(t, s.turns.take(t.Context(), "t"))
				version.Add(1)
				time.Sleep(time.Millisecond)
				s.turns.give("t")
			}
		})
	}
	err := s.read(t.Context(), "t", func(*view) error {
		before := version.Load()
		time.Sleep(20 * time.Millisecond)
		if version.Load() != before {
			return errTurn
		}
		return nil
	})
	close(done)
	writers.Wait()
	require.NoError(t, err)
}

func TestTheKeyIsInNoLogAndNoError(t *testing.T) {
	var log bytes.Buffer
	var key atomic.Value
	base := fake(t, func(r *http.Request, _ string) (int, string) {
		key.Store(r.Header.Get("Authorization"))
		return 503, ""
	})
	s := openFake(t, &Options{RetryFor: 50 * time.Millisecond, Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}, base)
	err := find(t, s)
	require.Error(t, err)
	require.Equal(t, "Bearer "+secret, key.Load())
	require.NotContains(t, err.Error()+log.String(), secret)
	require.Contains(t, log.String(), "did not answer")
}

// batches answers writing as a node without any tenant's head, whose batches fail as told.
func batches(t *testing.T, deleted *atomic.Int64, result func(i int) string) string {
	return fake(t, func(r *http.Request, body string) (int, string) {
		switch {
		case r.URL.Path == "/v1/graphql" && strings.Contains(body, "begun"):
			return 200, `{"data":{"Aggregate":{"begun":[{"meta":{"count":0}}]}}}`
		case r.URL.Path == "/v1/graphql":
			return 200, `{"data":{"Get":{"head":[]}}}`
		case r.Method == http.MethodDelete:
			deleted.Add(1)
			return 200, `{"results":{"matches":1,"limit":10000}}`
		case r.Method == http.MethodPost:
			var sent struct{ Objects []json.RawMessage }
			require.NoError(t, json.Unmarshal([]byte(body), &sent))
			var out []string
			for i := range sent.Objects {
				out = append(out, result(i))
			}
			return 200, "[" + strings.Join(out, ",") + "]"
		case strings.HasSuffix(r.URL.Path, "/tenants/"+tenantName("t")):
			return 200, "{}"
		}
		return 404, ""
	})
}

// A node that answers and never learns of an index for vectors does not hold a writer for ever.
func TestANodeThatLearnsNothing(t *testing.T) {
	s := openFake(t, &Options{RetryFor: 50 * time.Millisecond}, fake(t, func(r *http.Request, body string) (int, string) {
		switch {
		case r.Method == http.MethodPut:
			return 200, "{}"
		case strings.Contains(body, "begun"):
			return 200, `{"data":{"Aggregate":{"begun":[{"meta":{"count":0}}]}}}`
		case r.URL.Path == "/v1/graphql":
			return 200, `{"data":{"Get":{"head":[]}}}`
		}
		return 404, ""
	}))
	r := record("t", "d", 1, "a")
	r.Vector, r.Model = rag.Vector{1, 0, 0}, rag.EmbedModel{Name: "m", Dimensions: 3} // it knows of four
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	err := s.Upsert(ctx, []rag.Record{r})
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err), "%v", err)
	require.NoError(t, ctx.Err())
}

func TestABatchThatFailsInPart(t *testing.T) {
	var deleted atomic.Int64
	base := batches(t, &deleted, func(i int) string {
		if i == 1 {
			return `{"result":{"status":"FAILED","errors":{"error":[{"message":"no room"}]}}}`
		}
		return `{"result":{"status":"SUCCESS"}}`
	})
	s := openFake(t, &Options{}, base)
	err := s.Upsert(t.Context(), []rag.Record{record("t", "d", 1, "a"), record("t", "d", 2, "a")})
	require.Equal(t, fault.Upstream, fault.CodeOf(err))
	failed, ok := errors.AsType[*BatchError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, BatchError{Chunks: []string{"d#2"}, Reason: "no room"}, *failed)
	require.Positive(t, deleted.Load(), "the rest was taken back")
}

func TestABatchWithFewerResults(t *testing.T) {
	var deleted atomic.Int64
	s := openFake(t, &Options{}, batches(t, &deleted, func(int) string { return `{"result":{}},{"result":{}}` }))
	err := s.Upsert(t.Context(), []rag.Record{record("t", "d", 1, "a")})
	require.Equal(t, fault.Upstream, fault.CodeOf(err), "%v", err)
}

func TestHealthSaysHowManyNodesAreUp(t *testing.T) {
	up, down := fake(t, always(200, "")), fake(t, always(503, ""))
	s := openFake(t, &Options{}, up, up, down)
	require.NoError(t, s.CheckHealth(t.Context()))
	require.ErrorContains(t, s.CheckNodes(t.Context()), "2 of 3 nodes")
	s = openFake(t, &Options{}, up, down, down)
	err := s.CheckHealth(t.Context())
	require.ErrorContains(t, err, "1 of 3 nodes")
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, s.CheckHealth(ctx), context.Canceled)
}

func TestWhatCannotBeOpened(t *testing.T) {
	for name, c := range map[string]struct {
		nodes []string
		opts  Options
	}{
		"no address":           {nil, Options{}},
		"no URL":               {[]string{"127.0.0.1:8080"}, Options{}},
		"a password":           {[]string{"http://a:b@127.0.0.1"}, Options{}},
		"a level":              {[]string{"http://127.0.0.1"}, Options{Consistency: "MOST"}},
		"a collection":         {[]string{"http://127.0.0.1"}, Options{Collection: `a"b`}},
		"a number of replicas": {[]string{"http://127.0.0.1"}, Options{Replicas: -1}},
	} {
		_, err := Open(t.Context(), c.nodes, &c.opts)
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), name)
	}
	_, err := Open(t.Context(), []string{fake(t, always(404, ""))}, &Options{Collection: "Other", RetryFor: -1})
	require.Error(t, err)
	foreign := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"description":"mine"}`) }))
	defer foreign.Close()
	_, err = Open(t.Context(), []string{foreign.URL}, nil)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
}

func TestTextsSurvive(t *testing.T) {
	for _, text := range []string{"", "a", "\x00", "\x01", "\x0161", "a\xffb", "\x01\xff", "क्ष"} {
		r := record("t", text, 1)
		r.Chunk.Text, r.Readers, r.Source.Tags = text, []string{text}, []string{text}
		body, err := encodeBody(&r)
		require.NoError(t, err)
		back, err := decodeBody(body, "t")
		require.NoError(t, err)
		require.Equal(t, r.Chunk, back.Chunk)
		require.Equal(t, r.Readers, back.Readers)
		require.Equal(t, r.Source, back.Source)
	}
	late := record("t", "d", 1)
	late.Source.PublishedAt = time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)
	_, err := prepare(&late)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	_, err = decodeBody("{", "t")
	require.Equal(t, fault.Internal, fault.CodeOf(err))
	_, err = decodeMeta(&found{Meta: "{"})
	require.Equal(t, fault.Internal, fault.CodeOf(err))
}

func FuzzEachCount(f *testing.F) {
	_, counts := encodeTerms(map[rag.Leg][]rag.Term{rag.Words: {{Text: "a", Count: 2.5}}})
	f.Add(counts)
	f.Add("!")
	f.Fuzz(func(t *testing.T, counts string) {
		n := 0
		err := eachCount(counts, func(code string, _ float64) {
			n++
			require.Len(t, code, countBytes-4)
		})
		if err != nil {
			require.Equal(t, fault.Internal, fault.CodeOf(err))
			require.Zero(t, n)
		}
	})
}

func TestTenantNamesAreWeaviatesAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for _, tenant := range []string{"", "t", "T", "t ", "hash-t", "name-t", "विभाग", strings.Repeat("a", 59), strings.Repeat("a", 60), "a_b", "a/b"} {
		name := tenantName(tenant)
		require.Regexp(t, `^[A-Za-z0-9_-]{4,64}$`, name)
		require.False(t, seen[name], tenant)
		seen[name] = true
	}
	require.NotEqual(t, key(keyReader, "a"), key(keyTag, "a"))
	require.NotEqual(t, termCode("ab", "c"), termCode("a", "bc"))
}

func TestWritersTakeTurns(t *testing.T) {
	var turns turns
	require.NoError(t, turns.take(t.Context(), "t"))
	require.NoError(t, turns.take(t.Context(), "u"), "another tenant does not wait")
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	require.ErrorIs(t, turns.take(ctx, "t"), context.DeadlineExceeded)
	turns.give("t")
	turns.give("u")
	require.Empty(t, turns.queue)
}

func TestFrequenciesAreUsedWhileTheyHold(t *testing.T) {
	var f frequencies
	require.Equal(t, unknown, f.of("t", "a", 5, drift))
	f.learn("t", "a", frequency{2000, 5})
	require.Equal(t, 2000, f.of("t", "a", 7, drift))
	require.Equal(t, unknown, f.of("t", "a", 8, drift), "2 of 2000 may have changed")
	f.learn("t", "b", frequency{10, 5})
	require.Equal(t, 10, f.of("t", "b", 5, drift))
	require.Equal(t, unknown, f.of("t", "b", 6, drift))
	require.Equal(t, unknown, f.of("u", "b", 5, drift))
}

func TestAFilterOfNothingFindsNothing(t *testing.T) {
	require.Equal(t, `{operator:ContainsAny,path:["keys"],valueText:["none"]}`, anyOf("keys").String())
	text := all(visible(nil, &corpus.Filter{Tags: []string{"x"}})...).String()
	require.Contains(t, text, key(keyReader, corpus.Public))
	require.Contains(t, text, key(keyTag, "x"))
	require.NotContains(t, text, "NaN")
	require.Equal(t, fault.InvalidRequest, fault.CodeOf((&Store{}).Upsert(t.Context(), []rag.Record{{
		Chunk: corpus.Chunk{ID: "a"}, Vector: rag.Vector{float32(math.NaN())},
	}})))
}

func TestNoFrequencyIsMoreThanThereAreRecords(t *testing.T) {
	s := openFake(t, &Options{}, fake(t, always(200, "{}")))
	v := &view{s: s, tenant: "t", head: &head{}}
	terms := []weighted{{code: "known", df: 2000}, {code: "counted", alias: "term1", df: unknown}}
	v.learnFrequencies(&answer{counts: map[string]int{"term1": 451}}, terms, 1)
	require.Equal(t, []int{1, 1}, []int{terms[0].df, terms[1].df})
}

func TestALoginPageIsNoNode(t *testing.T) {
	s := openFake(t, &Options{}, fake(t, always(302, "")))
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(s.CheckHealth(t.Context())))
}

// A node without a replica would ask another one each time.
func TestEveryNodeHasToHaveAReplica(t *testing.T) {
	for factor, nodes := range map[int]string{3: `{"nodes":[{"name":"a"},{"name":"b"},{"name":"c"},{"name":"d"}]}`, 1: `{"nodes":[{"name":"a"},{"name":"b"}]}`, 2: `{"nodes":[{"name":"a"},{"name":"b"}]}`} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v1/nodes" {
				_, _ = io.WriteString(w, nodes)
				return
			}
			_ = json.NewEncoder(w).Encode(object{"description": layout, "replicationConfig": object{"factor": factor}})
		}))
		t.Cleanup(server.Close)
		s, err := Open(t.Context(), []string{server.URL}, nil)
		if factor == 3 {
			require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
			continue
		}
		require.NoError(t, err)
		require.NoError(t, s.Close())
	}
}
