package main

import (
	"context"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
)

// set is a data set of one paragraph and one question.
const set = `{"data":[{"paragraphs":[{"context":"Nal stands in Pur. It is red.","qas":[{"question":"Where does Nal stand?","answers":[{"text":"Pur","answer_start":14}]}]}]}]}`

// folder holds a data set for every measured language.
func folder(t *testing.T, set string) string {
	data := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(data, "retrieval"), 0o755))
	for _, code := range measured {
		require.NoError(t, os.WriteFile(filepath.Join(data, "retrieval", "xquad-dev."+string(code)+".json"), []byte(set), 0o600))
	}
	return data
}

// chatServer has a model that says that Nal stands in Pur.
func chatServer(t *testing.T) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, delta := range []string{`"delta":{"role":"assistant","content":"Nal stands in Pur."}`, `"delta":{},"finish_reason":"stop"`} {
			_, _ = fmt.Fprintf(w, "data: {\"model\":\"m\",\"choices\":[{\"index\":0,%s}]}\n\n", delta)
		}
		_, _ = fmt.Fprint(w, "data: [DONE]\n\n")
	}))
	t.Cleanup(server.Close)
	return server
}

func TestAModelsAnswersAreCounted(t *testing.T) {
	data := folder(t, set)
	var b strings.Builder
	t.Setenv("OPENAI_BASE_URL", "")
	require.NoError(t, generated(t.Context(), data, 10, &b))
	require.Contains(t, b.String(), "no model is measured")
	b.Reset()
	t.Setenv("OPENAI_BASE_URL", chatServer(t).URL)
	t.Setenv("LLM_MODEL_STANDARD", "m")
	require.NoError(t, generated(t.Context(), data, 10, &b))
	require.Contains(t, b.String(), "en, m, one in 10 of the questions:\n  answers 1.000 of the answerable (1), 1.000 of those rightly, and refuses 1.000 of the others\n"+
		"  in the language asked for 1.000, citations that are the source's bytes 1.000")
}

// A model that cannot take a prompt answers nothing; where nothing is found it is not asked.
func TestAModelsFailuresAreCounted(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprint(w, `{"error":{"code":400,"message":"too long","type":"exceed_context_size_error"}}`)
	}))
	defer server.Close()
	t.Setenv("OPENAI_BASE_URL", server.URL)
	t.Setenv("LLM_MODEL_STANDARD", "m")
	var b strings.Builder
	require.NoError(t, generated(t.Context(), folder(t, set), 1, &b))
	require.Contains(t, b.String(), "  the model failed 1 of 2 times, which count as neither answered nor refused; at first: ")
	require.Contains(t, b.String(), llm.ErrContextOverflow.Error())
	require.Contains(t, b.String(), "answers 0.000 of the answerable (1), 0.000 of those rightly, and refuses 1.000 of the others")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, generated(ctx, folder(t, set), 1, &b), context.Canceled)
}

// lengths embeds a text by its length.
type lengths struct{}

func (lengths) Model() rag.EmbedModel { return rag.EmbedModel{Name: "lengths", Dimensions: 2} }

func (lengths) Embed(_ context.Context, _ rag.EmbedKind, texts []string) (out []rag.Vector, err error) {
	for _, text := range texts {
		out = append(out, rag.Vector{1, float32(len(text))})
	}
	return out, nil
}

func TestWeightsThatAreNoneAreRefused(t *testing.T) {
	require.ErrorIs(t, start(t.Context(), "", "", filepath.Join(t.TempDir(), "none"), 1, io.Discard), os.ErrNotExist)
	path := filepath.Join(t.TempDir(), "weights")
	require.NoError(t, os.WriteFile(path, []byte("no weights"), 0o600))
	require.Error(t, start(t.Context(), "", "", path, 1, io.Discard))
}

func TestTheCommandMeasuresAndLearns(t *testing.T) {
	t.Setenv("OPENAI_BASE_URL", "")
	var list []string
	for _, place := range []string{"Naram", "Purev", "Kolid", "Maven", "Tesig", "Bhorun"} { // an article for each part
		list = append(list, fmt.Sprintf(`{"paragraphs":[{"context":"%[1]s is %[1]sian.","qas":[{"question":"%[1]s?","answers":[{"text":"%[1]sian","answer_start":%[2]d}]}]}]}`,
			place, len(place)+4))
	}
	data := folder(t, `{"data":[`+strings.Join(list, ",")+`]}`)
	var b strings.Builder
	require.NoError(t, start(t.Context(), data, "", "", 1, &b))
	for _, code := range measured {
		require.Contains(t, b.String(), fmt.Sprintf("\n%s, by words alone, the weights in the source:\n", code))
		require.Contains(t, b.String(), fmt.Sprintf("\n%s, by words alone, cross-validated over %d parts of the articles:\n", code, parts))
	}
	require.Contains(t, b.String(), "no model is measured")
	b.Reset()
	v := newVectors(lengths{})
	require.NoError(t, run(t.Context(), data, "", v, 1, &b))
	for _, code := range measured {
		require.Contains(t, b.String(), fmt.Sprintf("\n%s, with vectors, the weights in the source:\n", code))
		require.Contains(t, b.String(), fmt.Sprintf("\n%s, with vectors, cross-validated over %d parts of the articles:\n", code, parts))
	}
	out := t.TempDir()
	require.NoError(t, run(t.Context(), data, out, v, 1, &b))
	for _, name := range []string{"weights.go", "weights_vectors.go"} {
		_, err := parser.ParseFile(token.NewFileSet(), filepath.Join(out, name), nil, parser.AllErrors)
		require.NoError(t, err, "what is learnt is a file of Go")
	}
}

func TestDataThatIsNoneIsRefused(t *testing.T) {
	for set, says := range map[string]string{
		"":            "unexpected end",
		`{"data":[]}`: "0 articles",
		set:           "1 articles",
		`{"data":[{"paragraphs":[{"context":"Nal.","qas":[{"question":"Who?","answers":[]}]}]}]}`:                                 `"Who?" has no answer`,
		`{"data":[{"paragraphs":[{"context":"Nal.","qas":[{"question":"Who?","answers":[{"text":"x","answer_start":9}]}]}]}]}`:    `"Who?" has no answer`,
		`{"data":[{"paragraphs":[{"context":"Nal.","qas":[{"question":"Who?","answers":[{"text":"x","answer_start":-1}]}]}]}]}`:   `"Who?" has no answer`,
		`{"data":[{"paragraphs":[{"context":"Nal.","qas":[{"question":"Who?","answers":[{"text":"Nala","answer_start":1}]}]}]}]}`: `"Who?" has no answer`,
	} {
		require.ErrorContains(t, run(t.Context(), folder(t, set), "", nil, 1, io.Discard), says)
	}
	require.ErrorIs(t, run(t.Context(), t.TempDir(), "", nil, 1, io.Discard), os.ErrNotExist)
}
