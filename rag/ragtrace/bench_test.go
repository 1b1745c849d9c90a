package ragtrace_test

import (
	"context"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/genai"
	"github.com/akshara-go/akshara/observe/pii"
	"github.com/akshara-go/akshara/observe/telemetry"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/ragtrace"
)

// nowhere takes spans and forgets them.
type nowhere struct{}

func (nowhere) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error { return nil }
func (nowhere) Shutdown(context.Context) error                             { return nil }

var asking = &llm.Request{Messages: []llm.Message{{Role: llm.System, Content: "Answer from the passages."},
	{Role: llm.User, Content: "ताजमहल किसने बनवाया और कब?"}}, MaxTokens: 100}

// instant is a model that has its answer at once.
var instant = answering(func() *llm.Response {
	return &llm.Response{Text: "इसे शाहजहाँ ने 1632 में बनवाना शुरू किया।", Model: "m-1", Finish: llm.Stop, Usage: llm.Usage{Prompt: 40, Completion: 20}}
})

// BenchmarkModel shows what recording adds to a model's call, side by side.
func BenchmarkModel(b *testing.B) {
	for _, c := range []struct {
		name    string
		opts    *telemetry.Options // nil: no recorder
		content observe.Masker
	}{
		{name: "untraced"},
		{name: "off", opts: &telemetry.Options{}},
		{name: "metrics", opts: &telemetry.Options{Registry: prometheus.NewRegistry()}},
		{name: "not sampled", opts: &telemetry.Options{Exporters: []sdktrace.SpanExporter{nowhere{}}, TraceShare: -1}},
		{name: "spans", opts: &telemetry.Options{Exporters: []sdktrace.SpanExporter{nowhere{}}}},
		{name: "spans and metrics", opts: &telemetry.Options{Exporters: []sdktrace.SpanExporter{nowhere{}}, Registry: prometheus.NewRegistry()}},
		{name: "with content", opts: &telemetry.Options{Exporters: []sdktrace.SpanExporter{nowhere{}}, MaxValueBytes: genai.MaxAttributeBytes}, content: pii.New(nil)},
	} {
		b.Run(c.name, func(b *testing.B) {
			var model llm.Model = instant
			if c.opts != nil {
				tel, err := telemetry.Start(b.Context(), c.opts)
				require.NoError(b, err)
				defer func() { _ = tel.Shutdown(context.Background()) }()
				rec, err := genai.New(&genai.Options{TracerProvider: tel.TracerProvider, MeterProvider: tel.MeterProvider, Content: c.content})
				require.NoError(b, err)
				model = ragtrace.Model(instant, rec, &ragtrace.ModelOptions{Provider: "openai", Name: "m", Remote: true})
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := model.Generate(b.Context(), asking); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestOffIsNearlyFree holds that a recorder nobody reads costs no allocation.
func TestOffIsNearlyFree(t *testing.T) {
	off, err := genai.New(&genai.Options{})
	require.NoError(t, err)
	tel, err := telemetry.Start(t.Context(), nil)
	require.NoError(t, err)
	noop, err := genai.New(&genai.Options{TracerProvider: tel.TracerProvider, MeterProvider: tel.MeterProvider})
	require.NoError(t, err)
	plain := testing.AllocsPerRun(100, func() { _, _ = instant.Generate(t.Context(), asking) })
	for name, c := range map[string]struct {
		rec *genai.Recorder
		max float64
	}{"no recorder": {nil, 0}, "no providers": {off, 0}, "providers that do nothing": {noop, 0}} {
		model := ragtrace.Model(instant, c.rec, &ragtrace.ModelOptions{Name: "m"})
		got := testing.AllocsPerRun(100, func() { _, _ = model.Generate(t.Context(), asking) })
		require.LessOrEqual(t, got-plain, c.max, name)
		t.Logf("%s: %v allocations more", name, got-plain)
	}
}
