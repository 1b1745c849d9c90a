package raghttp_test

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/raghttp"
)

func TestTheOpenAPIDocumentShowsWhatThereIs(t *testing.T) {
	document := func(s *raghttp.Service) *openapi3.T {
		_, body := send(t, "GET", serve(t, newKit(s, nil))+"/openapi.json", "")
		doc, err := openapi3.NewLoader().LoadFromData(body)
		require.NoError(t, err)
		require.NoError(t, doc.Validate(t.Context()))
		return doc
	}
	doc := document(whole(t))
	for path, fields := range map[string][]string{
		"/query": {"query"}, "/search": {"query"}, "/answer": {"message"}, "/answer/stream": {"message"}, "/ingest": {"document_id", "content"},
	} {
		op := doc.Paths.Find(path).Post
		require.NotEmpty(t, op.OperationID, path)
		schema := op.RequestBody.Value.Content["application/json"].Schema.Value
		require.ElementsMatch(t, fields, schema.Required, path)
	}
	require.NotNil(t, doc.Paths.Find("/suggest").Get)
	require.NotNil(t, doc.Paths.Find("/documents/{id}").Get)
	require.NotNil(t, doc.Paths.Find("/documents/{id}").Delete)
	require.Contains(t, doc.Paths.Find("/answer/stream").Post.Responses.Value("200").Value.Content, "text/event-stream")
	require.Nil(t, document(&raghttp.Service{Suggester: whole(t).Suggester}).Paths.Find("/query"))
}
