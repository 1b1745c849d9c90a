package translatehttp_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/translate/translatehttp"
)

func TestTheOpenAPIDocumentShowsWhatThereIs(t *testing.T) {
	document := func(s *translatehttp.Service) *openapi3.T {
		res, err := http.Get(serve(t, newKit(s)) + "/openapi.json")
		require.NoError(t, err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		http.DefaultClient.CloseIdleConnections()
		doc, err := openapi3.NewLoader().LoadFromData(body)
		require.NoError(t, err)
		require.NoError(t, doc.Validate(t.Context()))
		return doc
	}
	doc := document(whole())
	for path, fields := range map[string][]string{
		"/translate":       {"text", "target_language"},
		"/translate/batch": {"texts", "target_language"},
		"/detect":          {"text"},
		"/transliterate":   {"text", "target_script"},
	} {
		op := doc.Paths.Find(path).Post
		require.NotEmpty(t, op.OperationID, path)
		schema := op.RequestBody.Value.Content["application/json"].Schema.Value
		require.ElementsMatch(t, fields, schema.Required, path)
	}
	require.Nil(t, document(&translatehttp.Service{Translator: fake()}).Paths.Find("/detect"))
}
