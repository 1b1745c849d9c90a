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
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/sharedcache"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translit"
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
	stop   func() // ends it, once; the test's end does so too
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

// environment sets the variables that a service over dir reads, whatever the
// surroundings of the test say.
func environment(tb testing.TB, dir string, env map[string]string) {
	for _, foreign := range []string{"OPENAI_BASE_URL", "OPENAI_API_KEY", "LLM_MODEL_STANDARD", "RAG_EMBEDDING_MODEL", "RAG_TOP_K", "APP_HOST"} {
		tb.Setenv(foreign, "")
	}
	tb.Setenv("APP_DATA_DIR", dir)
	tb.Setenv("APP_PORT", "0")
	for k, v := range env {
		tb.Setenv(k, v)
	}
}

// start runs a service over dir on a free port. It stops with the test, or by stop.
func start(tb testing.TB, dir string, env map[string]string) *server {
	tb.Helper()
	environment(tb, dir, env)
	ctx, cancel := context.WithCancel(context.Background())
	transport := &http.Transport{}
	s := &server{tb: tb, logs: &buffer{}, client: &http.Client{Transport: transport, Timeout: time.Minute}}
	up, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- run(ctx, io.Discard, s.logs, func(addr net.Addr) { up <- "http://" + addr.String() })
	}()
	s.stop = sync.OnceFunc(func() {
		transport.CloseIdleConnections()
		cancel()
		require.NoError(tb, <-ended)
	})
	tb.Cleanup(s.stop)
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

// send sends a request and gives the status and the whole answer. Headers are
// pairs of name and value.
func (s *server) send(method, path, body string, headers ...string) (int, []byte) {
	s.tb.Helper()
	req, err := http.NewRequestWithContext(s.tb.Context(), method, s.url+path, strings.NewReader(body))
	require.NoError(s.tb, err)
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
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
func (s *server) refused(method, path, body string, headers ...string) failure {
	s.tb.Helper()
	status, answer := s.send(method, path, body, headers...)
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

// modelServer speaks OpenAI's protocol: its embeddings are a direction of their
// own for each text, and its answer is what the test says.
func modelServer(tb testing.TB, answer string) (base string, embedded *atomic.Int32) {
	tb.Helper()
	embedded = &atomic.Int32{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/embeddings", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Input []string }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		var list []string
		for i, text := range in.Input {
			embedded.Add(1)
			list = append(list, fmt.Sprintf(`{"object":"embedding","index":%d,"embedding":[1,%d,%d]}`, i, len(text)%7, len(text)%11))
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"object":"list","model":"m","data":[%s]}`, strings.Join(list, ","))
	})
	mux.HandleFunc("POST /v1/chat/completions", func(w http.ResponseWriter, _ *http.Request) {
		quoted, _ := json.Marshal(answer)
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprintf(w, "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":%s},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n", quoted)
	})
	server := httptest.NewServer(mux)
	tb.Cleanup(server.Close)
	return server.URL + "/v1", embedded
}

func TestSettings(t *testing.T) {
	environment(t, t.TempDir(), nil)
	t.Setenv("APP_PORT", "")
	t.Setenv("RAG_TOP_KAY", "x")
	cfg, slips, err := load(t.Context())
	require.NoError(t, err)
	require.Equal(t, 8001, cfg.App.Port)
	require.Equal(t, config.RAG{ChunkSize: 512, ChunkOverlap: 64, TopK: 5, Candidates: 50, Guard: true, CacheTTL: time.Hour}, cfg.RAG)
	require.Len(t, slips, 1)
	require.Contains(t, slips[0].String(), "RAG_TOP_K")
}

func TestWhatCannotStartSaysWhy(t *testing.T) {
	taken := t.TempDir() + "/file"
	require.NoError(t, os.WriteFile(taken, nil, 0o600))
	for variable, value := range map[string]string{"APP_PORT": "many", "APP_HOST": "256.0.0.1", "APP_DATA_DIR": taken, "RAG_EMBEDDING_MODEL": "m"} {
		t.Run(variable, func(t *testing.T) {
			environment(t, t.TempDir(), map[string]string{"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"})
			t.Setenv(variable, value)
			require.Error(t, run(t.Context(), io.Discard, io.Discard, nil))
		})
	}
}

func TestASecretThatCannotBeFetchedStopsTheStart(t *testing.T) {
	environment(t, t.TempDir(), map[string]string{
		"OPENAI_API_KEY": "aws-sm://models#key", "AWS_REGION": "ap-south-1", "AWS_CONFIG_FILE": "none", "AWS_SHARED_CREDENTIALS_FILE": "none",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "",
	})
	_, _, err := load(t.Context())
	require.ErrorContains(t, err, "OPENAI_API_KEY")
}

func TestAServiceThatOthersReachWarns(t *testing.T) {
	var logs buffer
	log := observe.NewLogger(&logs, &observe.LogOptions{Service: about.Name})
	(&config.App{Host: "127.0.0.1"}).WarnIfOpen(log)
	require.Empty(t, logs.String())
	(&config.App{Host: "0.0.0.0"}).WarnIfOpen(log)
	require.Contains(t, logs.String(), "without authentication")
}

func TestWordsThatNoModelReadsHaveNoSpellings(t *testing.T) {
	speller := spell(translit.New(nil))
	none, err := speller(t.Context(), "raj", lang.English)
	require.NoError(t, err)
	require.Empty(t, none)
	some, err := speller(t.Context(), "rajdhani", lang.Hindi)
	require.NoError(t, err)
	require.LessOrEqual(t, len(some), spellings)
	require.Equal(t, "राजधानी", some[0].Text)
}
