package main

import (
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/akshara-go/akshara/observe/otlptest"
)

// TestTracesReachTheCollector holds that the environment alone sends traces, and
// that a request's log line names the trace that the collector has.
func TestTracesReachTheCollector(t *testing.T) {
	collector := otlptest.New(t)
	s := start(t, t.TempDir(), map[string]string{"APP_SAMPLE_CORPUS": "false", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.URL, "OTEL_SERVICE_NAME": "gateway-under-test"})
	res, err := s.Client.Get(s.URL + "/api/v1/search?q=9876543210")
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	s.Stop()

	var sent string
	spans := map[string]*tracepb.Span{}
	for _, of := range collector.Traces() {
		require.Contains(t, of.Resource.String(), "gateway-under-test")
		sent += of.String()
	}
	for _, span := range collector.Spans() {
		spans[span.Name] = span
	}
	request, search := spans["GET /api/v1/search"], spans["search"]
	require.NotNil(t, request)
	require.NotNil(t, search)
	require.Equal(t, request.SpanId, search.ParentSpanId)
	require.NotContains(t, sent, "9876543210")
	var line struct {
		TraceID string `json:"trace_id"`
		Extra   struct {
			SpanID string `json:"span_id"`
		}
	}
	for l := range strings.Lines(s.Logs.String()) {
		if strings.Contains(l, `"endpoint":"/api/v1/search"`) {
			require.NoError(t, json.Unmarshal([]byte(l), &line))
		}
	}
	require.Equal(t, hex.EncodeToString(request.TraceId), line.TraceID)
	require.Equal(t, hex.EncodeToString(request.SpanId), line.Extra.SpanID)
}
