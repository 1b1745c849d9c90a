package main

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/examples/internal/programtest"
)

// A document that no sample is like, and a question that it answers.
const (
	lighthouse = "# केशरपुर का प्रकाशस्तंभ\n\nकेशरपुर का प्रकाशस्तंभ 1907 में अभियंता वासुदेव नेने ने बनवाया था। उसकी रोशनी चौबीस किलोमीटर दूर से दिखती है।\n"
	keshar     = "केशरपुर का प्रकाशस्तंभ किसने बनवाया था?"
)

// TestMain fails when a test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is a gateway that answers a test's requests.
type server struct{ programtest.Server }

// noSamples starts a gateway that knows no document.
var noSamples = map[string]string{"APP_SAMPLE_CORPUS": "false"}

// environment sets the variables that a gateway over dir reads.
func environment(tb testing.TB, dir string, env map[string]string) {
	programtest.Environment(tb, env)
	tb.Setenv("APP_DATA_DIR", dir)
}

// start runs a gateway over dir on a free port. It stops with the test, or by Stop.
func start(tb testing.TB, dir string, env map[string]string) *server {
	tb.Helper()
	environment(tb, dir, env)
	return &server{programtest.Start(tb, run)}
}

// in gives the server as a subtest uses it.
func (s *server) in(tb testing.TB) *server {
	sub := *s
	sub.TB = tb
	return &sub
}

// get reads what a path answers into v, strictly when v is a whole type of this program.
func (s *server) get(path string, v any) {
	s.TB.Helper()
	status, body := s.Call(http.MethodGet, path, nil)
	require.Equal(s.TB, http.StatusOK, status, string(body))
	require.NoError(s.TB, json.Unmarshal(body, v), string(body))
}

// ask sends a question to /chat.
func (s *server) ask(question string) chatResponse {
	s.TB.Helper()
	status, body := s.Call(http.MethodPost, "/api/v1/chat", map[string]any{"message": question})
	require.Equal(s.TB, http.StatusOK, status, string(body))
	var res chatResponse
	require.NoError(s.TB, json.Unmarshal(body, &res))
	return res
}

// cites asserts that an answer has a claim, and that each claim and each
// citation is exactly the bytes that it says.
func (s *server) cites(a *chatResponse) {
	s.TB.Helper()
	require.NotEmpty(s.TB, a.Claims, a.Answer)
	for _, claim := range a.Claims {
		require.Equal(s.TB, claim.Text, a.Answer[claim.Start:claim.End])
		require.NotEmpty(s.TB, claim.Citations)
		for _, c := range claim.Citations {
			require.NotEmpty(s.TB, c.Quote)
			require.Equal(s.TB, c.Quote, s.document(c.DocumentID).Text[c.Start:c.End])
		}
	}
}

// search gives the ids of the documents that a search finds, best first.
func (s *server) search(query string) []string {
	s.TB.Helper()
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
	s.TB.Helper()
	body, contentType := form(s.TB, name, content, fields...)
	return s.Call(http.MethodPost, "/api/v1/documents/upload", body, "Content-Type", contentType)
}

// add uploads a file that is taken in.
func (s *server) add(name, content string, fields ...string) uploaded {
	s.TB.Helper()
	status, body := s.upload(name, []byte(content), fields...)
	require.Equal(s.TB, http.StatusCreated, status, string(body))
	var doc uploaded
	require.NoError(s.TB, json.Unmarshal(body, &doc))
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
	s.TB.Helper()
	s.get("/api/v1/documents/"+id, &doc)
	return doc
}

// remove deletes a document.
func (s *server) remove(id string) {
	s.TB.Helper()
	status, body := s.Call(http.MethodDelete, "/api/v1/documents/"+id, nil)
	require.Equal(s.TB, http.StatusNoContent, status, string(body))
	require.Empty(s.TB, body)
}

// write puts a file into the test's own folder and gives its path.
func write(tb testing.TB, name, content string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	require.NoError(tb, os.WriteFile(path, []byte(content), 0o600))
	return path
}
