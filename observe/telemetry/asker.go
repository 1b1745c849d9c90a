package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/akshara-go/akshara/observe"
)

// Askers gives a processor that puts on every span, as user.id and session.id, the
// user and the conversation that its context carries ([observe.WithUser],
// [observe.WithSession]). [Start] uses it; it is for programs that have a
// TracerProvider of their own.
func Askers() sdktrace.SpanProcessor { return askers{} }

type askers struct{}

func (askers) OnStart(ctx context.Context, s sdktrace.ReadWriteSpan) {
	if id := observe.UserID(ctx); id != "" {
		s.SetAttributes(attribute.String("user.id", id))
	}
	if id := observe.SessionID(ctx); id != "" {
		s.SetAttributes(attribute.String("session.id", id))
	}
}

func (askers) OnEnd(sdktrace.ReadOnlySpan)      {}
func (askers) Shutdown(context.Context) error   { return nil }
func (askers) ForceFlush(context.Context) error { return nil }
