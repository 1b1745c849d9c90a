package bedrockllm

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
)

// wire is an HTTP client that answers every request with the same bytes.
type wire []byte

func (w wire) Do(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(w)), Request: r}, nil
}

// on gives a client of the SDK's whose answers are body.
func on(body []byte) *bedrockruntime.Client {
	return bedrockruntime.New(bedrockruntime.Options{Region: testRegion, HTTPClient: wire(body), Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: testKey, SecretAccessKey: testSecret}, nil
		})})
}

// asks are requests of each kind.
var asks = []*llm.Request{greeting, weather, capital,
	{Messages: greeting.Messages, Output: &llm.Output{Name: "list", Schema: json.RawMessage(`{"type":"array"}`)}}}

// held demands of whatever came back that it is one to the request, or a fault with a code.
func held(t *testing.T, req *llm.Request, res *llm.Response, err error) {
	if err != nil {
		require.Nil(t, res)
		require.Equal(t, fault.Upstream, fault.CodeOf(err), "%v", err)
		return
	}
	require.NoError(t, res.Check(req))
	require.NotEmpty(t, res.Finish)
	require.False(t, res.Text == "" && len(res.Calls) == 0 && res.Finish == llm.Stop)
}

// Whatever a service answers is a response to the request or UPSTREAM_ERROR.
func FuzzConverse(f *testing.F) {
	for _, a := range []answer{converse("end_turn", textBlock("नमस्ते")), converse("tool_use", toolBlock("t", "weather", `{"city":"x"}`)),
		converse("tool_use", toolBlock("t", "capital", `{"city":"x"}`)), converse("tool_use", toolBlock("t", "list", `{"value":[1]}`)), converse("max_tokens")} {
		f.Add(a.body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := New(on(body), testModel, nil)
		require.NoError(t, err)
		for _, req := range asks {
			res, err := m.Generate(t.Context(), req)
			held(t, req, res, err)
		}
	})
}

// Whatever bytes come as an event stream, the deltas make up the response that ends
// them, or an error with a code does.
func FuzzStream(f *testing.F) {
	f.Add([]byte(begin + textDelta("नमस्ते") + stop("end_turn") + metadata))
	f.Add([]byte(toolStart(0, "t", "weather") + toolDelta(0, `{"city":"x"}`) + stop("tool_use")))
	f.Add([]byte(toolStart(0, "t", "capital") + toolDelta(0, `{"city":"x"}`) + stop("tool_use")))
	f.Add([]byte(toolStart(0, "t", "list") + toolDelta(0, `{"value":[1]}`) + stop("tool_use")))
	f.Add([]byte(textDelta("x") + exception("throttlingException", "x")))
	f.Fuzz(func(t *testing.T, body []byte) { followAll(t, body) })
}

// FuzzEvents is FuzzStream on frames that are right, so that their payloads are read.
func FuzzEvents(f *testing.F) {
	f.Add("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"x"}}`, "messageStop", `{"stopReason":"end_turn"}`)
	f.Add("contentBlockStart", `{"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"t","name":"weather"}}}`, "contentBlockDelta", `{"contentBlockIndex":0,"delta":{"toolUse":{"input":"{\"city\":1}"}}}`)
	f.Add("metadata", `{"usage":{"inputTokens":12}}`, "song", `{}`)
	f.Fuzz(func(t *testing.T, first, payload, second, more string) {
		if len(first) > 200 || len(second) > 200 {
			return
		}
		followAll(t, []byte(event(first, payload)+event(second, more)+textDelta("y")+stop("end_turn")))
	})
}

func followAll(t *testing.T, body []byte) {
	m, err := New(on(body), testModel, nil)
	require.NoError(t, err)
	for _, req := range asks {
		var text strings.Builder
		var calls []llm.ToolCall
		var done *llm.Response
		var last error
		for d, err := range m.Stream(t.Context(), req) {
			require.Nil(t, done)
			require.NoError(t, last)
			text.WriteString(d.Text)
			if d.Call != nil {
				calls = append(calls, *d.Call)
			}
			done, last = d.Done, err
		}
		require.False(t, done == nil && last == nil)
		if last != nil {
			require.NotEqual(t, fault.Internal, fault.CodeOf(last), "%v", last)
			continue
		}
		held(t, req, done, nil)
		require.Equal(t, done.Text, text.String())
		require.Equal(t, done.Calls, calls)
	}
}

// Whatever a service answers is a vector that can be the model's, or UPSTREAM_ERROR.
func FuzzVectors(f *testing.F) {
	f.Add([]byte(`{"embedding":[1,2]}`))
	f.Add([]byte(`{"embeddings":[[1,2],[3]]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		titan, err := NewTitan(on(body), titanID, &TitanOptions{Dimensions: 256})
		require.NoError(t, err)
		cohere, err := NewCohere(on(body), cohereID, nil)
		require.NoError(t, err)
		for _, e := range []*Embedder{titan, cohere} {
			vectors, err := e.Embed(t.Context(), rag.EmbedPassage, []string{"क"})
			if err != nil {
				require.Equal(t, fault.Upstream, fault.CodeOf(err), "%v", err)
				continue
			}
			require.NoError(t, rag.CheckVectors(e.Model(), 1, vectors))
		}
	})
}

// Whatever a text is, what is left of it is a part of it that the model takes, at its
// beginning or end, and cut between characters.
func FuzzTruncate(f *testing.F) {
	f.Add(strings.Repeat("क्षि", 700))
	f.Add(strings.Repeat("a", 2049))
	f.Add("\xff" + strings.Repeat("é", 3000))
	f.Fuzz(func(t *testing.T, text string) {
		for range 4 {
			text += text
			for _, truncate := range []Truncation{TruncateEnd, TruncateStart, TruncateNone} {
				got, err := (&cohere{truncate: truncate}).fit(text)
				if err != nil {
					require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
					continue
				}
				require.LessOrEqual(t, utf8.RuneCountInString(got), cohereCharacters)
				require.True(t, strings.HasPrefix(text, got) || truncate == TruncateStart && strings.HasSuffix(text, got))
				if utf8.RuneCountInString(text) <= cohereCharacters {
					require.Equal(t, text, got)
				}
			}
		}
	})
}
