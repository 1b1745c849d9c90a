package openaillm

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llm/prompt"
	"github.com/akshara-go/akshara/rag/ragtest"
)

var weather = &llm.Request{
	Messages: []llm.Message{{Role: llm.User, Content: "आगरा का मौसम?"}},
	Tools: []llm.Tool{{Name: "weather", Description: "of a city", Parameters: json.RawMessage(
		`{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}`)}},
	Prompt: prompt.ID{Name: "weather", Version: "3"},
}

// toolCall answers with one call of a tool.
func toolCall(name, arguments, finish string) answer {
	quoted, _ := json.Marshal(arguments)
	return ok(fmt.Sprintf(`{"model":"m","choices":[{"index":0,"finish_reason":%q,"message":{"role":"assistant","content":null,
		"tool_calls":[{"id":"call_7","type":"function","function":{"name":%q,"arguments":%s}}]}}],
		"usage":{"prompt_tokens":20,"completion_tokens":6,"prompt_tokens_details":{"cached_tokens":16}}}`, finish, name, quoted))
}

func TestAModelCallsATool(t *testing.T) {
	for _, finish := range []string{"tool_calls", "stop"} { // some servers say the second
		s := newServer(t, toolCall("weather", `{"city":"आगरा"}`, finish))
		res, err := s.model(t).Generate(t.Context(), weather)
		require.NoError(t, err)
		require.Equal(t, llm.ToolUse, res.Finish)
		require.Equal(t, []llm.ToolCall{{ID: "call_7", Name: "weather", Arguments: json.RawMessage(`{"city":"आगरा"}`)}}, res.Calls)
		require.Equal(t, llm.Usage{Prompt: 20, Completion: 6, Cached: 16}, res.Usage)
		require.Equal(t, weather.Prompt, res.Prompt)
		sent := s.requests()[0].body["tools"].([]any)[0].(map[string]any)["function"].(map[string]any)
		require.Equal(t, "weather", sent["name"])
		require.Equal(t, []any{"city"}, sent["parameters"].(map[string]any)["required"])
	}

	s := newServer(t, completion("बारिश", "stop"))
	req := *weather
	req.ToolChoice = "weather"
	req.Messages = append(req.Messages, llm.Message{Role: llm.Assistant, Calls: []llm.ToolCall{{ID: "call_7", Name: "weather", Arguments: json.RawMessage(`{"city":"आगरा"}`)}}},
		llm.Message{Role: llm.ToolRole, CallID: "call_7", Content: "rain"})
	_, err := s.model(t).Generate(t.Context(), &req)
	require.NoError(t, err)
	sent := s.requests()[0].body
	messages := sent["messages"].([]any)
	require.Equal(t, "call_7", messages[1].(map[string]any)["tool_calls"].([]any)[0].(map[string]any)["id"])
	require.Equal(t, "call_7", messages[2].(map[string]any)["tool_call_id"])
	require.Equal(t, "weather", sent["tool_choice"].(map[string]any)["function"].(map[string]any)["name"])
}

func TestCallsThatNobodyAllowedAreTypedErrors(t *testing.T) {
	none := *weather
	none.Tools = nil
	for _, c := range []struct {
		req             *llm.Request
		name, arguments string
		want            error
	}{
		{weather, "delete_everything", `{}`, llm.ErrUndeclaredTool},
		{&none, "weather", `{"city":"x"}`, llm.ErrUndeclaredTool},
		{weather, "weather", `{"city":5}`, llm.ErrArguments},
		{weather, "weather", `{"city":`, llm.ErrArguments},
		{weather, "weather", `{}`, llm.ErrArguments},
	} {
		s := newServer(t, toolCall(c.name, c.arguments, "tool_calls"))
		_, err := s.model(t).Generate(t.Context(), c.req)
		require.ErrorIs(t, err, c.want)
		require.Equal(t, fault.Upstream, fault.CodeOf(err))
	}
}

// callChunk is a piece of a call in a stream.
func callChunk(index, id, name, arguments, finish string) string {
	quoted, _ := json.Marshal(arguments)
	reason := "null"
	if finish != "" {
		reason = `"` + finish + `"`
	}
	return fmt.Sprintf("data: {\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{%s\"id\":%q,\"type\":\"function\",\"function\":{\"name\":%q,\"arguments\":%s}}]},\"finish_reason\":%s}]}\n\n",
		index, id, name, quoted, reason)
}

func TestCallsInAStream(t *testing.T) {
	for name, events := range map[string][]string{
		"with indexes":    {callChunk(`"index":0,`, "a", "weather", `{"ci`, ""), callChunk(`"index":0,`, "", "", `ty":"x"}`, ""), callChunk(`"index":1,`, "b", "weather", `{"city":"y"}`, "tool_calls"), doneChunk},
		"without indexes": {callChunk("", "a", "weather", `{"ci`, ""), callChunk("", "", "", `ty":"x"}`, ""), callChunk("", "b", "weather", `{"city":"y"}`, "stop"), doneChunk},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for d, err := range newServer(t, streamed(events...)).model(t).Stream(t.Context(), weather) {
				require.NoError(t, err)
				if d.Call != nil {
					got = append(got, d.Call.ID+string(d.Call.Arguments))
				}
				if d.Done != nil {
					require.Len(t, d.Done.Calls, 2)
					require.Equal(t, llm.ToolUse, d.Done.Finish)
				}
			}
			require.Equal(t, []string{`a{"city":"x"}`, `b{"city":"y"}`}, got)
		})
	}
	for _, index := range []string{`"index":5,`, `"index":-1,`} {
		var last error
		for d, err := range newServer(t, streamed(callChunk(index, "a", "weather", `{}`, "tool_calls"), doneChunk)).model(t).Stream(t.Context(), weather) {
			require.Nil(t, d.Call)
			last = err
		}
		require.Equal(t, fault.Upstream, fault.CodeOf(last))
	}
}

func TestJSONOfASchema(t *testing.T) {
	req := *greeting
	req.Output = &llm.Output{Name: "city", Schema: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}`)}
	s := newServer(t, completion(`{"city":"आगरा"}`, "stop"))
	_, err := s.model(t).Generate(t.Context(), &req)
	require.NoError(t, err)
	format := s.requests()[0].body["response_format"].(map[string]any)
	require.Equal(t, "json_schema", format["type"])
	require.Equal(t, true, format["json_schema"].(map[string]any)["strict"])
	for text, finish := range map[string]string{`{"city":5}`: "stop", `{"city":"आ`: "length", "Sure! {}": "stop"} {
		_, err := newServer(t, completion(text, finish)).model(t).Generate(t.Context(), &req)
		require.ErrorIs(t, err, llm.ErrOutput)
		var last error
		for d, err := range newServer(t, streamed(chunk(text, finish), doneChunk)).model(t).Stream(t.Context(), &req) {
			require.Nil(t, d.Done)
			last = err
		}
		require.ErrorIs(t, last, llm.ErrOutput)
	}
	req.Output.Schema = json.RawMessage(`{"if":1}`)
	_, err = newServer(t).model(t).Generate(t.Context(), &req)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
}

func TestImagesAndRecordings(t *testing.T) {
	req := &llm.Request{Messages: []llm.Message{{Role: llm.System, Content: "short"}, {Role: llm.User, Content: "क्या है?", Parts: []llm.Part{
		{Image: &llm.Image{Data: []byte("PNG"), MediaType: "image/png"}}, {Text: "और"}, {Audio: &llm.Audio{Data: []byte("RIFF"), Format: "wav"}},
	}}}}
	s := newServer(t, failed(503, "", "", "busy"), completion("x", "stop"))
	_, err := s.model(t).Generate(t.Context(), req)
	require.NoError(t, err)
	for _, seen := range s.requests() {
		messages := seen.body["messages"].([]any)
		require.Equal(t, "short", messages[0].(map[string]any)["content"])
		require.Equal(t, []any{
			map[string]any{"type": "text", "text": "क्या है?"},
			map[string]any{"type": "image_url", "image_url": map[string]any{"url": "data:image/png;base64,UE5H"}},
			map[string]any{"type": "text", "text": "और"},
			map[string]any{"type": "input_audio", "input_audio": map[string]any{"data": "UklGRg==", "format": "wav"}},
		}, messages[1].(map[string]any)["content"])
	}
	for link, allowed := range map[string]bool{"https://example.org/a.png": true, "http://example.org/a.png": false, "file:///etc/passwd": false,
		"data:audio/wav;base64,AAAA": false, "https://user@example.org/": false} {
		req := &llm.Request{Messages: []llm.Message{{Role: llm.User, Parts: []llm.Part{{Image: &llm.Image{URL: link}}}}}}
		s := newServer(t, completion("x", "stop"))
		_, err := s.model(t).Generate(t.Context(), req)
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), "no URL is sent unasked")
		open, err := New(s.config(), "m", &Options{RemoteImages: true})
		require.NoError(t, err)
		_, err = open.Generate(t.Context(), req)
		require.Equal(t, allowed, err == nil, link)
	}
}

func TestLongAndEndlessAnswers(t *testing.T) {
	s := newServer(t, failed(400, "invalid_request_error", "context_length_exceeded", "too many tokens"))
	long := &llm.Request{Messages: []llm.Message{{Role: llm.User, Content: strings.Repeat("शब्द ", 200000)}}}
	_, err := s.model(t).Generate(t.Context(), long)
	require.ErrorIs(t, err, llm.ErrContextOverflow)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))

	endless := newServer(t)
	endless.handler = func(w http.ResponseWriter, r *http.Request, _ map[string]any) {
		for r.Context().Err() == nil {
			if _, err := w.Write([]byte(chunk("और ", ""))); err != nil {
				return
			}
		}
	}
	cfg := endless.config()
	cfg.MaxResponse = 1 << 20
	m, err := New(cfg, "m", nil)
	require.NoError(t, err)
	_, done, err := collect(t.Context(), m)
	require.Nil(t, done)
	require.Equal(t, fault.Upstream, fault.CodeOf(err))
	require.ErrorContains(t, err, "more than 1048576 bytes")

	_, err = newServer(t, completion("", "stop")).model(t).Generate(t.Context(), greeting)
	require.Equal(t, fault.Upstream, fault.CodeOf(err), "an empty answer is none")
}

func TestTheModelPassesTheSuite(t *testing.T) {
	s := newServer(t)
	s.handler = func(w http.ResponseWriter, _ *http.Request, body map[string]any) {
		if body["stream"] == true {
			_, _ = w.Write([]byte(chunk("ताज", "") + chunk("महल", "stop") + usageChunk + doneChunk))
			return
		}
		_, _ = w.Write([]byte(completion("ताजमहल", "stop").body))
	}
	ragtest.TestModel(t, func(t *testing.T) llm.Model { return s.model(t) }, greeting)
}

func FuzzCalls(f *testing.F) {
	f.Add([]byte(`[{"index":0,"id":"a","function":{"name":"weather","arguments":"{}"}}]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s := newServer(t, streamed("data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":"+string(text)+"},\"finish_reason\":\"tool_calls\"}]}\n\n", doneChunk))
		for d, err := range s.model(t).Stream(t.Context(), weather) {
			if err != nil {
				_, typed := errors.AsType[*fault.Error](err)
				require.True(t, typed)
			}
			if d.Call != nil {
				require.NoError(t, d.Call.Check(weather))
			}
		}
	})
}
