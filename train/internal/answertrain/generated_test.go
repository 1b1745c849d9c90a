package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// set is a data set of one paragraph and one question.
const set = `{"data":[{"paragraphs":[{"context":"Nal stands in Pur. It is red.","qas":[{"question":"Where does Nal stand?","answers":[{"text":"Pur","answer_start":14}]}]}]}]}`

func TestAModelsAnswersAreCounted(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, delta := range []string{`"delta":{"role":"assistant","content":"Nal stands in Pur."}`, `"delta":{},"finish_reason":"stop"`} {
			_, _ = fmt.Fprintf(w, "data: {\"model\":\"m\",\"choices\":[{\"index\":0,%s}]}\n\n", delta)
		}
		_, _ = fmt.Fprint(w, "data: [DONE]\n\n")
	}))
	defer server.Close()
	data := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(data, "retrieval"), 0o755))
	for _, code := range measured {
		require.NoError(t, os.WriteFile(filepath.Join(data, "retrieval", "xquad-dev."+string(code)+".json"), []byte(set), 0o600))
	}
	var b strings.Builder
	t.Setenv("OPENAI_BASE_URL", "")
	require.NoError(t, generated(t.Context(), data, &b))
	require.Contains(t, b.String(), "no model is measured")
	b.Reset()
	t.Setenv("OPENAI_BASE_URL", server.URL)
	t.Setenv("LLM_MODEL_STANDARD", "m")
	require.NoError(t, generated(t.Context(), data, &b))
	require.Contains(t, b.String(), "en, m, each 10th question:\n  answers 1.000 of the answerable (1), 1.000 of those rightly, and refuses 1.000 of the others\n"+
		"  in the language asked for 1.000, citations that are the source's bytes 1.000")
}
