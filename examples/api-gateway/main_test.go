package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// server is a gateway that runs for a test.
type server struct {
	tb   testing.TB
	url  string
	logs *buffer
	stop func()
}

// buffer is a log that may be read while it is written.
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

// start runs a gateway over dir on a free port. It stops with the test, or by stop.
func start(tb testing.TB, dir string, env map[string]string) *server {
	tb.Helper()
	tb.Setenv("APP_DATA_DIR", dir)
	tb.Setenv("APP_PORT", "0")
	for k, v := range env {
		tb.Setenv(k, v)
	}
	ctx, cancel := context.WithCancel(tb.Context())
	s := &server{tb: tb, logs: &buffer{}}
	up, ended := make(chan string, 1), make(chan error, 1)
	var out bytes.Buffer
	go func() {
		ended <- run(ctx, &out, s.logs, func(addr net.Addr) { up <- "http://" + addr.String() })
	}()
	s.stop = sync.OnceFunc(func() {
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

// call sends a request and gives the status and the body. A body that is no
// reader is sent as JSON.
func (s *server) call(method, path string, body any, headers ...string) (int, []byte) {
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
	res, err := http.DefaultClient.Do(req)
	require.NoError(s.tb, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	require.NoError(s.tb, err)
	return res.StatusCode, data
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

// upload sends a file.
func (s *server) upload(name, content string, fields ...string) (int, []byte) {
	s.tb.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", name)
	require.NoError(s.tb, err)
	_, err = io.WriteString(part, content)
	require.NoError(s.tb, err)
	for i := 0; i+1 < len(fields); i += 2 {
		require.NoError(s.tb, w.WriteField(fields[i], fields[i+1]))
	}
	require.NoError(s.tb, w.Close())
	return s.call(http.MethodPost, "/api/v1/documents/upload", &form, "Content-Type", w.FormDataContentType())
}

// document gives a document's text.
func (s *server) document(id string) string {
	s.tb.Helper()
	status, body := s.call(http.MethodGet, "/api/v1/documents/"+id, nil)
	require.Equal(s.tb, http.StatusOK, status, string(body))
	var doc struct{ Text string }
	require.NoError(s.tb, json.Unmarshal(body, &doc))
	return doc.Text
}

// envelope checks that a body is the contract's error and gives its code and message.
func envelope(tb testing.TB, body []byte) (code, message string) {
	tb.Helper()
	var e struct {
		Error struct {
			Code, Message string
			RequestID     string `json:"request_id"`
		}
	}
	require.NoError(tb, json.Unmarshal(body, &e), string(body))
	require.NotEmpty(tb, e.Error.RequestID)
	return e.Error.Code, e.Error.Message
}

func TestTheSampleCorpusAnswers(t *testing.T) {
	s := start(t, t.TempDir(), nil)
	data, err := os.ReadFile("testdata/questions.json")
	require.NoError(t, err)
	var set struct {
		Answerable []struct {
			Question, Language string
			Files, Contains    []string
		}
		Unanswerable []struct{ Question, Language string }
	}
	require.NoError(t, json.Unmarshal(data, &set))
	files := map[string]string{}
	samples, err := manifest()
	require.NoError(t, err)
	for _, m := range samples {
		files[sampleID(m.File)] = m.File
	}
	answered, refused, found := 0, 0, 0
	for _, q := range set.Answerable {
		a := s.ask(q.Question)
		right := false
		for _, c := range q.Contains {
			right = right || strings.Contains(a.Answer, c)
		}
		inFile := false
		for i, src := range a.Sources {
			for _, f := range q.Files {
				inFile = inFile || i < 1 && files[src.DocumentID] == f
			}
		}
		if inFile {
			found++
		}
		for _, claim := range a.Claims {
			for _, c := range claim.Citations {
				require.Equal(t, c.Quote, s.document(c.DocumentID)[c.Start:c.End])
			}
		}
		if right && !a.Refused {
			answered++
		} else {
			t.Logf("missed [%s] %s (found=%v conf=%.2f refused=%v) -> %s", q.Language, q.Question, inFile, a.Confidence, a.RefusalReason, a.Answer)
		}
	}
	for _, q := range set.Unanswerable {
		a := s.ask(q.Question)
		if a.Refused && string(a.Language) == q.Language {
			refused++
		} else {
			t.Logf("not refused [%s/%s] %s (conf=%.2f) -> %s", q.Language, a.Language, q.Question, a.Confidence, a.Answer)
		}
	}
	t.Logf("found first %d, answered %d of %d, refused %d of %d", found, answered, len(set.Answerable), refused, len(set.Unanswerable))
	fmt.Println()
}
