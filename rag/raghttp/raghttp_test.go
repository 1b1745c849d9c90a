package raghttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/ingest/catalog"
	"github.com/akshara-go/akshara/ingest/parse"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/localstore"
	"github.com/akshara-go/akshara/rag/raghttp"
	"github.com/akshara-go/akshara/rag/ragtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// parser reads HTML and Markdown as a service does.
func parser(ctx context.Context, content, contentType string, source corpus.Source) (*corpus.Document, error) {
	return parse.New(&parse.Options{PDF: noPDF{}}).Parse(ctx, &ingest.Item{ContentType: contentType, Body: strings.NewReader(content), Source: source})
}

// noPDF spares the tests the search for a reader.
type noPDF struct{ parse.PDFReader }

// whole is a service over a folder of the test's own that has everything.
func whole(tb testing.TB) *raghttp.Service {
	tb.Helper()
	store, err := localstore.Open(tb.TempDir(), nil)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, store.Close()) })
	kept, err := catalog.OpenDir(tb.TempDir())
	require.NoError(tb, err)
	index := rag.NewIndex(store, nil)
	return &raghttp.Service{
		Retriever: index, Suggester: index, Answerer: rag.NewEngine(index, nil), Chunks: index.Chunks, Parse: parser,
		Documents: &ingest.Collection{Catalog: kept, Sink: index},
	}
}

// trusting lets callers say who asks.
var trusting = &raghttp.Options{TrustReaders: true}

// newKit makes a service's routes.
func newKit(s *raghttp.Service, opts *raghttp.Options) *httpkit.Kit {
	kit := httpkit.New(&httpkit.Options{Service: "rag-service", Version: "test", Heartbeat: 20 * time.Millisecond})
	raghttp.Register(kit, s, opts)
	return kit
}

// serve starts a server and gives its address.
func serve(tb testing.TB, h http.Handler) string {
	server := httptest.NewServer(h)
	tb.Cleanup(server.Close)
	return server.URL
}

// newClient makes a client that tries again soon.
func newClient(tb testing.TB, base string) *raghttp.Client {
	tb.Helper()
	return clientOf(tb, base, &httpkit.ClientOptions{Attempts: 3, Backoff: 2 * time.Millisecond, Timeout: 500 * time.Millisecond, MaxAnswerBytes: 256 << 10, BreakerFailures: -1})
}

// patient is a client that waits on a busy machine.
func patient(tb testing.TB, base string) *raghttp.Client {
	tb.Helper()
	return clientOf(tb, base, &httpkit.ClientOptions{Timeout: time.Minute})
}

func clientOf(tb testing.TB, base string, opts *httpkit.ClientOptions) *raghttp.Client {
	tb.Helper()
	c, err := raghttp.NewClient(base, opts)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, c.Close()) })
	return c
}

// send sends a request and gives the status and the answer. A body that is no
// string is marshalled; headers are pairs of name and value.
func send(tb testing.TB, method, address string, body any, headers ...string) (int, []byte) {
	tb.Helper()
	data, ok := body.(string)
	if !ok {
		b, err := json.Marshal(body)
		require.NoError(tb, err)
		data = string(b)
	}
	req, err := http.NewRequestWithContext(tb.Context(), method, address, strings.NewReader(data))
	require.NoError(tb, err)
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(tb, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(tb, err)
	http.DefaultClient.CloseIdleConnections()
	return res.StatusCode, raw
}

// ok demands an answer.
func ok(tb testing.TB, method, address string, body any, headers ...string) map[string]any {
	tb.Helper()
	status, raw := send(tb, method, address, body, headers...)
	require.Equal(tb, 200, status, string(raw))
	var out map[string]any
	require.NoError(tb, json.Unmarshal(raw, &out), string(raw))
	return out
}

// failure is the inside of the contract's error body.
type failure struct {
	Code      fault.Code     `json:"code"`
	Message   string         `json:"message"`
	Details   map[string]any `json:"details"`
	RequestID string         `json:"request_id"`
}

// refused demands the contract's error and nothing else.
func refused(tb testing.TB, method, address string, body any, code fault.Code, headers ...string) failure {
	tb.Helper()
	status, raw := send(tb, method, address, body, headers...)
	var e struct {
		Error failure `json:"error"`
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	require.NoError(tb, d.Decode(&e), string(raw))
	require.Equal(tb, code, e.Error.Code, string(raw))
	require.Equal(tb, code.HTTPStatus(), status)
	require.NotEmpty(tb, e.Error.Message)
	require.NotEmpty(tb, e.Error.RequestID)
	return e.Error
}

func TestClientIsARetriever(t *testing.T) {
	ragtest.TestRetriever(t, func(t *testing.T) (rag.Retriever, ragtest.Sink) {
		c := patient(t, serve(t, newKit(whole(t), trusting)))
		return c, c
	})
}

func TestClientIsAnAnswerer(t *testing.T) {
	ragtest.TestAnswerer(t, func(t *testing.T) (rag.Answerer, ragtest.Sink) {
		c := patient(t, serve(t, newKit(whole(t), trusting)))
		return c, c
	})
}

func TestClientIsASuggester(t *testing.T) {
	ragtest.TestSuggester(t, func(t *testing.T) (ragtest.Suggester, ragtest.Sink) {
		c := patient(t, serve(t, newKit(whole(t), trusting)))
		return c, c
	})
}
