// Package telemetry sets OpenTelemetry up for a service: traces and metrics are
// sent to a collector by OTLP over HTTP, metrics also stand in a Prometheus
// registry, personal data is masked before it leaves, and what is still waiting
// is sent when the service stops.
//
//	tel, err := telemetry.Start(ctx, &telemetry.Options{
//		Service: "rag-service", Version: "1.0.0",
//		Endpoint: "http://127.0.0.1:4318", Registry: registry, Mask: detector,
//	})
//	defer tel.Shutdown(context.Background())
//	kit := httpkit.New(&httpkit.Options{Registry: registry, TracerProvider: tel.TracerProvider, ...})
//
// Without an endpoint and a registry nothing is recorded, no goroutine runs and
// no connection is opened. Nothing global is set: libraries get the providers
// passed, as the API of OpenTelemetry, and never see the SDK, which only this
// package imports. A program that uses libraries which know no other way can
// hand the fields of [Telemetry] to otel.SetTracerProvider and its like.
package telemetry

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	nooptrace "go.opentelemetry.io/otel/trace/noop"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/outbound"
)

// Defaults of Options.
const (
	DefaultTraceInterval   = 5 * time.Second
	DefaultMetricInterval  = time.Minute
	DefaultExportTimeout   = 10 * time.Second
	DefaultShutdownTimeout = 5 * time.Second
	DefaultMaxValueBytes   = 4096
)

// Bounds on what one service keeps in memory and what one span may carry.
const (
	maxQueued      = 4096 // spans that wait; more are dropped, since a request never waits for a collector
	maxBatch       = 512
	maxMembers     = 128 // attributes, events and links of a span
	maxAnswerBytes = 64 << 10
)

// grace is what Shutdown leaves the SDK, once its calls were ended, to return.
const grace = 500 * time.Millisecond

// Options says what is recorded and where it goes. The zero value is off.
type Options struct {
	// Service, Version and Environment name the source of everything that is
	// recorded (service.name, service.version, deployment.environment.name).
	Service     string
	Version     string
	Environment string
	// Resource are more attributes of the source.
	Resource []attribute.KeyValue
	// Endpoint is the collector's address for OTLP over HTTP, to which v1/traces and
	// v1/metrics are joined: http://127.0.0.1:4318. Empty: nothing is sent.
	Endpoint string
	// Exporters get every span too, masked as Endpoint's are, each from a queue of its
	// own; Shutdown shuts them down.
	Exporters []sdktrace.SpanExporter
	// Processors see every span first, as it begins and ends.
	Processors []sdktrace.SpanProcessor
	// Headers go with every call to the collector, a key for instance.
	Headers map[string]string
	// Client calls the collector. Nil means one without a proxy, whose connections
	// are closed by Shutdown. It follows a redirect only if its CheckRedirect is set.
	Client *http.Client
	// TraceShare is the share of new traces that is recorded, over 0 to 1; 0 means
	// all of them, less than 0 none. A request that belongs to a trace already is
	// recorded when its caller was.
	TraceShare float64
	// Registry shows the metrics of the OpenTelemetry API to Prometheus. Nil: it does not.
	Registry prometheus.Registerer
	// Mask hides personal data in what spans carry: names, attributes, events,
	// links and status. Nil means that nothing is hidden. It runs when spans are
	// sent, not when they are recorded.
	Mask observe.Masker
	// Logger is told when something could not be delivered. Nil means silence.
	Logger *slog.Logger
	// TraceInterval is how long a span waits for others to be sent with;
	// 0 means DefaultTraceInterval.
	TraceInterval time.Duration
	// MetricInterval is the time between two deliveries of metrics to Endpoint;
	// 0 means DefaultMetricInterval.
	MetricInterval time.Duration
	// ExportTimeout bounds one delivery, repetitions included; 0 means DefaultExportTimeout.
	ExportTimeout time.Duration
	// ShutdownTimeout bounds Shutdown; 0 means DefaultShutdownTimeout.
	ShutdownTimeout time.Duration
	// MaxValueBytes bounds the text of a span's attribute, which is cut; 0 means
	// DefaultMaxValueBytes. Spans that carry prompts and answers need more:
	// genai.MaxAttributeBytes.
	MaxValueBytes int
}

func (o *Options) fill() {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.TraceShare == 0 {
		o.TraceShare = 1
	}
	if o.MaxValueBytes <= 0 {
		o.MaxValueBytes = DefaultMaxValueBytes
	}
	for _, d := range []struct {
		value    *time.Duration
		fallback time.Duration
	}{
		{&o.TraceInterval, DefaultTraceInterval}, {&o.MetricInterval, DefaultMetricInterval},
		{&o.ExportTimeout, DefaultExportTimeout}, {&o.ShutdownTimeout, DefaultShutdownTimeout},
	} {
		if *d.value <= 0 {
			*d.value = d.fallback
		}
	}
}

// Telemetry is what a service records with. Its fields are never nil and may be
// used by many goroutines at once.
type Telemetry struct {
	// TracerProvider records spans; it is a no-op one when nothing is sent.
	TracerProvider trace.TracerProvider
	// MeterProvider records metrics; it is a no-op one when they go nowhere.
	MeterProvider metric.MeterProvider
	// Propagator reads and writes the headers of W3C Trace Context and Baggage.
	Propagator propagation.TextMapPropagator

	limit  time.Duration
	outlet *outlet
	stops  []func(context.Context) error // the SDK's providers
	idle   func()                        // closes connections of the client made here

	once sync.Once
	err  error // of Shutdown
}

// Start sets up what opts asks for; nil and the zero value ask for nothing. It
// does not connect: a collector that is down is no error. One comes back for an
// endpoint that is no http:// or https:// address. opts is not changed.
func Start(ctx context.Context, opts *Options) (*Telemetry, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	o.fill()
	t := &Telemetry{
		TracerProvider: nooptrace.NewTracerProvider(), MeterProvider: noopmetric.NewMeterProvider(),
		Propagator: propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}),
		limit:      o.ShutdownTimeout, outlet: newOutlet(o.Logger), idle: func() {},
	}
	if o.Endpoint == "" && o.Registry == nil && len(o.Exporters) == 0 {
		return t, nil
	}
	if err := t.start(ctx, &o); err != nil {
		return nil, errors.Join(fmt.Errorf("telemetry: %w", err), t.Shutdown(ctx))
	}
	return t, nil
}

func (t *Telemetry) start(ctx context.Context, o *Options) error {
	source, err := newResource(ctx, o)
	if err != nil {
		return err
	}
	var exporters *exporters
	if o.Endpoint != "" {
		if exporters, err = t.newExporters(ctx, o); err != nil {
			return err
		}
	}
	meters := []sdkmetric.Option{sdkmetric.WithResource(source)}
	if o.Registry != nil {
		reader, err := otelprometheus.New(otelprometheus.WithRegisterer(o.Registry), otelprometheus.WithoutScopeInfo())
		if err != nil {
			return err
		}
		meters = append(meters, sdkmetric.WithReader(reader))
	}
	outlets := t.outlets(o)
	if exporters != nil { // from here on nothing fails: goroutines begin
		meters = append(meters, sdkmetric.WithReader(sdkmetric.NewPeriodicReader(exporters.metrics,
			sdkmetric.WithInterval(o.MetricInterval), sdkmetric.WithTimeout(o.ExportTimeout))))
		outlets = append(outlets, exporters.spans)
	}
	if len(outlets) > 0 {
		spans := newTracerProvider(o, source, outlets)
		t.TracerProvider = spans
		t.stops = append(t.stops, spans.Shutdown)
	}
	metrics := sdkmetric.NewMeterProvider(meters...)
	t.MeterProvider = metrics
	t.stops = append(t.stops, metrics.Shutdown)
	return nil
}

// exporters call the collector.
type exporters struct {
	spans   sdktrace.SpanExporter
	metrics sdkmetric.Exporter
}

func (t *Telemetry) newExporters(ctx context.Context, o *Options) (*exporters, error) {
	base, err := parseEndpoint(o.Endpoint)
	if err != nil {
		return nil, err
	}
	o.Client, t.idle = outbound.Client(o.Client)
	spans, err := newSpanExporter(ctx, o, base.JoinPath("v1/traces"))
	if err != nil {
		return nil, err
	}
	metrics, err := newMetricExporter(ctx, o, base.JoinPath("v1/metrics"))
	if err != nil {
		return nil, err
	}
	return &exporters{&spanOutlet{MaskSpans(spans, o.Mask), t.outlet}, &metricOutlet{metrics, t.outlet}}, nil
}

// outlets gives what the exporters of o are reached through.
func (t *Telemetry) outlets(o *Options) (out []sdktrace.SpanExporter) {
	for _, e := range o.Exporters {
		out = append(out, &spanOutlet{MaskSpans(e, o.Mask), t.outlet})
	}
	return out
}

func newTracerProvider(o *Options, source *resource.Resource, outlets []sdktrace.SpanExporter) *sdktrace.TracerProvider {
	opts := []sdktrace.TracerProviderOption{
		sdktrace.WithResource(source),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(o.TraceShare))),
		sdktrace.WithRawSpanLimits(sdktrace.SpanLimits{
			AttributeValueLengthLimit: o.MaxValueBytes, AttributeCountLimit: maxMembers, EventCountLimit: maxMembers, LinkCountLimit: maxMembers,
			AttributePerEventCountLimit: maxMembers, AttributePerLinkCountLimit: maxMembers,
		}),
		sdktrace.WithSpanProcessor(Askers()),
	}
	for _, p := range o.Processors {
		opts = append(opts, sdktrace.WithSpanProcessor(p))
	}
	for _, e := range outlets {
		opts = append(opts, sdktrace.WithBatcher(e,
			sdktrace.WithMaxQueueSize(maxQueued), sdktrace.WithMaxExportBatchSize(maxBatch),
			sdktrace.WithBatchTimeout(o.TraceInterval), sdktrace.WithExportTimeout(o.ExportTimeout)))
	}
	return sdktrace.NewTracerProvider(opts...)
}

// parseEndpoint reads a collector's address, which no error shows: it may hold a key.
func parseEndpoint(endpoint string) (*url.URL, error) {
	u, err := url.Parse(endpoint)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, fault.New(fault.InvalidRequest, "the collector's endpoint is no http:// or https:// address", nil)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, fault.New(fault.InvalidRequest, "the collector's endpoint has more than an address and a path; a key goes into Headers", nil)
	}
	return u, nil
}

func newResource(ctx context.Context, o *Options) (*resource.Resource, error) {
	attrs := []attribute.KeyValue{attribute.String("service.instance.id", rand.Text())}
	for key, value := range map[attribute.Key]string{
		"service.name": o.Service, "service.version": o.Version, "deployment.environment.name": o.Environment,
	} {
		if value != "" {
			attrs = append(attrs, key.String(value))
		}
	}
	return resource.New(ctx, resource.WithTelemetrySDK(), resource.WithAttributes(append(attrs, o.Resource...)...))
}

// Shutdown sends what is waiting and ends everything that Start began, within
// ShutdownTimeout or until ctx ends. The error tells that something was not
// delivered; everything has ended all the same. Calls after the first do nothing
// and give its error.
func (t *Telemetry) Shutdown(ctx context.Context) error {
	t.once.Do(func() { t.err = t.shutdown(ctx) })
	return t.err
}

func (t *Telemetry) shutdown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, t.limit)
	defer cancel()
	t.outlet.forget()
	// The SDK does not cut a delivery in flight short: at the limit the deliveries
	// are ended from below, and it then finds its own way out.
	stop := context.AfterFunc(ctx, t.outlet.end)
	defer stop()
	last, cancelLast := context.WithTimeout(context.WithoutCancel(ctx), t.limit+grace)
	defer cancelLast()

	errs := make([]error, len(t.stops))
	var wg sync.WaitGroup
	for i, shut := range t.stops {
		wg.Go(func() { errs[i] = shut(last) })
	}
	wg.Wait()
	t.outlet.end()
	t.idle()
	if err := errors.Join(append(errs, t.outlet.failure())...); err != nil {
		return fmt.Errorf("telemetry: at the end: %w", err)
	}
	return nil
}
