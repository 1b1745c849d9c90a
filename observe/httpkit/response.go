package httpkit

import (
	"bufio"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
)

// response is the ResponseWriter that handlers see. It counts, keeps slow
// readers within their time, holds what went wrong for the log, and puts the
// contract's body in the place of errors written as plain text.
type response struct {
	http.ResponseWriter
	kit   *Kit
	req   *http.Request
	rc    *http.ResponseController
	start time.Time
	body  *body // of the request, nil when there is none
	span  trace.Span
	// bodyRoom is where body and its limits live: one allocation less each.
	bodyRoom struct {
		body    body
		limited limited
	}
	ids [2]string // as sent: X-Request-ID and traceparent

	untimed  bool  // the writer has no deadlines: a recorder
	sent     bool  // the header has gone out
	swallow  bool  // what the handler writes was replaced
	status   int   // as sent
	written  int64 // bytes of body
	code     fault.Code
	cause    error // for the log: may be the fault itself
	panicked any
	stack    []byte
}

func newResponse(k *Kit, w http.ResponseWriter, r *http.Request) *response {
	res := &response{ResponseWriter: w, kit: k, req: r, rc: http.NewResponseController(w),
		start: time.Now(), status: http.StatusOK}
	res.untimed = res.rc.SetWriteDeadline(time.Time{}) != nil // lifts the deadline of the connection's last answer
	return res
}

// Unwrap lets http.ResponseController reach the connection.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader sends the header, or the contract's error in its place.
func (w *response) WriteHeader(status int) {
	if w.sent {
		return
	}
	if status < 200 { // informational: the answer is still to come
		w.ResponseWriter.WriteHeader(status)
		return
	}
	if status >= 400 && w.foreign() {
		w.swallow = true
		w.fail(foreignFault(status), nil)
		return
	}
	w.sent, w.status = true, status
	w.extendWrite(0)
	w.ResponseWriter.WriteHeader(status)
}

// foreign tells whether the error being sent is not in the contract's shape:
// the router's own answers, and http.Error's.
func (w *response) foreign() bool {
	return w.req.Pattern == "" && w.code == "" ||
		strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain")
}

func (w *response) Write(p []byte) (int, error) {
	if !w.sent {
		w.WriteHeader(http.StatusOK)
	}
	if w.swallow {
		return len(p), nil
	}
	w.extendWrite(len(p))
	n, err := w.ResponseWriter.Write(p)
	w.written += int64(n)
	return n, err
}

// Flush sends what is buffered; net/http sends the header with it.
func (w *response) Flush() {
	if !w.sent {
		w.WriteHeader(http.StatusOK)
	}
	w.extendWrite(0)
	_ = w.rc.Flush() // a writer that cannot flush writes through
}

// Hijack hands the connection to the handler, without deadlines: from here on
// it answers by itself.
func (w *response) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := w.rc.Hijack()
	if err == nil {
		w.sent, w.status, w.untimed = true, http.StatusSwitchingProtocols, true
	}
	return c, rw, err
}

// extendWrite gives the client StallTimeout and the time of n bytes at the
// least rate to take what is written next.
func (w *response) extendWrite(n int) {
	if w.untimed {
		return
	}
	d := w.kit.opts.StallTimeout + time.Duration(n)*time.Second/minRate
	_ = w.rc.SetWriteDeadline(time.Now().Add(d)) // fails when the connection is closed, and so will the write
}

// commit is called when the handler has returned.
func (w *response) commit() {
	if !w.sent {
		w.WriteHeader(http.StatusOK)
	}
}

// fail answers with f, once, and keeps cause for the log. When the header is
// out already it only keeps.
func (w *response) fail(f *fault.Error, cause error) {
	if cause != nil {
		w.cause = cause
	}
	w.code = f.Code
	if w.sent {
		return
	}
	f = masked(f, w.kit.opts.Mask)
	body, err := fault.WithRequestID(f, observe.RequestID(w.req.Context())).MarshalJSON()
	if err != nil { // details that break json.Marshal twice: answer without them
		body, _ = fault.New(f.Code, f.Message, nil).MarshalJSON()
	}
	h := w.Header()
	setErrorHeaders(h, f)
	h.Set("Content-Length", strconv.Itoa(len(body)+1))
	w.sent, w.status = true, f.Code.HTTPStatus()
	w.extendWrite(len(body))
	w.ResponseWriter.WriteHeader(w.status)
	n, _ := w.ResponseWriter.Write(append(body, '\n')) // nobody left to tell
	w.written += int64(n)
}

// setErrorHeaders makes the headers those of an error, whatever the handler had
// put there for its answer.
func setErrorHeaders(h http.Header, f *fault.Error) {
	for _, name := range [...]string{"Content-Encoding", "Content-Disposition", "Content-Range", "Etag", "Last-Modified", "Content-Length"} {
		h.Del(name)
	}
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	if f.RetryAfter > 0 {
		seconds := (f.RetryAfter + time.Second - 1) / time.Second
		h.Set("Retry-After", strconv.FormatInt(int64(seconds), 10))
	}
}

// foreignFault gives the contract's error for a status that something else chose.
func foreignFault(status int) *fault.Error {
	code := fault.CodeForStatus(status)
	if status >= 500 && code == fault.Upstream && status != http.StatusBadGateway {
		code = fault.Internal
	}
	return fault.New(code, plainSentence(code), nil)
}

// plainSentence is what the asker reads when nobody found better words.
func plainSentence(code fault.Code) string {
	switch code {
	case fault.NotFound:
		return "there is nothing at this address"
	case fault.MethodNotAllowed:
		return "this address does not take that method; the header Allow names those it takes"
	case fault.PayloadTooLarge:
		return "the request is too large"
	case fault.Internal:
		return "something went wrong inside"
	case fault.Unauthorized:
		return "the request has no valid credentials"
	case fault.Forbidden:
		return "this is not allowed"
	case fault.RateLimitExceeded:
		return "too many requests"
	case fault.ServiceUnavailable, fault.ModelLoading:
		return "the service cannot answer at the moment"
	case fault.UpstreamTimeout:
		return "the answer took too long"
	case fault.Upstream:
		return "another service failed"
	case fault.ProcessingFailed:
		return "the content cannot be processed"
	case fault.Duplicate:
		return "this exists already"
	}
	return "the request is not valid"
}
