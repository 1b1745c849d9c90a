package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/examples/internal/programtest"
)

// TestMain fails when a test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// service is one that answers a test's requests.
type service struct{ programtest.Server }

// start runs a service on a free port. It stops with the test, or before.
func start(tb testing.TB, env map[string]string) *service {
	tb.Helper()
	programtest.Environment(tb, env)
	return &service{programtest.Start(tb, run)}
}

// answer is what /v1/chat/completions gives.
type answer struct {
	Model   string
	Choices []struct{ Message struct{ Content string } }
	Usage   map[string]any
}

// chat asks a model, which has to answer.
func (s *service) chat(model, text string, more map[string]any) answer {
	s.TB.Helper()
	status, body := s.Call("POST", "/v1/chat/completions", chat(model, text, more))
	require.Equal(s.TB, 200, status, string(body))
	var a answer
	require.NoError(s.TB, json.Unmarshal(body, &a))
	return a
}

// chat is the body of a request.
func chat(model, text string, more map[string]any) map[string]any {
	body := map[string]any{"model": model, "messages": []any{map[string]any{"role": "user", "content": text}}}
	for k, v := range more {
		body[k] = v
	}
	return body
}

// health gives the answer of /health.
func (s *service) health() (status int, check struct {
	Status, Error string
	Critical      *bool
}) {
	s.TB.Helper()
	status, body := s.Call("GET", "/health", nil)
	var report struct {
		Service string
		Checks  map[string]struct {
			Status, Error string
			Critical      *bool
		}
	}
	require.NoError(s.TB, json.Unmarshal(body, &report), string(body))
	require.Equal(s.TB, "llm-service", report.Service)
	return status, report.Checks["model-server"]
}

// modelServer speaks OpenAI's protocol, scripted after the wire format of OpenAI's API
// reference and the loading of llama.cpp's server. What it says names the model.
type modelServer struct {
	url string

	mu     sync.Mutex
	status map[string]int // by model, "" for all: the answer to everything
	models []string
	seen   []http.Header
	bodies bytes.Buffer
	left   chan struct{} // a client left an endless stream
}

func newModelServer(tb testing.TB, models ...string) *modelServer {
	m := &modelServer{models: models, status: map[string]int{}, left: make(chan struct{}, 8)}
	server := httptest.NewServer(m)
	tb.Cleanup(server.Close)
	m.url = server.URL + "/v1"
	return m
}

// set makes a model, or all, answer with a status; 0 is as usual.
func (m *modelServer) set(model string, status int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.status[model] = status
}

// with are the variables of a service that has its models from m.
func (m *modelServer) with(more map[string]string) map[string]string {
	env := map[string]string{"OPENAI_BASE_URL": m.url, "OPENAI_API_KEY": "sk-secret", "LLM_MODEL_STANDARD": "small"}
	for k, v := range more {
		env[k] = v
	}
	return env
}

// told gives all that was sent to the server.
func (m *modelServer) told() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.bodies.String()
}

func (m *modelServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Model      string
		Stream     bool
		Input      []string
		ToolChoice json.RawMessage        `json:"tool_choice"`
		Format     *struct{ Type string } `json:"response_format"`
		Tools      []struct{ Function struct{ Name string } }
	}
	data, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(data, &body)
	m.mu.Lock()
	m.bodies.Write(data)
	m.seen = append(m.seen, r.Header.Clone())
	status := m.status[""]
	if m.status[body.Model] != 0 {
		status = m.status[body.Model]
	}
	models := m.models
	m.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch {
	case status != 0:
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":{"code":%d,"message":"%s","type":"unavailable_error"}}`, status, map[bool]string{true: "Loading model", false: "out of order"}[status == 503])
	case strings.HasSuffix(r.URL.Path, "/models"):
		var list []string
		for _, name := range models {
			list = append(list, fmt.Sprintf(`{"id":%q,"object":"model"}`, name))
		}
		fmt.Fprintf(w, `{"object":"list","data":[%s]}`, strings.Join(list, ","))
	case strings.HasSuffix(r.URL.Path, "/embeddings"):
		var list []string
		for i, text := range body.Input {
			list = append(list, fmt.Sprintf(`{"object":"embedding","index":%d,"embedding":[%d,0.5,-1]}`, i, len(text)))
		}
		fmt.Fprintf(w, `{"object":"list","model":%q,"data":[%s]}`, body.Model, strings.Join(list, ","))
	case body.Stream && len(body.Tools) == 0:
		m.stream(w, r, body.Model)
	case body.Stream:
		w.Header().Set("Content-Type", "text/event-stream")
		for _, piece := range []string{`"id":"call_1","type":"function","function":{"name":"` + body.Tools[0].Function.Name + `","arguments":"{\"city\":"}`, `"function":{"arguments":"\"आगरा\"}"}`} {
			fmt.Fprintf(w, "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,%s}]},\"finish_reason\":null}]}\n\n", piece)
		}
		fmt.Fprint(w, "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n")
	default:
		message := `"content":"said by ` + body.Model + `"`
		finish := "stop"
		if body.Format != nil && body.Format.Type == "json_schema" {
			message = `"content":"{\"city\":\"आगरा\"}"`
		}
		if len(body.Tools) > 0 {
			finish, message = "tool_calls", fmt.Sprintf(`"content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":%q,"arguments":"{\"city\":\"आगरा\"}"}}]`, body.Tools[0].Function.Name)
		}
		fmt.Fprintf(w, `{"id":"c","object":"chat.completion","model":"%s-2026","choices":[{"index":0,"finish_reason":%q,"message":{"role":"assistant",%s}}],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}}`, body.Model, finish, message)
	}
}

// stream says the name of a model word by word; that of "cut" breaks off, and that of "endless" goes on.
func (m *modelServer) stream(w http.ResponseWriter, r *http.Request, model string) {
	w.Header().Set("Content-Type", "text/event-stream")
	for i := 0; model == "cut" || model == "endless"; i++ {
		if i == 3 && model == "cut" {
			panic(http.ErrAbortHandler)
		}
		if r.Context().Err() != nil {
			m.left <- struct{}{}
			return
		}
		fmt.Fprint(w, "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"on and \"},\"finish_reason\":null}]}\n\n")
		w.(http.Flusher).Flush()
		time.Sleep(5 * time.Millisecond)
	}
	for i, word := range []string{"said ", "by ", model, ""} {
		finish := "null"
		if i == 3 {
			finish = `"stop"`
		}
		fmt.Fprintf(w, "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"%s-2026\",\"choices\":[{\"index\":0,\"delta\":{\"content\":%q},\"finish_reason\":%s}]}\n\n", model, word, finish)
		w.(http.Flusher).Flush()
	}
	fmt.Fprintf(w, "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"%s-2026\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4,\"total_tokens\":13}}\n\ndata: [DONE]\n\n", model)
}
