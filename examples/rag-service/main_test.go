package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/examples/internal/programtest"
	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/sharedcache"
)

// TestMain fails when a test leaves a goroutine behind.
func TestMain(m *testing.M) {
	redis.SetLogger(sharedcache.Quiet{})
	goleak.VerifyTestMain(m)
}

// server is a service that answers a test's requests.
type server struct{ programtest.Server }

// environment sets the variables that a service over dir reads.
func environment(tb testing.TB, dir string, env map[string]string) {
	programtest.Environment(tb, env)
	tb.Setenv("APP_DATA_DIR", dir)
}

// start runs a service over dir on a free port. It stops with the test, or by Stop.
func start(tb testing.TB, dir string, env map[string]string) *server {
	tb.Helper()
	environment(tb, dir, env)
	return &server{programtest.Start(tb, run)}
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
	require.Equal(t, config.RAG{EmbeddingModel: "none", ChunkSize: 512, ChunkOverlap: 64, TopK: 5, Candidates: 50, Guard: true, CacheTTL: time.Hour}, cfg.RAG)
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
	var logs programtest.Buffer
	log := observe.NewLogger(&logs, &observe.LogOptions{Service: about.Name})
	(&config.App{Host: "127.0.0.1"}).WarnIfOpen(log)
	require.Empty(t, logs.String())
	(&config.App{Host: "0.0.0.0"}).WarnIfOpen(log)
	require.Contains(t, logs.String(), "without authentication")
}
