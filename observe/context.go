package observe

import (
	"context"
	"log/slog"
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// lineKey is the context's key for a line.
type lineKey struct{}

// line is what a context carries for the lines logged with it. It is kept under
// one key, so that a line costs one search however much there is; values are
// never changed once they are in a context.
type line struct {
	requestID string
	traceID   string
	userID    string
	sessionID string
	attrs     []slog.Attr
}

func lineOf(ctx context.Context) line {
	l, _ := ctx.Value(lineKey{}).(*line)
	if l == nil {
		return line{}
	}
	return *l
}

// WithRequestID gives a context that carries the id of the request being
// served. Every line that a logger of [NewLogger] writes with that context has
// it as request_id, and the HTTP clients of the module pass it on.
func WithRequestID(ctx context.Context, id string) context.Context {
	l := lineOf(ctx)
	l.requestID = id
	return context.WithValue(ctx, lineKey{}, &l)
}

// RequestID gives the request id that ctx carries, or "".
func RequestID(ctx context.Context) string { return lineOf(ctx).requestID }

// WithTraceID gives a context that carries a trace id (32 lower-case hexadecimal
// digits of W3C Trace Context), for programs that know one and use no
// OpenTelemetry: where the context has a span, the span's trace id counts.
func WithTraceID(ctx context.Context, id string) context.Context {
	l := lineOf(ctx)
	l.traceID = id
	return context.WithValue(ctx, lineKey{}, &l)
}

// TraceID gives the trace id that ctx carries, of its OpenTelemetry span or else
// by [WithTraceID], or "".
func TraceID(ctx context.Context) string {
	if sc := trace.SpanContextFromContext(ctx); sc.HasTraceID() {
		return sc.TraceID().String()
	}
	return lineOf(ctx).traceID
}

// WithUser gives a context that carries who asks, by an id that says nothing else
// about them. It stands as user.id on the span that ctx has, and telemetry puts it on
// every one that is begun with the context; on no log line.
func WithUser(ctx context.Context, id string) context.Context {
	l := lineOf(ctx)
	l.userID = id
	trace.SpanFromContext(ctx).SetAttributes(attribute.String("user.id", id))
	return context.WithValue(ctx, lineKey{}, &l)
}

// UserID gives the id of the user that ctx carries, or "".
func UserID(ctx context.Context) string { return lineOf(ctx).userID }

// WithSession gives a context that carries the id of the conversation that a request
// is part of. It stands as session.id on spans, as [WithUser] has it.
func WithSession(ctx context.Context, id string) context.Context {
	l := lineOf(ctx)
	l.sessionID = id
	trace.SpanFromContext(ctx).SetAttributes(attribute.String("session.id", id))
	return context.WithValue(ctx, lineKey{}, &l)
}

// SessionID gives the id of the conversation that ctx carries, or "".
func SessionID(ctx context.Context) string { return lineOf(ctx).sessionID }

// WithAttrs gives a context that carries attributes: they stand on every line
// that a logger of [NewLogger] writes with it, at the top of extra, whatever
// groups the logger has open. One whose key the context already carries takes
// the other's place.
//
//	ctx = observe.WithAttrs(ctx, slog.String("tenant", t), slog.String("document_id", id))
func WithAttrs(ctx context.Context, attrs ...slog.Attr) context.Context {
	if len(attrs) == 0 {
		return ctx
	}
	l := lineOf(ctx)
	l.attrs = slices.Clone(l.attrs)
	for _, a := range attrs {
		same := func(b slog.Attr) bool { return a.Key != "" && a.Key == b.Key }
		if i := slices.IndexFunc(l.attrs, same); i >= 0 {
			l.attrs[i] = a
		} else {
			l.attrs = append(l.attrs, a)
		}
	}
	return context.WithValue(ctx, lineKey{}, &l)
}
