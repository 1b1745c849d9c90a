package pii_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/pii"
	"github.com/akshara-go/akshara/observe/telemetry"
)

// words gives every string and number of a line of log, decoded.
func words(t *testing.T, line string) []string {
	var out []string
	d := json.NewDecoder(strings.NewReader(line))
	d.UseNumber()
	for tok, err := d.Token(); err == nil; tok, err = d.Token() {
		out = append(out, fmt.Sprint(tok))
	}
	require.NotEmpty(t, out)
	return out
}

// TestNoPositiveReachesALog writes every positive wherever a caller can put a text.
func TestNoPositiveReachesALog(t *testing.T) {
	var buf bytes.Buffer
	log := observe.NewLogger(&buf, &observe.LogOptions{Mask: pii.New(nil)})
	for _, p := range positives() {
		buf.Reset()
		text := p.text()
		ctx := observe.WithAttrs(context.Background(), slog.String("carried", text))
		log.With("kept", text).WithGroup("g").InfoContext(ctx, text, "text", text, "error", fmt.Errorf("store: %w", errors.New(text)),
			slog.Group("nested", slog.Any("any", map[string]any{"a": []string{text}, text: 1})), "bytes", []byte(text))
		for _, w := range words(t, buf.String()) {
			assert.NotContains(t, w, p.value, "%s in %q", p.kind, text)
		}
	}
}

// TestNoPositiveReachesATrace does the same for spans.
func TestNoPositiveReachesATrace(t *testing.T) {
	sent := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(telemetry.MaskSpans(sent, pii.New(nil))))
	for _, p := range positives() {
		sent.Reset()
		text := p.text()
		_, span := provider.Tracer("test").Start(context.Background(), text, trace.WithAttributes(attribute.String("text", text), attribute.StringSlice("texts", []string{text})))
		span.AddEvent("event", trace.WithAttributes(attribute.String("text", text)))
		span.RecordError(errors.New(text))
		span.SetStatus(codes.Error, text)
		span.End()
		s := sent.GetSpans()[0]
		require.Len(t, s.Events, 2)
		written := []string{s.Name, s.Status.Description}
		for _, a := range append(append(s.Attributes, s.Events[0].Attributes...), s.Events[1].Attributes...) {
			written = append(written, fmt.Sprint(a.Value.AsInterface()))
		}
		for _, w := range written {
			assert.NotContains(t, w, p.value, "%s in %q", p.kind, text)
		}
	}
}

// TestLookAlikesStayInALog holds that a line which names nobody is written as it is.
func TestLookAlikesStayInALog(t *testing.T) {
	masked, plain := 0, 0
	var out bytes.Buffer
	log := observe.NewLogger(&out, &observe.LogOptions{Mask: pii.New(nil)})
	all := lookalikes()
	for _, text := range all {
		out.Reset()
		log.Info(text, "text", text)
		var line struct {
			Message string
			Extra   struct{ Text string }
		}
		require.NoError(t, json.Unmarshal(out.Bytes(), &line))
		if line.Message == text && line.Extra.Text == text {
			plain++
		} else {
			masked++
			t.Logf("%q", text)
		}
	}
	t.Logf("%d of %d look-alikes masked", masked, len(all))
	require.GreaterOrEqual(t, float64(plain), .98*float64(len(all)))
}

// TestAttributesOfEveryDay are names and numbers as services write them.
func TestAttributesOfEveryDay(t *testing.T) {
	var out bytes.Buffer
	log := observe.NewLogger(&out, &observe.LogOptions{Mask: pii.New(nil)})
	log.Info("request served", "request_bytes", 7000000000, "response_bytes", 9876543210, "document_id", "7f0c1234-5678-4321-8765-987654321098",
		"offset", int64(8123456789), "hash", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"at", "2026-02-24T10:30:00.123Z", "sizes", map[string]int64{"size_bytes": 6442450944}, "duration_ns", int64(9876543210))
	require.NotContains(t, out.String(), "[")
}
