package pii_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/observe/pii"
	"github.com/akshara-go/akshara/observe/telemetry"
)

// leaks tells whether an identifier can be read in what was written, as it was
// or as JSON writes it.
func leaks(written, value string) bool {
	quoted, _ := json.Marshal(value)
	return strings.Contains(written, value) || strings.Contains(written, strings.Trim(string(quoted), `"`))
}

func TestNoPositiveLeavesInALog(t *testing.T) {
	var out bytes.Buffer
	log := observe.NewLogger(&out, &observe.LogOptions{Mask: pii.New(nil)})
	for _, p := range positives() {
		text := p.text()
		for where, write := range map[string]func(){
			"the message":  func() { log.Info(text) },
			"an attribute": func() { log.Info("x", "note", text) },
			"a group":      func() { log.Info("x", slog.Group("a", slog.Group("b", "note", text))) },
			"an error":     func() { log.Error("x", "error", errors.Join(errors.New("outer"), errors.New(text))) },
			"a value":      func() { log.Info("x", "v", map[string][]string{"k": {text}}) },
			"the context":  func() { log.InfoContext(observe.WithAttrs(context.Background(), slog.String("c", text)), "x") },
		} {
			out.Reset()
			write()
			if leaks(out.String(), p.value) {
				t.Errorf("%s %q stands in %s: %s", p.kind, p.value, where, out.String())
			}
		}
	}
}

func TestNoPositiveLeavesInATrace(t *testing.T) {
	sent := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(telemetry.MaskSpans(sent, pii.New(nil))))
	for _, p := range positives() {
		sent.Reset()
		_, span := provider.Tracer("t").Start(t.Context(), p.text())
		span.SetAttributes(attribute.String("note", p.text()), attribute.StringSlice("notes", []string{p.text()}))
		span.AddEvent(p.text())
		span.RecordError(errors.New(p.text()))
		span.SetStatus(codes.Error, p.text())
		span.End()
		data, err := json.Marshal(sent.GetSpans())
		require.NoError(t, err)
		if leaks(string(data), p.value) {
			t.Errorf("%s %q stands in a span: %s", p.kind, p.value, data)
		}
	}
	require.NoError(t, provider.Shutdown(t.Context()))
}

func TestNoPositiveLeavesInAnErrorBody(t *testing.T) {
	var text string
	kit := httpkit.New(&httpkit.Options{Service: "t", Mask: pii.New(nil)})
	kit.Handle("GET /body", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		httpkit.WriteError(w, r, fault.New(fault.InvalidRequest, text, fault.Details{"found": text, "all": []string{text}, "by": map[string]any{text: 1}}))
	}))
	kit.Handle("GET /stream", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		events := httpkit.NewSSE(w, r)
		defer events.Close()
		_ = events.Fail(fault.New(fault.Upstream, text, fault.Details{"found": text}))
	}))
	for _, p := range positives() {
		text = p.text()
		for _, path := range []string{"/body", "/stream"} {
			res := httptest.NewRecorder()
			kit.ServeHTTP(res, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
			require.Contains(t, res.Body.String(), `"error"`)
			if leaks(res.Body.String(), p.value) {
				t.Errorf("%s %q stands in the answer of %s: %s", p.kind, p.value, path, res.Body)
			}
		}
	}
}
