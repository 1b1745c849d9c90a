package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

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
type server struct {
	tb     testing.TB
	url    string
	logs   *buffer
	client *http.Client
}

// buffer may be read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// environment sets the variables that a service reads, whatever the surroundings
// of the test say. Apertium is not found where PATH is not given.
func environment(tb testing.TB, env map[string]string) {
	for _, foreign := range []string{"OPENAI_BASE_URL", "OPENAI_API_KEY", "LLM_MODEL_STANDARD", "TRANSLATION_MODEL", "REDIS_HOST", "APP_HOST", "PATH"} {
		tb.Setenv(foreign, "")
	}
	tb.Setenv("APP_PORT", "0")
	for k, v := range env {
		tb.Setenv(k, v)
	}
}

// start runs a service on a free port. It stops with the test.
func start(tb testing.TB, env map[string]string) *server {
	tb.Helper()
	environment(tb, env)
	ctx, cancel := context.WithCancel(context.Background())
	transport := &http.Transport{}
	s := &server{tb: tb, logs: &buffer{}, client: &http.Client{Transport: transport, Timeout: time.Minute}}
	up, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- run(ctx, io.Discard, s.logs, func(addr net.Addr) { up <- "http://" + addr.String() })
	}()
	tb.Cleanup(func() {
		transport.CloseIdleConnections()
		cancel()
		require.NoError(tb, <-ended)
	})
	select {
	case s.url = <-up:
	case err := <-ended:
		ended <- nil
		tb.Fatalf("the service did not start: %v\n%s", err, s.logs)
	case <-time.After(time.Minute):
		tb.Fatal("the service did not start within a minute")
	}
	return s
}

// send sends a request and gives the status and the whole answer.
func (s *server) send(method, path, body string) (int, []byte) {
	s.tb.Helper()
	req, err := http.NewRequestWithContext(s.tb.Context(), method, s.url+path, strings.NewReader(body))
	require.NoError(s.tb, err)
	req.Header.Set("Content-Type", "application/json")
	res, err := s.client.Do(req)
	require.NoError(s.tb, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	require.NoError(s.tb, err)
	return res.StatusCode, data
}

// post sends a body as JSON and gives the answer, which has to be one.
func (s *server) post(path string, body map[string]any) map[string]any {
	s.tb.Helper()
	data, err := json.Marshal(body)
	require.NoError(s.tb, err)
	status, answer := s.send("POST", path, string(data))
	require.Equal(s.tb, 200, status, string(answer))
	var out map[string]any
	require.NoError(s.tb, json.Unmarshal(answer, &out))
	return out
}

// failure is the inside of the contract's error body.
type failure struct {
	Code      string         `json:"code"`
	Message   string         `json:"message"`
	Details   map[string]any `json:"details"`
	RequestID string         `json:"request_id"`
}

// refused demands that a request is answered with the contract's error and nothing else.
func (s *server) refused(method, path, body string) failure {
	s.tb.Helper()
	status, answer := s.send(method, path, body)
	require.GreaterOrEqual(s.tb, status, 400, string(answer))
	var e struct {
		Error failure `json:"error"`
	}
	d := json.NewDecoder(bytes.NewReader(answer))
	d.DisallowUnknownFields()
	require.NoError(s.tb, d.Decode(&e), string(answer))
	require.NotEmpty(s.tb, e.Error.Message)
	require.NotEmpty(s.tb, e.Error.RequestID)
	return e.Error
}

// check is a part of the answer of /health.
type check struct {
	Status   string `json:"status"`
	Critical *bool  `json:"critical"`
	Error    string `json:"error"`
}

// health gives the checks of /health, and whether the service is healthy.
func (s *server) health() (healthy bool, checks map[string]check) {
	s.tb.Helper()
	status, body := s.send("GET", "/health", "")
	var report struct {
		Status  string           `json:"status"`
		Service string           `json:"service"`
		Checks  map[string]check `json:"checks"`
	}
	require.NoError(s.tb, json.Unmarshal(body, &report), string(body))
	require.Equal(s.tb, "translation-service", report.Service)
	require.Equal(s.tb, report.Status == "healthy", status == 200)
	return status == 200, report.Checks
}

// metric gives the value of a metric without labels.
func (s *server) metric(name string) (value float64) {
	s.tb.Helper()
	_, body := s.send("GET", "/metrics", "")
	for line := range strings.Lines(string(body)) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			_, err := fmt.Sscan(rest, &value)
			require.NoError(s.tb, err)
			return value
		}
	}
	s.tb.Fatalf("no metric %s", name)
	return 0
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
