package httpkit

import (
	"cmp"
	"context"
	"encoding/binary"
	"math/rand/v2"
	"net/http"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
)

// tracerName names this package to a TracerProvider.
const tracerName = "github.com/akshara-go/akshara/observe/httpkit"

// startTrace gives the context in which a request is served: in the trace that
// its traceparent names, or in a new one. With a TracerProvider a span begins,
// to be ended by endSpan; without one it is nil, and there is still a trace id for
// the log and for the services that are called on.
func (k *Kit) startTrace(ctx context.Context, r *http.Request) (context.Context, trace.Span, trace.SpanContext) {
	remote := remoteSpan(r.Header)
	var span trace.Span
	sc := remote
	if remote.IsValid() {
		ctx = trace.ContextWithRemoteSpanContext(ctx, remote)
	}
	if k.tracer != nil {
		ctx, span = k.tracer.Start(ctx, methodLabel(r.Method), trace.WithSpanKind(trace.SpanKindServer))
		sc = span.SpanContext()
	}
	if !sc.IsValid() {
		sc = newSpanContext()
		ctx = trace.ContextWithSpanContext(ctx, sc)
	}
	return ctx, span, sc
}

// endSpan describes the span as OpenTelemetry's conventions for HTTP have it,
// by the route and never by the path or the query, which can be somebody's question.
func (w *response) endSpan() {
	if w.span == nil {
		return
	}
	if w.span.IsRecording() {
		name, attrs := methodLabel(w.req.Method), make([]attribute.KeyValue, 0, 5)
		attrs = append(attrs, attribute.String("http.request.method", name),
			attribute.Int("http.response.status_code", w.status),
			attribute.String("url.scheme", scheme(w.req)))
		if w.req.Pattern != "" {
			route := endpoint(w.req.Pattern)
			name += " " + route
			attrs = append(attrs, attribute.String("http.route", route))
		}
		if w.code != "" {
			attrs = append(attrs, attribute.String("error.type", string(w.code)))
		}
		if w.status >= 500 || w.panicked != nil || w.code != "" && w.status < 400 {
			w.span.SetStatus(codes.Error, string(w.code))
		}
		w.span.SetName(name)
		w.span.SetAttributes(attrs...)
	}
	w.span.End()
}

func scheme(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return "http"
}

// remoteSpan reads the headers traceparent and tracestate of W3C Trace Context;
// what is not valid counts as not there.
func remoteSpan(h http.Header) trace.SpanContext {
	values := h["Traceparent"]
	if len(values) != 1 {
		return trace.SpanContext{}
	}
	sc := parseTraceparent(values[0])
	if states := h["Tracestate"]; sc.IsValid() && len(states) > 0 {
		if ts, err := trace.ParseTraceState(strings.Join(states, ",")); err == nil {
			sc = sc.WithTraceState(ts)
		}
	}
	return sc
}

// parseTraceparent reads VERSION-TRACE-PARENT-FLAGS (2, 32, 16 and 2 lower-case
// hexadecimal digits). Versions after 00 may go on behind another hyphen. The
// zero SpanContext comes back for anything else.
// https://www.w3.org/TR/trace-context/#traceparent-header
func parseTraceparent(v string) trace.SpanContext {
	if len(v) < 55 || v[2] != '-' || v[35] != '-' || v[52] != '-' || !isLowerHex(v[:2]) || !isLowerHex(v[53:55]) {
		return trace.SpanContext{}
	}
	if v[:2] == "ff" || len(v) > 55 && (v[:2] == "00" || v[55] != '-') {
		return trace.SpanContext{}
	}
	traceID, err := trace.TraceIDFromHex(v[3:35])
	if err != nil {
		return trace.SpanContext{}
	}
	spanID, err := trace.SpanIDFromHex(v[36:52])
	if err != nil {
		return trace.SpanContext{}
	}
	flags := trace.TraceFlags(hexDigit(v[54])) & trace.FlagsSampled
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: traceID, SpanID: spanID, TraceFlags: flags, Remote: true})
}

// formatTraceparent is the inverse of parseTraceparent, in version 00.
func formatTraceparent(sc trace.SpanContext) string {
	const digits = "0123456789abcdef"
	var room [55]byte
	b := append(room[:0], "00-"...)
	traceID, spanID := sc.TraceID(), sc.SpanID()
	for _, c := range traceID {
		b = append(b, digits[c>>4], digits[c&15])
	}
	b = append(b, '-')
	for _, c := range spanID {
		b = append(b, digits[c>>4], digits[c&15])
	}
	flags := byte(sc.TraceFlags() & trace.FlagsSampled)
	return string(append(b, '-', '0', digits[flags]))
}

// newSpanContext begins a trace where nothing records one. It counts as sampled:
// otherwise no service that is called on would record its part, and an operator who
// turned tracing on there would see nothing.
func newSpanContext() trace.SpanContext {
	var t trace.TraceID
	var s trace.SpanID
	binary.LittleEndian.PutUint64(t[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(t[8:], rand.Uint64()|1<<63) // never all zero
	binary.LittleEndian.PutUint64(s[:], rand.Uint64()|1<<63)
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: t, SpanID: s, TraceFlags: trace.FlagsSampled})
}

func isLowerHex(s string) bool {
	for i := range len(s) {
		if !isHex(s[i]) || 'A' <= s[i] && s[i] <= 'F' {
			return false
		}
	}
	return true
}

// hexDigit gives the value of a lower-case hexadecimal digit.
func hexDigit(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c - 'a' + 10
}

// propagate puts the request id and the trace of ctx on an outgoing request.
func propagate(ctx context.Context, h http.Header) {
	if id := observe.RequestID(ctx); isUUIDv4(id) {
		h["X-Request-Id"] = []string{id}
	}
	sc := trace.SpanContextFromContext(ctx)
	if !sc.IsValid() {
		return
	}
	h["Traceparent"] = []string{formatTraceparent(sc)}
	if ts := sc.TraceState().String(); ts != "" {
		h["Tracestate"] = []string{ts}
	}
}

// Propagate gives a transport that passes the request id and the trace of a request's
// context on: for clients other than a [Client]. A nil next is http.DefaultTransport.
func Propagate(next http.RoundTripper) http.RoundTripper {
	return propagating{cmp.Or(next, http.DefaultTransport), false}
}

// PropagateAskers is Propagate for what calls a service of one's own, which is to know who
// asks: the user and the conversation go along as [ClientOptions].Askers sends them.
func PropagateAskers(next http.RoundTripper) http.RoundTripper {
	return propagating{cmp.Or(next, http.DefaultTransport), true}
}

type propagating struct {
	next   http.RoundTripper
	askers bool
}

func (p propagating) RoundTrip(req *http.Request) (*http.Response, error) {
	out := req.Clone(req.Context()) // a transport must not change its request
	propagate(req.Context(), out.Header)
	if p.askers {
		sendAsker(req.Context(), out.Header)
	}
	return p.next.RoundTrip(out)
}

func (p propagating) CloseIdleConnections() {
	if c, ok := p.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// endClientSpan ends the span of one attempt at a call.
func endClientSpan(span trace.Span, status, attempt int, err error) {
	if span == nil {
		return
	}
	if span.IsRecording() {
		attrs := make([]attribute.KeyValue, 0, 3)
		if status > 0 {
			attrs = append(attrs, attribute.Int("http.response.status_code", status))
		}
		if attempt > 0 {
			attrs = append(attrs, attribute.Int("http.request.resend_count", attempt))
		}
		if err != nil {
			code := string(fault.CodeOf(err))
			attrs = append(attrs, attribute.String("error.type", code))
			span.SetStatus(codes.Error, code)
		}
		span.SetAttributes(attrs...)
	}
	span.End()
}
