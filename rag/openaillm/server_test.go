package openaillm

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testKey = "sk-test-0123456789"

// answer is one scripted reply.
type answer struct {
	status int
	header map[string]string
	body   string
	cut    bool          // close the connection before the announced end
	delay  time.Duration // before anything is sent
}

// request is what the server saw.
type request struct {
	path, auth string
	body       map[string]any
}

// server is a scripted stand-in for an OpenAI-compatible server, modelled on the
// wire format of OpenAI's API reference (chat completions, embeddings, errors,
// server-sent chunks with usage) and on the error bodies of llama.cpp's server.
// It plays its answers in turn and repeats the last one.
type server struct {
	*httptest.Server
	mu      sync.Mutex
	script  []answer
	seen    []request
	handler func(w http.ResponseWriter, r *http.Request, body map[string]any) // instead of the script
}

func newServer(t testing.TB, script ...answer) *server {
	s := &server{script: script}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	var body map[string]any
	_ = json.Unmarshal(text, &body)
	s.mu.Lock()
	n := len(s.seen)
	s.seen = append(s.seen, request{path: r.URL.Path, auth: r.Header.Get("Authorization"), body: body})
	handler := s.handler
	s.mu.Unlock()
	if handler != nil {
		handler(w, r, body)
		return
	}
	a := s.script[min(n, len(s.script)-1)]
	time.Sleep(a.delay)
	for k, v := range a.header {
		w.Header().Set(k, v)
	}
	if a.cut {
		w.Header().Set("Content-Length", fmt.Sprint(len(a.body)+100))
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
	if a.cut {
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

func (s *server) requests() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]request(nil), s.seen...)
}

// config reaches the server quickly: the tests wait for no real backoff.
func (s *server) config() Config {
	return Config{BaseURL: s.URL + "/v1", APIKey: testKey, HTTPClient: s.Client(), Backoff: time.Millisecond}
}

func (s *server) model(t testing.TB) *Model {
	m, err := New(s.config(), "test-model", nil)
	require.NoError(t, err)
	return m
}

func (s *server) embedder(t testing.TB, name string, opts *EmbedderOptions) *Embedder {
	e, err := NewEmbedder(s.config(), name, opts)
	require.NoError(t, err)
	return e
}

func ok(body string) answer { return answer{status: 200, body: body} }

// failed is an error body of OpenAI's.
func failed(status int, kind, code, message string) answer {
	body, _ := json.Marshal(map[string]any{"error": map[string]any{"message": message, "type": kind, "param": nil, "code": code}})
	return answer{status: status, body: string(body)}
}

func completion(text, finish string) answer {
	body, _ := json.Marshal(map[string]any{
		"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "test-model-2026",
		"choices": []any{map[string]any{"index": 0, "finish_reason": finish, "message": map[string]any{"role": "assistant", "content": text}}},
		"usage":   map[string]any{"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17},
	})
	return ok(string(body))
}

// embeddings answers with one vector a list, in the order given by index.
func embeddings(index []int, vectors ...string) answer {
	body := `{"object":"list","model":"m","usage":{"prompt_tokens":1,"total_tokens":1},"data":[`
	for i, v := range vectors {
		if i > 0 {
			body += ","
		}
		body += fmt.Sprintf(`{"object":"embedding","index":%d,"embedding":%s}`, index[i], v)
	}
	return ok(body + "]}")
}

// chunk is one event of a stream.
func chunk(text, finish string) string {
	reason := "null"
	if finish != "" {
		reason = `"` + finish + `"`
	}
	quoted, _ := json.Marshal(text)
	return fmt.Sprintf("data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"test-model-2026\",\"choices\":[{\"index\":0,\"delta\":{\"content\":%s},\"finish_reason\":%s}]}\n\n", quoted, reason)
}

const (
	usageChunk = "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"test-model-2026\",\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":3,\"total_tokens\":15}}\n\n"
	doneChunk  = "data: [DONE]\n\n"
)

func streamed(events ...string) answer {
	a := answer{status: 200, header: map[string]string{"Content-Type": "text/event-stream"}}
	for _, e := range events {
		a.body += e
	}
	return a
}
