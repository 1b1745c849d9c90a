package observe_test

import (
	"bytes"
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"

	"github.com/akshara-go/akshara/observe"
)

func TestContextsAttributesStandOnEveryLine(t *testing.T) {
	base := observe.WithAttrs(context.Background(), slog.String("tenant", "a"), slog.Int("n", 1))
	require.Equal(t, base, observe.WithAttrs(base))
	ctx := observe.WithAttrs(base, slog.Int("n", 2), slog.Group("doc", slog.String("id", "d")))
	ctx = observe.WithRequestID(ctx, "rid") // what one carries, the other does not drop
	require.Equal(t, "rid", observe.RequestID(ctx))

	m := one(t, func(l *slog.Logger) { l.With("w", 1).WithGroup("g").InfoContext(ctx, "x", "a", 1) })
	require.Equal(t, map[string]any{"tenant": "a", "n": 2.0, "doc": map[string]any{"id": "d"}, "w": 1.0, "g": map[string]any{"a": 1.0}}, m["extra"])
	m = one(t, func(l *slog.Logger) { l.InfoContext(base, "x") })
	require.Equal(t, map[string]any{"tenant": "a", "n": 1.0}, m["extra"], "a context is not changed by those made from it")
	m = one(t, func(l *slog.Logger) { l.WithGroup("g").InfoContext(base, "x") })
	require.Equal(t, map[string]any{"tenant": "a", "n": 1.0}, m["extra"])
	m = one(t, func(l *slog.Logger) { l.With("w", 1).InfoContext(context.Background(), "x") })
	require.Equal(t, map[string]any{"w": 1.0}, m["extra"])
}

func TestSpanNamesTheTraceOfALine(t *testing.T) {
	sc := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{0xab, 15: 1}, SpanID: trace.SpanID{0xcd, 7: 2}})
	ctx := trace.ContextWithSpanContext(observe.WithTraceID(context.Background(), "other"), sc)
	require.Equal(t, "ab000000000000000000000000000001", observe.TraceID(ctx))
	require.Equal(t, "other", observe.TraceID(observe.WithTraceID(context.Background(), "other")))
	require.Empty(t, observe.TraceID(context.Background()))

	m := one(t, func(l *slog.Logger) { l.WithGroup("g").InfoContext(ctx, "x", "a", 1) })
	require.Equal(t, "ab000000000000000000000000000001", m["trace_id"])
	require.Equal(t, map[string]any{"span_id": "cd00000000000002", "g": map[string]any{"a": 1.0}}, m["extra"])
}

// TestTimesAreWrittenAsTimeFormatWritesThem compares with the standard library.
func TestTimesAreWrittenAsTimeFormatWritesThem(t *testing.T) {
	for _, at := range []time.Time{
		time.Unix(0, 0), time.Unix(0, 999_999_999), time.Date(2026, 2, 24, 16, 0, 0, 7e6, time.FixedZone("IST", 19800)),
		time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 1e8, time.UTC), time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		var buf bytes.Buffer
		observe.NewLogger(&buf, nil).Info("x", "at", at)
		require.Contains(t, buf.String(), `"at":"`+at.UTC().Format("2006-01-02T15:04:05.000Z")+`"`)
	}
}

// TestWhoAsksStandsOnNoLine: who asks is known to spans, and a log holds nothing of it.
func TestWhoAsksStandsOnNoLine(t *testing.T) {
	require.Empty(t, observe.UserID(t.Context())+observe.SessionID(t.Context()))
	ctx := observe.WithSession(observe.WithUser(observe.WithRequestID(t.Context(), "rid"), "u-1"), "s-1")
	require.Equal(t, []string{"rid", "u-1", "s-1"}, []string{observe.RequestID(ctx), observe.UserID(ctx), observe.SessionID(ctx)})
	m := one(t, func(l *slog.Logger) { l.InfoContext(ctx, "x") })
	require.Equal(t, map[string]any{}, m["extra"])
}
