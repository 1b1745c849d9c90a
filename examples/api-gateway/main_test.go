package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// A document that no sample is like, and a question that it answers.
const (
	lighthouse = "# केशरपुर का प्रकाशस्तंभ\n\nकेशरपुर का प्रकाशस्तंभ 1907 में अभियंता वासुदेव नेने ने बनवाया था। उसकी रोशनी चौबीस किलोमीटर दूर से दिखती है।\n"
	keshar     = "केशरपुर का प्रकाशस्तंभ किसने बनवाया था?"
)

// TestMain fails when a test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is a gateway that answers a test's requests.
type server struct {
	tb     testing.TB
	url    string
	out    *buffer // what it printed
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

// noSamples starts a gateway that knows no document.
var noSamples = map[string]string{"APP_SAMPLE_CORPUS": "false"}

// environment sets the variables that a gateway over dir reads, whatever the
// surroundings of the test say.
func environment(tb testing.TB, dir string, env map[string]string) {
	for _, foreign := range []string{"OPENAI_BASE_URL", "OPENAI_API_KEY", "LLM_MODEL_STANDARD", "RAG_EMBEDDING_MODEL", "TRANSLATION_MODEL", "TRANSLATION_SERVICE_URL", "RAG_SERVICE_URL", "APP_HOST", "APP_SAMPLE_CORPUS", "POSTGRES_HOST", "REDIS_HOST", "SESSION_IDLE_TIMEOUT_SECONDS", "SESSION_MAX_TURNS", "SESSION_CONTEXT_WINDOW_TOKENS"} {
		tb.Setenv(foreign, "")
	}
	tb.Setenv("APP_DATA_DIR", dir)
	tb.Setenv("APP_PORT", "0")
	for k, v := range env {
		tb.Setenv(k, v)
	}
}

// client gives an HTTP client whose connections end with the test.
func client(tb testing.TB) *http.Client {
	transport := &http.Transport{}
	tb.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 2 * time.Minute}
}

// start runs a gateway over dir on a free port. It stops with the test, or by stop.
func start(tb testing.TB, dir string, env map[string]string) *server {
	tb.Helper()
	environment(tb, dir, env)
	ctx, cancel := context.WithCancel(context.Background())
	s := &server{tb: tb, out: &buffer{}, logs: &buffer{}, client: client(tb)}
	up, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- run(ctx, s.out, s.logs, func(addr net.Addr) { up <- "http://" + addr.String() })
	}()
	s.stop = sync.OnceFunc(func() {
		s.client.CloseIdleConnections()
		cancel()
		require.NoError(tb, <-ended)
	})
	tb.Cleanup(s.stop)
	select {
	case s.url = <-up:
	case err := <-ended:
		ended <- nil
		tb.Fatalf("the gateway did not start: %v\n%s", err, s.logs)
	case <-time.After(time.Minute):
		tb.Fatal("the gateway did not start within a minute")
	}
	return s
}

// in gives the server as a subtest uses it.
func (s *server) in(tb testing.TB) *server {
	sub := *s
	sub.tb = tb
	return &sub
}

// send sends a request and gives the answer, unread. A body that is no reader
// is sent as JSON. The headers are pairs of name and value.
func (s *server) send(method, path string, body any, headers ...string) *http.Response {
	s.tb.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case io.Reader:
		r = b
	default:
		data, err := json.Marshal(b)
		require.NoError(s.tb, err)
		r = bytes.NewReader(data)
		headers = append(headers, "Content-Type", "application/json")
	}
	req, err := http.NewRequestWithContext(s.tb.Context(), method, s.url+path, r)
	require.NoError(s.tb, err)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.client.Do(req)
	require.NoError(s.tb, err)
	return res
}

// call sends a request and gives the status and the whole body.
func (s *server) call(method, path string, body any, headers ...string) (int, []byte) {
	s.tb.Helper()
	res := s.send(method, path, body, headers...)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	require.NoError(s.tb, err)
	return res.StatusCode, data
}

// get reads what a path answers into v, strictly when v is a whole type of this program.
func (s *server) get(path string, v any) {
	s.tb.Helper()
	status, body := s.call(http.MethodGet, path, nil)
	require.Equal(s.tb, http.StatusOK, status, string(body))
	require.NoError(s.tb, json.Unmarshal(body, v), string(body))
}

// ask sends a question to /chat.
func (s *server) ask(question string) chatResponse {
	s.tb.Helper()
	status, body := s.call(http.MethodPost, "/api/v1/chat", map[string]any{"message": question})
	require.Equal(s.tb, http.StatusOK, status, string(body))
	var res chatResponse
	require.NoError(s.tb, json.Unmarshal(body, &res))
	return res
}

// cites asserts that an answer has a claim, and that each claim and each
// citation is exactly the bytes that it says.
func (s *server) cites(a *chatResponse) {
	s.tb.Helper()
	require.NotEmpty(s.tb, a.Claims, a.Answer)
	for _, claim := range a.Claims {
		require.Equal(s.tb, claim.Text, a.Answer[claim.Start:claim.End])
		require.NotEmpty(s.tb, claim.Citations)
		for _, c := range claim.Citations {
			require.NotEmpty(s.tb, c.Quote)
			require.Equal(s.tb, c.Quote, s.document(c.DocumentID).Text[c.Start:c.End])
		}
	}
}

// search gives the ids of the documents that a search finds, best first.
func (s *server) search(query string) []string {
	s.tb.Helper()
	var found searchResponse
	s.get("/api/v1/search?page_size=100&q="+url.QueryEscape(query), &found)
	ids := make([]string, len(found.Results))
	for i, r := range found.Results {
		ids[i] = r.DocumentID
	}
	return ids
}

// form makes the body of an upload and the value of its Content-Type.
func form(tb testing.TB, name string, content []byte, fields ...string) (io.Reader, string) {
	tb.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", name)
	require.NoError(tb, err)
	_, err = part.Write(content)
	require.NoError(tb, err)
	for i := 0; i+1 < len(fields); i += 2 {
		require.NoError(tb, w.WriteField(fields[i], fields[i+1]))
	}
	require.NoError(tb, w.Close())
	return &body, w.FormDataContentType()
}

// upload sends a file and gives what is answered. The fields are pairs of name and value.
func (s *server) upload(name string, content []byte, fields ...string) (int, []byte) {
	s.tb.Helper()
	body, contentType := form(s.tb, name, content, fields...)
	return s.call(http.MethodPost, "/api/v1/documents/upload", body, "Content-Type", contentType)
}

// add uploads a file that is taken in.
func (s *server) add(name, content string, fields ...string) uploaded {
	s.tb.Helper()
	status, body := s.upload(name, []byte(content), fields...)
	require.Equal(s.tb, http.StatusCreated, status, string(body))
	var doc uploaded
	require.NoError(s.tb, json.Unmarshal(body, &doc))
	return doc
}

// kept is a document as the API gives it.
type kept struct {
	DocumentID  string    `json:"document_id"`
	Title       string    `json:"title"`
	URL         string    `json:"url"`
	Language    string    `json:"language"`
	ContentType string    `json:"content_type"`
	Text        string    `json:"text"`
	CreatedAt   time.Time `json:"created_at"`
}

// document gives a document with its text.
func (s *server) document(id string) (doc kept) {
	s.tb.Helper()
	s.get("/api/v1/documents/"+id, &doc)
	return doc
}

// remove deletes a document.
func (s *server) remove(id string) {
	s.tb.Helper()
	status, body := s.call(http.MethodDelete, "/api/v1/documents/"+id, nil)
	require.Equal(s.tb, http.StatusNoContent, status, string(body))
	require.Empty(s.tb, body)
}

// failure is the contract's error body.
type failure struct {
	Code      string         `json:"code"`
	Message   string         `json:"message"`
	Details   map[string]any `json:"details"`
	RequestID string         `json:"request_id"`
}

// envelope asserts that a body is the contract's error and nothing else.
func envelope(tb testing.TB, body []byte) failure {
	tb.Helper()
	var e struct {
		Error failure `json:"error"`
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	require.NoError(tb, d.Decode(&e), string(body))
	require.NotEmpty(tb, e.Error.Code, string(body))
	require.NotEmpty(tb, e.Error.Message, string(body))
	require.Regexp(tb, `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, e.Error.RequestID)
	return e.Error
}

// needs says that something a test needs is not there: a failure where
// everything was to be installed, and a reason to skip elsewhere.
func needs(tb testing.TB, what string) {
	tb.Helper()
	if os.Getenv("CI") == "true" {
		tb.Fatal(what)
	}
	tb.Skip(what)
}

// write puts a file into the test's own folder and gives its path.
func write(tb testing.TB, name, content string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	require.NoError(tb, os.WriteFile(path, []byte(content), 0o600))
	return path
}
