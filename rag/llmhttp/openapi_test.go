package llmhttp_test

import (
	"net/http"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/llmhttp"
)

func TestTheOpenAPIDocumentShowsWhatThereIs(t *testing.T) {
	document := func(s *llmhttp.Service) *openapi3.T {
		res, err := http.Get(serve(t, s) + "/openapi.json")
		require.NoError(t, err)
		defer res.Body.Close()
		defer http.DefaultClient.CloseIdleConnections()
		doc, err := openapi3.NewLoader().LoadFromIoReader(res.Body)
		require.NoError(t, err)
		require.NoError(t, doc.Validate(t.Context()))
		return doc
	}
	doc := document(&llmhttp.Service{Models: []llmhttp.Model{{ID: "a", Model: says("x")}}, Embedders: []llmhttp.Embedder{{ID: "b", Embedder: vectors{2}}}})
	chat := doc.Paths.Find("/v1/chat/completions").Post
	require.Equal(t, []string{"messages"}, chat.RequestBody.Value.Content["application/json"].Schema.Value.Required)
	require.Contains(t, chat.Responses.Value("200").Value.Content, "application/json")
	require.Contains(t, chat.Responses.Value("200").Value.Content, "text/event-stream")
	require.Equal(t, []string{"input"}, doc.Paths.Find("/v1/embeddings").Post.RequestBody.Value.Content["application/json"].Schema.Value.Required)
	require.NotNil(t, doc.Paths.Find("/v1/models/{model}").Get)

	doc = document(&llmhttp.Service{})
	require.Nil(t, doc.Paths.Find("/v1/chat/completions"))
	require.Nil(t, doc.Paths.Find("/v1/embeddings"))
	require.NotNil(t, doc.Paths.Find("/v1/models"))
}
