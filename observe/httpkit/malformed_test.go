package httpkit_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
)

// send writes raw bytes to addr and gives the first answer.
func send(t testing.TB, addr, raw string) (*http.Response, []byte) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
	go func() { _, _ = io.WriteString(c, raw) }() // the server may answer and close before it has read all
	method, _, _ := strings.Cut(raw, " ")
	resp, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, body
}

func get(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n" }

func post(path, contentType, body string) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", path, contentType, len(body), body)
}

func postJSON(body string) string { return post("/echo", "application/json", body) }

// encoded is a post to /echo with a Content-Encoding.
func encoded(encoding, body string) string {
	return strings.Replace(postJSON(body), "Host: x", "Host: x\r\nContent-Encoding: "+encoding, 1)
}

func zipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, s) // a bytes.Buffer does not fail
	_ = w.Close()
	return b.String()
}

// damaged changes the checksum at the end.
func damaged(s string) string { return s[:len(s)-8] + "abcd" + s[len(s)-4:] }

// form is a multipart form with one file.
func form(content string) string {
	return "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n" + content + "\r\n--b--\r\n"
}

type malformed struct {
	name    string
	raw     string
	code    fault.Code
	message string // a part of it
}

const jsonType = "application/json"

var big = strings.Repeat("x", 5000)

// malformedRequests is every kind of request that we could think of getting wrong.
var malformedRequests = []malformed{
	{"unknown route", get("/nope"), fault.NotFound, "nothing at this address"},
	{"unknown route below a known one", get("/echo/more"), fault.NotFound, ""},
	{"unknown docs asset", get("/docs/nope.js"), fault.NotFound, ""},
	{"dots in the path", get("/docs/..%2f..%2fetc%2fpasswd"), fault.NotFound, ""},
	{"wrong method", get("/echo"), fault.MethodNotAllowed, "Allow"},
	{"wrong method with a body", post("/health", jsonType, `{}`), fault.MethodNotAllowed, ""},
	{"invented method", "BREW /echo HTTP/1.1\r\nHost: x\r\n\r\n", fault.MethodNotAllowed, ""},
	{"options", "OPTIONS /echo HTTP/1.1\r\nHost: x\r\n\r\n", fault.MethodNotAllowed, ""},
	{"options for all", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", fault.InvalidRequest, ""},
	{"connect", "CONNECT evil:443 HTTP/1.1\r\nHost: evil:443\r\n\r\n", fault.NotFound, ""},
	{"empty body", postJSON(""), fault.InvalidRequest, "needs a body"},
	{"one brace", postJSON("{"), fault.InvalidRequest, "line 1, column 1"},
	{"trailing comma", postJSON("{\n  \"message\": \"x\",\n}"), fault.InvalidRequest, "line 3, column 1"},
	{"text after the end", postJSON(`{"message":"x"} y`), fault.InvalidRequest, "column 17"},
	{"not JSON", postJSON("message=x"), fault.InvalidRequest, "not valid JSON"},
	{"an array", postJSON(`[]`), fault.InvalidRequest, ""},
	{"null", postJSON(`null`), fault.InvalidRequest, ""},
	{"a number", postJSON(`7`), fault.InvalidRequest, ""},
	{"deep arrays", postJSON(strings.Repeat("[", 4000)), fault.InvalidRequest, "100 levels deep at line 1, column 101"},
	{"deep objects", postJSON(`{"message":"\"[","x":` + strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 101)), fault.InvalidRequest, "levels deep"},
	{"wrong type", postJSON(`{"message":7}`), fault.InvalidRequest, "message"},
	{"missing field", postJSON(`{}`), fault.InvalidRequest, "message"},
	{"empty text", postJSON(`{"message":""}`), fault.InvalidRequest, "message"},
	{"text too long", postJSON(`{"message":"` + big[:300] + `"}`), fault.InvalidRequest, "message"},
	{"number out of range", postJSON(`{"message":"x","top_k":21}`), fault.InvalidRequest, "top_k"},
	{"number as text", postJSON(`{"message":"x","top_k":"5"}`), fault.InvalidRequest, "top_k"},
	{"fraction", postJSON(`{"message":"x","top_k":1.5}`), fault.InvalidRequest, "top_k"},
	{"huge number", postJSON(`{"message":"x","top_k":1e999}`), fault.InvalidRequest, ""},
	{"unknown field", postJSON(`{"message":"x","tops":1}`), fault.InvalidRequest, "tops"},
	{"list too long", postJSON(`{"message":"x","tags":["1","2","3","4"]}`), fault.InvalidRequest, "tags"},
	{"wrong item", postJSON(`{"message":"x","tags":[1]}`), fault.InvalidRequest, "tags[0]"},
	{"wrong query value", post("/echo?kind=c", jsonType, `{"message":"x"}`), fault.InvalidRequest, "kind"},
	{"raw NUL", postJSON("{\"message\":\"a\x00b\"}"), fault.InvalidRequest, "column 14"},
	{"escaped NUL", postJSON(`{"message":"a\u0000b"}`), fault.InvalidRequest, "U+0000"},
	{"invalid UTF-8", postJSON("{\"message\":\"\xff\xfe\"}"), fault.InvalidRequest, "not valid UTF-8 at line 1, column 13"},
	{"form instead of JSON", post("/echo", "application/x-www-form-urlencoded", "message=x"), fault.InvalidRequest, "content type"},
	{"plain text", post("/echo", "text/plain", `{"message":"x"}`), fault.InvalidRequest, "content type"},
	{"multipart instead of JSON", post("/echo", "multipart/form-data; boundary=b", "--b--"), fault.InvalidRequest, "content type"},
	{"odd content type", post("/echo", ";+", `{"message":"x"}`), fault.InvalidRequest, "content type"},
	{"too large", postJSON(`{"message":"` + big + `"}`), fault.PayloadTooLarge, "4096"},
	{"too large in chunks", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n" + big + "\r\n0\r\n\r\n", fault.PayloadTooLarge, "4096"},
	{"said to be too large", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n", fault.PayloadTooLarge, "4096"},
	{"upload too large", post("/upload", "multipart/form-data; boundary=b", form(big+big)), fault.PayloadTooLarge, "8192"},
	{"upload too large in chunks", "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n2800\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n" + strings.Repeat("x", 0x2800-68) + "\r\n0\r\n\r\n", fault.PayloadTooLarge, "8192"},
	{"upload that is no form", post("/upload", "application/json", "{}"), fault.InvalidRequest, "multipart"},
	{"upload cut off", post("/upload", "multipart/form-data; boundary=b", "--b\r\nContent-Disp"), fault.InvalidRequest, "form"},
	{"bad chunk", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", fault.InvalidRequest, "body"},
	{"unknown encoding", encoded("br", "x"), fault.InvalidRequest, "Content-Encoding"},
	{"encoded twice", encoded("gzip, gzip", zipped(zipped(`{"message":"x"}`))), fault.InvalidRequest, "Content-Encoding"},
	{"no gzip", encoded("gzip", `{"message":"x"}`), fault.InvalidRequest, "not valid gzip"},
	{"gzip of nothing", encoded("gzip", zipped("")), fault.InvalidRequest, "needs a body"},
	{"gzip cut off", encoded("gzip", zipped(`{"message":"x"}`)[:20]), fault.InvalidRequest, "too early"},
	{"gzip damaged", encoded("gzip", damaged(zipped(`{"message":"x"}`))), fault.InvalidRequest, "not valid gzip"},
	{"gzip bomb", encoded("gzip", zipped(strings.Repeat(" ", 3<<20))), fault.PayloadTooLarge, "4096"},
	{"gzip bomb in an upload", strings.Replace(post("/upload", "multipart/form-data; boundary=b", zipped(form(strings.Repeat("x", 3<<20)))), "Host: x", "Host: x\r\nContent-Encoding: gzip", 1), fault.PayloadTooLarge, "8192"},
	{"bad escape in the query", get("/health?probe=%zz"), fault.InvalidRequest, "query"},
	{"invalid UTF-8 in the query", get("/health?probe=%ff"), fault.InvalidRequest, "UTF-8"},
	{"NUL in the query", get("/health?probe=%00"), fault.InvalidRequest, "UTF-8"},
	{"invalid UTF-8 in the path", get("/%ff"), fault.InvalidRequest, "path"},
	{"NUL in the path", get("/a%00b"), fault.InvalidRequest, "path"},
	{"unknown probe", get("/health?probe=dead"), fault.InvalidRequest, "probe"},
	{"another origin's page", "POST /echo HTTP/1.1\r\nHost: x\r\nOrigin: http://evil.example\r\nContent-Length: 0\r\n\r\n", fault.Forbidden, "origin"},
	{"huge header", "GET / HTTP/1.1\r\nHost: x\r\nX-Big: " + strings.Repeat("x", 64<<10) + "\r\n\r\n", fault.PayloadTooLarge, "headers"},
	{"huge path", get("/" + strings.Repeat("x", 64<<10)), fault.PayloadTooLarge, "headers"},
	{"no host", "GET / HTTP/1.1\r\n\r\n", fault.InvalidRequest, ""},
	{"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", fault.InvalidRequest, ""},
	{"no version", "GET /\r\n\r\n", fault.InvalidRequest, ""},
	{"not HTTP", "hello there\r\n\r\n", fault.InvalidRequest, ""},
	{"HTTP of tomorrow", "GET / HTTP/7.0\r\nHost: x\r\n\r\n", fault.InvalidRequest, ""},
	{"bad header name", "GET / HTTP/1.1\r\nHost: x\r\nb ad: 1\r\n\r\n", fault.InvalidRequest, ""},
	{"bad header value", "GET / HTTP/1.1\r\nHost: x\r\nx: a\x00b\r\n\r\n", fault.InvalidRequest, ""},
	{"bad content length", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n", fault.InvalidRequest, ""},
	{"unknown transfer encoding", "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: zip\r\n\r\n", fault.InvalidRequest, ""},
	{"unknown expectation", "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nContent-Length: 0\r\n\r\n", fault.InvalidRequest, ""},
	{"a fault", get("/typed/fault"), fault.Duplicate, "here already"},
	{"a fault, huma's own register", get("/bare/fault"), fault.Duplicate, "here already"},
	{"a fault, raw", get("/raw/fault"), fault.Duplicate, "here already"},
	{"an error", get("/typed/plain"), fault.Internal, ""},
	{"an error, huma's own register", get("/bare/plain"), fault.Internal, ""},
	{"an error, raw", get("/raw/plain"), fault.Internal, ""},
	{"a deadline", get("/typed/deadline"), fault.UpstreamTimeout, ""},
	{"a deadline, raw", get("/raw/deadline"), fault.UpstreamTimeout, ""},
	{"huma's error", get("/typed/huma"), fault.NotFound, "no such thing"},
	{"huma's error, huma's own register", get("/bare/huma"), fault.NotFound, "no such thing"},
	{"http.Error", get("/raw/http-error"), fault.InvalidRequest, ""},
	{"an answer that cannot be marshalled", get("/unmarshallable"), fault.Internal, ""},
	{"a panic", get("/typed/panic"), fault.Internal, ""},
	{"a panic, raw", get("/raw/panic"), fault.Internal, ""},
}

func TestEveryMalformedRequestGetsTheEnvelope(t *testing.T) {
	require.GreaterOrEqual(t, len(malformedRequests), 60)
	k, l := newKit(t, nil)
	addr := start(t, k)
	for _, c := range malformedRequests {
		t.Run(c.name, func(t *testing.T) {
			resp, body := send(t, addr, c.raw)
			require.Equal(t, "application/json", resp.Header.Get("Content-Type"), string(body))
			f, err := fault.Decode(body)
			require.NoError(t, err, string(body))
			require.NotContains(t, string(body), secret)
			require.Equal(t, c.code, f.Code, string(body))
			require.Equal(t, f.Code.HTTPStatus(), resp.StatusCode)
			require.Contains(t, f.Message, c.message)
			require.Equal(t, f.RequestID, resp.Header.Get("X-Request-ID"))
			require.Len(t, f.RequestID, 36)
			require.Equal(t, "nosniff", resp.Header.Get("X-Content-Type-Options"))
			if resp.StatusCode == http.StatusMethodNotAllowed {
				require.NotEmpty(t, resp.Header.Get("Allow"))
			}
			line := l.byRequest(t, f.RequestID)
			require.Equal(t, string(f.Code), line["extra"].(map[string]any)["code"])
			if resp.StatusCode >= 500 {
				require.Equal(t, "ERROR", line["level"])
				cause := secret
				if c.name == "an answer that cannot be marshalled" {
					cause = "unsupported type"
				}
				require.Contains(t, fmt.Sprint(line["extra"]), cause, "the log has the cause")
			}
		})
	}
}

// An asker who only listens counts as gone to net/http: the failure is the same.
func TestAnAnswerThatCannotBeMarshalledFailsForThoseWhoLeftToo(t *testing.T) {
	k, l := newKit(t, nil)
	ctx, leave := context.WithCancel(t.Context())
	leave()
	w := httptest.NewRecorder()
	k.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/unmarshallable", nil))
	require.Equal(t, http.StatusInternalServerError, w.Code)
	f, err := fault.Decode(w.Body.Bytes())
	require.NoError(t, err, w.Body.String())
	require.Equal(t, fault.Internal, f.Code)
	require.Contains(t, fmt.Sprint(l.byRequest(t, f.RequestID)["extra"]), "unsupported type")
}

func TestEveryWrongFieldIsNamedAtOnce(t *testing.T) {
	k, _ := newKit(t, nil)
	_, body := send(t, start(t, k), postJSON(`{"top_k":0,"tags":[1,"a",true],"extra":"very private"}`))
	f, err := fault.Decode(body)
	require.NoError(t, err)
	var fields []string
	for _, e := range f.Details["errors"].([]any) {
		fields = append(fields, e.(map[string]any)["field"].(string))
	}
	require.ElementsMatch(t, []string{"message", "top_k", "tags[0]", "tags[2]", "extra"}, fields)
	require.Equal(t, fields[0], f.Details["field"])
	require.NotContains(t, string(body), "very private", "values are not repeated")
}

func TestTheServerGoesOnAfterEachOfThem(t *testing.T) {
	k, _ := newKit(t, nil)
	addr := start(t, k)
	c, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
	r := bufio.NewReader(c)
	for _, raw := range []string{get("/nope"), postJSON("{"), get("/typed/plain"), get("/raw/panic"), postJSON(`{"message":"x"}`)} {
		_, err = io.WriteString(c, raw) // one connection for all of them
		require.NoError(t, err)
		resp, err := http.ReadResponse(r, nil)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.True(t, json.Valid(body), string(body))
	}
	_, err = io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\nb ad: 1\r\n\r\n") // then net/http's own
	require.NoError(t, err)
	resp, err := http.ReadResponse(r, nil)
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	_, err = fault.Decode(body)
	require.NoError(t, err, string(body))
}

func TestAnAnswerThatLooksLikeNetHTTPsErrorIsLeftAlone(t *testing.T) {
	text := "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request"
	k, _ := newKit(t, nil)
	k.Handle("GET /raw/imitation", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.(http.Flusher).Flush()
		_, _ = io.WriteString(w, text)
	}))
	resp, err := http.Get("http://" + start(t, k) + "/raw/imitation")
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, text, string(body))
}

// FuzzRequest sends arbitrary bytes: whatever is answered with an error has
// the contract's body.
func FuzzRequest(f *testing.F) {
	for _, c := range malformedRequests {
		if len(c.raw) < 4096 && !strings.HasSuffix(c.name, "said to be too large") {
			f.Add([]byte(c.raw))
		}
	}
	k, _ := newKit(f, nil)
	socket := filepath.Join(f.TempDir(), "s") // a unix socket: thousands of connections a second use up TCP's ports
	ln, err := net.Listen("unix", socket)
	require.NoError(f, err)
	serve(f, k, ln)
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := net.Dial("unix", socket)
		require.NoError(t, err)
		defer c.Close()
		require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
		_, _ = c.Write(raw) // the server may have closed
		_ = c.(*net.UnixConn).CloseWrite()
		all, err := io.ReadAll(c) // a reset ends what there is
		ne, ok := errors.AsType[net.Error](err)
		require.False(t, ok && ne.Timeout(), "the connection was left open")
		method, _, _ := bytes.Cut(raw, []byte(" "))
		resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(all)), &http.Request{Method: string(method)})
		if err != nil { // closed in silence
			return
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode < 400 || string(method) == http.MethodHead {
			return
		}
		require.NotContains(t, string(body), secret)
		_, err = fault.Decode(body)
		require.NoError(t, err, "%d %q", resp.StatusCode, body)
	})
}
