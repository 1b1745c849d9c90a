package openaillm

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/ragtest"
)

var greeting = &llm.Request{
	Messages:  []llm.Message{{Role: llm.System, Content: "संक्षेप में"}, {Role: llm.User, Content: "नमस्ते"}},
	MaxTokens: 40,
}

func TestGenerate(t *testing.T) {
	s := newServer(t, completion("नमस्ते!", "stop"))
	res, err := s.model(t).Generate(t.Context(), greeting)
	require.NoError(t, err)
	require.Equal(t, &llm.Response{Text: "नमस्ते!", Model: "test-model-2026", Finish: llm.Stop, Usage: llm.Usage{Prompt: 12, Completion: 5}}, res)

	seen := s.requests()[0]
	require.Equal(t, "/v1/chat/completions", seen.path)
	require.Equal(t, "Bearer "+testKey, seen.auth)
	require.Equal(t, "test-model", seen.body["model"])
	require.Equal(t, 40.0, seen.body["max_tokens"])
	require.InDelta(t, 0, seen.body["temperature"], 1e-5, "a temperature of 0 is sent, or the server takes its own")
	require.Greater(t, seen.body["temperature"], 1e-30, "a server's logits may be divided by it in 32 bits")
	require.Equal(t, []any{
		map[string]any{"role": "system", "content": "संक्षेप में"},
		map[string]any{"role": "user", "content": "नमस्ते"},
	}, seen.body["messages"])
}

func TestAModelIsNotNamedByItsFile(t *testing.T) {
	for told, want := range map[string]string{"": "test-model", "/srv/models/a.gguf": "test-model", `C:\models\a.gguf`: "test-model", "Qwen/Qwen3-8B": "Qwen/Qwen3-8B"} {
		body := completion("x", "stop")
		quoted, err := json.Marshal(told)
		require.NoError(t, err)
		body.body = strings.Replace(body.body, `"test-model-2026"`, string(quoted), 1)
		res, err := newServer(t, body).model(t).Generate(t.Context(), greeting)
		require.NoError(t, err)
		require.Equal(t, want, res.Model)
	}
}

func TestReasoningModelsGetTheirOwnLimit(t *testing.T) {
	s := newServer(t, completion("x", "stop"))
	byName, err := New(s.config(), "o3-mini", nil)
	require.NoError(t, err)
	byOption, err := New(s.config(), "my-thinker", &Options{Reasoning: true})
	require.NoError(t, err)
	for _, m := range []*Model{byName, byOption} {
		_, err = m.Generate(t.Context(), greeting)
		require.NoError(t, err)
	}
	for _, seen := range s.requests() {
		require.Equal(t, 40.0, seen.body["max_completion_tokens"])
		require.NotContains(t, seen.body, "max_tokens")
		require.NotContains(t, seen.body, "temperature")
	}
}

func TestGenerateFinish(t *testing.T) {
	for _, c := range []struct {
		finish string
		want   llm.Finish
		code   fault.Code
	}{
		{"stop", llm.Stop, ""},
		{"eos", llm.Stop, ""}, // some servers' own word
		{"length", llm.Length, ""},
		{"content_filter", llm.Filtered, ""},
		{"tool_calls", "", fault.Upstream},
	} {
		s := newServer(t, completion("x", c.finish))
		res, err := s.model(t).Generate(t.Context(), greeting)
		require.Equal(t, c.code, fault.CodeOf(err), c.finish)
		if c.code == "" {
			require.Equal(t, c.want, res.Finish)
		}
	}
}

func TestAnAnswerThatAFilterHoldsBackSaysSo(t *testing.T) {
	s := newServer(t, streamed(chunk("ताज", ""), chunk("", "content_filter"), doneChunk))
	pieces, done, err := collect(t.Context(), s.model(t))
	require.NoError(t, err)
	require.Equal(t, []string{"ताज"}, pieces)
	require.Equal(t, llm.Filtered, done.Finish)
	require.Equal(t, "ताज", done.Text)

	s = newServer(t, ok(`{"choices":[{"finish_reason":"content_filter","message":{"tool_calls":[{"id":"1","type":"function","function":{"name":"w","arguments":"{\"ci"}}]}}]}`))
	req := &llm.Request{Messages: greeting.Messages, Tools: []llm.Tool{{Name: "w"}}}
	res, err := s.model(t).Generate(t.Context(), req)
	require.NoError(t, err)
	require.Empty(t, res.Calls, "half a call is none")

	req = &llm.Request{Messages: greeting.Messages, Output: &llm.Output{Name: "out", Schema: json.RawMessage(`{"type":"object"}`)}}
	_, err = newServer(t, completion("", "content_filter")).model(t).Generate(t.Context(), req)
	require.ErrorIs(t, err, llm.ErrOutput)
	require.ErrorContains(t, err, "held back")
}

func TestGenerateRefusesNonsense(t *testing.T) {
	for name, a := range map[string]answer{
		"not JSON":    ok("<html>welcome</html>"),
		"no choice":   ok(`{"choices":[]}`),
		"empty":       ok(""),
		"other shape": ok(`{"choices":"none"}`),
	} {
		s := newServer(t, a)
		_, err := s.model(t).Generate(t.Context(), greeting)
		require.Equal(t, fault.Upstream, fault.CodeOf(err), name)
		require.Len(t, s.requests(), 1, "%s: asking again would not help", name)
	}
	_, err := newServer(t).model(t).Generate(t.Context(), &llm.Request{})
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), "a request without messages is not sent")
}

// collect drains a stream: the pieces, the last delta, the error.
func collect(ctx context.Context, m *Model) (pieces []string, done *llm.Response, err error) {
	for d, e := range m.Stream(ctx, greeting) {
		switch {
		case e != nil:
			err = e
		case d.Done != nil:
			done = d.Done
		default:
			pieces = append(pieces, d.Text)
		}
	}
	return pieces, done, err
}

func TestStream(t *testing.T) {
	s := newServer(t, streamed(": comment\n\n", chunk("ताज", ""), chunk("महल", ""), chunk("", "stop"), usageChunk, doneChunk))
	pieces, done, err := collect(t.Context(), s.model(t))
	require.NoError(t, err)
	require.Equal(t, []string{"ताज", "महल"}, pieces)
	require.Equal(t, &llm.Response{Text: "ताजमहल", Model: "test-model-2026", Finish: llm.Stop, Usage: llm.Usage{Prompt: 12, Completion: 3}}, done)
	require.Equal(t, map[string]any{"include_usage": true}, s.requests()[0].body["stream_options"])
	require.Equal(t, true, s.requests()[0].body["stream"])
}

func TestStreamGivesPiecesAsTheyCome(t *testing.T) {
	s := newServer(t)
	next := make(chan struct{})
	s.handler = func(w http.ResponseWriter, r *http.Request, _ map[string]any) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, text := range []string{"एक", "दो"} {
			_, _ = w.Write([]byte(chunk(text, "")))
			w.(http.Flusher).Flush()
			select {
			case <-next: // the second piece is written only after the first was seen
			case <-r.Context().Done():
			}
		}
		_, _ = w.Write([]byte(chunk("", "stop") + doneChunk))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var pieces []string
	for d, err := range s.model(t).Stream(ctx, greeting) {
		require.NoError(t, err)
		if d.Done == nil {
			pieces = append(pieces, d.Text)
			next <- struct{}{}
		}
	}
	require.Equal(t, []string{"एक", "दो"}, pieces)
}

func TestStreamCutInTheMiddleIsAnError(t *testing.T) {
	cutOff := streamed(chunk("ताज", ""))
	cutOff.cut = true
	for name, a := range map[string]answer{
		"connection lost":               cutOff,
		"clean end without a reason":    streamed(chunk("ताज", "")),
		"done without a reason":         streamed(chunk("ताज", ""), doneChunk),
		"error event":                   streamed(chunk("ताज", ""), "data: {\"error\":{\"message\":\"CUDA out of memory\",\"type\":\"server_error\",\"code\":500}}\n\n"),
		"an event that is no JSON":      streamed(chunk("ताज", ""), "data: {{{\n\n"),
		"nothing at all but the header": streamed(),
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, a)
			_, done, err := collect(t.Context(), s.model(t))
			require.Nil(t, done)
			require.Equal(t, fault.Upstream, fault.CodeOf(err), "%v", err)
			require.Len(t, s.requests(), 1, "what was said once is not asked for twice")
		})
	}
}

func TestStreamIsRetriedBeforeItBegins(t *testing.T) {
	s := newServer(t, failed(503, "unavailable_error", "503", "Loading model"), streamed(chunk("हाँ", "stop"), doneChunk))
	pieces, done, err := collect(t.Context(), s.model(t))
	require.NoError(t, err)
	require.Equal(t, []string{"हाँ"}, pieces)
	require.Zero(t, done.Usage, "a server that tells no usage leaves it zero")
	require.Len(t, s.requests(), 2)
}

func TestAStreamThatStalls(t *testing.T) {
	ragtest.TestStalledStream(t, func(t *testing.T) (llm.Streamer, <-chan struct{}) {
		s, gone := newServer(t), make(chan struct{})
		s.handler = func(w http.ResponseWriter, r *http.Request, _ map[string]any) {
			_, _ = w.Write([]byte(chunk("एक", "")))
			w.(http.Flusher).Flush()
			<-r.Context().Done()
			close(gone)
		}
		return s.model(t), gone
	}, greeting)
}
