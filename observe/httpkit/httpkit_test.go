package httpkit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
)

const (
	givenID = "0b6c3c5e-7f5e-4a53-9d0b-0c3a6a2f1d11"
	traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
)

// fetch gives an answer with its body read.
func fetch(t testing.TB, method, url, body string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(b)
}

func TestTypedRouteReadsChecksAndAnswers(t *testing.T) {
	k, _ := newKit(t, nil)
	resp, body := fetch(t, "POST", "http://"+start(t, k)+"/echo?kind=a", `{"message":"नमस्ते <b>"}`, "Content-Type", "application/json; charset=utf-8")
	require.Equal(t, 200, resp.StatusCode, body)
	require.Equal(t, "application/json", resp.Header.Get("Content-Type"))
	require.Equal(t, `{"message":"नमस्ते <b>","top_k":5}`+"\n", body)
}

func TestRequestAndTraceIDsAreTakenOrMade(t *testing.T) {
	k, l := newKit(t, nil)
	url := "http://" + start(t, k) + "/health"
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

	given := "00-" + traceID + "-00f067aa0ba902b7-01"
	resp, _ := fetch(t, "GET", url, "", "X-Request-ID", strings.ToUpper(givenID), "Traceparent", given)
	require.Equal(t, givenID, resp.Header.Get("X-Request-ID"))
	require.Equal(t, given, resp.Header.Get("Traceparent"))
	require.Equal(t, traceID, l.byRequest(t, givenID)["trace_id"])
	resp, _ = fetch(t, "GET", url, "", "Traceparent", "cc-"+traceID+"-00f067aa0ba902b7-00-later")
	require.Equal(t, traceID, l.byRequest(t, resp.Header.Get("X-Request-ID"))["trace_id"], "a later version")

	for _, bad := range []string{"", "1", `{"level":"ERROR"}`, givenID + "0", strings.Replace(givenID, "-4", "-1", 1), strings.Replace(givenID, "-", "x", 1), "<script>"} {
		resp, _ := fetch(t, "GET", url, "", "X-Request-ID", bad)
		got := resp.Header.Get("X-Request-ID")
		require.Regexp(t, uuid, got)
		require.NotEqual(t, bad, got)
	}
	for _, bad := range []string{"00-" + strings.Repeat("0", 32) + "-00f067aa0ba902b7-01", "ff-" + traceID + "-00f067aa0ba902b7-01",
		"00-" + strings.ToUpper(traceID) + "-00f067aa0ba902b7-01", "00-" + traceID + "-00f067aa0ba902b7-01-x", "junk",
		"00-" + traceID + "-0000000000000000-01", "0x-" + traceID + "-00f067aa0ba902b7-01", "00-" + traceID + "-00f067aa0ba902b7-0g", "00-" + traceID + "_00f067aa0ba902b7-01"} {
		resp, _ := fetch(t, "GET", url, "", "Traceparent", bad)
		made := l.byRequest(t, resp.Header.Get("X-Request-ID"))["trace_id"]
		require.Regexp(t, "^[0-9a-f]{32}$", made, bad)
		require.NotEqual(t, traceID, made, bad)
		require.Regexp(t, "^00-"+made.(string)+"-[0-9a-f]{16}-01$", resp.Header.Get("Traceparent"))
	}
}

func TestServerToClientGivesTheEqualFaultForEveryCode(t *testing.T) {
	k := httpkit.New(nil)
	sent := map[string]*fault.Error{}
	for _, code := range fault.Codes() {
		f := fault.Wrap(errors.New(secret), code, "a sentence for "+string(code), fault.Details{"field": "x", "max": 3.0}).WithRetryAfter(2 * time.Second)
		sent[string(code)] = f
		httpkit.Register(k, huma.Operation{OperationID: "typed-" + string(code), Method: "GET", Path: "/typed/" + string(code)},
			func(context.Context, *struct{}) (*struct{}, error) { return nil, fmt.Errorf("wrapped: %w", f) })
		k.Handle("GET /raw/"+string(code), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { httpkit.WriteError(w, r, f) }))
	}
	addr := start(t, k)
	for code, f := range sent {
		for _, kind := range []string{"typed", "raw"} {
			req, err := http.NewRequest("GET", "http://"+addr+"/"+kind+"/"+code, nil)
			require.NoError(t, err)
			req.Header.Set("X-Request-ID", givenID)
			resp, err := http.DefaultClient.Do(req)
			require.NoError(t, err)
			err = httpkit.ReadError(resp)
			resp.Body.Close()
			got, ok := errors.AsType[*fault.Error](err)
			require.True(t, ok)
			require.Equal(t, fault.New(f.Code, f.Message, f.Details).WithRetryAfter(2*time.Second), fault.WithRequestID(got, ""))
			require.Equal(t, givenID, got.RequestID)
			require.NotContains(t, got.Error(), secret)
		}
	}
}

func TestReadErrorOfForeignAnswers(t *testing.T) {
	for _, c := range []struct {
		status int
		retry  string
		code   fault.Code
		wait   time.Duration
	}{
		{502, "", fault.Upstream, 0}, {503, "7", fault.Upstream, 7 * time.Second}, {418, "x", fault.Upstream, 0}, {404, "", fault.Upstream, 0},
		{429, time.Now().Add(time.Hour).UTC().Format(http.TimeFormat), fault.Upstream, time.Hour}, {500, "-1", fault.Upstream, 0},
	} {
		w := httptest.NewRecorder()
		w.Header().Set("X-Request-ID", givenID)
		w.Header().Set("Retry-After", c.retry)
		w.WriteHeader(c.status)
		_, _ = w.WriteString("<html>bad gateway</html>")
		f, ok := errors.AsType[*fault.Error](httpkit.ReadError(w.Result()))
		require.True(t, ok)
		require.Equal(t, c.code, f.Code)
		require.Equal(t, givenID, f.RequestID)
		require.InDelta(t, c.wait, f.RetryAfter, float64(2*time.Second))
	}
	ok := httptest.NewRecorder()
	require.NoError(t, httpkit.ReadError(ok.Result()))
}

func TestRetryAfterIsWholeSecondsUpwards(t *testing.T) {
	k, _ := newKit(t, nil)
	resp, _ := fetch(t, "GET", "http://"+start(t, k)+"/typed/limited", "")
	require.Equal(t, 429, resp.StatusCode)
	require.Equal(t, "2", resp.Header.Get("Retry-After"))
}

func TestAPanicAfterTheFirstByteAbortsTheAnswer(t *testing.T) {
	k, l := newKit(t, nil)
	addr := start(t, k)
	resp, err := http.Get("http://" + addr + "/raw/panic-late")
	require.NoError(t, err)
	defer resp.Body.Close()
	_, err = io.ReadAll(resp.Body)
	require.Error(t, err, "half an answer must not look whole")
	line := l.byRequest(t, resp.Header.Get("X-Request-ID"))
	require.Equal(t, "ERROR", line["level"])
	require.Contains(t, line["extra"].(map[string]any)["stack"], "kit_test.go")
	_, body := fetch(t, "GET", "http://"+addr+"/health", "")
	require.Contains(t, body, `"healthy"`)
}

func TestMetricsHaveBoundedLabels(t *testing.T) {
	k, _ := newKit(t, nil)
	addr := "http://" + start(t, k)
	for i := range 20 {
		fetch(t, "GET", fmt.Sprintf("%s/random/%d", addr, i), "")
		fetch(t, fmt.Sprintf("METHOD%d", i), addr+"/echo", "")
	}
	fetch(t, "POST", addr+"/echo", `{"message":"hello"}`)
	_, body := fetch(t, "GET", addr+"/metrics", "")
	require.Contains(t, body, `http_requests_total{endpoint="unmatched",method="GET",status_code="404"} 20`)
	require.Contains(t, body, `http_requests_total{endpoint="unmatched",method="OTHER",status_code="405"} 20`)
	require.Contains(t, body, `http_requests_total{endpoint="/echo",method="POST",status_code="200"} 1`)
	require.Contains(t, body, `http_request_size_bytes_sum{endpoint="/echo",method="POST"} 19`)
	require.Contains(t, body, `http_response_size_bytes_sum{endpoint="/echo",method="POST"} 30`)
	require.Contains(t, body, `http_request_duration_seconds_count{endpoint="/echo",method="POST"} 1`)
	require.NotContains(t, body, "random")
	require.NotContains(t, body, "METHOD1")
	require.Contains(t, body, "go_goroutines")
}

func TestTheLogHoldsNoQueryAndNoPath(t *testing.T) {
	k, l := newKit(t, nil)
	addr := "http://" + start(t, k)
	resp, _ := fetch(t, "GET", addr+"/health?q=private-question", "")
	l.byRequest(t, resp.Header.Get("X-Request-ID"))
	resp, _ = fetch(t, "GET", addr+"/private-path", "")
	line := l.byRequest(t, resp.Header.Get("X-Request-ID"))
	require.Equal(t, "unmatched", line["extra"].(map[string]any)["endpoint"])
	all, err := json.Marshal(l.lines(t))
	require.NoError(t, err)
	require.NotContains(t, string(all), "private")
}

func TestDocumentIsValidAndDescribesEveryRoute(t *testing.T) {
	k, _ := newKit(t, nil)
	httpkit.Register(k, huma.Operation{OperationID: "stream", Method: "POST", Path: "/stream", Responses: httpkit.EventResponse("events")},
		func(context.Context, *echoInput) (*huma.StreamResponse, error) { return nil, nil })
	k.HandleOperation(huma.Operation{OperationID: "raw-json", Method: "PUT", Path: "/raw-json/{id}", RequestBody: httpkit.JSONBody[struct {
		Name string `json:"name"`
	}](k), Parameters: []*huma.Param{{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: "string"}}}}, http.NotFoundHandler())
	resp, body := fetch(t, "GET", "http://"+start(t, k)+"/openapi.json", "")
	require.Equal(t, "application/json", resp.Header.Get("Content-Type"))
	doc, err := openapi3.NewLoader().LoadFromData([]byte(body))
	require.NoError(t, err)
	require.NoError(t, doc.Validate(context.Background()))
	require.Equal(t, "1.2.3", doc.Info.Version)
	require.NotContains(t, body, "ErrorModel")
	require.NotContains(t, body, "problem+json")
	for _, path := range []string{"/echo", "/upload", "/stream", "/raw-json/{id}", "/health", "/metrics"} {
		require.NotNil(t, doc.Paths.Find(path), path)
	}
	stream := doc.Paths.Find("/stream").Post
	require.NotNil(t, stream.Responses.Value("200").Value.Content["text/event-stream"])
	require.NotNil(t, stream.RequestBody.Value.Content["application/json"])
	file := doc.Paths.Find("/upload").Post.RequestBody.Value.Content["multipart/form-data"].Schema.Value.Properties["file"]
	require.Equal(t, "binary", file.Value.Format)
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			def := op.Responses.Default()
			require.NotNil(t, def, "%s %s", method, path)
			e := def.Value.Content["application/json"].Schema.Value.Properties["error"].Value
			require.Len(t, e.Properties["code"].Value.Enum, len(fault.Codes()), "%s %s", method, path)
		}
	}
}

func TestDocsWorkOffline(t *testing.T) {
	k, _ := newKit(t, nil)
	addr := "http://" + start(t, k)
	resp, page := fetch(t, "GET", addr+"/docs", "")
	require.Equal(t, "text/html; charset=utf-8", resp.Header.Get("Content-Type"))
	policy := resp.Header.Get("Content-Security-Policy")
	require.Contains(t, policy, "script-src 'self' 'sha256-")
	require.NotContains(t, policy, "http")
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		require.True(t, strings.HasPrefix(m[1], "/docs/"), m[1])
		resp, body := fetch(t, "GET", addr+m[1], "")
		require.Equal(t, 200, resp.StatusCode, m[1])
		require.NotEmpty(t, body)
	}
}

func TestStaticFiles(t *testing.T) {
	k, _ := newKit(t, nil)
	require.NoError(t, k.Static("/", fstest.MapFS{
		"index.html": {Data: []byte("<!doctype html>")}, "js/app.mjs": {Data: []byte("export {}")},
		"sub/index.html": {Data: []byte("sub")}, "blob": {Data: []byte{1, 2, 3}},
	}))
	addr := "http://" + start(t, k)
	for path, kind := range map[string]string{"/": "text/html; charset=utf-8", "/index.html": "text/html; charset=utf-8",
		"/js/app.mjs": "text/javascript; charset=utf-8", "/sub/": "text/html; charset=utf-8", "/blob": "application/octet-stream"} {
		resp, body := fetch(t, "GET", addr+path, "")
		require.Equal(t, 200, resp.StatusCode, path)
		require.Equal(t, kind, resp.Header.Get("Content-Type"), path)
		require.NotEmpty(t, body)
		require.Contains(t, resp.Header.Get("Content-Security-Policy"), "default-src 'self'")
		again, body := fetch(t, "GET", addr+path, "", "If-None-Match", resp.Header.Get("Etag"))
		require.Equal(t, 304, again.StatusCode)
		require.Empty(t, body)
	}
	resp, _ := fetch(t, "GET", addr+"/js/", "")
	require.Equal(t, 404, resp.StatusCode, "folders are not listed")
	resp, _ = fetch(t, "HEAD", addr+"/", "")
	require.Equal(t, 200, resp.StatusCode)
	resp, _ = fetch(t, "POST", addr+"/", "")
	require.Equal(t, 405, resp.StatusCode)
}

func TestUploadsHaveTheirOwnLimit(t *testing.T) {
	k, _ := newKit(t, nil)
	form := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n" + strings.Repeat("x", 6000) + "\r\n--b--\r\n"
	resp, body := fetch(t, "POST", "http://"+start(t, k)+"/upload", form, "Content-Type", "multipart/form-data; boundary=b")
	require.Equal(t, 201, resp.StatusCode, body)
	require.JSONEq(t, `{"bytes":6000}`, body)
}

func TestAClientThatSendsAByteASecondIsCutOff(t *testing.T) {
	k, _ := newKit(t, func(o *httpkit.Options) { o.StallTimeout = 200 * time.Millisecond })
	addr := start(t, k)
	for name, head := range map[string]string{
		"header": "POST /echo HTTP/1.1\r\nHost: x\r\nX-Slow: ",
		"body":   "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"message\":\"",
		"upload": "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n--b\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			c, err := net.Dial("tcp", addr)
			require.NoError(t, err)
			defer c.Close()
			begin := time.Now()
			go func() {
				_, err := io.WriteString(c, head)
				for err == nil {
					time.Sleep(20 * time.Millisecond)
					_, err = c.Write([]byte("x"))
				}
			}()
			require.NoError(t, c.SetReadDeadline(time.Now().Add(5*time.Second)))
			all, _ := io.ReadAll(c) // the reset after the answer is no matter
			require.Less(t, time.Since(begin), 3*time.Second)
			if name != "header" { // net/http closes in silence there
				require.Contains(t, string(all), `"code":"INVALID_REQUEST"`)
				require.Contains(t, string(all), "did not arrive in time")
			}
		})
	}
}

func TestASlowHandlerIsNotTakenForASlowClient(t *testing.T) {
	k, _ := newKit(t, func(o *httpkit.Options) { o.StallTimeout = 100 * time.Millisecond })
	slow := func(ctx context.Context, in *echoInput) (*echoOutput, error) {
		select {
		case <-time.After(400 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		return echo(ctx, in)
	}
	httpkit.Register(k, huma.Operation{OperationID: "slow", Method: "POST", Path: "/slow"}, slow)
	addr := start(t, k)
	for range 2 { // the second on the same connection
		resp, body := fetch(t, "POST", "http://"+addr+"/slow", `{"message":"x"}`)
		require.Equal(t, 200, resp.StatusCode, body)
	}
}

func TestWriteErrorWithoutAKit(t *testing.T) {
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/", nil)
	httpkit.WriteError(w, r.WithContext(observe.WithRequestID(r.Context(), givenID)), errors.New(secret))
	require.Equal(t, 500, w.Code)
	f, err := fault.Decode(w.Body.Bytes())
	require.NoError(t, err)
	require.Equal(t, givenID, f.RequestID)
	require.NotContains(t, w.Body.String(), secret)

	w = httptest.NewRecorder()
	httpkit.WriteError(w, r, nil)
	require.Zero(t, w.Body.Len())
	httpkit.WriteJSON(w, r, 200, make(chan int))
	require.Equal(t, 500, w.Code)
}

func TestTwoHumaAPIsInOneProgramDoNotDisturbEachOther(t *testing.T) {
	newKit(t, nil)
	err := huma.Error404NotFound("theirs")
	_, ok := err.(*huma.ErrorModel)
	require.True(t, ok, "huma's global hooks are as they were")
}

func TestAnAnswerWithoutABodyKeepsItsStatus(t *testing.T) {
	k, _ := newKit(t, nil)
	for _, status := range []int{201, 202, 204} {
		httpkit.Register(k, huma.Operation{OperationID: fmt.Sprint("s", status), Method: "GET", Path: fmt.Sprint("/s/", status), DefaultStatus: status},
			func(context.Context, *struct{}) (*struct{}, error) { return &struct{}{}, nil })
	}
	addr := start(t, k)
	for _, status := range []int{201, 202, 204} {
		resp, body := fetch(t, "GET", fmt.Sprint("http://", addr, "/s/", status), "")
		require.Equal(t, status, resp.StatusCode)
		require.Empty(t, body)
	}
}

func TestAHijackedConnectionIsItsHandlers(t *testing.T) {
	k, l := newKit(t, func(o *httpkit.Options) { o.StallTimeout = 50 * time.Millisecond })
	k.Handle("GET /raw/socket", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			httpkit.WriteError(w, r, err)
			return
		}
		defer c.Close()
		time.Sleep(100 * time.Millisecond)
		_, _ = rw.WriteString("HTTP/1.1 400 Mine\r\nX-Request-ID: " + w.Header().Get("X-Request-ID") + "\r\nContent-Length: 2\r\n\r\nhi")
		_ = rw.Flush()
	}))
	resp, body := send(t, start(t, k), get("/raw/socket"))
	require.Equal(t, "400 Mine", resp.Status)
	require.Equal(t, "hi", string(body))
	line := l.byRequest(t, resp.Header.Get("X-Request-ID"))
	require.EqualValues(t, 101, line["extra"].(map[string]any)["status"])
}
