package httpkit_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
)

func TestZippedBodiesAreUnpacked(t *testing.T) {
	k, _ := newKit(t, nil)
	addr := "http://" + start(t, k)
	long := strings.Repeat("x", 180)
	for _, encoding := range []string{"gzip", "GZIP", "x-gzip"} {
		resp, body := fetch(t, "POST", addr+"/echo", zipped(`{"message":"`+long+`"}`), "Content-Type", "application/json", "Content-Encoding", encoding)
		require.Equal(t, 200, resp.StatusCode, body)
		require.Contains(t, body, long)
	}
	resp, body := fetch(t, "POST", addr+"/upload", zipped(form(strings.Repeat("x", 6000))), "Content-Type", "multipart/form-data; boundary=b", "Content-Encoding", "gzip")
	require.Equal(t, 201, resp.StatusCode, body)
	require.JSONEq(t, `{"bytes":6000}`, body)
	resp, body = fetch(t, "POST", addr+"/echo", `{"message":"x"}`, "Content-Type", "application/json", "Content-Encoding", "identity")
	require.Equal(t, 200, resp.StatusCode, body)
	resp, _ = fetch(t, "GET", addr+"/health", "", "Content-Encoding", "gzip")
	require.Equal(t, 200, resp.StatusCode, "there is no body to unpack")
}

func TestABodyAtItsDepthIsTaken(t *testing.T) {
	k, _ := newKit(t, nil)
	httpkit.Register(k, huma.Operation{OperationID: "any", Method: "POST", Path: "/any"},
		func(_ context.Context, _ *struct{ Body any }) (*struct{}, error) { return nil, nil })
	addr := start(t, k)
	resp, body := send(t, addr, post("/any", jsonType, strings.Repeat("[", 100)+strings.Repeat("]", 100)))
	require.Equal(t, 204, resp.StatusCode, string(body))
	resp, _ = send(t, addr, post("/any", jsonType, `["`+strings.Repeat(`[\"`, 200)+`"]`))
	require.Equal(t, 204, resp.StatusCode, "brackets in a text are no levels")
}

// A client that means to send 100 MB is answered and cut off long before.
func TestAHugeBodyIsNotRead(t *testing.T) {
	k, l := newKit(t, nil)
	c, err := net.Dial("tcp", start(t, k))
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	var sent int
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := io.WriteString(c, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
		chunk := []byte("10000\r\n" + strings.Repeat("[", 1<<16) + "\r\n")
		for ; err == nil && sent < 100<<20; sent += 1 << 16 {
			_, err = c.Write(chunk)
		}
	})
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	f, err := fault.Decode(body)
	require.NoError(t, err)
	require.Equal(t, fault.PayloadTooLarge, f.Code)
	line := l.byRequest(t, f.RequestID)
	require.Less(t, line["extra"].(map[string]any)["request_bytes"], float64(1<<20))
	wg.Wait()
	require.Less(t, sent, 20<<20, "the connection is closed")
}

func TestTwoPanicsAtOnceAreTwoAnswers(t *testing.T) {
	k, l := newKit(t, nil)
	both := make(chan struct{}, 2)
	var gate sync.WaitGroup
	gate.Add(2)
	httpkit.Register(k, huma.Operation{OperationID: "together", Method: "GET", Path: "/together"},
		func(context.Context, *struct{}) (*struct{}, error) {
			gate.Done()
			gate.Wait() // until the other is here too
			panic(secret)
		})
	addr := start(t, k)
	var mu sync.Mutex
	ids := map[string]bool{}
	for range 2 {
		go func() {
			defer func() { both <- struct{}{} }()
			resp, body := send(t, addr, get("/together"))
			f, err := fault.Decode(body)
			if err != nil || resp.StatusCode != 500 || strings.Contains(string(body), secret) {
				t.Errorf("%d %s", resp.StatusCode, body)
				return
			}
			mu.Lock()
			ids[f.RequestID] = true
			mu.Unlock()
		}()
	}
	<-both
	<-both
	require.Len(t, ids, 2)
	for id := range ids {
		line := l.byRequest(t, id)
		require.Equal(t, "request panicked", line["message"])
		require.Contains(t, line["extra"].(map[string]any)["stack"], "body_test.go")
	}
}

func TestAHandlerThatTakesTooLongIsUpstreamTimeout(t *testing.T) {
	k, _ := newKit(t, func(o *httpkit.Options) { o.HandlerTimeout = 30 * time.Millisecond })
	httpkit.Register(k, huma.Operation{OperationID: "slow", Method: "GET", Path: "/slow"},
		func(ctx context.Context, _ *struct{}) (*struct{}, error) { <-ctx.Done(); return nil, ctx.Err() })
	streaming(k, func(ctx context.Context, s *httpkit.SSE) error {
		select {
		case <-time.After(100 * time.Millisecond):
			return s.Send("done", 1)
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	addr := start(t, k)
	resp, body := send(t, addr, get("/slow"))
	require.Equal(t, 504, resp.StatusCode, string(body))
	f, err := fault.Decode(body)
	require.NoError(t, err)
	require.Equal(t, fault.UpstreamTimeout, f.Code)
	stream := open(t, t.Context(), addr)
	all, err := io.ReadAll(stream.Body)
	require.NoError(t, err)
	require.Contains(t, string(all), "event: done", "a stream goes on")
}
