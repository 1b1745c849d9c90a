package llmhttp_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llmhttp"
	"github.com/akshara-go/akshara/rag/ragtest"
)

// The client of an llm-service is rag/openaillm: it passes the suite of models through the wire.
func TestModelThroughTheClient(t *testing.T) {
	messages := []llm.Message{{Role: llm.User, Content: "ताजमहल कहाँ है?"}}
	tools := []llm.Tool{{Name: "weather", Parameters: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string"}}}`)}, {Name: "map"}}
	for name, req := range map[string]*llm.Request{
		"text":  {Messages: messages},
		"tools": {Messages: messages, Tools: tools, ToolChoice: llm.ToolsRequired},
		"json": {Messages: messages, Output: &llm.Output{Name: "place", Schema: json.RawMessage(
			`{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}`)}},
	} {
		t.Run(name, func(t *testing.T) {
			url := chatting(t, says("ताजमहल आगरा में है।"))
			ragtest.TestModel(t, func(t *testing.T) llm.Model { return client(t, url, llmhttp.Auto) }, req)
		})
	}
}

func TestWhatGoesOverTheWireIsWhatWasAsked(t *testing.T) {
	var seen *llm.Request
	url := chatting(t, scripted(func(ctx context.Context, req *llm.Request, yield func(llm.Delta, error) bool) {
		seen = req
		says("ठीक है")(ctx, req, yield)
	}))
	asked := &llm.Request{
		Messages: []llm.Message{
			{Role: llm.System, Content: "संक्षेप में"},
			{Role: llm.User, Content: "क्या है?", Parts: []llm.Part{
				{Image: &llm.Image{Data: []byte("not a real picture"), MediaType: "image/png"}}, {Text: "और यह?"}, {Audio: &llm.Audio{Data: []byte("RIFF"), Format: "wav"}}}},
			{Role: llm.Assistant, Calls: []llm.ToolCall{{ID: "c1", Name: "look", Arguments: json.RawMessage(`{"at":"आगरा"}`)}}},
			{Role: llm.ToolRole, Content: "गरमी है", CallID: "c1"},
		},
		MaxTokens: 20, Temperature: .5, ToolChoice: "look",
		Tools:  []llm.Tool{{Name: "look", Description: "looks", Parameters: json.RawMessage(`{"type":"object"}`)}},
		Output: &llm.Output{Name: "out", Schema: json.RawMessage(`{"type":"object"}`)},
	}
	_, err := client(t, url, "small").Generate(t.Context(), asked)
	require.NoError(t, err)
	want, err := json.Marshal(asked)
	require.NoError(t, err)
	got, err := json.Marshal(seen)
	require.NoError(t, err)
	require.JSONEq(t, string(want), string(got))
}

func TestAWholeAnswer(t *testing.T) {
	url := chatting(t, says("नमस्ते दुनिया"))
	status, header, body := post(t, url+"/v1/chat/completions", hello(map[string]any{
		"top_p": 1, "seed": 7, "user": "u", "stop": nil, "n": 1, "logprobs": false, "metadata": map[string]any{"a": "b"}, "modalities": []string{"text"}}))
	require.Equal(t, 200, status, string(body))
	require.Equal(t, "application/json", header.Get("Content-Type"))
	var got map[string]any
	require.NoError(t, json.Unmarshal(body, &got))
	require.Regexp(t, "^chatcmpl-", got["id"])
	require.InDelta(t, time.Now().Unix(), got["created"], 60)
	delete(got, "id")
	delete(got, "created")
	want := `{"object":"chat.completion","model":"scripted-1","choices":[{"index":0,"message":{"role":"assistant","content":"नमस्ते दुनिया","refusal":null},
		"finish_reason":"stop","logprobs":null}],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10,"prompt_tokens_details":{"cached_tokens":2}}}`
	rest, err := json.Marshal(got)
	require.NoError(t, err)
	require.JSONEq(t, want, string(rest))
}

func TestAStreamedAnswer(t *testing.T) {
	url := chatting(t, says("नमस्ते दुनिया"))
	status, header, body := post(t, url+"/v1/chat/completions", hello(map[string]any{"stream": true, "stream_options": map[string]any{"include_usage": true}}))
	require.Equal(t, 200, status)
	require.Equal(t, "text/event-stream; charset=utf-8", header.Get("Content-Type"))
	list, done := events(t, body)
	require.True(t, done)
	require.Len(t, list, 4)
	var told []string
	for i, e := range list {
		require.Equal(t, list[0]["id"], e["id"])
		require.Equal(t, "chat.completion.chunk", e["object"])
		data, err := json.Marshal([]any{e["model"], e["choices"], e["usage"]})
		require.NoError(t, err)
		told = append(told, string(data))
		require.Equal(t, i == 3, e["usage"] != nil)
	}
	for i, want := range []string{
		`["small",[{"index":0,"delta":{"role":"assistant","content":"नमस्ते "},"finish_reason":null,"logprobs":null}],null]`,
		`["small",[{"index":0,"delta":{"content":"दुनिया"},"finish_reason":null,"logprobs":null}],null]`,
		`["scripted-1",[{"index":0,"delta":{},"finish_reason":"stop","logprobs":null}],null]`,
		`["scripted-1",[],{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10,"prompt_tokens_details":{"cached_tokens":2}}]`,
	} {
		require.JSONEq(t, want, told[i])
	}
	_, _, body = post(t, url+"/v1/chat/completions", hello(map[string]any{"stream": true}))
	list, done = events(t, body)
	require.True(t, done)
	require.Len(t, list, 3, "no usage where none was asked for")
}

func TestToolsAreCalled(t *testing.T) {
	url := chatting(t, says(""))
	body := hello(map[string]any{"tools": []any{tool("weather"), tool("map")}, "tool_choice": "required"})
	_, _, answer := post(t, url+"/v1/chat/completions", body)
	var got struct {
		Choices []struct {
			Finish  string `json:"finish_reason"`
			Message map[string]any
		}
	}
	require.NoError(t, json.Unmarshal(answer, &got))
	require.Equal(t, "tool_calls", got.Choices[0].Finish)
	require.Contains(t, got.Choices[0].Message, "content")
	require.Nil(t, got.Choices[0].Message["content"])
	require.Len(t, got.Choices[0].Message["tool_calls"], 2)

	body["stream"] = true
	_, _, answer = post(t, url+"/v1/chat/completions", body)
	list, done := events(t, answer)
	require.True(t, done)
	require.Len(t, list, 3)
	for i, name := range []string{"weather", "map"} {
		call := list[i]["choices"].([]any)[0].(map[string]any)["delta"].(map[string]any)["tool_calls"].([]any)[0].(map[string]any)
		require.Equal(t, float64(i), call["index"])
		require.Equal(t, map[string]any{"name": name, "arguments": `{"city":"आगरा"}`}, call["function"])
	}
}

func TestNoAnswerIsSaidByItsMark(t *testing.T) {
	url := chatting(t, scripted(func(_ context.Context, _ *llm.Request, yield func(llm.Delta, error) bool) {
		yield(llm.Delta{Done: &llm.Response{Model: "m", Finish: llm.NoAnswer}}, nil)
	}))
	m := client(t, url, "small")
	res, err := m.Generate(t.Context(), &llm.Request{Messages: []llm.Message{{Role: llm.User, Content: "x"}}})
	require.NoError(t, err)
	require.Equal(t, llm.NoAnswerMark, res.Text)
	var said string
	for d, err := range m.Stream(t.Context(), &llm.Request{Messages: []llm.Message{{Role: llm.User, Content: "x"}}}) {
		require.NoError(t, err)
		said += d.Text
	}
	require.Equal(t, llm.NoAnswerMark, said)
}

func TestAModelThatDoesNotTellItsNameHasTheOneItWasAskedBy(t *testing.T) {
	silent := scripted(func(_ context.Context, _ *llm.Request, yield func(llm.Delta, error) bool) {
		yield(llm.Delta{Done: &llm.Response{Text: "x", Finish: llm.Stop}}, nil)
	})
	url := serve(t, &llmhttp.Service{Models: []llmhttp.Model{{ID: "a", Model: silent}}})
	for _, stream := range []bool{false, true} {
		for asked, want := range map[string]string{"a": "a", "": llmhttp.Auto} {
			status, _, body := post(t, url+"/v1/chat/completions", map[string]any{"model": asked, "stream": stream, "messages": []any{map[string]any{"role": "user", "content": "x"}}})
			require.Equal(t, 200, status)
			require.Contains(t, string(body), `"model":"`+want+`"`)
		}
	}
}

// Each piece is there before the model gives the next one.
func TestPiecesGoOutAsTheyCome(t *testing.T) {
	next := make(chan struct{})
	url := chatting(t, scripted(func(ctx context.Context, _ *llm.Request, yield func(llm.Delta, error) bool) {
		for i := range 3 {
			if !yield(llm.Delta{Text: fmt.Sprint(i)}, nil) {
				return
			}
			select {
			case <-next:
			case <-ctx.Done():
				return
			}
		}
		yield(llm.Delta{Done: &llm.Response{Text: "012", Model: "m", Finish: llm.Stop}}, nil)
	}))
	for d, err := range client(t, url, "small").Stream(t.Context(), &llm.Request{Messages: []llm.Message{{Role: llm.User, Content: "x"}}}) {
		require.NoError(t, err)
		if d.Done == nil {
			next <- struct{}{}
		}
	}
}

func TestAClientThatLeavesEndsTheGeneration(t *testing.T) {
	for _, streamed := range []bool{true, false} {
		ended := make(chan error, 1)
		begun := make(chan struct{}, 1)
		url := chatting(t, scripted(func(ctx context.Context, _ *llm.Request, yield func(llm.Delta, error) bool) {
			if streamed {
				yield(llm.Delta{Text: "x"}, nil)
			}
			begun <- struct{}{}
			<-ctx.Done()
			ended <- ctx.Err()
			yield(llm.Delta{}, fault.From(ctx.Err()))
		}))
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			body := `{"messages":[{"role":"user","content":"x"}],"stream":` + fmt.Sprint(streamed) + `}`
			req, err := http.NewRequestWithContext(ctx, "POST", url+"/v1/chat/completions", strings.NewReader(body))
			if err != nil {
				return
			}
			req.Header.Set("Content-Type", "application/json")
			if res, err := http.DefaultClient.Do(req); err == nil {
				_, _ = bufio.NewReader(res.Body).ReadString(0)
				res.Body.Close()
			}
		})
		<-begun
		cancel()
		select {
		case err := <-ended:
			require.ErrorIs(t, err, context.Canceled)
		case <-time.After(10 * time.Second):
			t.Fatal("the model goes on for nobody")
		}
		wg.Wait()
	}
}

func TestErrorsComeBackAsTheyWere(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		status int
		code   fault.Code // after the way through the client
	}{
		"loading":    {fault.New(fault.ModelLoading, "the model is being loaded", nil), 503, fault.ModelLoading},
		"rate":       {fault.New(fault.RateLimitExceeded, "too often", nil).WithRetryAfter(time.Minute), 429, fault.RateLimitExceeded},
		"overflow":   {fault.Wrap(llm.ErrContextOverflow, fault.InvalidRequest, "too long", nil), 400, fault.InvalidRequest},
		"timeout":    {fault.New(fault.UpstreamTimeout, "too slow", nil), 504, fault.UpstreamTimeout},
		"upstream":   {fault.New(fault.Upstream, "garbage", fault.Details{"reason": "invalid_output"}), 502, fault.Upstream},
		"own right":  {fault.New(fault.Unauthorized, "who are you?", nil), 401, fault.Upstream},
		"unforeseen": {errors.New("secret detail"), 500, fault.Upstream},
	} {
		t.Run(name, func(t *testing.T) {
			url := chatting(t, fails(0, c.err))
			for _, streamed := range []bool{false, true} {
				status, header, body := post(t, url+"/v1/chat/completions", hello(map[string]any{"stream": streamed}))
				require.Equal(t, c.status, status)
				require.NotContains(t, string(body), "secret detail")
				e := envelope(t, body)
				require.Equal(t, fault.From(c.err).Code, e.Code)
				if c.status == 503 || c.status == 429 {
					require.NotEmpty(t, header.Get("Retry-After"))
				}
				if name == "overflow" {
					require.Equal(t, llmhttp.ReasonOverflow, e.Details["reason"])
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second) // shorter than any wait that is asked for
			defer cancel()
			m := client(t, url, "small")
			_, err := m.Generate(ctx, &llm.Request{Messages: []llm.Message{{Role: llm.User, Content: "x"}}})
			require.Equal(t, c.code, fault.CodeOf(err), "%v", err)
			require.Equal(t, name == "overflow", errors.Is(err, llm.ErrContextOverflow))
			if name == "upstream" {
				require.Equal(t, "garbage", fault.From(err).Message)
				require.Equal(t, "invalid_output", fault.From(err).Details["reason"])
			}
			for _, err := range m.Stream(ctx, &llm.Request{Messages: []llm.Message{{Role: llm.User, Content: "x"}}}) {
				require.Equal(t, c.code, fault.CodeOf(err))
			}
		})
	}
}

func TestAnErrorInMidStreamIsAnEvent(t *testing.T) {
	url := chatting(t, fails(2, fault.New(fault.UpstreamTimeout, "too slow", nil)))
	status, _, body := post(t, url+"/v1/chat/completions", hello(map[string]any{"stream": true}))
	require.Equal(t, 200, status)
	list, done := events(t, body)
	require.False(t, done, "what broke off does not end well")
	require.Len(t, list, 3)
	last, err := json.Marshal(list[2])
	require.NoError(t, err)
	require.Equal(t, fault.UpstreamTimeout, envelope(t, last).Code)

	var got error
	for _, err := range client(t, url, "small").Stream(t.Context(), &llm.Request{Messages: []llm.Message{{Role: llm.User, Content: "x"}}}) {
		got = err
	}
	require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(got))

	url = chatting(t, scripted(func(_ context.Context, _ *llm.Request, yield func(llm.Delta, error) bool) {
		yield(llm.Delta{Text: "x"}, nil)
	}))
	_, _, body = post(t, url+"/v1/chat/completions", hello(map[string]any{"stream": true}))
	list, done = events(t, body)
	require.False(t, done)
	require.Contains(t, list[len(list)-1], "error", "a model that ends without an end has failed")
}

func TestModelsAreChosenByName(t *testing.T) {
	ready := false
	name := func(n string) llm.Model { return says(n) }
	url := serve(t, &llmhttp.Service{
		Models: []llmhttp.Model{
			{ID: "first", Model: name("first"), Note: "the standard one"},
			{ID: "Qwen/Qwen3-8B", Model: name("second"), Version: func(_ context.Context, v string) (llm.Model, error) {
				if v == "ft-1" {
					return name("tuned"), nil
				}
				return nil, fault.New(fault.NotFound, "there is no such version", fault.Details{"field": "model_version"})
			}},
			{ID: "late", Model: name("late"), Loaded: func() bool { return ready }},
		},
		Embedders: []llmhttp.Embedder{{ID: "small-e5", Embedder: vectors{4}}},
	})
	for _, c := range []struct {
		model, version any
		said           string
		status         int
	}{
		{"first", nil, "first", 200}, {"auto", nil, "first", 200}, {"", nil, "first", 200}, {nil, nil, "first", 200},
		{"Qwen/Qwen3-8B", nil, "second", 200}, {"Qwen/Qwen3-8B", "ft-1", "tuned", 200}, {"Qwen/Qwen3-8B", "ft-2", "NOT_FOUND", 404},
		{"first", "ft-1", "NOT_FOUND", 404}, {"gpt-4o", nil, "NOT_FOUND", 404}, {"small-e5", nil, "NOT_FOUND", 404}, {"late", nil, "MODEL_LOADING", 503},
	} {
		status, header, body := post(t, url+"/v1/chat/completions", hello(map[string]any{"model": c.model, "model_version": c.version}))
		require.Equal(t, c.status, status, "%v %v", c.model, c.version)
		require.Contains(t, string(body), c.said)
		require.Equal(t, status == 503, header.Get("Retry-After") != "")
	}
	ready = true
	status, _, _ := post(t, url+"/v1/chat/completions", hello(map[string]any{"model": "late"}))
	require.Equal(t, 200, status)

	status, list := get(t, url+"/v1/models")
	require.Equal(t, 200, status)
	require.Equal(t, "list", list["object"])
	require.Len(t, list["data"], 4)
	require.Equal(t, "the standard one", list["data"].([]any)[0].(map[string]any)["description"])
	status, one := get(t, url+"/v1/models/Qwen%2FQwen3-8B")
	require.Equal(t, 200, status)
	require.Equal(t, []any{"Qwen/Qwen3-8B", "model", "akshara", "chat", true}, []any{one["id"], one["object"], one["owned_by"], one["kind"], one["loaded"]})
	status, _ = get(t, url+"/v1/models/none")
	require.Equal(t, 404, status)
}

func TestBadRequestsAreRefusedAndNameTheField(t *testing.T) {
	url := chatting(t, says("x"))
	message := func(m map[string]any) map[string]any { return map[string]any{"messages": []any{m}} }
	part := func(p map[string]any) map[string]any {
		return message(map[string]any{"role": "user", "content": []any{p}})
	}
	picture := func(link string) map[string]any {
		return part(map[string]any{"type": "image_url", "image_url": map[string]any{"url": link}})
	}
	for _, c := range []struct {
		body  any
		field string // "" where the request as a whole is wrong
	}{
		{"", "body"}, {"{", "body"}, {"[]", "body"}, {`{"messages":[{"role":"user","content":"` + "\xff" + `"}]}`, "body"},
		{strings.Repeat("[", 200), "body"},
		{map[string]any{}, "messages"}, {map[string]any{"messages": []any{}}, "messages"}, {map[string]any{"messages": "x"}, "messages"},
		{message(map[string]any{"role": "narrator", "content": "x"}), "messages[0].role"},
		{message(map[string]any{"role": "user", "content": 7}), "messages[0].content"},
		{message(map[string]any{"role": "tool", "content": "x"}), "messages[0].tool_call_id"},
		{message(map[string]any{"role": "user", "content": "x", "tool_calls": []any{map[string]any{"id": "a", "function": map[string]any{"name": "f", "arguments": "{}"}}}}), "messages[0].tool_calls"},
		{message(map[string]any{"role": "assistant", "tool_calls": []any{map[string]any{"id": "a", "function": map[string]any{"name": "f", "arguments": "{"}}}}), "messages[0].tool_calls[0].function.arguments"},
		{part(map[string]any{"type": "file", "file": map[string]any{"file_id": "x"}}), "messages[0].content[0]"},
		{picture("http://example.org/a.png"), "messages[0].content[0]"}, {picture("file:///etc/passwd"), "messages[0].content[0]"},
		{picture("data:image/png;base64,@@@"), "messages[0].content[0]"}, {picture("data:text/html;base64,eA=="), "messages[0].content[0]"}, {picture("data:image/png;base64,"), "messages[0].content[0]"},
		{part(map[string]any{"type": "input_audio", "input_audio": map[string]any{"data": "", "format": "wav"}}), "messages[0].content[0]"},
		{part(map[string]any{"type": "input_audio", "input_audio": map[string]any{"data": "eA==", "format": "aac"}}), ""},
		{hello(map[string]any{"n": 2}), "n"}, {hello(map[string]any{"stop": []string{"\n"}}), "stop"}, {hello(map[string]any{"stop": "x"}), "stop"}, {hello(map[string]any{"logprobs": true}), "logprobs"},
		{hello(map[string]any{"functions": []any{}}), "functions"}, {hello(map[string]any{"function_call": "auto"}), "function_call"}, {hello(map[string]any{"modalities": []string{"text", "audio"}}), "modalities"},
		{hello(map[string]any{"max_tokens": -1}), "max_tokens"}, {hello(map[string]any{"temperature": 3}), "temperature"}, {hello(map[string]any{"stream": "yes"}), "stream"},
		{hello(map[string]any{"tools": []any{map[string]any{"type": "web_search"}}}), ""}, {hello(map[string]any{"tools": []any{tool("a b")}}), ""}, {hello(map[string]any{"tools": []any{tool("a"), tool("a")}}), ""},
		{hello(map[string]any{"tool_choice": "sometimes"}), "tool_choice"}, {hello(map[string]any{"tool_choice": 7}), "tool_choice"},
		{hello(map[string]any{"tool_choice": map[string]any{"type": "function", "function": map[string]any{"name": "b"}}, "tools": []any{tool("a")}}), ""},
		{hello(map[string]any{"response_format": map[string]any{"type": "json_schema"}}), "response_format.json_schema"},
		{hello(map[string]any{"response_format": map[string]any{"type": "json_schema", "json_schema": map[string]any{"name": "x", "schema": map[string]any{"type": "thing"}}}}), ""},
		{hello(map[string]any{"response_format": map[string]any{"type": "grammar"}}), "response_format.type"},
	} {
		status, _, answer := post(t, url+"/v1/chat/completions", c.body)
		require.Equal(t, 400, status, "%v: %s", c.body, answer)
		e := envelope(t, answer)
		require.Equal(t, fault.InvalidRequest, e.Code)
		if c.field != "" {
			require.Equal(t, c.field, e.Details["field"], "%v", c.body)
		}
	}
	status, _, answer := post(t, url+"/v1/chat/completions", hello(map[string]any{"x": strings.Repeat("a", llmhttp.MaxChatBytes)}))
	require.Equal(t, 413, status)
	require.Equal(t, fault.PayloadTooLarge, envelope(t, answer).Code)
	status, _, answer = post(t, url+"/v1/embeddings", "{}")
	require.Equal(t, 404, status, "without an embedder there is no route")
	envelope(t, answer)
}

func TestPartsOfAMessage(t *testing.T) {
	var seen *llm.Request
	url := chatting(t, scripted(func(ctx context.Context, req *llm.Request, yield func(llm.Delta, error) bool) {
		seen = req
		says("ok")(ctx, req, yield)
	}))
	data := base64.StdEncoding.EncodeToString([]byte("x"))
	status, _, body := post(t, url+"/v1/chat/completions", `{"messages":[
		{"role":"developer","content":"rules"},
		{"role":"assistant","content":[{"type":"refusal","refusal":"no"}],"refusal":null},
		{"role":"user","name":"asha","content":[{"type":"image_url","image_url":{"url":"https://example.org/a.png","detail":"low"}},{"type":"text","text":""},{"type":"text","text":"क्या?"},
			{"type":"image_url","image_url":{"url":"data:image/webp;base64,`+data+`"}}]}],"response_format":{"type":"text"},"tool_choice":"none"}`)
	require.Equal(t, 200, status, string(body))
	require.Equal(t, []llm.Message{
		{Role: llm.System, Content: "rules"},
		{Role: llm.Assistant, Content: "no"},
		{Role: llm.User, Parts: []llm.Part{{Image: &llm.Image{URL: "https://example.org/a.png"}}, {Text: "क्या?"}, {Image: &llm.Image{Data: []byte("x"), MediaType: "image/webp"}}}},
	}, seen.Messages)
	require.Equal(t, llm.ToolsNone, seen.ToolChoice)

	status, _, _ = post(t, url+"/v1/chat/completions", hello(map[string]any{"response_format": map[string]any{"type": "json_object"}, "tool_choice": map[string]any{"type": "function", "function": map[string]any{"name": "a"}}, "tools": []any{tool("a")}}))
	require.Equal(t, 200, status)
	require.JSONEq(t, `{"type":"object"}`, string(seen.Output.Schema))
	require.EqualValues(t, "a", seen.ToolChoice)
	require.Equal(t, "a", seen.Tools[0].Name)
}

func TestMetrics(t *testing.T) {
	ready := false
	loaded := func() bool { return ready }
	url := serve(t, &llmhttp.Service{Models: []llmhttp.Model{{ID: "a", Model: says("x"), Loaded: loaded}}, Embedders: []llmhttp.Embedder{{ID: "e", Embedder: vectors{2}, Loaded: loaded}}})
	metrics := func() string {
		res, err := http.Get(url + "/metrics")
		require.NoError(t, err)
		defer res.Body.Close()
		defer http.DefaultClient.CloseIdleConnections()
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return string(body)
	}
	require.Contains(t, metrics(), "\nllm_model_loaded 0\n")
	ready = true
	for _, streamed := range []bool{true, false} {
		status, _, _ := post(t, url+"/v1/chat/completions", hello(map[string]any{"model": "a", "stream": streamed}))
		require.Equal(t, 200, status)
	}
	got := metrics()
	require.Contains(t, got, "\nllm_model_loaded 1\n")
	require.Contains(t, got, "\nllm_tokens_generated_total 6\n")
	require.Contains(t, got, "\nllm_inference_duration_seconds_count 2\n")
}
