// Package langfuse shows what a service does with models in Langfuse: spans that
// observe/genai recorded go there by OTLP, with the attributes that Langfuse's own
// packages send, and scores (what users thought, what an evaluation found) by its API.
//
//	access := langfuse.Access{Host: "https://langfuse.example.org", PublicKey: "pk-lf-...", SecretKey: key}
//	spans, err := langfuse.NewExporter(ctx, &langfuse.Options{Access: access})
//	tel, err := telemetry.Start(ctx, &telemetry.Options{
//		Service: "rag-service", Mask: pii.New(nil), Exporters: []sdktrace.SpanExporter{spans},
//	})
//	rec, err := genai.New(&genai.Options{TracerProvider: tel.TracerProvider})
//
// Nothing else of a program knows of Langfuse: the library records by OpenTelemetry's
// names, and this package translates. Prompts and answers are there only where
// the recorder was told to record them, masked.
package langfuse

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/outbound"
)

// DefaultTimeout bounds a delivery, its repetitions included.
const DefaultTimeout = 10 * time.Second

const (
	maxAnswerBytes = 64 << 10
	firstWait      = time.Second // before a delivery that was put off is repeated
	longWait       = 5 * time.Second
)

// Access is a project of Langfuse and the keys to it.
type Access struct {
	Host      string // https://cloud.langfuse.com, or where one's own runs
	PublicKey string
	SecretKey string
}

// String gives the host alone: the keys are nobody's business.
func (a Access) String() string { return a.Host }

// Format writes String, whatever the verb and the flags.
func (a Access) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(a.Host)) }

// MarshalText gives String: JSON, and the logs that are written in it, see no more.
func (a Access) MarshalText() ([]byte, error) { return []byte(a.Host), nil }

// base gives the host's address, or what is wrong with the access. No error holds a key.
func (a *Access) base() (*url.URL, error) {
	u, err := url.Parse(a.Host)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, fault.New(fault.InvalidRequest, "langfuse: the host is no http:// or https:// address", nil)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, fault.New(fault.InvalidRequest, "langfuse: the host has more than an address and a path", nil)
	case a.PublicKey == "" || a.SecretKey == "":
		return nil, fault.New(fault.InvalidRequest, "langfuse: a public key and a secret key are needed", nil)
	}
	return u, nil
}

// header gives what every call carries.
func (a *Access) header() map[string]string {
	return map[string]string{
		"Authorization":         "Basic " + base64.StdEncoding.EncodeToString([]byte(a.PublicKey+":"+a.SecretKey)),
		"X-Langfuse-Public-Key": a.PublicKey,
		"X-Langfuse-Sdk-Name":   "akshara",
	}
}

// Options says what goes to Langfuse, and where.
type Options struct {
	Access
	// Keep chooses the spans that are sent. Nil means [Relevant].
	Keep func(s sdktrace.ReadOnlySpan) bool
	// Client calls Langfuse. Nil means one without a proxy, whose connections Shutdown closes.
	// It follows a redirect only if its CheckRedirect is set.
	Client *http.Client
	// Timeout bounds a delivery, its repetitions included; 0 means DefaultTimeout.
	Timeout time.Duration
}

// NewExporter gives the exporter that sends spans to Langfuse, as OTLP in protobuf over
// HTTP. It does not connect, and has no queue and no goroutine: those are the
// span processor's that it is given to. An error says what cannot be an access.
func NewExporter(ctx context.Context, opts *Options) (sdktrace.SpanExporter, error) {
	if opts == nil {
		opts = &Options{}
	}
	o := *opts
	base, err := o.base()
	if err != nil {
		return nil, err
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Keep == nil {
		o.Keep = Relevant
	}
	client, idle := outbound.Client(o.Client)
	header := o.header()
	header["X-Langfuse-Ingestion-Version"] = "4" // shown at once, not minutes later
	next, err := otlptracehttp.New(ctx,
		otlptracehttp.WithEndpointURL(base.JoinPath("api/public/otel/v1/traces").String()), otlptracehttp.WithHTTPClient(client),
		otlptracehttp.WithHeaders(header), otlptracehttp.WithCompression(otlptracehttp.GzipCompression),
		otlptracehttp.WithEncoding(otlptracehttp.EncodingProtobuf), otlptracehttp.WithTimeout(o.Timeout),
		otlptracehttp.WithMaxResponseSize(maxAnswerBytes),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{
			Enabled: true, InitialInterval: firstWait, MaxInterval: longWait, MaxElapsedTime: o.Timeout,
		}))
	if err != nil {
		return nil, fmt.Errorf("langfuse: %w", err)
	}
	return &exporter{next, o.Keep, idle}, nil
}

// exporter translates spans and hands them to next.
type exporter struct {
	next sdktrace.SpanExporter
	keep func(sdktrace.ReadOnlySpan) bool
	idle func() // closes connections of the client made here
}

// ExportSpans sends those of spans that are to be sent.
func (e *exporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	kept := make([]sdktrace.ReadOnlySpan, 0, len(spans))
	for _, s := range spans {
		if err := ctx.Err(); err != nil {
			return err
		}
		if e.keep(s) {
			kept = append(kept, translated(s))
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return e.next.ExportSpans(ctx, kept)
}

// Shutdown ends the exporter.
func (e *exporter) Shutdown(ctx context.Context) error {
	defer e.idle()
	return e.next.Shutdown(ctx)
}
