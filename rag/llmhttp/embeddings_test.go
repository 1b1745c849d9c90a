package llmhttp_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llmhttp"
	"github.com/akshara-go/akshara/rag/openaillm"
	"github.com/akshara-go/akshara/rag/ragtest"
)

func embedding(tb testing.TB) string {
	return serve(tb, &llmhttp.Service{Embedders: []llmhttp.Embedder{{ID: "small-e5", Embedder: vectors{3}}}})
}

func TestEmbedderThroughTheClient(t *testing.T) {
	url := embedding(t)
	for name, opts := range map[string]openaillm.EmbedderOptions{
		"prefixes": {Dimensions: 3}, "input type": {Dimensions: 3, InputType: true}, "base64": {Dimensions: 3, Base64: true},
	} {
		t.Run(name, func(t *testing.T) {
			ragtest.TestEmbedder(t, func(t *testing.T) rag.Embedder {
				e, err := openaillm.NewEmbedder(config(t, url), "small-e5", &opts)
				require.NoError(t, err)
				return e
			})
		})
	}
}

func TestEmbeddingsAsNumbersAndAsBase64(t *testing.T) {
	url := embedding(t)
	status, _, body := post(t, url+"/v1/embeddings", map[string]any{"model": "small-e5", "input": []string{"query: abc", "passage: ab", "abcd"}, "dimensions": 3, "user": "u"})
	require.Equal(t, 200, status, string(body))
	require.JSONEq(t, `{"object":"list","model":"small-e5","data":[
		{"object":"embedding","index":0,"embedding":[2,3,0]},{"object":"embedding","index":1,"embedding":[1,2,0]},{"object":"embedding","index":2,"embedding":[1,4,0]}],
		"usage":{"prompt_tokens":19,"total_tokens":19}}`, string(body), "the kind is told by the prefix, which is not embedded twice")

	status, _, body = post(t, url+"/v1/embeddings", map[string]any{"input": "abc", "encoding_format": "base64", "input_type": "query"})
	require.Equal(t, 200, status, string(body))
	var got struct {
		Data []struct{ Embedding string }
	}
	require.NoError(t, json.Unmarshal(body, &got))
	data, err := base64.StdEncoding.DecodeString(got.Data[0].Embedding)
	require.NoError(t, err)
	require.Equal(t, []byte{0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 0, 0}, data)
}

func TestTextsThatCannotBeEmbedded(t *testing.T) {
	url := embedding(t)
	for _, c := range []struct {
		body  any
		code  fault.Code
		field string
	}{
		{"{}", fault.InvalidRequest, "input"}, {map[string]any{"input": nil}, fault.InvalidRequest, "input"}, {map[string]any{"input": 7}, fault.InvalidRequest, "input"},
		{map[string]any{"input": []int{1, 2}}, fault.InvalidRequest, "input"}, {map[string]any{"input": []any{}}, fault.InvalidRequest, "input"},
		{map[string]any{"input": make([]string, llmhttp.MaxInputs+1)}, fault.InvalidRequest, "input"},
		{map[string]any{"input": []string{"a", " "}}, fault.InvalidRequest, "input[1]"},
		{map[string]any{"input": "a", "dimensions": 7}, fault.InvalidRequest, "dimensions"},
		{map[string]any{"input": "a", "encoding_format": "hex"}, fault.InvalidRequest, "encoding_format"},
		{map[string]any{"input": "a", "input_type": "poem"}, fault.InvalidRequest, "input_type"},
		{map[string]any{"input": "a", "model": "text-embedding-3-small"}, fault.NotFound, "model"},
	} {
		_, _, answer := post(t, url+"/v1/embeddings", c.body)
		e := envelope(t, answer)
		require.Equal(t, c.code, e.Code, "%v", c.body)
		require.Equal(t, c.field, e.Details["field"], "%v", c.body)
	}
	status, _, _ := post(t, url+"/v1/embeddings", map[string]any{"input": strings.Repeat("a", llmhttp.MaxEmbeddingBytes)})
	require.Equal(t, 413, status)
}

// given is an embedder that gives whatever it was told to.
type given []rag.Vector

func (given) Model() rag.EmbedModel                                                  { return rag.EmbedModel{Name: "given", Dimensions: 2} }
func (g given) Embed(context.Context, rag.EmbedKind, []string) ([]rag.Vector, error) { return g, nil }

func TestVectorsThatAreNoneAreTheModelsMistake(t *testing.T) {
	for name, bad := range map[string]given{"none": {}, "too many": {{1, 0}, {0, 1}}, "another length": {{1}}, "zero": {{0, 0}}, "no number": {{float32(math.NaN()), 1}}} {
		url := serve(t, &llmhttp.Service{Embedders: []llmhttp.Embedder{{ID: "small-e5", Embedder: bad}}})
		_, _, answer := post(t, url+"/v1/embeddings", map[string]any{"input": "a"})
		require.Equal(t, fault.Upstream, envelope(t, answer).Code, name)
	}
}
