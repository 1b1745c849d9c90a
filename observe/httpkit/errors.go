package httpkit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
)

// maxErrorBody bounds what ReadError reads of an answer.
const maxErrorBody = 64 << 10

// WriteError answers a request with the contract's error body for err: the code
// of the fault.Error in its chain, PAYLOAD_TOO_LARGE for a body over its limit,
// UPSTREAM_TIMEOUT for a passed deadline, else INTERNAL_ERROR. The whole of err goes to the
// request's log line. When the answer has begun already, err is only logged.
// It works with any ResponseWriter that stems from a Kit, and on a foreign
// one, without the logging.
func WriteError(w http.ResponseWriter, r *http.Request, err error) {
	if err == nil {
		return
	}
	f := faultOf(err)
	if res := findResponse(w); res != nil {
		res.fail(res.blameBody(f), err)
		return
	}
	body, _ := fault.WithRequestID(f, observe.RequestID(r.Context())).MarshalJSON()
	setErrorHeaders(w.Header(), f)
	w.WriteHeader(f.Code.HTTPStatus())
	_, _ = w.Write(append(body, '\n')) // nobody left to tell
}

// WriteJSON answers with v as JSON. A v that cannot be marshalled answers
// INTERNAL_ERROR.
func WriteJSON(w http.ResponseWriter, r *http.Request, status int, v any) {
	var buf bytes.Buffer
	if err := encodeJSON(&buf, v); err != nil {
		WriteError(w, r, fmt.Errorf("httpkit: answer: %w", err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(buf.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes()) // the client may have gone
}

func encodeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// ReadError is the inverse of WriteError, for clients: nil when the answer's
// status is below 400, else the fault.Error that the server raised, with its
// request id and, from the header Retry-After, when to try again. An answer that
// is not the contract's (a proxy's page) is UPSTREAM_ERROR, with the status among
// the details and none of its text. It reads at most 64 KiB of the body and
// does not close it. [Client] calls it by itself.
func ReadError(resp *http.Response) error {
	if resp.StatusCode < 400 {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	if err == nil {
		var f *fault.Error
		if f, err = fault.Decode(body); err == nil {
			f.RetryAfter = fault.ReadRetryAfter(resp.Header, time.Now())
			return f
		}
	}
	f := fault.Wrap(errForeign, fault.Upstream, "another service failed", fault.Details{"status": resp.StatusCode})
	if id := resp.Header.Get("X-Request-ID"); isUUIDv4(id) {
		f.RequestID = id
	}
	f.RetryAfter = fault.ReadRetryAfter(resp.Header, time.Now())
	return f
}

// errForeign is the cause of an UPSTREAM_ERROR that ReadError makes. What was
// wrong with the body is not repeated: it may quote somebody's document.
var errForeign = errors.New("httpkit: the answer is not the contract's error body")

// faultOf is fault.From with what HTTP adds: bodies that are too large or that
// do not arrive.
func faultOf(err error) *fault.Error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	if f := bodyFault(err); f != nil {
		return f
	}
	return fault.From(err)
}

// bodyFault gives the fault for an error of reading a request's body, or nil
// when err is something else.
func bodyFault(err error) *fault.Error {
	if big, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge(big.Limit)
	}
	if !errors.Is(err, errBody) {
		return nil
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.Wrap(err, fault.InvalidRequest, "the body ended too early", nil)
	}
	if errors.Is(err, errZip) {
		return fault.Wrap(err, fault.InvalidRequest, "the body is not valid gzip data", fault.Details{"field": "Content-Encoding"})
	}
	if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
		return fault.Wrap(err, fault.InvalidRequest, "the body did not arrive in time", nil)
	}
	return fault.Wrap(err, fault.InvalidRequest, "the body cannot be read", nil)
}

// blameBody gives the fault of the request's body when its reading failed and f
// only says that something was wrong with the content, as parsers do that do not
// pass the reader's error on.
func (w *response) blameBody(f *fault.Error) *fault.Error {
	if w.body == nil || w.body.err == nil {
		return f
	}
	switch f.Code {
	case fault.Internal, fault.InvalidRequest, fault.ProcessingFailed:
		if b := bodyFault(w.body.err); b != nil {
			return b
		}
	}
	return f
}

func tooLarge(limit int64) *fault.Error {
	return fault.New(fault.PayloadTooLarge, fmt.Sprintf("the body is larger than %d bytes", limit),
		fault.Details{"max_bytes": limit})
}

// findResponse unwraps w down to the kit's own writer, or gives nil.
func findResponse(w http.ResponseWriter) *response {
	for range 16 { // middlewares of any sane depth
		switch x := w.(type) {
		case *response:
			return x
		case interface{ Unwrap() http.ResponseWriter }:
			w = x.Unwrap()
		default:
			return nil
		}
	}
	return nil
}
