// Package otlptest is a collector for tests: it takes what is sent by OTLP over HTTP on
// loopback, decodes the protobuf as the OpenTelemetry collector's receiver does, and
// gives spans and metrics as texts to compare.
package otlptest

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	collectormetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collectortrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// maxBody bounds what one delivery may hold once it is unpacked.
const maxBody = 64 << 20

// Collector takes traces at PATH/v1/traces and metrics at PATH/v1/metrics, whatever
// PATH is. It may be used concurrently.
type Collector struct {
	*httptest.Server

	mu       sync.Mutex
	traces   []*tracepb.ResourceSpans
	metrics  []*metricspb.ResourceMetrics
	paths    []string
	header   http.Header
	status   int
	received func()
}

// New starts a collector that ends with the test.
func New(tb testing.TB) *Collector {
	c := &Collector{}
	c.Server = httptest.NewServer(http.HandlerFunc(c.serve))
	tb.Cleanup(c.Close)
	return c
}

// Refuse makes every further delivery be answered with status; 0 takes them again.
func (c *Collector) Refuse(status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status = status
}

// Notify lets f be called at each delivery that comes.
func (c *Collector) Notify(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.received = f
}

func (c *Collector) serve(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.paths, c.header = append(c.paths, r.URL.Path), r.Header.Clone()
	if c.received != nil {
		c.received()
	}
	if c.status != 0 {
		w.WriteHeader(c.status)
		return
	}
	if r.Header.Get("Content-Type") != "application/x-protobuf" || r.Header.Get("Content-Encoding") != "gzip" {
		w.WriteHeader(http.StatusUnsupportedMediaType)
		return
	}
	var out proto.Message
	switch {
	case strings.HasSuffix(r.URL.Path, "/v1/traces"):
		in := &collectortrace.ExportTraceServiceRequest{}
		if !decode(w, r.Body, in) {
			return
		}
		c.traces, out = append(c.traces, in.ResourceSpans...), &collectortrace.ExportTraceServiceResponse{}
	case strings.HasSuffix(r.URL.Path, "/v1/metrics"):
		in := &collectormetrics.ExportMetricsServiceRequest{}
		if !decode(w, r.Body, in) {
			return
		}
		c.metrics, out = append(c.metrics, in.ResourceMetrics...), &collectormetrics.ExportMetricsServiceResponse{}
	default:
		w.WriteHeader(http.StatusNotFound)
		return
	}
	body, err := proto.Marshal(out)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
	_, _ = w.Write(body)
}

// decode reads a delivery, or answers that it is none.
func decode(w http.ResponseWriter, body io.Reader, into proto.Message) bool {
	zipped, err := gzip.NewReader(body)
	if err == nil {
		var raw []byte
		if raw, err = io.ReadAll(io.LimitReader(zipped, maxBody)); err == nil {
			err = proto.Unmarshal(raw, into)
		}
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
	}
	return err == nil
}

// Traces gives what came, delivery by delivery.
func (c *Collector) Traces() []*tracepb.ResourceSpans {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]*tracepb.ResourceSpans(nil), c.traces...)
}

// Spans gives the spans that came, in the order in which they ended.
func (c *Collector) Spans() []*tracepb.Span {
	var out []*tracepb.Span
	for _, rs := range c.Traces() {
		for _, ss := range rs.ScopeSpans {
			out = append(out, ss.Spans...)
		}
	}
	return out
}

// ByName gives the spans that came by their names, of which each may stand once.
func (c *Collector) ByName(tb testing.TB) map[string]*tracepb.Span {
	tb.Helper()
	out := map[string]*tracepb.Span{}
	for _, s := range c.Spans() {
		if out[s.Name] != nil {
			tb.Fatalf("two spans are named %s", s.Name)
		}
		out[s.Name] = s
	}
	return out
}

// Metrics gives the metrics that came by their names; of several deliveries the last.
func (c *Collector) Metrics() map[string]*metricspb.Metric {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[string]*metricspb.Metric{}
	for _, rm := range c.metrics {
		for _, sm := range rm.ScopeMetrics {
			for _, m := range sm.Metrics {
				out[m.Name] = m
			}
		}
	}
	return out
}

// Paths gives the paths of all calls.
func (c *Collector) Paths() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.paths...)
}

// Header gives the header of the last call.
func (c *Collector) Header() http.Header {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.header.Clone()
}

// Texts gives attributes as a map: strings as they are, other values in the form of protobuf's text.
func Texts(attrs []*commonpb.KeyValue) map[string]string {
	out := make(map[string]string, len(attrs))
	for _, a := range attrs {
		if s, ok := a.Value.Value.(*commonpb.AnyValue_StringValue); ok {
			out[a.Key] = s.StringValue
		} else {
			out[a.Key] = strings.ReplaceAll(a.Value.String(), "  ", " ") // protobuf varies its spaces on purpose
		}
	}
	return out
}
