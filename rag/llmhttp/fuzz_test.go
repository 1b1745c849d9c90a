package llmhttp

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/embed"
)

// FuzzChatRequest demands that any JSON is a request that models can be asked, or INVALID_REQUEST.
func FuzzChatRequest(f *testing.F) {
	for _, body := range []string{
		`{"messages":[{"role":"user","content":"x"}]}`, `{"messages":[{"role":"user","content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"data:image/png;base64,eA=="}}]}]}`,
		`{"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":"x"}],"tool_choice":{"type":"function","function":{"name":"f"}}}`,
		`{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"eA==","format":"wav"}}]}],"stop":[],"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object"}}}}`,
		`{"messages":[{"content":7}],"stop":" [ ] ","tool_choice":"auto"}`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var c chatRequest
		if json.Unmarshal([]byte(body), &c) != nil {
			return
		}
		req, err := c.request()
		if err != nil {
			require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
			return
		}
		require.NoError(t, req.Check())
		require.Len(t, req.Messages, len(c.Messages))
		(&Reader{}).Grounding(req)
	})
}

// FuzzInputs demands that any JSON is a list of texts, none of them empty, or INVALID_REQUEST.
func FuzzInputs(f *testing.F) {
	for _, body := range []string{`"x"`, `["x","query: y"]`, `[1,2]`, `null`, `[" "]`, `[]`} {
		f.Add(body)
	}
	traits := embed.TraitsOf("e5")
	f.Fuzz(func(t *testing.T, body string) {
		texts, err := inputs(json.RawMessage(body))
		if err != nil {
			require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
			return
		}
		require.NotEmpty(t, texts)
		for _, text := range texts {
			_, bare := kindOf(text, "", &traits)
			require.NotEmpty(t, bare)
		}
	})
}
