package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// Waits before a delivery that a collector put off is repeated.
const (
	firstWait = time.Second
	longWait  = 5 * time.Second
)

// Every option is given, so that the exporters take none from the environment.

func newSpanExporter(ctx context.Context, o *Options, u *url.URL) (sdktrace.SpanExporter, error) {
	return otlptracehttp.New(ctx,
		otlptracehttp.WithEndpointURL(u.String()), otlptracehttp.WithHTTPClient(o.Client),
		otlptracehttp.WithHeaders(o.Headers), otlptracehttp.WithCompression(otlptracehttp.GzipCompression),
		otlptracehttp.WithEncoding(otlptracehttp.EncodingProtobuf), otlptracehttp.WithTimeout(o.ExportTimeout),
		otlptracehttp.WithMaxResponseSize(maxAnswerBytes),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{
			Enabled: true, InitialInterval: firstWait, MaxInterval: longWait, MaxElapsedTime: o.ExportTimeout,
		}))
}

func newMetricExporter(ctx context.Context, o *Options, u *url.URL) (sdkmetric.Exporter, error) {
	return otlpmetrichttp.New(ctx,
		otlpmetrichttp.WithEndpointURL(u.String()), otlpmetrichttp.WithHTTPClient(o.Client),
		otlpmetrichttp.WithHeaders(o.Headers), otlpmetrichttp.WithCompression(otlpmetrichttp.GzipCompression),
		otlpmetrichttp.WithTimeout(o.ExportTimeout), otlpmetrichttp.WithMaxResponseSize(maxAnswerBytes),
		otlpmetrichttp.WithTemporalitySelector(sdkmetric.DefaultTemporalitySelector),
		otlpmetrichttp.WithAggregationSelector(sdkmetric.DefaultAggregationSelector),
		otlpmetrichttp.WithRetry(otlpmetrichttp.RetryConfig{
			Enabled: true, InitialInterval: firstWait, MaxInterval: longWait, MaxElapsedTime: o.ExportTimeout,
		}))
}

// outlet is what every delivery goes through: they end together, and their
// failures are told to the log. The SDK never learns of them; it would write them to
// stderr in lines of its own.
type outlet struct {
	life context.Context
	end  context.CancelFunc
	log  *slog.Logger

	mu   sync.Mutex
	last error
}

func newOutlet(log *slog.Logger) *outlet {
	o := &outlet{log: log}
	o.life, o.end = context.WithCancel(context.Background())
	return o
}

func (o *outlet) deliver(ctx context.Context, what string, export func(context.Context) error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(o.life, func() { cancel(errLate) })()
	err := errLate
	if o.life.Err() == nil { // else what waits still is given up without the work of preparing it
		err = export(ctx)
	}
	if err == nil {
		return
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	o.log.LogAttrs(context.Background(), slog.LevelWarn, "telemetry not delivered", slog.String("what", what), slog.Any("error", err))
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last = err
}

// failure gives the last failure, forget drops it.
func (o *outlet) failure() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.last
}

func (o *outlet) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last = nil
}

// errLate is why a delivery ended, or did not begin, that Shutdown had no time for.
var errLate = errors.New("no time left")

type spanOutlet struct {
	sdktrace.SpanExporter
	*outlet
}

func (s *spanOutlet) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	s.deliver(ctx, "spans", func(ctx context.Context) error { return s.SpanExporter.ExportSpans(ctx, spans) })
	return nil
}

type metricOutlet struct {
	sdkmetric.Exporter
	*outlet
}

func (m *metricOutlet) Export(ctx context.Context, rm *metricdata.ResourceMetrics) error {
	m.deliver(ctx, "metrics", func(ctx context.Context) error { return m.Exporter.Export(ctx, rm) })
	return nil
}
