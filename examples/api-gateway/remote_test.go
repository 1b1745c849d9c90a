package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/examples/internal/programtest"
	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/ingest/catalog"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/localstore"
	"github.com/akshara-go/akshara/rag/raghttp"
	"github.com/akshara-go/akshara/rag/understand"
	"github.com/akshara-go/akshara/translate/detect"
)

// ragService is a rag-service on a server of its own. It is away while away is set.
func ragService(tb testing.TB, away *atomic.Bool) (address string, index *rag.Index) {
	tb.Helper()
	store, err := localstore.Open(tb.TempDir(), nil)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, store.Close()) })
	kept, err := catalog.OpenDir(tb.TempDir())
	require.NoError(tb, err)
	language := detect.New().Language
	index = rag.NewIndex(store, &rag.IndexOptions{Detect: language})
	kit := httpkit.New(&httpkit.Options{Service: "rag-service"})
	steps := understand.New(nil, &understand.Options{Rewrite: []understand.Rewriter{&understand.FollowUp{}}, Detect: language})
	raghttp.Register(kit, &raghttp.Service{
		Retriever: index, Suggester: index, Answerer: understand.NewAnswerer(steps, rag.NewEngine(index, &rag.EngineOptions{Detect: language})), Chunks: index.Chunks,
		Documents: &ingest.Collection{Catalog: kept, Sink: index, Detect: language},
	}, nil)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if away.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		kit.ServeHTTP(w, r)
	}))
	tb.Cleanup(server.Close)
	return server.URL, index
}

func TestARagServiceFindsAndAnswersForTheGateway(t *testing.T) {
	var away atomic.Bool
	address, index := ragService(t, &away)
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "rag-service"), 0o700)) // the service's own, where both have one data folder
	s := start(t, dir, noSamples)
	s.add("old.md", "# पुराना\n\nपुराने किले में चौकीदार रहता है।")
	s.Stop()

	s = start(t, dir, map[string]string{"APP_SAMPLE_CORPUS": "false", "RAG_SERVICE_URL": address})
	require.Eventually(t, func() bool { return len(s.search("चौकीदार")) == 1 }, 10*time.Second, 10*time.Millisecond, "what the gateway had, the service gets")
	doc := s.add("keshar.md", lighthouse)
	require.Equal(t, doc.DocumentID, s.search("वासुदेव नेने अभियंता")[0])
	require.Positive(t, doc.ChunkCount)
	ids, err := index.DocumentIDs(t.Context())
	require.NoError(t, err)
	require.Contains(t, ids, doc.DocumentID, "the service has it")
	a := s.ask(keshar)
	require.Contains(t, a.Answer, "वासुदेव नेने")
	s.cites(&a)
	streamed := s.told(s.stream(keshar))
	require.Equal(t, a.Claims, streamed.Claims)
	require.NotEmpty(t, s.suggest("keshar", ""))
	healthy, _ := s.Call("GET", "/health", nil)
	require.Equal(t, 200, healthy)
	status, body := s.Call("POST", "/api/v1/chat", map[string]any{"message": "x", "language": "xx"})
	(&refusal{400, "INVALID_LANGUAGE", `"xx"`, field("language")}).holds(t, status, body)

	s.remove(doc.DocumentID)
	require.NotContains(t, s.search("वासुदेव नेने अभियंता"), doc.DocumentID)

	away.Store(true)
	status, body = s.Call("POST", "/api/v1/chat", map[string]any{"message": keshar})
	require.Equal(t, 502, status)
	require.Equal(t, "UPSTREAM_ERROR", programtest.Envelope(t, body).Code)
	status, _ = s.upload("lost.md", []byte(lighthouse))
	require.Equal(t, 502, status)
	require.Eventually(t, func() bool { status, _ := s.Call("GET", "/health", nil); return status == 503 }, 30*time.Second, 100*time.Millisecond)
	var list listed
	s.get("/api/v1/documents", &list)
	require.Equal(t, 1, list.Total, "what the service did not get is not kept")
}

func TestAGatewayStartsWithoutItsRagService(t *testing.T) {
	var away atomic.Bool
	away.Store(true)
	address, _ := ragService(t, &away)
	dir := t.TempDir()
	s := start(t, dir, map[string]string{"RAG_SERVICE_URL": address})
	require.Eventually(t, func() bool { return strings.Contains(s.Logs.String(), "has not got every document") }, 10*time.Second, 10*time.Millisecond)
	require.NoFileExists(t, filepath.Join(dir, "samples.done"))
	s.Stop()
	away.Store(false)
	s = start(t, dir, map[string]string{"RAG_SERVICE_URL": address})
	require.Eventually(t, func() bool { _, err := os.Stat(filepath.Join(dir, "samples.done")); return err == nil }, time.Minute, 50*time.Millisecond)
	require.Contains(t, s.ask("ताजमहल किसने बनवाया था?").Answer, "शाहजहाँ")
}
