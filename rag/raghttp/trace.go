package raghttp

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/akshara-go/akshara/observe/fault"
)

// tracerName names this package to a TracerProvider.
const tracerName = "github.com/akshara-go/akshara/rag/raghttp"

// startSpan begins a span for work on a request, by the provider of the request's
// own span. Of questions and documents nothing stands on it.
func startSpan(ctx context.Context, name string, attrs ...attribute.KeyValue) (context.Context, trace.Span) {
	return trace.SpanFromContext(ctx).TracerProvider().Tracer(tracerName).Start(ctx, name, trace.WithAttributes(attrs...))
}

// endSpan ends a span with what was found, or with what failed.
func endSpan(span trace.Span, err error, attrs ...attribute.KeyValue) {
	if err != nil {
		code := string(fault.CodeOf(err))
		attrs = []attribute.KeyValue{attribute.String("error.type", code)}
		span.SetStatus(codes.Error, code)
	}
	span.SetAttributes(attrs...)
	span.End()
}
