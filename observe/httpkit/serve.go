package httpkit

import (
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
)

// unmatched is the endpoint label of requests that no route took.
const unmatched = "unmatched"

// ServeHTTP serves one request: request id, headers, routing, and at the end
// the metrics and the log line.
func (k *Kit) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k.inFlight.Add(1)
	defer k.inFlight.Add(-1)
	if c, ok := r.Context().Value(connKey{}).(*conn); ok {
		c.serving.Store(true)
	}
	id := requestID(r.Header)
	ctx, span, sc := k.startTrace(observe.WithRequestID(r.Context(), id), r)
	if k.opts.Askers {
		ctx = withAsker(ctx, r.Header)
	}
	traceparent := formatTraceparent(sc)
	r = r.WithContext(observe.WithTraceID(ctx, traceparent[3:35]))
	res := newResponse(k, w, r)
	res.span = span
	defer k.finish(res)

	h := w.Header()
	setSecurityHeaders(h)
	res.ids = [...]string{id, traceparent}
	h["X-Request-Id"], h["Traceparent"] = res.ids[:1:1], res.ids[1:]
	if f := k.refuse(r); f != nil {
		WriteError(res, r, f)
		return
	}
	k.mux.ServeHTTP(res, r)
	res.commit()
}

// refuse turns away what no handler should have to think about.
func (k *Kit) refuse(r *http.Request) *fault.Error {
	if err := k.origins.Check(r); err != nil {
		return fault.Wrap(err, fault.Forbidden, "pages of another origin may not do this", nil)
	}
	if !plainText(r.URL.Path) {
		return fault.New(fault.InvalidRequest, "the path is not valid UTF-8 text", fault.Details{"field": "path"})
	}
	if _, ok := contentEncoding(r.Header); !ok {
		return fault.New(fault.InvalidRequest, "bodies may be sent with Content-Encoding gzip or without, and with no other",
			fault.Details{"field": "Content-Encoding"})
	}
	return checkQuery(r.URL.RawQuery)
}

// checkQuery refuses parameters that are not text: a broken escape, bytes that
// are not UTF-8, a NUL.
func checkQuery(raw string) *fault.Error {
	if !strings.ContainsAny(raw, "%;+") && plainText(raw) {
		return nil
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return fault.Wrap(err, fault.InvalidRequest, "the query string is malformed", fault.Details{"field": "query"})
	}
	for name, list := range values {
		for _, v := range list {
			if !plainText(name) || !plainText(v) {
				return fault.New(fault.InvalidRequest, "a query parameter is not valid UTF-8 text",
					fault.Details{"field": strings.ToValidUTF8(name, "\ufffd")})
			}
		}
	}
	return nil
}

// plainText tells whether s is UTF-8 without NUL.
func plainText(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// finish ends a request: it turns a panic into an answer where that is still
// possible, counts, and writes the log line. It runs deferred.
func (k *Kit) finish(res *response) {
	p := recover()
	abort := p == http.ErrAbortHandler
	if p != nil && !abort {
		res.panicked, res.stack = p, debug.Stack()
		if !res.sent {
			res.fail(fault.New(fault.Internal, "something went wrong inside", nil), nil)
		} else {
			abort = true // half an answer must not look like a whole one
		}
	}
	res.extendWrite(0)
	took := time.Since(res.start)
	k.metrics.observe(res, took)
	res.endSpan()
	k.logLine(res, took, abort)
	if abort {
		panic(http.ErrAbortHandler)
	}
}
