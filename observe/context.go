package observe

import "context"

type contextKey int

const (
	requestIDKey contextKey = iota
	traceIDKey
)

// WithRequestID gives a context that carries the id of the request being
// served. Every line that a logger of [NewLogger] writes with that context has
// it as request_id, and the HTTP clients of the module pass it on.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey, id)
}

// RequestID gives the request id that ctx carries, or "".
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey).(string)
	return id
}

// WithTraceID gives a context that carries the trace id (32 lower-case
// hexadecimal digits of W3C Trace Context), written as trace_id on log lines.
func WithTraceID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, traceIDKey, id)
}

// TraceID gives the trace id that ctx carries, or "".
func TraceID(ctx context.Context) string {
	id, _ := ctx.Value(traceIDKey).(string)
	return id
}
