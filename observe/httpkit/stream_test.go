package httpkit_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
)

// streaming registers POST /stream, which checks its input and then runs run.
func streaming(k *httpkit.Kit, run func(context.Context, *httpkit.SSE) error) {
	httpkit.Register(k, huma.Operation{OperationID: "stream", Method: "POST", Path: "/stream", Responses: httpkit.EventResponse("events")},
		func(context.Context, *echoInput) (*huma.StreamResponse, error) { return httpkit.Stream(run), nil })
}

// open posts to /stream and gives the answer, unread.
func open(t *testing.T, ctx context.Context, addr string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, "POST", "http://"+addr+"/stream", strings.NewReader(`{"message":"x"}`))
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

func TestEventsArriveOneByOne(t *testing.T) {
	k, _ := newKit(t, nil)
	next := make(chan struct{})
	streaming(k, func(_ context.Context, s *httpkit.SSE) error {
		for _, text := range []string{"नमस्ते", "line\nbreak"} {
			if err := s.Send("token", map[string]string{"text": text}); err != nil {
				return err
			}
			<-next
		}
		require.ErrorContains(t, s.Send("a\nb", nil), "single line")
		require.Error(t, s.Send("odd", make(chan int)))
		require.ErrorContains(t, s.SendText("", "a\nb"), "single line")
		require.NoError(t, s.Send("", 7))
		return s.SendText("", "[DONE]")
	})
	resp := open(t, context.Background(), start(t, k))
	require.Equal(t, 200, resp.StatusCode)
	require.Equal(t, "text/event-stream; charset=utf-8", resp.Header.Get("Content-Type"))
	r := bufio.NewReader(resp.Body)
	for _, want := range []string{"event: token\n", `data: {"text":"नमस्ते"}` + "\n", "\n"} {
		line, err := r.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, want, line, "flushed before the next event is made")
	}
	close(next)
	rest, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, "event: token\ndata: {\"text\":\"line\\nbreak\"}\n\ndata: 7\n\ndata: [DONE]\n\n", string(rest))
}

func TestAStreamsInputIsCheckedLikeAnyOther(t *testing.T) {
	k, _ := newKit(t, nil)
	streaming(k, func(context.Context, *httpkit.SSE) error { panic("not reached") })
	resp, body := fetch(t, "POST", "http://"+start(t, k)+"/stream", `{}`)
	require.Equal(t, 400, resp.StatusCode)
	require.Contains(t, body, `"field":"message"`)
}

func TestAFailureInAStreamIsAnEvent(t *testing.T) {
	k, l := newKit(t, nil)
	streaming(k, func(_ context.Context, s *httpkit.SSE) error {
		return errors.Join(s.Send("token", 1), fault.Wrap(errors.New(secret), fault.ModelLoading, "the model is loading", nil))
	})
	resp := open(t, context.Background(), start(t, k))
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	_, data, ok := strings.Cut(string(body), "event: error\ndata: ")
	require.True(t, ok, string(body))
	f, err := fault.Decode([]byte(strings.TrimSpace(data)))
	require.NoError(t, err)
	require.Equal(t, fault.ModelLoading, f.Code)
	require.Equal(t, resp.Header.Get("X-Request-ID"), f.RequestID)
	require.NotContains(t, string(body), secret)
	line := l.byRequest(t, f.RequestID)
	require.Equal(t, "ERROR", line["level"])
	require.Contains(t, line["extra"].(map[string]any)["error"], secret)
}

func TestHeartbeatsKeepASilentStreamOpen(t *testing.T) {
	k, _ := newKit(t, func(o *httpkit.Options) { o.Heartbeat = 20 * time.Millisecond; o.StallTimeout = 100 * time.Millisecond })
	streaming(k, func(_ context.Context, s *httpkit.SSE) error {
		time.Sleep(300 * time.Millisecond)
		return s.Send("done", true)
	})
	resp := open(t, context.Background(), start(t, k))
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Greater(t, strings.Count(string(body), ": \n\n"), 3)
	require.True(t, strings.HasSuffix(string(body), "event: done\ndata: true\n\n"))
}

func TestAStreamEndsWhenItsClientLeaves(t *testing.T) {
	k, _ := newKit(t, nil)
	ended := make(chan error, 1)
	streaming(k, func(ctx context.Context, s *httpkit.SSE) error {
		_ = s.Send("token", 1)
		<-ctx.Done()
		ended <- s.Send("token", 2)
		return ctx.Err()
	})
	ctx, leave := context.WithCancel(context.Background())
	resp := open(t, ctx, start(t, k))
	_, err := bufio.NewReader(resp.Body).ReadString('\n')
	require.NoError(t, err)
	leave()
	select {
	case err := <-ended:
		require.Error(t, err)
	case <-time.After(5 * time.Second):
		t.Fatal("the stream went on for a client that had left")
	}
}

func TestAClientThatDoesNotReadIsCutOff(t *testing.T) {
	k, _ := newKit(t, func(o *httpkit.Options) { o.StallTimeout = 200 * time.Millisecond })
	ended := make(chan struct{})
	streaming(k, func(_ context.Context, s *httpkit.SSE) error {
		defer close(ended)
		for s.Send("token", strings.Repeat("x", 1000)) == nil {
		}
		return nil
	})
	c, err := net.Dial("tcp", start(t, k))
	require.NoError(t, err)
	defer c.Close()
	_, err = io.WriteString(c, post("/stream", "application/json", `{"message":"x"}`))
	require.NoError(t, err)
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("the writer is stuck")
	}
}

func TestSSEOnAPlainWriter(t *testing.T) {
	w := httptest.NewRecorder()
	s := httpkit.NewSSE(w, httptest.NewRequest("GET", "/", nil))
	require.NoError(t, s.Send("a", 1))
	s.Close()
	s.Close()
	require.ErrorIs(t, s.Send("b", 2), httpkit.ErrStreamClosed)
	require.Equal(t, "event: a\ndata: 1\n\n", w.Body.String())
	require.Error(t, s.Context().Err())
}

// running serves k and gives what stops it and what Serve came to.
func running(t *testing.T, k *httpkit.Kit) (addr string, stop context.CancelFunc, done chan error) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	ready, done := make(chan net.Addr, 1), make(chan error, 1)
	go func() { done <- k.Run(ctx, "127.0.0.1:0", func(a net.Addr) { ready <- a }) }()
	select {
	case a := <-ready:
		return a.String(), stop, done
	case err := <-done:
		t.Fatal(err)
		return "", nil, nil
	}
}

func TestStopLetsStreamsInFlightFinish(t *testing.T) {
	k, _ := newKit(t, nil)
	release := make(chan struct{})
	streaming(k, func(ctx context.Context, s *httpkit.SSE) error {
		_ = s.Send("token", 1)
		<-release
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return s.Send("done", true)
	})
	addr, stop, done := running(t, k)
	resp := open(t, context.Background(), addr)
	r := bufio.NewReader(resp.Body)
	_, err := r.ReadString('\n')
	require.NoError(t, err)
	stop()
	require.Eventually(t, func() bool {
		c, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			c.Close()
		}
		return err != nil
	}, 5*time.Second, 5*time.Millisecond, "new connections are refused")
	require.Equal(t, "unhealthy", string(k.Health.Report(context.Background()).Status))
	close(release)
	rest, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Contains(t, string(rest), "event: done")
	require.NoError(t, <-done)
}

func TestStopCutsOffWhatDoesNotFinish(t *testing.T) {
	k, _ := newKit(t, func(o *httpkit.Options) { o.DrainTimeout = 50 * time.Millisecond })
	var ended atomic.Bool
	streaming(k, func(ctx context.Context, s *httpkit.SSE) error {
		_ = s.Send("token", 1)
		<-ctx.Done()
		ended.Store(true)
		return ctx.Err()
	})
	addr, stop, done := running(t, k)
	resp := open(t, context.Background(), addr)
	_, err := bufio.NewReader(resp.Body).ReadString('\n')
	require.NoError(t, err)
	stop()
	require.ErrorContains(t, <-done, "1 requests were cut off")
	require.True(t, ended.Load(), "no handler outlives Serve")
}

func TestAnAddressInUseIsAnError(t *testing.T) {
	k, _ := newKit(t, nil)
	addr := start(t, k)
	require.ErrorContains(t, k.Run(context.Background(), addr, nil), "in use")
}
