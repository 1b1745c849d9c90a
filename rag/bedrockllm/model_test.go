package bedrockllm

import (
	"context"
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

// echo is a service that answers both kinds of call with the same.
func echo(t *testing.T, whole answer, events ...string) *server {
	s := newServer(t)
	s.handler = func(w http.ResponseWriter, r *http.Request, _ map[string]any) {
		if strings.HasSuffix(r.URL.Path, "/converse-stream") {
			streamed(events...).play(w)
			return
		}
		whole.play(w)
	}
	return s
}

func TestModelKeepsTheContract(t *testing.T) {
	ragtest.TestModel(t, func(t *testing.T) llm.Model {
		return echo(t, converse("end_turn", textBlock("नमस्ते!")), begin, textDelta("नम"), textDelta("स्ते!"), stop("end_turn"), metadata).model(t, nil)
	}, greeting)
}

func TestGenerate(t *testing.T) {
	s := newServer(t, converse("end_turn", textBlock("नम"), `{"reasoningContent":{"reasoningText":{"text":"hm"}}}`, textBlock("स्ते!")))
	res, err := s.model(t, nil).Generate(t.Context(), greeting)
	require.NoError(t, err)
	require.Equal(t, &llm.Response{Text: "नमस्ते!", Model: testModel, Finish: llm.Stop, Usage: llm.Usage{Prompt: 12, Completion: 5}}, res)

	seen := s.requests()[0]
	require.Equal(t, testModel, seen.model)
	require.Equal(t, "converse", seen.action)
	require.Equal(t, map[string]any{
		"system":          []any{map[string]any{"text": "संक्षेप में"}},
		"messages":        []any{map[string]any{"role": "user", "content": []any{map[string]any{"text": "नमस्ते"}}}},
		"inferenceConfig": map[string]any{"maxTokens": 40.0, "temperature": 0.0},
	}, seen.body)

	_, err = s.model(t, &Options{NoTemperature: true}).Generate(t.Context(), &llm.Request{Messages: greeting.Messages, Temperature: .5})
	require.NoError(t, err)
	require.Equal(t, map[string]any{}, s.requests()[1].body["inferenceConfig"])
}

func TestUsageCountsWhatTheCacheHeld(t *testing.T) {
	s := newServer(t, ok(`{"output":{"message":{"role":"assistant","content":[{"text":"x"}]}},"stopReason":"end_turn",
		"usage":{"inputTokens":10,"outputTokens":5,"totalTokens":115,"cacheReadInputTokens":70,"cacheWriteInputTokens":30}}`))
	res, err := s.model(t, nil).Generate(t.Context(), greeting)
	require.NoError(t, err)
	require.Equal(t, llm.Usage{Prompt: 110, Completion: 5, Cached: 70}, res.Usage)
}

func TestFinish(t *testing.T) {
	for _, c := range []struct {
		reason string
		want   llm.Finish
		code   fault.Code
	}{
		{"end_turn", llm.Stop, ""},
		{"stop_sequence", llm.Stop, ""},
		{"something_new", llm.Stop, ""},
		{"max_tokens", llm.Length, ""},
		{"model_context_window_exceeded", llm.Length, ""},
		{"content_filtered", llm.Filtered, ""},
		{"guardrail_intervened", llm.Filtered, ""},
		{"malformed_model_output", "", fault.Upstream},
		{"malformed_tool_use", "", fault.Upstream},
		{"tool_use", "", fault.Upstream},
		{"", "", fault.Upstream},
	} {
		m := echo(t, converse(c.reason, textBlock("x")), begin, textDelta("x"), stop(c.reason), metadata).model(t, nil)
		res, err := m.Generate(t.Context(), greeting)
		require.Equal(t, c.code, fault.CodeOf(err), c.reason)
		_, done, streamErr := collect(t.Context(), m)
		require.Equal(t, c.code, fault.CodeOf(streamErr), c.reason)
		if c.code == "" {
			require.Equal(t, c.want, res.Finish)
			require.Equal(t, c.want, done.Finish)
		}
	}
}

func TestGenerateRefusesNonsense(t *testing.T) {
	for name, a := range map[string]answer{
		"not JSON":         ok("<html>welcome</html>"),
		"no output":        ok(`{"stopReason":"end_turn"}`),
		"no message":       ok(`{"output":{},"stopReason":"end_turn"}`),
		"another output":   ok(`{"output":{"song":{}},"stopReason":"end_turn"}`),
		"no content":       converse("end_turn"),
		"empty":            ok(""),
		"blank text":       converse("end_turn", textBlock("")),
		"another shape":    ok(`{"output":"none"}`),
		"nested too deep":  ok(`{"output":{"message":{"content":[` + toolBlock("a", "b", strings.Repeat("[", 200_000)) + `]}}}`),
		"a call of nobody": converse("tool_use", `{"toolUse":{}}`),
	} {
		s := newServer(t, a)
		_, err := s.model(t, nil).Generate(t.Context(), greeting)
		require.Equal(t, fault.Upstream, fault.CodeOf(err), name)
		require.Len(t, s.requests(), 1, name)
	}
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
	s := newServer(t, streamed(begin, textDelta("ताज"), event("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"hm"}}}`),
		event("somethingNew", `{"a":1}`), textDelta("महल"), event("contentBlockStop", `{"contentBlockIndex":0}`), stop("end_turn"), metadata))
	pieces, done, err := collect(t.Context(), s.model(t, nil))
	require.NoError(t, err)
	require.Equal(t, []string{"ताज", "महल"}, pieces)
	require.Equal(t, &llm.Response{Text: "ताजमहल", Model: testModel, Finish: llm.Stop, Usage: llm.Usage{Prompt: 12, Completion: 3}}, done)
	require.Equal(t, "converse-stream", s.requests()[0].action)
}

func TestStreamGivesPiecesAsTheyCome(t *testing.T) {
	s := newServer(t)
	next := make(chan struct{})
	s.handler = func(w http.ResponseWriter, r *http.Request, _ map[string]any) {
		w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
		for _, text := range []string{"एक", "दो"} {
			_, _ = w.Write([]byte(textDelta(text)))
			w.(http.Flusher).Flush()
			select {
			case <-next: // the second piece is written only after the first was seen
			case <-r.Context().Done():
			}
		}
		_, _ = w.Write([]byte(stop("end_turn")))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var pieces []string
	for d, err := range s.model(t, nil).Stream(ctx, greeting) {
		require.NoError(t, err)
		if d.Done == nil {
			pieces = append(pieces, d.Text)
			next <- struct{}{}
			continue
		}
		require.Zero(t, d.Done.Usage, "a stream that tells no usage leaves it zero")
	}
	require.Equal(t, []string{"एक", "दो"}, pieces)
}

func TestStreamThatBreaksOffIsAnError(t *testing.T) {
	cutOff := streamed(begin, textDelta("ताज"))
	cutOff.cut = true
	whole := begin + textDelta("ताज") + textDelta("महल")
	for name, a := range map[string]answer{
		"connection lost":             cutOff,
		"clean end without a reason":  streamed(begin, textDelta("ताज")),
		"cut inside a message":        streamed(whole[:len(whole)-7]),
		"a checksum that is wrong":    streamed(begin, textDelta("ताज"), strings.Replace(textDelta("abc"), "abc", "abd", 1)),
		"no event stream":             streamed(begin, textDelta("ताज"), "data: {\"text\":\"hello\"}\n\ndata: [DONE]\n\n"),
		"an event that is no JSON":    streamed(begin, textDelta("ताज"), event("contentBlockDelta", "{{{")),
		"an exception":                streamed(begin, textDelta("ताज"), exception("modelStreamErrorException", "CUDA out of memory")),
		"an exception of another day": streamed(begin, textDelta("ताज"), exception("somethingNewException", "no")),
		"an error message":            streamed(begin, textDelta("ताज"), message("error", "x", "")),
		"a message of another type":   streamed(begin, textDelta("ताज"), message("song", "x", "")),
		"arguments of no call":        streamed(begin, textDelta("ताज"), toolDelta(3, "{}"), stop("end_turn")),
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, a)
			pieces, done, err := collect(t.Context(), s.model(t, nil))
			require.Nil(t, done)
			require.NotEmpty(t, pieces)
			require.Equal(t, fault.Upstream, fault.CodeOf(err), "%v", err)
			require.Len(t, s.requests(), 1, "what was said once is not asked for twice")
		})
	}
}

func TestAStreamThatStalls(t *testing.T) {
	ragtest.TestStalledStream(t, func(t *testing.T) (llm.Streamer, <-chan struct{}) {
		s, gone := newServer(t), make(chan struct{})
		s.handler = func(w http.ResponseWriter, r *http.Request, _ map[string]any) {
			_, _ = w.Write([]byte(textDelta("एक")))
			w.(http.Flusher).Flush()
			<-r.Context().Done()
			close(gone)
		}
		return s.model(t, nil), gone
	}, greeting)
}

func TestModelNeedsAClientAndAnID(t *testing.T) {
	_, err := New(nil, testModel, nil)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	_, err = New(client(t, "http://127.0.0.1:1", testRegion), "", nil)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
}
