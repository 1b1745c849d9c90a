package httpkit_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
)

// newClient makes a client for addr that waits little and goes with the test.
func newClient(t testing.TB, addr string, tweak func(*httpkit.ClientOptions)) *httpkit.Client {
	t.Helper()
	opts := &httpkit.ClientOptions{Backoff: time.Millisecond, Timeout: 5 * time.Second}
	if tweak != nil {
		tweak(opts)
	}
	c, err := httpkit.NewClient(addr, opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// scripted serves h at an address of its own.
func scripted(t testing.TB, h http.HandlerFunc) string {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func asFault(t testing.TB, err error) *fault.Error {
	t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	require.True(t, ok, "%v", err)
	return f
}

func TestEveryCodeComesBackAsTheServerRaisedIt(t *testing.T) {
	k := httpkit.New(nil)
	var raised []*fault.Error
	for _, code := range fault.Codes() {
		for i, details := range []fault.Details{nil, {"field": "x", "max": 3.5, "list": []any{"क", nil, true}}} {
			f := fault.Wrap(errors.New(secret), code, fmt.Sprintf("a <sentence> for %s", code), details)
			if i == 1 {
				f = f.WithRetryAfter(3 * time.Second)
			}
			path := fmt.Sprintf("/typed/%d", len(raised))
			httpkit.Register(k, huma.Operation{OperationID: path, Method: "POST", Path: path},
				func(context.Context, *struct{}) (*struct{}, error) { return nil, fmt.Errorf("wrapped: %w", f) })
			raised = append(raised, f)
		}
	}
	c := newClient(t, "http://"+start(t, k), func(o *httpkit.ClientOptions) { o.BreakerFailures = -1 })
	ctx := observe.WithRequestID(t.Context(), givenID)
	for i, f := range raised {
		err := c.Do(ctx, "POST", fmt.Sprintf("/typed/%d", i), nil, nil)
		want := fault.WithRequestID(fault.New(f.Code, f.Message, f.Details).WithRetryAfter(f.RetryAfter), givenID)
		require.Equal(t, want, err, "the equal error, and no cause")
	}
}

func TestACallGivesItsAnswer(t *testing.T) {
	k, _ := newKit(t, nil)
	c := newClient(t, "http://"+start(t, k)+"/", nil)
	var out struct {
		Message string `json:"message"`
		TopK    int    `json:"top_k"`
	}
	require.NoError(t, c.Do(t.Context(), "POST", "/echo?kind=a", map[string]any{"message": "नमस्ते <b>", "top_k": 7}, &out))
	require.Equal(t, "नमस्ते <b>", out.Message)
	require.Equal(t, 7, out.TopK)
	require.NoError(t, c.Send(t.Context(), &httpkit.Call{Path: "/echo", Query: map[string][]string{"kind": {"b"}}, Body: map[string]string{"message": "x"}}, nil))
	err := c.Do(t.Context(), "POST", "/echo?kind=c", map[string]string{"message": ""}, &out)
	require.Equal(t, fault.InvalidRequest, asFault(t, err).Code)
	require.Len(t, asFault(t, err).Details["errors"], 2)
	require.Equal(t, fault.NotFound, fault.CodeOf(c.Do(t.Context(), "GET", "/nope", nil, nil)))
}

func TestRequestIDAndTraceGoAlong(t *testing.T) {
	inner, innerLog := newKit(t, nil)
	provider, spans := recorder(t)
	outer, outerLog := newKit(t, func(o *httpkit.Options) { o.TracerProvider = provider })
	c := newClient(t, "http://"+start(t, inner), nil)
	httpkit.Register(outer, huma.Operation{OperationID: "outer", Method: "GET", Path: "/outer"},
		func(ctx context.Context, _ *struct{}) (*struct{}, error) {
			return nil, c.Send(ctx, &httpkit.Call{Path: "/typed/fault?q=private", Route: "/typed/{x}"}, nil)
		})
	resp, _ := fetch(t, "GET", "http://"+start(t, outer)+"/outer", "", "X-Request-ID", givenID, "Traceparent", "00-"+traceID+"-"+spanID+"-01")
	require.Equal(t, 409, resp.StatusCode)
	require.Equal(t, traceID, innerLog.byRequest(t, givenID)["trace_id"])
	require.Equal(t, traceID, outerLog.byRequest(t, givenID)["trace_id"])

	client, server := spans.Ended()[0], spans.Ended()[1]
	require.Equal(t, trace.SpanKindClient, client.SpanKind())
	require.Equal(t, "GET /typed/{x}", client.Name())
	require.Equal(t, server.SpanContext().SpanID(), client.Parent().SpanID())
	require.Equal(t, codes.Error, client.Status().Code)
	require.Equal(t, map[string]any{"http.request.method": "GET", "url.template": "/typed/{x}", "server.address": "127.0.0.1", "url.scheme": "http",
		"http.response.status_code": int64(409), "error.type": "DUPLICATE"}, attributes(client))
}

func TestTheContextsTraceIsPassedOnWithoutASpanToo(t *testing.T) {
	k, l := newKit(t, nil)
	c := newClient(t, "http://"+start(t, k), nil)
	sc := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1, 2}, SpanID: trace.SpanID{3}, TraceFlags: trace.FlagsSampled})
	ctx := observe.WithRequestID(trace.ContextWithSpanContext(t.Context(), sc), givenID)
	require.NoError(t, c.Do(ctx, "GET", "/health", nil, nil))
	require.Equal(t, sc.TraceID().String(), l.byRequest(t, givenID)["trace_id"])

	bad := observe.WithRequestID(t.Context(), "forged\r\nX-Evil: 1")
	require.NoError(t, c.Do(bad, "GET", "/health", nil, nil), "an id that is none is not sent")
}

// failing answers status for the first n requests, then {"ok":true}.
func failing(t testing.TB, n int32, status int, header ...string) (string, *atomic.Int32) {
	var calls atomic.Int32
	return scripted(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if calls.Add(1) <= n {
			for i := 0; i+1 < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			http.Error(w, secret, status)
			return
		}
		fmt.Fprintf(w, `{"ok":true,"body":%q}`, body)
	}), &calls
}

func TestWhatIsSentAgainAndWhatIsNot(t *testing.T) {
	for _, c := range []struct {
		name   string
		call   httpkit.Call
		status int
		calls  int32
	}{
		{"GET 503", httpkit.Call{Path: "/"}, 503, 3},
		{"GET 502", httpkit.Call{Path: "/"}, 502, 3},
		{"GET 504", httpkit.Call{Path: "/"}, 504, 3},
		{"GET 429", httpkit.Call{Path: "/"}, 429, 3},
		{"DELETE 503", httpkit.Call{Method: "DELETE", Path: "/"}, 503, 3},
		{"PUT 503", httpkit.Call{Method: "PUT", Path: "/", Body: 1}, 503, 3},
		{"POST 503 marked", httpkit.Call{Path: "/", Body: 1, Idempotent: true}, 503, 3},
		{"POST 503", httpkit.Call{Path: "/", Body: 1}, 503, 1},
		{"PATCH 503", httpkit.Call{Method: "PATCH", Path: "/", Body: 1}, 503, 1},
		{"GET 500", httpkit.Call{Path: "/"}, 500, 1},
		{"GET 404", httpkit.Call{Path: "/"}, 404, 1},
		{"GET 400", httpkit.Call{Path: "/"}, 400, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			addr, calls := failing(t, 2, c.status)
			client := newClient(t, addr, nil)
			var out struct{ Body string }
			err := client.Send(t.Context(), &c.call, &out)
			require.Equal(t, c.calls, calls.Load())
			if c.calls == 3 {
				require.NoError(t, err)
				if c.call.Body != nil {
					require.Equal(t, "1\n", out.Body, "the body goes along each time")
				}
				return
			}
			f := asFault(t, err)
			require.Equal(t, fault.Upstream, f.Code)
			require.Equal(t, fault.Details{"status": c.status}, f.Details)
			require.NotContains(t, err.Error(), secret)
		})
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	addr, calls := failing(t, 1, 429, "Retry-After", "1")
	c := newClient(t, addr, nil)
	begin := time.Now()
	require.NoError(t, c.Do(t.Context(), "GET", "/", nil, nil))
	require.GreaterOrEqual(t, time.Since(begin), time.Second)
	require.EqualValues(t, 2, calls.Load())

	date := time.Now().Add(1900 * time.Millisecond).UTC().Format(http.TimeFormat) // whole seconds: 0.9 s to 1.9 s from here
	addr, calls = failing(t, 1, 503, "Retry-After", date)
	c = newClient(t, addr, nil)
	begin = time.Now()
	require.NoError(t, c.Do(t.Context(), "GET", "/", nil, nil))
	require.Greater(t, time.Since(begin), 700*time.Millisecond)
	require.EqualValues(t, 2, calls.Load())
}

func TestAWaitBeyondItsLimitIsNotBegun(t *testing.T) {
	addr, calls := failing(t, 9, 429, "Retry-After", "3")
	c := newClient(t, addr, nil)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	begin := time.Now()
	err := c.Do(ctx, "GET", "/", nil, nil)
	require.Less(t, time.Since(begin), 500*time.Millisecond, "the context's deadline")
	require.Equal(t, 3*time.Second, fault.RetryAfter(err), "the caller is told")
	require.EqualValues(t, 1, calls.Load())

	c = newClient(t, addr, func(o *httpkit.ClientOptions) { o.MaxWait = time.Second })
	begin = time.Now()
	require.Error(t, c.Do(t.Context(), "GET", "/", nil, nil))
	require.Less(t, time.Since(begin), 500*time.Millisecond, "MaxWait")
	require.EqualValues(t, 2, calls.Load())
}

func TestAServerThatIsAway(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := ln.Addr().String()
	require.NoError(t, ln.Close())
	c := newClient(t, "http://"+addr, nil)
	err = c.Do(t.Context(), "GET", "/private?q=private", nil, nil)
	require.Equal(t, fault.ServiceUnavailable, asFault(t, err).Code)
	require.True(t, fault.Retryable(err))
	require.NotContains(t, err.Error(), "private", "the log does not learn the question")
	require.NotContains(t, asFault(t, err).Message, addr)

	// It comes back between two attempts.
	back := scripted(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) })
	var dialled atomic.Int32
	transport := &http.Transport{DialContext: func(ctx context.Context, network, to string) (net.Conn, error) {
		if dialled.Add(1) < 3 {
			to = addr
		}
		return new(net.Dialer).DialContext(ctx, network, to)
	}}
	defer transport.CloseIdleConnections()
	c = newClient(t, back, func(o *httpkit.ClientOptions) { o.Transport = transport })
	require.NoError(t, c.Do(t.Context(), "GET", "/", nil, nil))
	require.EqualValues(t, 3, dialled.Load())
}

func TestAConnectionThatBreaksIsTriedAgain(t *testing.T) {
	var calls atomic.Int32
	for name, broken := range map[string]func(http.ResponseWriter){
		"before the answer": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
		"within the answer": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte(`{"ok":`))
			panic(http.ErrAbortHandler)
		},
	} {
		calls.Store(0)
		addr := scripted(t, func(w http.ResponseWriter, _ *http.Request) {
			if calls.Add(1) <= 2 {
				broken(w)
			}
			_, _ = w.Write([]byte(`{"ok":true}`))
		})
		c := newClient(t, addr, nil)
		require.NoError(t, c.Send(t.Context(), &httpkit.Call{Path: "/", Body: 1, Idempotent: true}, nil), name)
		require.EqualValues(t, 3, calls.Load(), name)
		calls.Store(0)
		err := c.Do(t.Context(), "POST", "/", 1, nil)
		require.Contains(t, []fault.Code{fault.ServiceUnavailable, fault.Upstream}, asFault(t, err).Code, name)
		require.EqualValues(t, 1, calls.Load(), name)
	}
}

func TestAnAnswerThatDoesNotCome(t *testing.T) {
	release := make(chan struct{})
	var calls atomic.Int32
	addr := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if r.URL.Path == "/drip" {
			for range 100 {
				_, err := w.Write([]byte(" "))
				_ = http.NewResponseController(w).Flush()
				select {
				case <-time.After(10 * time.Millisecond):
				case <-release:
				}
				if err != nil {
					return
				}
			}
		}
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	defer close(release)
	c := newClient(t, addr, func(o *httpkit.ClientOptions) { o.Timeout = 100 * time.Millisecond })
	for _, path := range []string{"/", "/drip"} {
		calls.Store(0)
		begin := time.Now()
		err := c.Do(t.Context(), "GET", path, nil, nil)
		require.Equal(t, fault.UpstreamTimeout, asFault(t, err).Code, path)
		require.Less(t, time.Since(begin), time.Second)
		require.EqualValues(t, 1, calls.Load(), "what is slow is not asked twice")
	}
	slow := newClient(t, addr, nil)
	for _, path := range []string{"/", "/drip"} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		err := slow.Do(ctx, "GET", path, nil, nil)
		cancel()
		require.Equal(t, fault.UpstreamTimeout, asFault(t, err).Code, path)
		require.ErrorIs(t, err, context.DeadlineExceeded)

		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		err = slow.Do(ctx, "GET", path, nil, nil)
		require.ErrorIs(t, err, context.Canceled)
		require.False(t, fault.Retryable(err))
	}
}

func TestTheBreakerStopsCallingAndTriesAgain(t *testing.T) {
	var calls atomic.Int32
	var well atomic.Bool
	addr := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if r.URL.Path == "/hang" {
			<-r.Context().Done()
			return
		}
		if !well.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = w.Write([]byte("{}"))
	})
	c := newClient(t, addr, func(o *httpkit.ClientOptions) {
		o.Attempts, o.BreakerFailures, o.BreakerDelay = 1, 4, 200*time.Millisecond
	})
	for range 20 {
		require.Error(t, c.Do(t.Context(), "GET", "/", nil, nil))
	}
	require.EqualValues(t, 4, calls.Load())
	again := newClient(t, addr, func(o *httpkit.ClientOptions) { o.BreakerFailures = 2 })
	require.Equal(t, fault.Upstream, fault.CodeOf(again.Do(t.Context(), "GET", "/", nil, nil)), "opened between two attempts: what the first one was told")
	require.EqualValues(t, 6, calls.Load())
	calls.Store(4)
	begin := time.Now()
	err := c.Do(t.Context(), "GET", "/", nil, nil)
	require.Less(t, time.Since(begin), 50*time.Millisecond)
	require.Equal(t, fault.ServiceUnavailable, asFault(t, err).Code)
	require.InDelta(t, 100*time.Millisecond, fault.RetryAfter(err), float64(100*time.Millisecond))

	time.Sleep(210 * time.Millisecond)
	require.Error(t, c.Do(t.Context(), "GET", "/", nil, nil), "the trial fails")
	require.EqualValues(t, 5, calls.Load())
	require.Error(t, c.Do(t.Context(), "GET", "/", nil, nil))
	require.EqualValues(t, 5, calls.Load(), "and one is enough to stop again")

	time.Sleep(210 * time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	time.AfterFunc(time.Millisecond, cancel)
	require.Error(t, c.Do(ctx, "GET", "/hang", nil, nil), "a trial that its caller gives up")
	well.Store(true)
	require.Eventually(t, func() bool { return c.Do(t.Context(), "GET", "/", nil, nil) == nil }, 2*time.Second, 20*time.Millisecond,
		"does not keep the breaker from closing")
	for range 10 {
		require.NoError(t, c.Do(t.Context(), "GET", "/", nil, nil))
	}
}

func TestRefusalsDoNotTripTheBreaker(t *testing.T) {
	k, _ := newKit(t, nil)
	c := newClient(t, "http://"+start(t, k), func(o *httpkit.ClientOptions) { o.BreakerFailures = 2 })
	for range 5 {
		require.Equal(t, fault.Duplicate, fault.CodeOf(c.Do(t.Context(), "GET", "/typed/fault", nil, nil)))
		require.Equal(t, fault.Internal, fault.CodeOf(c.Do(t.Context(), "GET", "/typed/plain", nil, nil)))
	}
	for range 5 {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, c.Do(ctx, "GET", "/health", nil, nil), context.Canceled)
	}
	require.NoError(t, c.Do(t.Context(), "GET", "/health", nil, nil))
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	k, _ := newKit(t, nil)
	s := httptest.NewUnstartedServer(k)
	var opened atomic.Int32
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	c := newClient(t, s.URL, nil)
	for i := range 60 {
		path := []string{"/typed/fault", "/health", "/nope", "/docs", "/openapi.json", "/raw/http-error"}[i%6]
		_ = c.Do(t.Context(), "GET", path, nil, nil)
	}
	require.EqualValues(t, 1, opened.Load())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if err := c.Do(t.Context(), "GET", "/health", nil, nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	require.Less(t, opened.Load(), int32(25), "of 160 calls by eight at once")
}

func TestAnswersThatAreNotTheContracts(t *testing.T) {
	addr := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/page":
			_, _ = w.Write([]byte("<html>" + secret))
		case "/other-type":
			_, _ = w.Write([]byte(`{"n":"` + secret + `"}`))
		case "/huge":
			_, _ = io.Copy(w, strings.NewReader(`"`+strings.Repeat("x", 5000)))
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for range 1 << 10 {
				_, _ = z.Write(make([]byte, 1<<10))
			}
			_ = z.Close()
		case "/elsewhere":
			http.Redirect(w, r, "http://10.0.0.1/"+secret, http.StatusFound)
		case "/empty":
		case "/none":
			w.WriteHeader(http.StatusNoContent)
		case "/unknown-code":
			w.WriteHeader(400)
			_, _ = w.Write([]byte(`{"error":{"code":"TEAPOT","message":"` + secret + `"}}`))
		}
	})
	c := newClient(t, addr, func(o *httpkit.ClientOptions) { o.MaxAnswerBytes = 4096 })
	for _, path := range []string{"/page", "/other-type", "/huge", "/bomb", "/elsewhere", "/empty", "/unknown-code"} {
		var out struct {
			N int `json:"n"`
		}
		err := c.Do(t.Context(), "GET", path, nil, &out)
		require.Equal(t, fault.Upstream, asFault(t, err).Code, path)
		require.NotContains(t, err.Error(), secret, path)
	}
	out := map[string]int{"kept": 1}
	require.NoError(t, c.Do(t.Context(), "GET", "/none", nil, &out))
	require.Equal(t, map[string]int{"kept": 1}, out)
	require.NoError(t, c.Do(t.Context(), "GET", "/page", nil, nil), "nobody looks at it")
}

func TestACertificateOfTheWrongNameIsNotTriedAgain(t *testing.T) {
	var calls atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { calls.Add(1); _, _ = w.Write([]byte("{}")) }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	transport := s.Client().Transport.(*http.Transport).Clone()
	defer transport.CloseIdleConnections()
	c := newClient(t, s.URL, func(o *httpkit.ClientOptions) { o.Transport = transport })
	require.NoError(t, c.Do(t.Context(), "GET", "/", nil, nil))

	wrong := transport.Clone()
	wrong.TLSClientConfig.ServerName = "other.example"
	defer wrong.CloseIdleConnections()
	c = newClient(t, s.URL, func(o *httpkit.ClientOptions) { o.Transport = wrong })
	err := c.Do(t.Context(), "GET", "/", nil, nil)
	require.Equal(t, fault.Upstream, asFault(t, err).Code)
	require.ErrorContains(t, err, "other.example")
	require.EqualValues(t, 1, calls.Load())

	c = newClient(t, s.URL, nil)
	require.Equal(t, fault.Upstream, fault.CodeOf(c.Do(t.Context(), "GET", "/", nil, nil)), "an unknown authority")
}

func TestOptionsAndAddressesAreChecked(t *testing.T) {
	for _, bad := range []string{"", "localhost:8080", "ftp://x", "http://", "http://x?q=1", "http://x#f", "://", "http://user:" + secret + "%zz@x", "http://x?key=" + secret} {
		_, err := httpkit.NewClient(bad, nil)
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), bad)
		require.NotContains(t, err.Error(), secret)
	}
	var seen atomic.Value
	addr := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		seen.Store(r.URL.RequestURI() + " " + r.Header.Get("Authorization") + " " + r.Header.Get("X-Call"))
		_, _ = w.Write([]byte("{}"))
	})
	opts := &httpkit.ClientOptions{Header: http.Header{"Authorization": {"Bearer x"}}}
	c, err := httpkit.NewClient(addr+"/rag/", opts)
	require.NoError(t, err)
	defer c.Close()
	opts.Header.Set("Authorization", "changed")
	require.NoError(t, c.Send(t.Context(), &httpkit.Call{Path: "/documents/a%2Fb?x=1", Query: map[string][]string{"q": {"क & ख"}}, Header: http.Header{"x-call": {"1"}}}, nil))
	require.Equal(t, "/rag/documents/a%2Fb?x=1&q=%E0%A4%95+%26+%E0%A4%96 Bearer x 1", seen.Load())
	for _, bad := range []string{"", "x", "http://evil.example/", "/a#b", "/%zz"} {
		err := c.Do(t.Context(), "GET", bad, nil, nil)
		require.Equal(t, fault.Internal, fault.CodeOf(err), bad)
	}
	require.NoError(t, c.Do(t.Context(), "GET", "/@evil.example/", nil, nil), "stays at the service")
	require.Equal(t, fault.Internal, fault.CodeOf(c.Do(t.Context(), "POST", "/", func() {}, nil)))
}
