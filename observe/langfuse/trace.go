package langfuse

import (
	"context"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// Trace says what Langfuse shows of a whole trace. Who asked, and in which
// conversation, is said by observe.WithUser and observe.WithSession.
type Trace struct {
	Name     string            // "": the name of its first span
	Version  string            // of what is tried out
	Tags     []string          // to find traces by
	Metadata map[string]string // values of at most 200 characters; longer ones are left out
}

type traceKey struct{}

// WithTrace gives a context whose spans, begun with it where [Traces] is set up,
// carry what t says. t must not be changed afterwards.
func WithTrace(ctx context.Context, t *Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, t)
}

// Traces gives the span processor that [WithTrace] needs, for the Processors of
// telemetry.Options or a TracerProvider of one's own.
func Traces() sdktrace.SpanProcessor { return traces{} }

type traces struct{}

func (traces) OnStart(ctx context.Context, s sdktrace.ReadWriteSpan) {
	t, _ := ctx.Value(traceKey{}).(*Trace)
	if t == nil {
		return
	}
	if t.Name != "" {
		s.SetAttributes(traceName.String(t.Name))
	}
	if t.Version != "" {
		s.SetAttributes(version.String(t.Version))
	}
	if len(t.Tags) > 0 {
		s.SetAttributes(traceTags.StringSlice(t.Tags))
	}
	for name, value := range t.Metadata {
		if utf8.RuneCountInString(value) <= maxPropagated {
			s.SetAttributes(attribute.String(traceMetadata+name, value))
		}
	}
}

func (traces) OnEnd(sdktrace.ReadOnlySpan)      {}
func (traces) Shutdown(context.Context) error   { return nil }
func (traces) ForceFlush(context.Context) error { return nil }
