package main

import (
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/raghttp"
)

// routes are what the service has, besides its documentation.
var routes = []struct{ method, path string }{
	{"POST", "/query"}, {"POST", "/search"}, {"POST", "/ingest"}, {"POST", "/answer"}, {"POST", "/answer/stream"}, {"GET", "/suggest"},
	{"GET", "/documents/{id}"}, {"DELETE", "/documents/{id}"}, {"GET", "/health"}, {"GET", "/metrics"},
}

// taj is a body for /ingest.
func taj() map[string]any {
	return map[string]any{
		"document_id": "3f2b8c1e-6a4d-4c55-9b7a-0d6f1e2a3b4c", "title": "ताजमहल", "source_url": "https://example.org/taj", "source_site": "monuments",
		"content": "# ताजमहल\n\nताजमहल आगरा में यमुना के किनारे है। इसे शाहजहाँ ने बनवाया था।", "content_type": "text/markdown",
		"metadata": map[string]any{"published_date": "2026-01-31"}, "images": []any{map[string]any{"url": "https://example.org/taj.jpg", "alt_text": "मक़बरा"}},
	}
}

func TestWithNothingConfigured(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, nil)
	require.Equal(t, "skipped", s.Post("/ingest", taj())["embedding_status"])
	page := map[string]any{"document_id": "page", "content_type": "text/html", "content": `<title>मेला</title><script type="application/ld+json">{"@type":"Event","name":"पुष्कर मेला"}</script><p>पुष्कर में ऊँट बिकते हैं।`}
	s.Post("/ingest", page)

	a := s.Post("/answer", map[string]any{"message": "taj mahal kisne banwaya tha"})
	require.Contains(t, a["answer"], "शाहजहाँ")
	require.Equal(t, "hi", a["language"])
	found := s.Post("/search", map[string]any{"query": "ताजमहल"})
	require.EqualValues(t, 1, found["total_results"])
	require.Len(t, found["multimedia"], 1)
	require.Len(t, s.Post("/search", map[string]any{"query": "पुष्कर"})["events"], 1)
	require.Contains(t, s.Post("/query", map[string]any{"query": "ताजमहल"})["context"], "शाहजहाँ")
	s.Stop()
	require.NotContains(t, s.Logs.String(), "banwaya")

	s = start(t, dir, nil)
	require.Contains(t, s.Post("/answer", map[string]any{"message": "ताजमहल किसने बनवाया था?"})["answer"], "शाहजहाँ", "what was taken in stays")
	status, _ := s.Call("DELETE", "/documents/page", "")
	require.Equal(t, 204, status)
	require.Empty(t, s.Post("/search", map[string]any{"query": "पुष्कर"})["results"])
	require.EqualValues(t, 1, s.Metric("rag_retrieval_duration_seconds_count"))
}

func TestRoutesAndDocument(t *testing.T) {
	s := start(t, t.TempDir(), map[string]string{"OTEL_TRACES_SAMPLER_ARG": "0", "OTEL_SERVICE_NAME": "rag"})
	status, body := s.Call("GET", "/openapi.json", "")
	require.Equal(t, 200, status)
	doc, err := openapi3.NewLoader().LoadFromData(body)
	require.NoError(t, err)
	require.NoError(t, doc.Validate(t.Context()))
	require.Equal(t, len(routes)-1, doc.Paths.Len(), "two routes are of one path")
	for _, r := range routes {
		require.NotNil(t, doc.Paths.Find(r.path).GetOperation(r.method), r.path)
		require.Equal(t, "METHOD_NOT_ALLOWED", s.Refused("PATCH", strings.ReplaceAll(r.path, "{id}", "x"), "{}").Code)
		if r.method == "POST" {
			for _, bad := range []string{"", "{", "[]", "{\"query\":\"\xff\"}", `{"query":7}`, `{"message":7}`} {
				require.Equal(t, "INVALID_REQUEST", s.Refused("POST", r.path, bad).Code, "%s %q", r.path, bad)
			}
		}
	}
	require.Equal(t, "NOT_FOUND", s.Refused("GET", "/nothing", "").Code)
	require.Equal(t, "NOT_FOUND", s.Refused("GET", "/documents/nothing", "").Code)
	require.Equal(t, "FORBIDDEN", s.Refused("GET", "/suggest?q=x", "", raghttp.ReadersHeader, "asha").Code)
	status, body = s.Call("GET", "/health", "")
	require.Equal(t, 200, status)
	require.Contains(t, string(body), `"index":{"status":"healthy"`)
	status, body = s.Call("GET", "/docs", "")
	require.Equal(t, 200, status)
	require.Contains(t, string(body), "/openapi.json")
	for _, metric := range []string{"rag_cache_hit_total", "rag_cache_miss_total"} {
		require.Zero(t, s.Metric(metric))
	}
}

func TestModelsEmbedAndWrite(t *testing.T) {
	base, embedded := modelServer(t, "इसे शाहजहाँ ने बनवाया था।")
	dir := t.TempDir()
	s := start(t, dir, nil)
	s.Post("/ingest", taj())
	s.Stop()

	env := map[string]string{"OPENAI_BASE_URL": base, "LLM_MODEL_STANDARD": "m", "RAG_EMBEDDING_MODEL": "m", "RAG_TOP_K": "1"}
	s = start(t, dir, env)
	require.Contains(t, s.Post("/query", map[string]any{"query": "ताजमहल"})["context"], "शाहजहाँ", "what was there is found at once")
	s.isWhole()
	second := taj()
	second["document_id"] = "second"
	require.Equal(t, "completed", s.Post("/ingest", second)["embedding_status"])
	a := s.Post("/answer", map[string]any{"message": "ताजमहल किसने बनवाया था?", "details": true})
	require.Equal(t, "इसे शाहजहाँ ने बनवाया था।", a["answer"])
	require.Equal(t, "m", a["details"].(map[string]any)["model"])
	require.Len(t, a["sources"], 1)
	require.Contains(t, a["sources"].([]any)[0].(map[string]any)["details"].(map[string]any)["passages"].([]any)[0].(map[string]any)["scores"], "dense")
	s.Stop()

	n := embedded.Load()
	s = start(t, dir, env)
	s.isWhole()
	require.LessOrEqual(t, embedded.Load(), n+2, "documents that have vectors keep them")
	s.Stop()

	env["RAG_EMBEDDING_MODEL"] = "other"
	s = start(t, dir, env)
	require.Contains(t, s.Post("/query", map[string]any{"query": "ताजमहल"})["context"], "शाहजहाँ", "another model takes its place meanwhile")
	s.isWhole()
	s.Stop()

	n = embedded.Load()
	env["RAG_EMBEDDING_MODEL"] = "m"
	s = start(t, dir, env)
	s.isWhole()
	require.LessOrEqual(t, embedded.Load(), n+4, "the way back embeds nothing but what asks whether models are there")
}

// isWhole waits until the index is as the settings say.
func (s *server) isWhole() {
	s.TB.Helper()
	require.Eventually(s.TB, func() bool {
		_, body := s.Call("GET", "/health", "")
		return strings.Contains(string(body), `"generation":{"status":"healthy"`)
	}, 20*time.Second, 20*time.Millisecond, "%s", s.Logs)
}

func TestAClientOfTheService(t *testing.T) {
	c, err := raghttp.NewClient(start(t, t.TempDir(), nil).URL, nil)
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.CheckHealth(t.Context()))
	require.NoError(t, c.Add(t.Context(), []corpus.Document{{ID: "taj", Source: corpus.Source{Title: "ताजमहल"}, Text: "ताजमहल आगरा में है। इसे शाहजहाँ ने बनवाया था।"}}))
	a, err := c.Answer(t.Context(), &rag.Question{Text: "taj mahal kisne banwaya tha"})
	require.NoError(t, err)
	require.Contains(t, a.Text, "शाहजहाँ")
	require.NoError(t, c.Remove(t.Context(), []string{"taj"}))
	found, err := c.Retrieve(t.Context(), &rag.Query{Text: "ताजमहल"})
	require.NoError(t, err)
	require.Empty(t, found)
}
