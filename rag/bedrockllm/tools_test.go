package bedrockllm

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
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

var capital = &llm.Request{
	Messages: []llm.Message{{Role: llm.User, Content: "भारत की राजधानी?"}},
	Output: &llm.Output{Name: "capital", Schema: json.RawMessage(
		`{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}`)},
}

func TestModelKeepsTheContractWithEachCapability(t *testing.T) {
	image := *greeting
	image.Messages = []llm.Message{{Role: llm.User, Content: "यह क्या है?", Parts: []llm.Part{
		{Image: &llm.Image{Data: []byte("\x89PNG"), MediaType: "image/png"}}, {Text: "संक्षेप में"}}}}
	called := []string{begin, toolStart(0, "tooluse_7", "weather"), toolDelta(0, ""), toolDelta(0, `{"city":`), toolDelta(0, `"आगरा"}`), stop("tool_use"), metadata}
	filled := []string{begin, toolStart(0, "tooluse_8", "capital"), toolDelta(0, `{"city":"न`), toolDelta(0, `ई दिल्ली"}`), stop("tool_use"), metadata}
	written := []string{begin, textDelta(`{"city":`), textDelta(`"नई दिल्ली"}`), stop("end_turn"), metadata}
	for name, c := range map[string]struct {
		req    *llm.Request
		opts   *Options
		whole  answer
		events []string
	}{
		"tools":           {weather, nil, converse("tool_use", toolBlock("tooluse_7", "weather", `{"city":"आगरा"}`)), called},
		"JSON by a form":  {capital, nil, converse("tool_use", toolBlock("tooluse_8", "capital", `{"city":"नई दिल्ली"}`)), filled},
		"structured JSON": {capital, &Options{StructuredOutput: true}, converse("end_turn", textBlock(`{"city":"नई दिल्ली"}`)), written},
		"images":          {&image, nil, converse("end_turn", textBlock("ताजमहल")), []string{begin, textDelta("ताजमहल"), stop("end_turn"), metadata}},
	} {
		t.Run(name, func(t *testing.T) {
			ragtest.TestModel(t, func(t *testing.T) llm.Model { return echo(t, c.whole, c.events...).model(t, c.opts) }, c.req)
		})
	}
}

func TestAModelCallsATool(t *testing.T) {
	m := echo(t, converse("tool_use", textBlock("देखता हूँ"), toolBlock("tooluse_7", "weather", `{"city":"आगरा"}`), toolBlock("", "weather", `{"city":"दिल्ली"}`)),
		textDelta("देखता हूँ"), toolStart(1, "tooluse_7", "weather"), toolStart(2, "", "weather"), toolDelta(2, `{"city":"दिल्ली"}`), toolDelta(1, `{"city":"आगरा"}`),
		stop("tool_use")).model(t, nil)
	want := []llm.ToolCall{{ID: "tooluse_7", Name: "weather", Arguments: json.RawMessage(`{"city":"आगरा"}`)},
		{ID: "call_1", Name: "weather", Arguments: json.RawMessage(`{"city":"दिल्ली"}`)}}
	res, err := m.Generate(t.Context(), weather)
	require.NoError(t, err)
	require.Equal(t, llm.ToolUse, res.Finish)
	require.Equal(t, "देखता हूँ", res.Text)
	require.Equal(t, want, res.Calls)
	require.Equal(t, weather.Prompt, res.Prompt)

	var given []llm.ToolCall
	for d, err := range m.Stream(t.Context(), weather) {
		require.NoError(t, err)
		if d.Call != nil {
			given = append(given, *d.Call)
		}
	}
	require.Equal(t, want, given)
}

func TestAWholeConversationIsPutIntoConversesForm(t *testing.T) {
	s := newServer(t, converse("end_turn", textBlock("बारिश")))
	png := llm.Part{Image: &llm.Image{Data: []byte("png"), MediaType: "image/png"}}
	req := *weather
	req.ToolChoice = "weather"
	req.Messages = []llm.Message{
		{Role: llm.System, Content: "एक"},
		{Role: llm.User, Content: "आगरा का मौसम?", Parts: []llm.Part{png, {Audio: &llm.Audio{Data: []byte("wav"), Format: "wav"}}, {Text: "और दिल्ली का?"}}},
		{Role: llm.User, Content: " \n", Parts: []llm.Part{{Text: "कृपया"}}},
		{Role: llm.System, Content: "दो"},
		{Role: llm.Assistant, Calls: []llm.ToolCall{{ID: "a", Name: "weather", Arguments: json.RawMessage(`{"z":1,"b":12345678901234567890}`)}, {ID: "b", Name: "weather"}}},
		{Role: llm.ToolRole, CallID: "a", Content: "rain", Parts: []llm.Part{{Image: &llm.Image{Data: []byte("jpg"), MediaType: "image/jpg"}}}},
		{Role: llm.ToolRole, CallID: "b"},
	}
	res, err := s.model(t, nil).Generate(t.Context(), &req)
	require.NoError(t, err)
	require.Equal(t, "बारिश", res.Text)
	sent, err := json.Marshal(s.requests()[0].body)
	require.NoError(t, err)
	b64 := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	require.JSONEq(t, `{
		"system":[{"text":"एक"},{"text":"दो"}],
		"messages":[
			{"role":"user","content":[{"text":"आगरा का मौसम?"},{"image":{"format":"png","source":{"bytes":"`+b64("png")+`"}}},
				{"audio":{"format":"wav","source":{"bytes":"`+b64("wav")+`"}}},{"text":"और दिल्ली का?"},{"text":"कृपया"}]},
			{"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"weather","input":{"z":1,"b":12345678901234567890}}},{"toolUse":{"toolUseId":"b","name":"weather","input":{}}}]},
			{"role":"user","content":[{"toolResult":{"toolUseId":"a","content":[{"text":"rain"},{"image":{"format":"jpeg","source":{"bytes":"`+b64("jpg")+`"}}}]}},
				{"toolResult":{"toolUseId":"b","content":[]}}]}],
		"inferenceConfig":{"temperature":0},
		"toolConfig":{"toolChoice":{"tool":{"name":"weather"}},"tools":[{"toolSpec":{"name":"weather","description":"of a city",
			"inputSchema":{"json":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}}}}]}}`, string(sent))
}

// toolConfig gives the names and the choice of what was sent.
func toolConfig(r request) string {
	config, _ := r.body["toolConfig"].(map[string]any)
	if config == nil {
		return "none"
	}
	var names []string
	for _, t := range config["tools"].([]any) {
		names = append(names, t.(map[string]any)["toolSpec"].(map[string]any)["name"].(string))
	}
	choice, _ := json.Marshal(config["toolChoice"])
	return fmt.Sprintf("%s %s", strings.Join(names, ","), choice)
}

func TestToolsAndOutputAreOffered(t *testing.T) {
	used := []llm.Message{{Role: llm.User, Content: "?"}, {Role: llm.Assistant, Calls: []llm.ToolCall{{ID: "a", Name: "old"}, {ID: "b", Name: "old"}}},
		{Role: llm.ToolRole, CallID: "a", Content: "x"}, {Role: llm.ToolRole, CallID: "b", Content: "y"}}
	output := func(name string) *llm.Output {
		return &llm.Output{Name: name, Schema: json.RawMessage(`{"type":"object"}`)}
	}
	for name, c := range map[string]struct {
		choice llm.ToolChoice
		tools  []llm.Tool
		output *llm.Output
		used   bool
		want   string
	}{
		"the model chooses":                     {"", weather.Tools, nil, false, `weather null`},
		"it chooses, in words":                  {llm.ToolsAuto, weather.Tools, nil, false, `weather {"auto":{}}`},
		"it must call one":                      {llm.ToolsRequired, weather.Tools, nil, false, `weather {"any":{}}`},
		"it must call this one":                 {"weather", weather.Tools, nil, false, `weather {"tool":{"name":"weather"}}`},
		"it must not":                           {llm.ToolsNone, weather.Tools, nil, false, `none`},
		"it must not, and did":                  {llm.ToolsNone, weather.Tools, nil, true, `old null`},
		"it may not any more":                   {"", nil, nil, true, `old null`},
		"a form":                                {"", nil, output("o"), false, `o {"any":{}}`},
		"a form that is called as a choice is":  {"", nil, output("auto"), false, `auto {"any":{}}`},
		"a form or a tool":                      {"", weather.Tools, output("o"), false, `weather,o {"any":{}}`},
		"a form whose name is taken":            {"", weather.Tools, output("weather"), false, `weather,answer_1 {"any":{}}`},
		"a form, and no tool":                   {llm.ToolsNone, weather.Tools, output("o"), false, `o {"any":{}}`},
		"a tool, whatever form is wished":       {llm.ToolsRequired, weather.Tools, output("o"), false, `weather {"any":{}}`},
		"this tool, whatever form is wished":    {"weather", weather.Tools, output("o"), false, `weather {"tool":{"name":"weather"}}`},
		"a form in a conversation with a tool":  {"", nil, output("o"), true, `o {"any":{}}`},
		"nothing":                               {"", nil, nil, false, `none`},
		"a choice of none of no declared tools": {llm.ToolsNone, nil, nil, false, `none`},
	} {
		s := newServer(t, converse("max_tokens", textBlock("{}")))
		req := &llm.Request{Messages: greeting.Messages, Tools: c.tools, ToolChoice: c.choice, Output: c.output}
		if c.used {
			req.Messages = used
		}
		_, err := s.model(t, nil).Generate(t.Context(), req)
		require.NoError(t, err, name)
		require.Equal(t, c.want, toolConfig(s.requests()[0]), name)
	}
}

func TestStructuredOutputIsConfigured(t *testing.T) {
	s := newServer(t, converse("end_turn", textBlock(`{"city":"x"}`)))
	req := *capital
	req.Tools = weather.Tools
	res, err := s.model(t, &Options{StructuredOutput: true}).Generate(t.Context(), &req)
	require.NoError(t, err)
	require.Equal(t, `{"city":"x"}`, res.Text)
	require.Equal(t, map[string]any{"textFormat": map[string]any{"type": "json_schema", "structure": map[string]any{"jsonSchema": map[string]any{
		"name": "capital", "schema": string(capital.Output.Schema)}}}}, s.requests()[0].body["outputConfig"])
	require.Equal(t, "weather null", toolConfig(s.requests()[0]))
}

func TestAFormIsHidden(t *testing.T) {
	// a model that thinks aloud before it fills in the form
	m := echo(t, converse("tool_use", textBlock("I think"), toolBlock("t", "capital", `{"city":"दिल्ली"}`)),
		textDelta("I think"), toolStart(1, "t", "capital"), toolDelta(1, `{"city":`), toolDelta(1, `"दिल्ली"}`), stop("tool_use")).model(t, nil)
	res, err := m.Generate(t.Context(), capital)
	require.NoError(t, err)
	require.Equal(t, &llm.Response{Text: `{"city":"दिल्ली"}`, Model: testModel, Finish: llm.Stop, Usage: llm.Usage{Prompt: 12, Completion: 5}}, res)
	pieces, done := follow(t, m, capital)
	require.Equal(t, []string{`{"city":`, `"दिल्ली"}`}, pieces, "it is given as it comes")
	require.Equal(t, llm.Stop, done.Finish)
	require.Empty(t, done.Calls)

	// one that just says it
	m = echo(t, converse("end_turn", textBlock(`{"city":"दिल्ली"}`)), textDelta(`{"city":`), textDelta(`"दिल्ली"}`), stop("end_turn")).model(t, nil)
	res, err = m.Generate(t.Context(), capital)
	require.NoError(t, err)
	require.Equal(t, `{"city":"दिल्ली"}`, res.Text)
	pieces, _ = follow(t, m, capital)
	require.Equal(t, []string{`{"city":"दिल्ली"}`}, pieces)

	// one that calls a tool of the caller's instead
	req := *capital
	req.Tools = weather.Tools
	m = echo(t, converse("tool_use", toolBlock("t", "weather", `{"city":"दिल्ली"}`))).model(t, nil)
	res, err = m.Generate(t.Context(), &req)
	require.NoError(t, err)
	require.Equal(t, llm.ToolUse, res.Finish)
	require.Len(t, res.Calls, 1)
}

// follow gives the pieces and the end of a stream that works.
func follow(t *testing.T, m *Model, req *llm.Request) (pieces []string, done *llm.Response) {
	for d, err := range m.Stream(t.Context(), req) {
		require.NoError(t, err)
		if d.Done == nil {
			pieces = append(pieces, d.Text)
		}
		done = d.Done
	}
	return pieces, done
}

func TestAnOutputThatIsNoObjectIsWrapped(t *testing.T) {
	tree := &llm.Request{Messages: greeting.Messages, Output: &llm.Output{Name: "tree", Schema: json.RawMessage(
		`{"$ref":"#/$defs/tree","$defs":{"tree":{"type":"array","items":{"$ref":"#/$defs/tree"}}}}`)}}
	m := echo(t, converse("tool_use", toolBlock("t", "tree", `{"value":[[],[[]]]}`)),
		toolStart(0, "t", "tree"), toolDelta(0, `{"value": [[],`), toolDelta(0, `[[]]]}`), stop("tool_use")).model(t, nil)
	res, err := m.Generate(t.Context(), tree)
	require.NoError(t, err)
	require.Equal(t, `[[],[[]]]`, res.Text)
	pieces, done := follow(t, m, tree)
	require.Equal(t, []string{`[[],[[]]]`}, pieces, "it cannot be given as it comes")
	require.Equal(t, `[[],[[]]]`, done.Text)

	s := newServer(t, converse("tool_use", toolBlock("t", "tree", `{"value":"x"}`)), converse("tool_use", toolBlock("t", "tree", `{"other":[]}`)))
	for range 2 {
		_, err = s.model(t, nil).Generate(t.Context(), tree)
		require.ErrorIs(t, err, llm.ErrOutput)
	}
	sent := s.requests()[0].body["toolConfig"].(map[string]any)["tools"].([]any)[0].(map[string]any)["toolSpec"].(map[string]any)["inputSchema"].(map[string]any)["json"]
	text, err := json.Marshal(sent)
	require.NoError(t, err)
	require.JSONEq(t, `{"type":"object","required":["value"],"additionalProperties":false,"properties":{"value":{"$ref":"#/properties/value/$defs/tree",
		"$defs":{"tree":{"type":"array","items":{"$ref":"#/properties/value/$defs/tree"}}}}}}`, string(text))
}

func TestAWrappedSchemaKeepsItsNumbers(t *testing.T) {
	require.Contains(t, string(wrap([]byte(`{"enum":[9007199254740993]}`))), "[9007199254740993]")
}

func TestAnswersThatAreNotOfTheRequest(t *testing.T) {
	many := make([]string, maxCalls+1)
	for i := range many {
		many[i] = toolBlock("t", "weather", `{"city":"x"}`)
	}
	for name, c := range map[string]struct {
		req   *llm.Request
		a     answer
		cause error
	}{
		"a tool that nobody declared":  {weather, converse("tool_use", toolBlock("t", "rm_rf", `{}`)), llm.ErrUndeclaredTool},
		"a tool where none was":        {greeting, converse("tool_use", toolBlock("t", "weather", `{"city":"x"}`)), llm.ErrUndeclaredTool},
		"arguments of another schema":  {weather, converse("tool_use", toolBlock("t", "weather", `{"town":"x"}`)), llm.ErrArguments},
		"arguments that are no object": {weather, converse("tool_use", toolBlock("t", "weather", `["x"]`)), llm.ErrArguments},
		"no arguments":                 {weather, converse("tool_use", `{"toolUse":{"toolUseId":"t","name":"weather"}}`), llm.ErrArguments},
		"a text that is no JSON":       {capital, converse("end_turn", textBlock("नई दिल्ली")), llm.ErrOutput},
		"a form of another schema":     {capital, converse("tool_use", toolBlock("t", "capital", `{"town":1}`)), llm.ErrOutput},
		"a form filled in twice":       {capital, converse("tool_use", toolBlock("t", "capital", `{"city":"a"}`), toolBlock("u", "capital", `{"city":"b"}`)), llm.ErrOutput},
		"a form that was cut off":      {capital, converse("max_tokens", toolBlock("t", "capital", `{}`)), llm.ErrOutput},
		"too many calls":               {weather, converse("tool_use", many...), nil},
	} {
		s := newServer(t, c.a)
		_, err := s.model(t, nil).Generate(t.Context(), c.req)
		require.Equal(t, fault.Upstream, fault.CodeOf(err), name)
		if c.cause != nil {
			require.ErrorIs(t, err, c.cause, name)
		}
	}
	cut := echo(t, answer{}, toolStart(0, "t", "weather"), toolDelta(0, `{"ci`), stop("max_tokens")).model(t, nil)
	var last error
	for _, err := range cut.Stream(t.Context(), weather) {
		last = err
	}
	require.ErrorIs(t, last, llm.ErrArguments)
}

func TestRequestsThatAreNotSent(t *testing.T) {
	image := func(i llm.Image) llm.Message { return llm.Message{Role: llm.User, Parts: []llm.Part{{Image: &i}}} }
	for name, messages := range map[string][]llm.Message{
		"an image by its address":    {image(llm.Image{URL: "https://example.org/a.png"})},
		"an image of another type":   {image(llm.Image{Data: []byte("x"), MediaType: "image/tiff"})},
		"a stranger's message":       {{Role: "stranger", Content: "x"}},
		"blank messages":             {{Role: llm.User, Content: " \n"}, {Role: llm.Assistant}},
		"the system alone":           {{Role: llm.System, Content: "x"}},
		"a picture by the system":    {{Role: llm.System, Parts: image(llm.Image{Data: []byte("x"), MediaType: "image/png"}).Parts}},
		"a recording by a tool":      {{Role: llm.ToolRole, CallID: "a", Parts: []llm.Part{{Audio: &llm.Audio{Data: []byte("x"), Format: "wav"}}}}},
		"a tool's image by address":  {{Role: llm.ToolRole, CallID: "a", Parts: image(llm.Image{URL: "https://example.org/a.png"}).Parts}},
		"a call without JSON":        {{Role: llm.Assistant, Calls: []llm.ToolCall{{Name: "a", Arguments: json.RawMessage("{")}}}},
		"an assistant's image of it": {{Role: llm.Assistant, Parts: image(llm.Image{URL: "https://example.org/a.png"}).Parts}},
	} {
		s := newServer(t)
		_, err := s.model(t, nil).Generate(t.Context(), &llm.Request{Messages: messages})
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), name)
		var streamed error
		for _, streamed = range s.model(t, nil).Stream(t.Context(), &llm.Request{Messages: messages}) {
		}
		require.True(t, errors.Is(streamed, &fault.Error{Code: fault.InvalidRequest}), name)
		require.Empty(t, s.requests())
	}
}
