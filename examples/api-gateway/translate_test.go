package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/akshara-go/akshara/examples/internal/programtest"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/observe/otlptest"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translatehttp"
	"github.com/akshara-go/akshara/translate/translatetest"
)

// translated asks for a translation.
func (s *server) translated(body map[string]any) (got struct {
	Text   string    `json:"translated_text"`
	Source lang.Code `json:"source_language"`
	Target lang.Code `json:"target_language"`
	Kind   string    `json:"kind"`
	Engine string    `json:"engine"`
	Cached bool      `json:"cached"`
}) {
	s.TB.Helper()
	status, answer := s.Call("POST", "/api/v1/translate", body)
	require.Equal(s.TB, 200, status, string(answer))
	require.NoError(s.TB, json.Unmarshal(answer, &got))
	return got
}

func TestTranslateWithoutAnEngine(t *testing.T) {
	s := start(t, t.TempDir(), noSamples)
	got := s.translated(map[string]any{"text": "नमस्ते दुनिया", "target_language": "ur"})
	require.Equal(t, "transliteration", got.Kind, "it is not passed off as a translation")
	require.Equal(t, []lang.Code{"hi", "ur"}, []lang.Code{got.Source, got.Target})
	require.Equal(t, lang.Arabic, lang.ScriptOf(got.Text))
	status, body := s.Call("POST", "/api/v1/translate", map[string]any{"text": "नमस्ते", "source_language": "hi", "target_language": "ta"})
	require.Equal(t, 400, status)
	e := programtest.Envelope(t, body)
	require.Equal(t, "INVALID_LANGUAGE", e.Code)
	require.Contains(t, e.Message, "TRANSLATION_SERVICE_URL")
}

func TestTranslateByTheModel(t *testing.T) {
	var calls atomic.Int32
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		quoted, _ := json.Marshal(`[{"id":1,"text":"संग्रहालय कहाँ है?"}]`)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"id":"c","object":"chat.completion","model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":%s}}]}`, quoted)
	}))
	defer model.Close()
	traces := otlptest.New(t)
	s := start(t, t.TempDir(), map[string]string{"APP_SAMPLE_CORPUS": "false", "OPENAI_BASE_URL": model.URL, "TRANSLATION_MODEL": "m", "OTEL_EXPORTER_OTLP_ENDPOINT": traces.URL})
	for i := range 2 {
		got := s.translated(map[string]any{"text": "Where is the museum?", "target_language": "hi"})
		require.Equal(t, "संग्रहालय कहाँ है?", got.Text)
		require.EqualValues(t, "en", got.Source)
		require.Equal(t, i == 1, got.Cached)
	}
	require.EqualValues(t, 1, calls.Load())
	s.Stop()
	require.True(t, slices.ContainsFunc(traces.Spans(), func(span *tracepb.Span) bool { return span.Name == "chat m" }), "the model is in the trace")
}

func TestTranslateByTheService(t *testing.T) {
	kit := httpkit.New(nil)
	translatehttp.Register(kit, &translatehttp.Service{Translator: &translatetest.Fake{}}, nil)
	service := httptest.NewServer(kit)
	defer service.Close()
	s := start(t, t.TempDir(), map[string]string{"APP_SAMPLE_CORPUS": "false", "TRANSLATION_SERVICE_URL": service.URL})
	got := s.translated(map[string]any{"text": "Where is the museum?", "source_language": "en", "target_language": "bo"})
	require.Equal(t, []string{translatetest.Echo("Where is the museum?", lang.Devanagari), "fake", "brx"}, []string{got.Text, got.Engine, string(got.Target)})
	status, body := s.Call("POST", "/api/v1/translate", map[string]any{"text": translatetest.Poison, "source_language": "en", "target_language": "hi"})
	require.Equal(t, 400, status)
	require.Equal(t, "the engine refuses the text", programtest.Envelope(t, body).Message, "what the service says reaches the asker")

	_, body = s.Call("GET", "/api/v1/health", nil)
	require.Contains(t, string(body), `"translation-service":{"status":"healthy"`)

	service.Close()
	status, body = s.Call("POST", "/api/v1/translate", map[string]any{"text": "Where?", "source_language": "en", "target_language": "hi"})
	require.Equal(t, 503, status)
	e := programtest.Envelope(t, body)
	require.Equal(t, "SERVICE_UNAVAILABLE", e.Code)
	require.NotContains(t, string(body), service.Listener.Addr().String())
}
