// Package genai records what is done with models by OpenTelemetry's conventions for
// generative AI: a span for each generation, embedding, retrieval, reranking, guard
// and tool, and metrics of tokens and time. Its table of names is the only one of
// the module; rag/ragtrace puts it around models, embedders and retrievers.
//
//	rec, err := genai.New(&genai.Options{TracerProvider: tel.TracerProvider, MeterProvider: tel.MeterProvider})
//	ctx, call := rec.Start(ctx, &genai.Start{Operation: genai.Chat, Provider: "openai", Model: "m", Remote: true})
//	call.Respond(&genai.Response{Model: "m-2026", Finish: "stop", Input: 12, Output: 40})
//	call.End(err)
//
// What was asked and answered is not recorded, unless [Options].Content says how
// personal data in it is masked.
package genai

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
)

// name names this package to providers.
const name = "github.com/akshara-go/akshara/observe/genai"

// Options says where calls are recorded. The zero value records nothing.
type Options struct {
	TracerProvider trace.TracerProvider // nil: no spans
	MeterProvider  metric.MeterProvider // nil: no metrics
	Contract       bool                 // metrics have the wire contract's names too: for a service that does not count generations otherwise
	// Content hides personal data in prompts, answers and queries, which spans then
	// carry, in 16 KiB at most for each attribute. Nil: spans carry no content.
	Content observe.Masker
}

// Recorder records calls. A nil Recorder records nothing and costs next to nothing.
// It may be used concurrently.
type Recorder struct {
	tracer  trace.Tracer
	content observe.Masker
	metrics *instruments
}

// New gives a recorder. The error is that of a provider that refuses an instrument.
// Nil opts record nothing.
func New(opts *Options) (*Recorder, error) {
	r := &Recorder{}
	if opts == nil {
		return r, nil
	}
	r.content = opts.Content
	if !off(opts.TracerProvider) {
		r.tracer = opts.TracerProvider.Tracer(name, trace.WithSchemaURL(SchemaURL))
	}
	var err error
	if !off(opts.MeterProvider) {
		r.metrics, err = newInstruments(opts.MeterProvider.Meter(name, metric.WithSchemaURL(SchemaURL)), opts.Contract)
	}
	return r, err
}

// off tells whether a provider is none, or the API's own that does nothing.
func off(provider any) bool {
	switch provider.(type) {
	case nil, noop.TracerProvider, noopmetric.MeterProvider:
		return true
	}
	return false
}

// Start is what is known when a call begins.
type Start struct {
	Operation Operation
	Provider  string // gen_ai.provider.name; "" is Provider: this process
	Model     string // the model asked for, or what the operation's span is named after
	Remote    bool   // another process is called: the span is one of a client
	Stream    bool   // the answer is asked for as a stream
}

// Call is a call that has begun. It belongs to one goroutine; all methods of a nil Call do nothing.
type Call struct {
	rec       *Recorder
	ctx       context.Context
	span      trace.Span
	recording bool // of the span
	start     Start
	begun     time.Time
	first     time.Duration // until the first chunk; 0: none yet
	res       Response
	ended     bool
}

// Response is what a model gave. Counts of tokens are zero where it does not tell.
type Response struct {
	Model  string // as it names itself
	Finish string // why it stopped
	Input  int    // tokens of the prompt, Cached included
	Output int    // tokens that were generated
	Cached int    // of Input, those that the model had read before
}

// Start begins a call. Its span is named "OPERATION MODEL", and is the parent of what is
// begun with the context that comes back. [Call.End] ends it.
func (r *Recorder) Start(ctx context.Context, s *Start) (context.Context, *Call) {
	if r == nil || r.tracer == nil && !r.metrics.enabled(ctx) {
		return ctx, nil
	}
	c := &Call{rec: r, start: *s, begun: time.Now()}
	if c.start.Provider == "" {
		c.start.Provider = Provider
	}
	c.span = noop.Span{}
	if r.tracer != nil {
		kind := trace.SpanKindInternal
		if s.Remote {
			kind = trace.SpanKindClient
		}
		ctx, c.span = r.tracer.Start(ctx, spanName(s), trace.WithSpanKind(kind), trace.WithTimestamp(c.begun))
		c.recording = c.span.IsRecording()
	}
	c.ctx = ctx
	if !c.recording && !r.metrics.enabled(ctx) {
		c.span.End()
		return ctx, nil
	}
	if c.recording {
		c.describe()
	}
	return ctx, c
}

func spanName(s *Start) string {
	if s.Model == "" {
		return string(s.Operation)
	}
	return string(s.Operation) + " " + s.Model
}

// describe puts on the span what is known at the beginning.
func (c *Call) describe() {
	attrs := make([]attribute.KeyValue, 0, 6)
	attrs = append(attrs, OperationName.String(string(c.start.Operation)), ProviderName.String(c.start.Provider))
	if c.start.Model != "" && c.start.Operation.hasModel() {
		attrs = append(attrs, RequestModel.String(c.start.Model))
	}
	if c.start.Stream {
		attrs = append(attrs, RequestStream.Bool(true))
	}
	if id := observe.SessionID(c.ctx); id != "" {
		attrs = append(attrs, ConversationID.String(id))
	}
	c.span.SetAttributes(attrs...)
}

// hasModel tells whether Start.Model is a model's name and not that of a collection, a guard or a tool.
func (o Operation) hasModel() bool { return o == Chat || o == Embeddings || o == Rerank }

// Recording tells whether the call's span takes attributes: whether it is worth making them.
func (c *Call) Recording() bool { return c != nil && c.recording }

// Set puts attributes on the span.
func (c *Call) Set(attrs ...attribute.KeyValue) {
	if c.Recording() {
		c.span.SetAttributes(attrs...)
	}
}

// FirstChunk tells that a stream gave its first piece. Later calls do nothing.
func (c *Call) FirstChunk() {
	if c == nil || c.first != 0 {
		return
	}
	c.first = max(time.Since(c.begun), 1)
	c.Set(TimeToFirstChunk.Float64(c.first.Seconds()))
	if m := c.rec.metrics; m.enabled(c.ctx) {
		m.first.Record(c.ctx, c.first.Seconds(), c.dimensions())
	}
}

// Respond tells what a model gave.
func (c *Call) Respond(res *Response) {
	if c == nil {
		return
	}
	c.res = *res
	if !c.recording {
		return
	}
	attrs := make([]attribute.KeyValue, 0, 5)
	if res.Model != "" {
		attrs = append(attrs, ResponseModel.String(res.Model))
	}
	if res.Finish != "" {
		attrs = append(attrs, ResponseFinishReasons.StringSlice([]string{res.Finish}))
	}
	if res.Input > 0 {
		attrs = append(attrs, UsageInputTokens.Int(res.Input))
	}
	if res.Output > 0 {
		attrs = append(attrs, UsageOutputTokens.Int(res.Output))
	}
	if res.Cached > 0 {
		attrs = append(attrs, UsageCacheReadTokens.Int(res.Cached))
	}
	c.span.SetAttributes(attrs...)
}

// End ends the call, with an error where it failed: its code of package fault is
// what error.type says, and nothing of its text is recorded. Later calls do nothing.
func (c *Call) End(err error) {
	if c == nil || c.ended {
		return
	}
	c.ended = true
	kind := ""
	if err != nil {
		kind = errorType(err)
	}
	if c.recording && kind != "" {
		c.span.SetAttributes(ErrorType.String(kind))
		c.span.SetStatus(codes.Error, kind)
	}
	ended := time.Now()
	c.span.End(trace.WithTimestamp(ended))
	if c.rec.metrics.enabled(c.ctx) {
		c.rec.metrics.observe(c, ended.Sub(c.begun), kind)
	}
}

// canceled is error.type of a call whose caller gave up, which no model is to blame for.
const canceled = "canceled"

func errorType(err error) string {
	if errors.Is(err, context.Canceled) {
		return canceled
	}
	return string(fault.CodeOf(err))
}
