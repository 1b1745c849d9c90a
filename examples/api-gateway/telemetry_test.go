package main

import (
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	collectortrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// TestTracesReachTheCollector holds that the environment alone sends traces, and
// that a request's log line names the trace that the collector has.
func TestTracesReachTheCollector(t *testing.T) {
	var mu sync.Mutex
	var sent collectortrace.ExportTraceServiceRequest
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		zipped, err := gzip.NewReader(r.Body)
		if err != nil || r.URL.Path != "/v1/traces" {
			return
		}
		if raw, err := io.ReadAll(zipped); err == nil {
			_ = proto.UnmarshalOptions{Merge: true}.Unmarshal(raw, &sent)
		}
	}))
	defer collector.Close()
	s := start(t, t.TempDir(), map[string]string{"APP_SAMPLE_CORPUS": "false", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.URL, "OTEL_SERVICE_NAME": "gateway-under-test"})
	res, err := s.Client.Get(s.URL + "/api/v1/search?q=9876543210")
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	s.Stop()

	mu.Lock()
	defer mu.Unlock()
	require.NotEmpty(t, sent.ResourceSpans)
	require.Contains(t, sent.ResourceSpans[0].Resource.String(), "gateway-under-test")
	spans := map[string]*tracepb.Span{}
	for _, scope := range sent.ResourceSpans[0].ScopeSpans {
		for _, span := range scope.Spans {
			spans[span.Name] = span
		}
	}
	request, search := spans["GET /api/v1/search"], spans["search"]
	require.NotNil(t, request)
	require.NotNil(t, search)
	require.Equal(t, request.SpanId, search.ParentSpanId)
	require.NotContains(t, sent.String(), "9876543210")
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
