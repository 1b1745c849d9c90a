package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/examples/internal/programtest"
	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/sharedcache"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translatetest"
)

// TestMain fails when a test leaves a goroutine behind.
func TestMain(m *testing.M) {
	redis.SetLogger(sharedcache.Quiet{})
	goleak.VerifyTestMain(m)
}

// server is a service that answers a test's requests.
type server struct{ programtest.Server }

// environment sets the variables that a service reads. Apertium is not found where
// PATH is not given.
func environment(tb testing.TB, env map[string]string) {
	tb.Setenv("PATH", "")
	programtest.Environment(tb, env)
}

// start runs a service on a free port. It stops with the test.
func start(tb testing.TB, env map[string]string) *server {
	tb.Helper()
	environment(tb, env)
	return &server{programtest.Start(tb, run)}
}

// check is a part of the answer of /health.
type check struct {
	Status   string `json:"status"`
	Critical *bool  `json:"critical"`
	Error    string `json:"error"`
}

// health gives the checks of /health, and whether the service is healthy.
func (s *server) health() (healthy bool, checks map[string]check) {
	s.TB.Helper()
	status, body := s.Call("GET", "/health", "")
	var report struct {
		Status  string           `json:"status"`
		Service string           `json:"service"`
		Checks  map[string]check `json:"checks"`
	}
	require.NoError(s.TB, json.Unmarshal(body, &report), string(body))
	require.Equal(s.TB, "translation-service", report.Service)
	require.Equal(s.TB, report.Status == "healthy", status == 200)
	return status == 200, report.Checks
}

// modelServer speaks OpenAI's protocol and pretends to translate into
// Devanagari: each text of the list that it is given becomes its echo.
type modelServer struct {
	url   string
	calls atomic.Int32
}

func newModelServer(tb testing.TB) *modelServer {
	m := &modelServer{}
	server := httptest.NewServer(m)
	tb.Cleanup(server.Close)
	m.url = server.URL + "/v1"
	return m
}

func (m *modelServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.calls.Add(1)
	var chat struct {
		Messages []struct{ Content string } `json:"messages"`
	}
	var texts []struct {
		ID   int    `json:"id"`
		Text string `json:"text"`
	}
	if err := json.NewDecoder(r.Body).Decode(&chat); err != nil || json.Unmarshal([]byte(chat.Messages[1].Content), &texts) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	for i := range texts {
		texts[i].Text = translatetest.Echo(texts[i].Text, lang.Devanagari)
	}
	said, _ := json.Marshal(texts)
	quoted, _ := json.Marshal(string(said))
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"id":"c","object":"chat.completion","model":"scripted","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":%s}}]}`, quoted)
}

// withModel are the variables of a service that translates by m.
func withModel(m *modelServer) map[string]string {
	return map[string]string{"OPENAI_BASE_URL": m.url, "LLM_MODEL_STANDARD": "scripted"}
}

func TestSettings(t *testing.T) {
	environment(t, nil)
	t.Setenv("APP_PORT", "")
	t.Setenv("TRANSLATION_MODLE", "x")
	cfg, slips, err := load(t.Context())
	require.NoError(t, err)
	require.Equal(t, 8004, cfg.App.Port)
	require.Equal(t, config.Redis{Port: 6379, DBSession: 2, DBTranslation: 3}, cfg.Redis)
	require.Equal(t, 24*time.Hour, cfg.Translation.CacheTTL)
	require.Len(t, slips, 1)
	require.Contains(t, slips[0].String(), "TRANSLATION_MODEL")

	t.Setenv("TRANSLATION_BHASHINI_USER_ID", "somebody")
	t.Setenv("TRANSLATION_CACHE_TTL_SECONDS", "1h")
	_, _, err = load(t.Context())
	require.ErrorContains(t, err, "TRANSLATION_CACHE_TTL_SECONDS")
	t.Setenv("TRANSLATION_CACHE_TTL_SECONDS", "")
	_, _, err = load(t.Context())
	require.ErrorContains(t, err, "TRANSLATION_BHASHINI_API_KEY")
	t.Setenv("TRANSLATION_BHASHINI_USER_ID", "")
	t.Setenv("TRANSLATION_BHASHINI_API_KEY", "key")
	_, _, err = load(t.Context())
	require.ErrorContains(t, err, "TRANSLATION_BHASHINI_USER_ID")
}

func TestWhatCannotStartSaysWhy(t *testing.T) {
	for variable, value := range map[string]string{"APP_PORT": "many", "REDIS_CA_FILE": "/nowhere/ca.pem", "APP_HOST": "256.0.0.1"} {
		t.Run(variable, func(t *testing.T) {
			environment(t, map[string]string{"REDIS_HOST": "127.0.0.1", "REDIS_SSL": "true"})
			t.Setenv(variable, value)
			require.Error(t, run(t.Context(), io.Discard, io.Discard, nil))
		})
	}
}
