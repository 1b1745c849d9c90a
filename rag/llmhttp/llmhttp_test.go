package llmhttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llmhttp"
	"github.com/akshara-go/akshara/rag/openaillm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scripted is a model whose stream is written by a test.
type scripted func(ctx context.Context, req *llm.Request, yield func(llm.Delta, error) bool)

func (s scripted) Stream(ctx context.Context, req *llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) { s(ctx, req, yield) }
}

func (s scripted) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	for d, err := range s.Stream(ctx, req) {
		if err != nil || d.Done != nil {
			return d.Done, err
		}
	}
	return nil, fault.New(fault.Upstream, "the script has no end", nil)
}

// says answers word by word, with the tools that a request demands and the JSON that it wants.
func says(words string) scripted {
	return func(ctx context.Context, req *llm.Request, yield func(llm.Delta, error) bool) {
		text := words
		if err := req.Check(); err != nil {
			yield(llm.Delta{}, err)
			return
		}
		done := &llm.Response{Model: "scripted-1", Finish: llm.Stop, Usage: llm.Usage{Prompt: 7, Completion: 3, Cached: 2}, Prompt: req.Prompt}
		if req.Output != nil {
			text = `{"city":"आगरा"}`
		}
		if req.ToolChoice == llm.ToolsRequired {
			done.Finish = llm.ToolUse
			for i, tool := range req.Tools {
				done.Calls = append(done.Calls, llm.ToolCall{ID: "call-" + string(rune('a'+i)), Name: tool.Name, Arguments: json.RawMessage(`{"city":"आगरा"}`)})
			}
			text = ""
		}
		done.Text = text
		for word := range strings.SplitAfterSeq(text, " ") {
			if ctx.Err() != nil {
				yield(llm.Delta{}, fault.From(ctx.Err()))
				return
			}
			if word != "" && !yield(llm.Delta{Text: word}, nil) {
				return
			}
		}
		for i := range done.Calls {
			if !yield(llm.Delta{Call: &done.Calls[i]}, nil) {
				return
			}
		}
		yield(llm.Delta{Done: done}, nil)
	}
}

// fails answers so many pieces and then an error.
func fails(pieces int, err error) scripted {
	return func(_ context.Context, _ *llm.Request, yield func(llm.Delta, error) bool) {
		for range pieces {
			if !yield(llm.Delta{Text: "x "}, nil) {
				return
			}
		}
		yield(llm.Delta{}, err)
	}
}

// serve mounts a service on a server of its own.
func serve(tb testing.TB, s *llmhttp.Service) string {
	tb.Helper()
	kit := httpkit.New(&httpkit.Options{Service: "llm-service", Version: "1.0.0"})
	llmhttp.Register(kit, s, nil)
	server := httptest.NewServer(kit)
	tb.Cleanup(server.Close)
	return server.URL
}

// chatting serves one model.
func chatting(tb testing.TB, m llm.Model) string {
	return serve(tb, &llmhttp.Service{Models: []llmhttp.Model{{ID: "small", Model: m}}})
}

// config is how a program of Akshara reaches a service.
func config(tb testing.TB, url string) openaillm.Config {
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	tb.Cleanup(transport.CloseIdleConnections)
	return openaillm.Config{BaseURL: url + "/v1", APIKey: "any", HTTPClient: &http.Client{Transport: transport}, Backoff: time.Millisecond, Attempts: 2}
}

// client is rag/openaillm's of a service.
func client(tb testing.TB, url, name string) *openaillm.Model {
	tb.Helper()
	m, err := openaillm.New(config(tb, url), name, nil)
	require.NoError(tb, err)
	return m
}

// post sends a body and gives the status, the header and the answer.
func post(tb testing.TB, url string, body any) (int, http.Header, []byte) {
	tb.Helper()
	data, ok := body.(string)
	if !ok {
		j, err := json.Marshal(body)
		require.NoError(tb, err)
		data = string(j)
	}
	res, err := http.Post(url, "application/json", strings.NewReader(data))
	require.NoError(tb, err)
	defer res.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	answer, err := io.ReadAll(res.Body)
	require.NoError(tb, err)
	return res.StatusCode, res.Header, answer
}

// get gives the JSON at an address.
func get(tb testing.TB, url string) (int, map[string]any) {
	tb.Helper()
	res, err := http.Get(url)
	require.NoError(tb, err)
	defer res.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	var out map[string]any
	require.NoError(tb, json.NewDecoder(res.Body).Decode(&out))
	return res.StatusCode, out
}

// events gives the data of each event of an answer.
func events(tb testing.TB, answer []byte) (list []map[string]any, done bool) {
	tb.Helper()
	for line := range bytes.Lines(answer) {
		data, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("data: "))
		switch {
		case !ok:
			require.Empty(tb, bytes.TrimSpace(line), "only data is sent: %s", answer)
		case string(data) == "[DONE]":
			done = true
		default:
			require.False(tb, done, "nothing follows the end")
			var e map[string]any
			require.NoError(tb, json.Unmarshal(data, &e), string(data))
			list = append(list, e)
		}
	}
	return list, done
}

// envelope gives the inside of the contract's error body, which has to be one.
func envelope(tb testing.TB, answer []byte) *fault.Error {
	tb.Helper()
	f, err := fault.Decode(answer)
	require.NoError(tb, err, string(answer))
	require.NotEmpty(tb, f.Message)
	require.NotEmpty(tb, f.RequestID)
	return f
}

// hello is a conversation.
func hello(more map[string]any) map[string]any {
	body := map[string]any{"model": "small", "messages": []any{map[string]any{"role": "user", "content": "नमस्ते"}}}
	for k, v := range more {
		body[k] = v
	}
	return body
}

// tool is a tool on the wire.
func tool(name string) map[string]any {
	return map[string]any{"type": "function", "function": map[string]any{"name": name, "parameters": map[string]any{
		"type": "object", "properties": map[string]any{"city": map[string]any{"type": "string"}}, "required": []string{"city"}}}}
}

// vectors is an embedder whose vectors tell the kind and the length of a text.
type vectors struct{ dimensions int }

func (v vectors) Model() rag.EmbedModel {
	return rag.EmbedModel{Name: "small-e5", Dimensions: v.dimensions}
}

func (v vectors) Embed(ctx context.Context, kind rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	if err := ctx.Err(); err != nil {
		return nil, fault.From(err)
	}
	out := make([]rag.Vector, len(texts))
	for i, text := range texts {
		out[i] = make(rag.Vector, v.dimensions)
		out[i][0], out[i][1] = float32(kind)+1, float32(len(text))
	}
	return out, nil
}
