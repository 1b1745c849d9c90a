package httpkit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// secret stands in every inner cause; no answer may hold it.
const secret = "s3cr3t-dsn://user:pw@10.0.0.7"

// logs is a writer that tests read while a server writes.
type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// lines gives the log as decoded objects.
func (l *logs) lines(t *testing.T) []map[string]any {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []map[string]any
	for line := range strings.Lines(l.buf.String()) {
		var m map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &m), line)
		out = append(out, m)
	}
	return out
}

// byRequest waits for the log line of a request.
func (l *logs) byRequest(t *testing.T, id string) map[string]any {
	t.Helper()
	var found map[string]any
	require.Eventually(t, func() bool {
		for _, m := range l.lines(t) {
			if m["request_id"] == id {
				found = m
				return true
			}
		}
		return false
	}, 5*time.Second, 5*time.Millisecond, "no log line for request %s", id)
	return found
}

type echoInput struct {
	Kind string `query:"kind" enum:"a,b" doc:"a kind"`
	Body struct {
		Message string   `json:"message" minLength:"1" maxLength:"200"`
		TopK    int      `json:"top_k" minimum:"1" maximum:"20" default:"5" required:"false"`
		Tags    []string `json:"tags,omitempty" maxItems:"3"`
	}
}

type echoOutput struct {
	Body struct {
		Message string `json:"message"`
		TopK    int    `json:"top_k"`
	}
}

func echo(_ context.Context, in *echoInput) (*echoOutput, error) {
	out := &echoOutput{}
	out.Body.Message, out.Body.TopK = in.Body.Message, in.Body.TopK
	return out, nil
}

type floatOutput struct {
	Body struct {
		Value any `json:"value"`
	}
}

// newKit makes a kit with routes that do right, and every kind of wrong.
func newKit(t testing.TB, tweak func(*httpkit.Options)) (*httpkit.Kit, *logs) {
	t.Helper()
	l := &logs{}
	opts := &httpkit.Options{Service: "test", Version: "1.2.3", MaxBodyBytes: 4096, StallTimeout: 2 * time.Second,
		Logger: observe.NewLogger(l, &observe.LogOptions{Service: "test"})}
	if tweak != nil {
		tweak(opts)
	}
	k := httpkit.New(opts)
	httpkit.Register(k, huma.Operation{OperationID: "echo", Method: "POST", Path: "/echo"}, echo)
	failing := map[string]error{
		"fault":    fault.Wrap(errors.New(secret), fault.Duplicate, "this is here already", fault.Details{"field": "id"}),
		"limited":  fault.New(fault.RateLimitExceeded, "slow down", nil).WithRetryAfter(1500 * time.Millisecond),
		"plain":    errors.New(secret),
		"deadline": errors.Join(errors.New(secret), context.DeadlineExceeded),
		"huma":     huma.Error404NotFound("no such thing", errors.New(secret)),
	}
	for name, err := range failing {
		httpkit.Register(k, huma.Operation{OperationID: "typed-" + name, Method: "GET", Path: "/typed/" + name},
			func(context.Context, *struct{}) (*struct{}, error) { return nil, err })
		huma.Register(k.API, huma.Operation{OperationID: "bare-" + name, Method: "GET", Path: "/bare/" + name},
			func(context.Context, *struct{}) (*struct{}, error) { return nil, err })
		k.Handle("GET /raw/"+name, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			httpkit.WriteError(w, r, err)
		}))
	}
	httpkit.Register(k, huma.Operation{OperationID: "unmarshallable", Method: "GET", Path: "/unmarshallable"},
		func(context.Context, *struct{}) (*floatOutput, error) {
			out := &floatOutput{}
			out.Body.Value = func() {}
			return out, nil
		})
	httpkit.Register(k, huma.Operation{OperationID: "typed-panic", Method: "GET", Path: "/typed/panic"},
		func(context.Context, *struct{}) (*struct{}, error) { panic(secret) })
	k.Handle("GET /raw/panic", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(secret) }))
	k.Handle("GET /raw/panic-late", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("first byte"))
		w.(http.Flusher).Flush()
		panic(secret)
	}))
	k.Handle("GET /raw/http-error", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, secret, http.StatusTeapot)
	}))
	k.HandleOperation(huma.Operation{OperationID: "upload", Method: "POST", Path: "/upload", MaxBodyBytes: 8192,
		RequestBody: httpkit.MultipartBody(httpkit.Part{Name: "file", File: true, Required: true}, httpkit.Part{Name: "title"}),
		Responses:   httpkit.JSONResponse[map[string]int64](k, 201, "stored")},
		http.HandlerFunc(upload))
	return k, l
}

// upload reads a multipart form as it comes.
func upload(w http.ResponseWriter, r *http.Request) {
	parts, err := r.MultipartReader()
	if err != nil {
		httpkit.WriteError(w, r, fault.Wrap(err, fault.InvalidRequest, "the body is not a multipart form", nil))
		return
	}
	var n int64
	for {
		p, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err == nil {
			var m int64
			m, err = io.Copy(io.Discard, p)
			n += m
		}
		if err != nil {
			httpkit.WriteError(w, r, fault.Wrap(err, fault.InvalidRequest, "the form cannot be read", nil))
			return
		}
	}
	httpkit.WriteJSON(w, r, http.StatusCreated, map[string]int64{"bytes": n})
}

// start serves k on a free port until the test ends.
func start(t testing.TB, k *httpkit.Kit) string {
	t.Helper()
	ln, err := httpkit.Listen(context.Background(), "127.0.0.1:0")
	require.NoError(t, err)
	serve(t, k, ln)
	return ln.Addr().String()
}

// serve serves k on ln until the test ends.
func serve(t testing.TB, k *httpkit.Kit, ln net.Listener) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- k.Serve(ctx, ln) }()
	t.Cleanup(func() {
		stop()
		http.DefaultClient.CloseIdleConnections()
		<-done
	})
}
