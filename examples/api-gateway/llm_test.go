package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/examples/internal/programtest"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/extractive"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llmhttp"
	"github.com/akshara-go/akshara/translate/detect"
)

// beacons embeds texts by whether they speak of a light.
type beacons struct{}

func (beacons) Model() rag.EmbedModel { return rag.EmbedModel{Name: "small-embedder", Dimensions: 2} }

func (beacons) Embed(_ context.Context, _ rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	out := make([]rag.Vector, len(texts))
	for i, text := range texts {
		out[i] = rag.Vector{.1 + float32(len(text)%7)/100, 1}
	}
	return out, nil
}

func TestAnLLMServiceIsTheGatewaysModel(t *testing.T) {
	var asked, embedded atomic.Int32
	var away atomic.Bool
	var conversation atomic.Value // as the service was told of it
	counted := llmhttp.Model{ID: extractive.Name, Model: counts{&llmhttp.Reader{Model: extractive.New(nil), Detect: detect.New().Language}, &asked}}
	kit := httpkit.New(&httpkit.Options{Service: "llm-service"})
	llmhttp.Register(kit, &llmhttp.Service{Models: []llmhttp.Model{counted}, Embedders: []llmhttp.Embedder{{ID: "small-embedder", Embedder: beacons{}}}}, nil)
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		require.Empty(t, r.Header.Get("Authorization"), "the model server's key is not the service's business")
		if r.URL.Path == "/v1/embeddings" {
			embedded.Add(1)
		} else if r.Method == http.MethodPost {
			conversation.Store(r.Header.Get("Baggage"))
		}
		if away.Load() {
			w.WriteHeader(http.StatusNotImplemented)
			return
		}
		kit.ServeHTTP(w, r)
	}))
	defer service.Close()
	s := start(t, t.TempDir(), map[string]string{
		"APP_SAMPLE_CORPUS": "false", "LLM_SERVICE_URL": service.URL + "/", "RAG_EMBEDDING_MODEL": "small-embedder", "OPENAI_API_KEY": "sk-secret"})
	s.add("keshar.md", lighthouse)
	a := s.ask(keshar)
	require.Contains(t, a.Answer, "वासुदेव नेने")
	s.cites(&a)
	require.Equal(t, "session.id="+a.SessionID, conversation.Load())
	require.Positive(t, asked.Load())
	require.Positive(t, embedded.Load())
	a = s.ask("Who painted the moon?")
	require.True(t, a.Refused, "%+v", a)

	_, body := s.Call("GET", "/health", nil)
	require.Contains(t, string(body), `"llm-service":{"status":"healthy"`)
	away.Store(true)
	status, body := s.Call("POST", "/api/v1/chat", map[string]any{"message": "केशरपुर का दीपस्तंभ कब बना और किसने बनाया?"})
	require.Equal(t, 502, status, string(body))
	require.Equal(t, "UPSTREAM_ERROR", programtest.Envelope(t, body).Code)
	require.Eventually(t, func() bool {
		_, body := s.Call("GET", "/health", nil)
		return !strings.Contains(string(body), `"llm-service":{"status":"healthy"`)
	}, 30*time.Second, 100*time.Millisecond)
}

// counts counts what a model is asked.
type counts struct {
	llm.Model
	n *atomic.Int32
}

func (c counts) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	c.n.Add(1)
	return c.Model.Generate(ctx, req)
}
