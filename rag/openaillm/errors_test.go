package openaillm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
)

func TestStatusesBecomeCodes(t *testing.T) {
	for _, c := range []struct {
		name  string
		a     answer
		code  fault.Code
		tries int
	}{
		{"wrong key", failed(401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided: "+testKey), fault.Upstream, 1},
		{"forbidden", failed(403, "", "", testKey+" may not do this"), fault.Upstream, 1},
		{"unknown model", failed(404, "invalid_request_error", "model_not_found", "The model does not exist"), fault.Upstream, 1},
		{"too long, OpenAI", failed(400, "invalid_request_error", "context_length_exceeded", "This model's maximum context length is 8192 tokens"), fault.InvalidRequest, 1},
		{"too long, llama.cpp", failed(400, "exceed_context_size_error", "400", "the request exceeds the available context size"), fault.InvalidRequest, 1},
		{"too long, llama.cpp embeddings", failed(500, "server_error", "500", "input is too large to process. increase the physical batch size"), fault.InvalidRequest, 1},
		{"bad request", failed(400, "invalid_request_error", "", "temperature must be a number"), fault.Upstream, 1},
		{"too large", failed(413, "", "", ""), fault.PayloadTooLarge, 1},
		{"slow", failed(408, "", "", ""), fault.UpstreamTimeout, 1},
		{"too often", failed(429, "requests", "rate_limit_exceeded", "Rate limit reached"), fault.RateLimitExceeded, 3},
		{"quota", failed(429, "insufficient_quota", "insufficient_quota", "You exceeded your current quota"), fault.Upstream, 1},
		{"crashed", failed(500, "server_error", "", "boom"), fault.Upstream, 3},
		{"cannot", failed(501, "", "", ""), fault.Upstream, 1},
		{"gateway, not JSON", answer{status: 502, body: "<html>bad gateway</html>"}, fault.Upstream, 3},
		{"overloaded", failed(503, "", "", "overloaded"), fault.ServiceUnavailable, 3},
		{"loading", answer{status: 503, body: `{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}`}, fault.ModelLoading, 3},
		{"gateway timeout", failed(504, "", "", ""), fault.UpstreamTimeout, 3},
		{"redirect to nowhere", answer{status: 304}, fault.Upstream, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, c.a)
			conf := s.config()
			conf.Attempts = 3
			m, err := New(conf, "m", nil)
			require.NoError(t, err)
			_, err = m.Generate(t.Context(), greeting)
			require.Equal(t, c.code, fault.CodeOf(err), "%v", err)
			require.Len(t, s.requests(), c.tries)
			require.NotContains(t, err.Error(), testKey)
			require.NotContains(t, err.Error(), "नमस्ते")
			e := fault.From(err)
			require.NotContains(t, fmt.Sprintf("%#v %v", e, e.Details), testKey)
			status, found := errors.AsType[*StatusError](err)
			require.True(t, found)
			require.Equal(t, c.a.status, status.Status)
		})
	}
}

func TestServerMessagesAreShortenedBetweenCharacters(t *testing.T) {
	s := newServer(t, failed(422, "", "", testKey+strings.Repeat("क", 1000)))
	_, err := s.model(t).Generate(t.Context(), greeting)
	status, found := errors.AsType[*StatusError](err)
	require.True(t, found)
	require.True(t, strings.HasPrefix(status.Message, "***क"), status.Message)
	require.LessOrEqual(t, len(status.Message), maxServerMessage+len("…"))
	require.Equal(t, strings.ToValidUTF8(status.Message, "?"), status.Message)
}

func TestBrokenConnections(t *testing.T) {
	cut := completion("नमस्ते", "stop")
	cut.cut = true
	s := newServer(t, cut, completion("दूसरी बार", "stop"))
	res, err := s.model(t).Generate(t.Context(), greeting)
	require.NoError(t, err, "an answer cut short is asked for again")
	require.Equal(t, "दूसरी बार", res.Text)

	s = newServer(t, cut)
	_, err = s.model(t).Generate(t.Context(), greeting)
	require.Equal(t, fault.Upstream, fault.CodeOf(err))
	require.Len(t, s.requests(), defaultAttempts)

	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	m, err := New(Config{BaseURL: "http://" + l.Addr().String() + "/v1", Backoff: time.Millisecond}, "m", nil)
	require.NoError(t, err)
	_, err = m.Generate(t.Context(), greeting)
	require.Equal(t, fault.Upstream, fault.CodeOf(err))
	require.ErrorContains(t, err, "cannot be reached")
}

func TestBoundsOfAnAnswer(t *testing.T) {
	s := newServer(t, completion(strings.Repeat("x", 5000), "stop"))
	conf := s.config()
	conf.MaxResponse = 1000
	m, err := New(conf, "m", nil)
	require.NoError(t, err)
	_, err = m.Generate(t.Context(), greeting)
	require.Equal(t, fault.Upstream, fault.CodeOf(err))
	require.ErrorContains(t, err, "more than 1000 bytes")
	require.Len(t, s.requests(), 1)

	endless := newServer(t)
	endless.handler = func(w http.ResponseWriter, r *http.Request, _ map[string]any) {
		for r.Context().Err() == nil {
			_, _ = io.WriteString(w, chunk("x", ""))
		}
	}
	conf = endless.config()
	conf.MaxResponse = 100_000
	m, err = New(conf, "m", nil)
	require.NoError(t, err)
	_, done, err := collect(t.Context(), m)
	require.Nil(t, done)
	require.ErrorContains(t, err, "more than 100000 bytes")

	exact := completion("x", "stop")
	s = newServer(t, exact)
	conf = s.config()
	conf.MaxResponse = int64(len(exact.body))
	m, err = New(conf, "m", nil)
	require.NoError(t, err)
	_, err = m.Generate(t.Context(), greeting)
	require.NoError(t, err, "an answer of exactly the limit fits")
}

func TestSilence(t *testing.T) {
	s := newServer(t)
	s.handler = func(w http.ResponseWriter, r *http.Request, body map[string]any) {
		if body["stream"] == true {
			_, _ = io.WriteString(w, chunk("एक", ""))
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
	}
	conf := s.config()
	conf.Silence = 50 * time.Millisecond
	m, err := New(conf, "m", nil)
	require.NoError(t, err)
	_, err = m.Generate(t.Context(), greeting)
	require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(err))
	pieces, _, err := collect(t.Context(), m)
	require.Equal(t, []string{"एक"}, pieces)
	require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(err))
	require.Len(t, s.requests(), 2, "waiting as long again is not worth it")

	for range m.Stream(t.Context(), greeting) {
		time.Sleep(2 * conf.Silence) // a slow reader
		break
	}
}

func TestDeadlines(t *testing.T) {
	slow := completion("x", "stop")
	slow.delay = 200 * time.Millisecond
	s := newServer(t, slow)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	_, err := s.model(t).Generate(ctx, greeting)
	require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(err))
	require.ErrorIs(t, err, context.DeadlineExceeded)

	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	_, err = s.embedder(t, "m", nil).Embed(ctx, rag.EmbedQuery, []string{"क"})
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
	require.ErrorIs(t, err, context.Canceled)
}

// roundTrip is a server without a network, so that waits can be measured in a
// bubble where time costs nothing.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// measure asks a server that always fails, and gives the times of the tries.
func measure(ctx context.Context, t *testing.T, conf Config, header http.Header) ([]time.Duration, error) {
	start := time.Now()
	var at []time.Duration
	conf.BaseURL = "http://model.invalid/v1"
	conf.HTTPClient = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		at = append(at, time.Since(start))
		return &http.Response{StatusCode: 429, Header: header, Body: io.NopCloser(strings.NewReader("{}")), Request: r}, nil
	})}
	m, err := New(conf, "m", nil)
	require.NoError(t, err)
	_, err = m.Generate(ctx, greeting)
	require.Equal(t, fault.RateLimitExceeded, fault.CodeOf(err))
	return at, err
}

func TestBackoffGrowsWithJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at, _ := measure(t.Context(), t, Config{Attempts: 6, Backoff: time.Second, MaxWait: 5 * time.Second}, http.Header{})
		require.Len(t, at, 6)
		for i, full := range []time.Duration{1, 2, 4, 5, 5} {
			wait := at[i+1] - at[i]
			require.GreaterOrEqual(t, wait, full*time.Second/2)
			require.LessOrEqual(t, wait, full*time.Second)
		}
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	conf := Config{Attempts: 2, Backoff: time.Millisecond, MaxWait: time.Minute}
	synctest.Test(t, func(t *testing.T) {
		at, err := measure(t.Context(), t, conf, http.Header{"Retry-After": {"7"}})
		require.Equal(t, []time.Duration{0, 7 * time.Second}, at)
		require.Equal(t, 7*time.Second, fault.From(err).RetryAfter, "the caller learns it too")
	})
	synctest.Test(t, func(t *testing.T) {
		date := time.Now().Add(9 * time.Second).UTC().Format(http.TimeFormat)
		at, _ := measure(t.Context(), t, conf, http.Header{"Retry-After": {date}})
		require.Equal(t, []time.Duration{0, 9 * time.Second}, at)
	})
	synctest.Test(t, func(t *testing.T) {
		at, _ := measure(t.Context(), t, conf, http.Header{"Retry-After-Ms": {"250"}, "Retry-After": {"1"}})
		require.Equal(t, []time.Duration{0, 250 * time.Millisecond}, at)
	})
	synctest.Test(t, func(t *testing.T) {
		at, err := measure(t.Context(), t, conf, http.Header{"Retry-After": {"3600"}})
		require.Len(t, at, 1, "longer than MaxWait is left to the caller")
		require.Equal(t, time.Hour, fault.From(err).RetryAfter)
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		at, err := measure(ctx, t, conf, http.Header{"Retry-After": {"7"}})
		require.Len(t, at, 1, "a wait that outlasts the deadline is not begun")
		require.Equal(t, 7*time.Second, fault.From(err).RetryAfter)
	})
}

func TestWhatIsAskedIsNotTakenElsewhere(t *testing.T) {
	asked := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer other.Close()
	server := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusPermanentRedirect))
	defer server.Close()
	for name, client := range map[string]*http.Client{"our own client": nil, "the caller's": {}} {
		m, err := New(Config{BaseURL: server.URL + "/v1", HTTPClient: client, Attempts: 1}, "m", nil)
		require.NoError(t, err)
		_, err = m.Generate(t.Context(), &llm.Request{Messages: []llm.Message{{Role: llm.User, Content: "a question"}}})
		require.Equal(t, fault.Upstream, fault.CodeOf(err), name)
		require.Zero(t, asked, name)
		if client != nil {
			require.Nil(t, client.CheckRedirect, "what the caller passed is not changed")
		}
	}
}

func TestConfigurationsThatCannotWork(t *testing.T) {
	for _, base := range []string{"", "localhost:8080", "ftp://host/v1", "http://", "http://user:pw@host/v1", "http://host/v1?key=" + testKey, "http://[::1"} {
		_, err := New(Config{BaseURL: base}, "m", nil)
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), base)
		require.NotContains(t, err.Error(), testKey)
		_, err = NewEmbedder(Config{BaseURL: base}, "m", nil)
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), base)
	}
	good := Config{BaseURL: "http://127.0.0.1:1/v1"}
	_, err := New(good, "", nil)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	_, err = NewEmbedder(good, "", nil)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
	_, err = NewEmbedder(good, "m", &EmbedderOptions{Dimensions: -1})
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
}

func TestConfigHidesItsKey(t *testing.T) {
	c := Config{BaseURL: "http://host/v1", APIKey: testKey}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "config", c)
	wire, err := json.Marshal(c)
	require.NoError(t, err)
	for _, text := range []string{
		fmt.Sprintf("%v|%+v|%#v|%s|%q|%x|%d", c, c, c, c, c, c, c),
		fmt.Sprintf("%+v", struct{ C Config }{c}), fmt.Sprint(&c), log.String(), string(wire),
	} {
		require.NotContains(t, text, testKey)
		require.NotContains(t, text, fmt.Sprintf("%x", testKey))
		require.Contains(t, text, "***")
	}
}
