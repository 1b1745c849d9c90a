package telemetry_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	collectormetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collectortrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// collector is an OTLP/HTTP endpoint that decodes what it is sent, as the
// OpenTelemetry collector's receiver does.
type collector struct {
	*httptest.Server
	t *testing.T

	mu       sync.Mutex
	spans    []*tracepb.ResourceSpans
	metrics  []*metricspb.ResourceMetrics
	paths    []string
	key      string // header X-Key of the last call
	answer   int    // status of every answer; 0: 200
	received func() // called at each delivery
}

func newCollector(t *testing.T) *collector {
	c := &collector{t: t}
	c.Server = httptest.NewServer(c)
	t.Cleanup(c.Close)
	return c
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.paths = append(c.paths, r.URL.Path)
	c.key = r.Header.Get("X-Key")
	if c.received != nil {
		c.received()
	}
	if c.answer != 0 {
		w.WriteHeader(c.answer)
		return
	}
	var in, out proto.Message
	switch {
	case r.Header.Get("Content-Type") != "application/x-protobuf" || r.Header.Get("Content-Encoding") != "gzip":
		w.WriteHeader(http.StatusUnsupportedMediaType)
		return
	case r.URL.Path == "/otlp/v1/traces":
		in, out = &collectortrace.ExportTraceServiceRequest{}, &collectortrace.ExportTraceServiceResponse{}
	case r.URL.Path == "/otlp/v1/metrics":
		in, out = &collectormetrics.ExportMetricsServiceRequest{}, &collectormetrics.ExportMetricsServiceResponse{}
	default:
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if !c.decode(r.Body, in) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	switch in := in.(type) {
	case *collectortrace.ExportTraceServiceRequest:
		c.spans = append(c.spans, in.ResourceSpans...)
	case *collectormetrics.ExportMetricsServiceRequest:
		c.metrics = append(c.metrics, in.ResourceMetrics...)
	}
	body, err := proto.Marshal(out)
	if err != nil {
		c.t.Error(err)
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
	_, _ = w.Write(body)
}

func (c *collector) decode(body io.Reader, into proto.Message) bool {
	zipped, err := gzip.NewReader(body)
	if err != nil {
		return false
	}
	raw, err := io.ReadAll(zipped)
	return err == nil && proto.Unmarshal(raw, into) == nil
}

// allSpans gives the spans that came, by name; no two may share one.
func (c *collector) allSpans() map[string]*tracepb.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make(map[string]*tracepb.Span)
	for _, rs := range c.spans {
		for _, ss := range rs.ScopeSpans {
			for _, s := range ss.Spans {
				require.NotContains(c.t, out, s.Name)
				out[s.Name] = s
			}
		}
	}
	return out
}

// allMetrics gives the names of the metrics that came.
func (c *collector) allMetrics() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, rm := range c.metrics {
		for _, sm := range rm.ScopeMetrics {
			for _, m := range sm.Metrics {
				out = append(out, m.Name)
			}
		}
	}
	return out
}

// texts gives attributes as a map, values in their string form.
func texts(attrs []*commonpb.KeyValue) map[string]string {
	out := make(map[string]string)
	for _, a := range attrs {
		if s, ok := a.Value.Value.(*commonpb.AnyValue_StringValue); ok {
			out[a.Key] = s.StringValue
		} else {
			out[a.Key] = a.Value.String()
		}
	}
	return out
}
