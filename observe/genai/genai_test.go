package genai_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/genai"
	"github.com/akshara-go/akshara/observe/telemetry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hiding masks one telephone number.
type hiding struct{}

const phone = "9876543210"

func (hiding) Mask(s string) string { return strings.ReplaceAll(s, phone, "[PHONE]") }

// recording gives a recorder, what it recorded, and its metrics.
func recording(t testing.TB, content observe.Masker) (*genai.Recorder, *tracetest.SpanRecorder, *sdkmetric.ManualReader) {
	t.Helper()
	spans, reader := tracetest.NewSpanRecorder(), sdkmetric.NewManualReader()
	rec, err := genai.New(&genai.Options{
		TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)),
		MeterProvider:  sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)), Content: content,
	})
	require.NoError(t, err)
	return rec, spans, reader
}

func attributes(s sdktrace.ReadOnlySpan) map[string]any {
	out := map[string]any{}
	for _, a := range s.Attributes() {
		out[string(a.Key)] = a.Value.AsInterface()
	}
	return out
}

func TestACall(t *testing.T) {
	rec, spans, reader := recording(t, nil)
	ctx := observe.WithSession(context.Background(), "s-1")
	ctx, call := rec.Start(ctx, &genai.Start{Operation: genai.Chat, Provider: "openai", Model: "m", Remote: true, Stream: true})
	require.True(t, trace.SpanFromContext(ctx).IsRecording())
	call.FirstChunk()
	call.FirstChunk()
	call.Respond(&genai.Response{Model: "m-1", Finish: "stop", Input: 10, Output: 20, Cached: 4})
	call.Text(genai.RetrievalQuery, "not recorded")
	require.False(t, call.Contents())
	call.End(nil)
	call.End(errors.New("too late"))

	require.Len(t, spans.Ended(), 1)
	span, attrs := spans.Ended()[0], attributes(spans.Ended()[0])
	require.Equal(t, "chat m", span.Name())
	require.Equal(t, trace.SpanKindClient, span.SpanKind())
	require.Equal(t, genai.SchemaURL, span.InstrumentationScope().SchemaURL)
	first, ok := attrs["gen_ai.response.time_to_first_chunk"].(float64)
	require.True(t, ok)
	require.Greater(t, first, 0.0)
	delete(attrs, "gen_ai.response.time_to_first_chunk")
	require.Equal(t, map[string]any{
		"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "m", "gen_ai.request.stream": true,
		"gen_ai.conversation.id": "s-1", "gen_ai.response.model": "m-1", "gen_ai.response.finish_reasons": []string{"stop"},
		"gen_ai.usage.input_tokens": int64(10), "gen_ai.usage.output_tokens": int64(20), "gen_ai.usage.cache_read.input_tokens": int64(4),
	}, attrs)

	var all metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(t.Context(), &all))
	got := map[string]metricdata.Metrics{}
	for _, m := range all.ScopeMetrics[0].Metrics {
		got[m.Name] = m
	}
	require.Len(t, got, 3, "the contract's are for who asks for them")
	tokens := got["gen_ai.client.token.usage"].Data.(metricdata.Histogram[int64])
	require.Equal(t, "{token}", got["gen_ai.client.token.usage"].Unit)
	sums := map[string]int64{}
	for _, p := range tokens.DataPoints {
		kind, _ := p.Attributes.Value("gen_ai.token.type")
		sums[kind.AsString()] = p.Sum
		require.Equal(t, []float64{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864}, p.Bounds)
	}
	require.Equal(t, map[string]int64{"input": 10, "output": 20}, sums)
	duration := got["gen_ai.client.operation.duration"].Data.(metricdata.Histogram[float64]).DataPoints[0]
	require.Equal(t, []float64{0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92}, duration.Bounds)
	require.Equal(t, attribute.NewSet(attribute.String("gen_ai.operation.name", "chat"), attribute.String("gen_ai.provider.name", "openai"),
		attribute.String("gen_ai.request.model", "m"), attribute.String("gen_ai.response.model", "m-1")), duration.Attributes)
	require.EqualValues(t, 1, got["gen_ai.client.operation.time_to_first_chunk"].Data.(metricdata.Histogram[float64]).DataPoints[0].Count)
}

func TestFailures(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{fault.New(fault.Upstream, "key sk-secret is wrong", nil), "UPSTREAM_ERROR"},
		{fmt.Errorf("reading: %w", context.Canceled), "canceled"},
		{context.DeadlineExceeded, "UPSTREAM_TIMEOUT"},
		{errors.New("sk-secret"), "INTERNAL_ERROR"},
	} {
		rec, spans, reader := recording(t, nil)
		_, call := rec.Start(t.Context(), &genai.Start{Operation: genai.Embeddings})
		call.End(c.err)
		span := spans.Ended()[0]
		require.Equal(t, "embeddings", span.Name())
		require.Equal(t, trace.SpanKindInternal, span.SpanKind())
		require.Equal(t, c.want, attributes(span)["error.type"])
		require.Equal(t, sdktrace.Status{Code: 1, Description: c.want}, span.Status())
		require.Equal(t, "akshara", attributes(span)["gen_ai.provider.name"])
		require.NotContains(t, fmt.Sprint(span.Attributes(), span.Events(), span.Status()), "secret")
		var all metricdata.ResourceMetrics
		require.NoError(t, reader.Collect(t.Context(), &all))
		require.Len(t, all.ScopeMetrics[0].Metrics, 1, "no tokens were told")
		kind, _ := all.ScopeMetrics[0].Metrics[0].Data.(metricdata.Histogram[float64]).DataPoints[0].Attributes.Value("error.type")
		require.Equal(t, c.want, kind.AsString())
	}
}

// TestTokensOfAFailedCall: what a response used counts by its model, also where the call failed after it.
func TestTokensOfAFailedCall(t *testing.T) {
	rec, _, reader := recording(t, nil)
	_, call := rec.Start(t.Context(), &genai.Start{Operation: genai.Chat, Provider: "openai", Model: "m"})
	call.Respond(&genai.Response{Model: "m-1", Input: 10})
	call.End(fault.New(fault.Upstream, "broken off", nil))
	var all metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(t.Context(), &all))
	for _, m := range all.ScopeMetrics[0].Metrics {
		if m.Name == genai.MetricTokenUsage {
			require.Equal(t, attribute.NewSet(attribute.String("gen_ai.operation.name", "chat"), attribute.String("gen_ai.provider.name", "openai"),
				attribute.String("gen_ai.request.model", "m"), attribute.String("gen_ai.response.model", "m-1"), attribute.String("gen_ai.token.type", "input")),
				m.Data.(metricdata.Histogram[int64]).DataPoints[0].Attributes)
			return
		}
	}
	require.Fail(t, "no tokens")
}

func TestContentIsMaskedBoundedAndWhole(t *testing.T) {
	rec, spans, _ := recording(t, hiding{})
	_, call := rec.Start(t.Context(), &genai.Start{Operation: genai.Chat, Model: "m"})
	long := strings.Repeat("किताब ", genai.MaxContentBytes/10)
	call.Instructions([]string{"answer " + phone})
	call.Messages(genai.InputMessages, []genai.Message{
		{Role: "user", Parts: []genai.Part{{Type: "text", Content: "call <" + phone + ">"}, {Type: "blob", Modality: "image"}}},
		{Role: "assistant", Parts: []genai.Part{{Type: "tool_call", ID: "c", Name: "f", Arguments: json.RawMessage(`{"to":"` + phone + `"}`)}}},
		{Role: "tool", Parts: []genai.Part{{Type: "tool_call_response", ID: "c", Response: phone}, {Type: "text", Content: long}, {Type: "text", Content: "क"}}},
	})
	call.Text(genai.RetrievalQuery, long+"x")
	call.Texts(genai.EmbeddingInput, []string{phone, long, "no room"})
	call.Documents([]genai.Document{{ID: "d", Score: .5}})
	call.End(nil)
	attrs := attributes(spans.Ended()[0])
	require.NotContains(t, fmt.Sprint(attrs), phone)
	require.JSONEq(t, `[{"type":"text","content":"answer [PHONE]"}]`, attrs["gen_ai.system_instructions"].(string))
	require.JSONEq(t, `[{"id":"d","score":0.5}]`, attrs["gen_ai.retrieval.documents"].(string))
	var messages []genai.Message
	require.NoError(t, json.Unmarshal([]byte(attrs["gen_ai.input.messages"].(string)), &messages))
	require.Equal(t, "call <[PHONE]>", messages[0].Parts[0].Content)
	require.Contains(t, attrs["gen_ai.input.messages"], "<[PHONE]>", "JSON for readers, not for a page")
	require.JSONEq(t, `{"to":"[PHONE]"}`, string(messages[1].Parts[0].Arguments))
	for _, text := range []string{messages[2].Parts[1].Content, attrs["gen_ai.retrieval.query.text"].(string)} {
		require.True(t, utf8.ValidString(text))
		require.LessOrEqual(t, len(text), genai.MaxContentBytes)
		require.True(t, strings.HasSuffix(text, "किताब …"), "cut after a word")
	}
	require.LessOrEqual(t, len(attrs["akshara.embeddings.input"].(string)), genai.MaxContentBytes+100)
}

// counting counts what it is given to mask.
type counting struct{ n *int }

func (c counting) Mask(s string) string {
	*c.n += len(s)
	return s
}

// TestWhatIsLeftOutIsNotMasked: a long conversation costs no more than what is shown of it.
func TestWhatIsLeftOutIsNotMasked(t *testing.T) {
	masked := 0
	rec, _, _ := recording(t, counting{&masked})
	_, call := rec.Start(t.Context(), &genai.Start{Operation: genai.Chat})
	text := strings.Repeat("word ", 1000)
	call.Messages(genai.InputMessages, slices.Repeat([]genai.Message{{Role: "user", Parts: []genai.Part{{Type: "text", Content: text}}}}, 100))
	call.End(nil)
	require.LessOrEqual(t, masked, genai.MaxContentBytes+2*len(text))
}

// TestWhatIsNoJSONAfterMasking: a number may be masked, arguments may be cut, a word may be longer than the bound.
func TestWhatIsNoJSONAfterMasking(t *testing.T) {
	rec, spans, _ := recording(t, hiding{})
	_, call := rec.Start(t.Context(), &genai.Start{Operation: genai.Chat})
	call.Messages(genai.OutputMessages, []genai.Message{{Role: "assistant", Parts: []genai.Part{
		{Type: "tool_call", Arguments: json.RawMessage(`{"to":` + phone + `}`)}, {Type: "text", Content: strings.Repeat("क", genai.MaxContentBytes)},
	}}})
	call.End(nil)
	require.JSONEq(t, `[{"role":"assistant","parts":[{"type":"tool_call","arguments":"{\"to\":[PHONE]}"},{"type":"text","content":" …"}]}]`,
		attributes(spans.Ended()[0])["gen_ai.output.messages"].(string))
}

func TestGuardsAndTools(t *testing.T) {
	rec, spans, _ := recording(t, hiding{})
	ctx, guard := rec.Guard(t.Context(), "pii")
	guard.Text(genai.GuardInput, "my number is "+phone)
	guard.Verdict(genai.Mask, map[string]int{"phone": 1, "email": 2})
	_, tool := rec.Tool(ctx, "look_up", "call-1")
	tool.Text(genai.ToolCallArguments, `{"q":"`+phone+`"}`)
	tool.End(nil)
	guard.End(nil)
	require.Equal(t, "execute_tool look_up", spans.Ended()[0].Name())
	require.Equal(t, spans.Ended()[1].SpanContext().SpanID(), spans.Ended()[0].Parent().SpanID())
	require.Equal(t, map[string]any{"gen_ai.operation.name": "execute_tool", "gen_ai.provider.name": "akshara", "gen_ai.tool.name": "look_up",
		"gen_ai.tool.type": "function", "gen_ai.tool.call.id": "call-1", "gen_ai.tool.call.arguments": `{"q":"[PHONE]"}`}, attributes(spans.Ended()[0]))
	require.Equal(t, "guardrail pii", spans.Ended()[1].Name())
	require.Equal(t, map[string]any{"gen_ai.operation.name": "guardrail", "gen_ai.provider.name": "akshara", "akshara.guard.name": "pii",
		"akshara.guard.action": "mask", "akshara.guard.findings": int64(3), "akshara.guard.found.phone": int64(1), "akshara.guard.found.email": int64(2), "akshara.guard.input": "my number is [PHONE]"}, attributes(spans.Ended()[1]))
}

func TestNothingIsRecordedWhereNobodyReads(t *testing.T) {
	var none *genai.Recorder
	zero, err := genai.New(nil)
	require.NoError(t, err)
	off, err := genai.New(&genai.Options{TracerProvider: nooptrace.NewTracerProvider(), MeterProvider: noopmetric.NewMeterProvider(), Content: hiding{}})
	require.NoError(t, err)
	for _, rec := range []*genai.Recorder{none, zero, off} {
		ctx, call := rec.Start(t.Context(), &genai.Start{Operation: genai.Chat, Model: "m"})
		require.False(t, trace.SpanFromContext(ctx).IsRecording())
		require.Nil(t, call)
		call.FirstChunk()
		call.Respond(&genai.Response{})
		call.Set(genai.RequestTopK.Float64(5))
		call.Messages(genai.InputMessages, nil)
		call.Instructions([]string{"x"})
		call.Texts(genai.EmbeddingInput, nil)
		call.Documents(nil)
		call.Verdict(genai.Allow, nil)
		require.False(t, call.Recording())
		call.End(nil)
	}
}

// TestMetricsWithoutSpans: a service whose traces go nowhere has its metrics all the same, by the contract's names too.
func TestMetricsWithoutSpans(t *testing.T) {
	registry := prometheus.NewRegistry()
	tel, err := telemetry.Start(t.Context(), &telemetry.Options{Registry: registry})
	require.NoError(t, err)
	defer func() { require.NoError(t, tel.Shutdown(context.Background())) }()
	rec, err := genai.New(&genai.Options{TracerProvider: tel.TracerProvider, MeterProvider: tel.MeterProvider, Contract: true})
	require.NoError(t, err)
	for range 2 {
		_, call := rec.Start(t.Context(), &genai.Start{Operation: genai.Chat, Model: "m"})
		require.False(t, call.Recording())
		call.FirstChunk()
		call.Respond(&genai.Response{Output: 7})
		call.End(nil)
	}
	_, call := rec.Start(t.Context(), &genai.Start{Operation: genai.Chat, Model: "m"})
	call.Respond(&genai.Response{Output: -5}) // a server's error takes nothing off a counter
	call.End(nil)
	families, err := registry.Gather()
	require.NoError(t, err)
	got := map[string]string{}
	for _, f := range families {
		got[f.GetName()] = f.String()
	}
	require.Contains(t, got["llm_tokens_generated_total"], "counter:{value:14}")
	require.Contains(t, got["llm_inference_duration_seconds"], "sample_count:3")
	require.Contains(t, got["gen_ai_client_operation_duration_seconds"], "sample_count:3")
	require.Contains(t, got["gen_ai_client_operation_time_to_first_chunk_seconds"], "sample_count:2")
	require.Contains(t, got["gen_ai_client_token_usage"], "sample_count:2")
}
