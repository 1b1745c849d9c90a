package telemetry_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/otlptest"
	"github.com/akshara-go/akshara/observe/telemetry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, opts *telemetry.Options) *telemetry.Telemetry {
	t.Helper()
	tel, err := telemetry.Start(t.Context(), opts)
	require.NoError(t, err)
	t.Cleanup(func() { _ = tel.Shutdown(context.Background()) })
	return tel
}

func TestOffUnlessAskedFor(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, opts := range []*telemetry.Options{nil, {}, {Service: "svc", Version: "1"}} {
		tel := start(t, opts)
		require.Equal(t, before, runtime.NumGoroutine())
		ctx, span := tel.TracerProvider.Tracer("x").Start(context.Background(), "work")
		require.False(t, span.IsRecording())
		require.False(t, trace.SpanContextFromContext(ctx).IsValid())
		n, err := tel.MeterProvider.Meter("x").Int64Counter("n")
		require.NoError(t, err)
		n.Add(ctx, 1)
		require.NoError(t, tel.Shutdown(context.Background()))
	}
}

func TestSpansReachTheCollector(t *testing.T) {
	c := otlptest.New(t)
	tel := start(t, &telemetry.Options{
		Service: "rag-service", Version: "1.2.3", Environment: "staging", Endpoint: c.URL + "/otlp",
		Headers: map[string]string{"X-Key": "k"}, Resource: []attribute.KeyValue{attribute.String("host.name", "h")},
	})
	tracer := tel.TracerProvider.Tracer("rag")
	ctx, parent := tracer.Start(context.Background(), "answer", trace.WithAttributes(attribute.String("lang", "hi"), attribute.Int("k", 5)))
	_, child := tracer.Start(ctx, "retrieve")
	child.SetStatus(codes.Error, "no index")
	child.End()
	parent.End()
	require.NoError(t, tel.Shutdown(context.Background()), "Shutdown sends what waits")

	spans := c.ByName(t)
	require.Len(t, spans, 2)
	require.Equal(t, "hi", otlptest.Texts(spans["answer"].Attributes)["lang"])
	require.Equal(t, spans["answer"].SpanId, spans["retrieve"].ParentSpanId)
	require.Equal(t, spans["answer"].TraceId, spans["retrieve"].TraceId)
	require.Equal(t, "no index", spans["retrieve"].Status.Message)
	source := otlptest.Texts(c.Traces()[0].Resource.Attributes)
	require.NotEmpty(t, source["service.instance.id"])
	for k, v := range map[string]string{"service.name": "rag-service", "service.version": "1.2.3", "deployment.environment.name": "staging",
		"host.name": "h", "telemetry.sdk.language": "go"} {
		require.Equal(t, v, source[k], k)
	}
	require.Equal(t, "k", c.Header().Get("X-Key"))
	parent.SetAttributes(attribute.Bool("late", true)) // nothing after the end does harm
	require.NoError(t, tel.Shutdown(context.Background()))
}

func TestSpansAreSentWithoutAnEndToWaitFor(t *testing.T) {
	c := otlptest.New(t)
	came := make(chan struct{}, 8)
	c.Notify(func() { came <- struct{}{} })
	tel := start(t, &telemetry.Options{Endpoint: c.URL + "/otlp/", TraceInterval: time.Millisecond})
	_, span := tel.TracerProvider.Tracer("x").Start(context.Background(), "work")
	span.End()
	select {
	case <-came:
	case <-time.After(10 * time.Second):
		t.Fatal("nothing came")
	}
}

// masker hides telephone numbers and e-mail addresses, and dates behind the word for birth.
type masker struct{}

var (
	planted = regexp.MustCompile(`[6-9]\d{9}|[a-z]+@[a-z]+\.in`)
	born    = regexp.MustCompile(`(birth: )[0-9/]+`)
)

func (masker) Mask(s string) string {
	return born.ReplaceAllString(planted.ReplaceAllString(s, "[masked]"), "$1[masked]")
}

func TestSpansAreMasked(t *testing.T) {
	const phone, mail = "9876543210", "asha@example.in"
	c := otlptest.New(t)
	tel := start(t, &telemetry.Options{Service: "svc", Endpoint: c.URL + "/otlp", Mask: masker{}})
	tracer := tel.TracerProvider.Tracer("x")
	other := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}})
	_, span := tracer.Start(context.Background(), "call "+phone, trace.WithLinks(trace.Link{SpanContext: other, Attributes: []attribute.KeyValue{attribute.String("to", mail)}}))
	span.SetAttributes(attribute.String("s", "to "+mail), attribute.Int64("i", 9876543210), attribute.StringSlice("ss", []string{"ok", phone}),
		attribute.Int64Slice("is", []int64{1, 9876543210}), attribute.Float64("f", 9876543210), attribute.String("user.date_of_birth", "12/05/1990"),
		attribute.String(mail, "key"), attribute.ByteSlice("b", []byte(mail)),
		attribute.KeyValue{Key: "m", Value: attribute.MapValue(attribute.String("email", mail))},
		attribute.String("free", "हिन्दी"), attribute.Int("n", 7), attribute.Bool("yes", true), attribute.Float64("ratio", .25))
	span.AddEvent("mail to "+mail, trace.WithAttributes(attribute.String("body", phone)))
	span.RecordError(fmt.Errorf("cannot reach %s", phone), trace.WithStackTrace(true))
	span.SetStatus(codes.Error, "user "+mail)
	span.End()
	require.NoError(t, tel.Shutdown(context.Background()))

	require.Len(t, c.Traces(), 1)
	got := c.ByName(t)["call [masked]"]
	require.NotNil(t, got)
	got.StartTimeUnixNano, got.EndTimeUnixNano = 0, 0
	for _, e := range got.Events {
		e.TimeUnixNano = 0
	}
	require.NotRegexp(t, planted, got.String())
	require.Equal(t, "user [masked]", got.Status.Message)
	require.Equal(t, "mail to [masked]", got.Events[0].Name)
	require.Equal(t, "cannot reach [masked]", otlptest.Texts(got.Events[1].Attributes)["exception.message"])
	require.Equal(t, "[masked]", otlptest.Texts(got.Links[0].Attributes)["to"])
	attrs := otlptest.Texts(got.Attributes)
	for k, v := range map[string]string{"s": "to [masked]", "i": "[masked]", "user.date_of_birth": "[masked]", "[masked]": "key",
		"b": "[masked]", "f": "[masked]", "free": "हिन्दी"} {
		require.Equal(t, v, attrs[k], k)
	}
	require.Contains(t, attrs["ss"], `"ok"`)
	for k, v := range map[string]string{"n": "7", "yes": "true", "ratio": "0.25"} {
		require.Contains(t, attrs[k], v, "what hides nothing keeps its type")
	}
}

func TestMetricsReachPrometheusAndTheCollector(t *testing.T) {
	c, reg := otlptest.New(t), prometheus.NewRegistry()
	tel := start(t, &telemetry.Options{Service: "rag-service", Version: "1", Endpoint: c.URL + "/otlp", Registry: reg})
	meter := tel.MeterProvider.Meter("rag")
	hits, err := meter.Int64Counter("rag_cache_hit")
	require.NoError(t, err)
	hits.Add(context.Background(), 3, metric.WithAttributes(attribute.String("kind", "answer")))
	took, err := meter.Float64Histogram("rag_retrieval_duration", metric.WithUnit("s"), metric.WithExplicitBucketBoundaries(.01, 1))
	require.NoError(t, err)
	took.Record(context.Background(), .5)

	families, err := reg.Gather()
	require.NoError(t, err)
	shown := make(map[string]string)
	for _, f := range families {
		shown[f.GetName()] = f.String()
	}
	require.Contains(t, shown["rag_cache_hit_total"], `value:"answer"`)
	require.NotContains(t, shown["rag_cache_hit_total"], "otel_scope")
	require.Contains(t, shown["rag_retrieval_duration_seconds"], "sample_count:1")
	require.Contains(t, shown["target_info"], "rag-service")

	require.NoError(t, tel.Shutdown(context.Background()))
	require.ElementsMatch(t, []string{"rag_cache_hit", "rag_retrieval_duration"}, slices.Collect(maps.Keys(c.Metrics())))
	_, err = reg.Gather()
	require.NoError(t, err, "a registry outlives what was registered")
}

func TestPrometheusAloneOpensNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	reg := prometheus.NewRegistry()
	tel := start(t, &telemetry.Options{Registry: reg})
	require.Equal(t, before, runtime.NumGoroutine())
	_, span := tel.TracerProvider.Tracer("x").Start(context.Background(), "work")
	require.False(t, span.IsRecording())
	_, err := telemetry.Start(t.Context(), &telemetry.Options{Registry: reg, Endpoint: "127.0.0.1"})
	require.Error(t, err)
	require.Equal(t, before, runtime.NumGoroutine(), "nothing begins before an error")
}

func TestSampling(t *testing.T) {
	c := otlptest.New(t)
	tel := start(t, &telemetry.Options{Endpoint: c.URL + "/otlp", TraceShare: -1})
	tracer := tel.TracerProvider.Tracer("x")
	_, span := tracer.Start(context.Background(), "alone")
	require.False(t, span.IsRecording())
	require.True(t, span.SpanContext().IsValid(), "an unrecorded span still names its trace")
	caller := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}, TraceFlags: trace.FlagsSampled, Remote: true})
	_, span = tracer.Start(trace.ContextWithRemoteSpanContext(context.Background(), caller), "called")
	require.True(t, span.IsRecording(), "the caller's decision is followed")
	span.End()

	some := start(t, &telemetry.Options{Endpoint: c.URL + "/otlp", TraceShare: .25}).TracerProvider.Tracer("x")
	recorded := 0
	for range 4000 {
		if _, span := some.Start(context.Background(), "work"); span.IsRecording() {
			recorded++
		}
	}
	require.InDelta(t, 1000, recorded, 150)
}

func TestPropagator(t *testing.T) {
	tel := start(t, nil)
	header := propagation.HeaderCarrier(http.Header{"Traceparent": {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}, "Baggage": {"tenant=a"}})
	ctx := tel.Propagator.Extract(context.Background(), header)
	out := propagation.HeaderCarrier{}
	tel.Propagator.Inject(ctx, out)
	require.Equal(t, header, out)
}

func TestEndpointsThatCannotBe(t *testing.T) {
	for _, endpoint := range []string{"localhost:4318", "127.0.0.1:4318", "ftp://h", "http://", "http://user:password@h", "http://user:password@h:%zz", "http://h?x=password", "http://h#x", ":", "\x7f"} {
		_, err := telemetry.Start(t.Context(), &telemetry.Options{Endpoint: endpoint, Registry: prometheus.NewRegistry()})
		require.ErrorContains(t, err, "endpoint", endpoint)
		require.NotContains(t, err.Error(), "password")
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), endpoint)
	}
}

// deaf is a server that accepts connections and never answers.
func deaf(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return "http://" + l.Addr().String()
}

// TestDeadCollectorCostsNothing holds that requests do not wait for a collector
// that hangs, and that Shutdown keeps its limit and leaves no goroutine (goleak).
func TestDeadCollectorCostsNothing(t *testing.T) {
	var log bytes.Buffer
	tel := start(t, &telemetry.Options{
		Endpoint: deaf(t), TraceInterval: time.Millisecond, MetricInterval: 10 * time.Millisecond, ShutdownTimeout: 300 * time.Millisecond,
		Logger: observe.NewLogger(&log, nil),
	})
	n, err := tel.MeterProvider.Meter("x").Int64Counter("n")
	require.NoError(t, err)
	n.Add(context.Background(), 1)
	tracer := tel.TracerProvider.Tracer("x")
	slowest := time.Duration(0)
	const spans = 20_000 // five times what may wait
	begin := time.Now()
	for range spans {
		at := time.Now()
		_, span := tracer.Start(context.Background(), "work")
		span.End()
		slowest = max(slowest, time.Since(at))
	}
	t.Logf("%v a span, slowest %v", time.Since(begin)/spans, slowest)
	require.Less(t, time.Since(begin)/spans, 100*time.Microsecond)

	begin = time.Now()
	require.ErrorContains(t, tel.Shutdown(context.Background()), "no time left")
	require.Less(t, time.Since(begin), 300*time.Millisecond+2*time.Second)
	require.GreaterOrEqual(t, time.Since(begin), 300*time.Millisecond, "the collector was given its time")
	require.Contains(t, log.String(), "telemetry not delivered")
	goleak.VerifyNone(t, goleak.IgnoreCurrent())
}

func TestShutdownFollowsItsContext(t *testing.T) {
	tel := start(t, &telemetry.Options{Endpoint: deaf(t), ShutdownTimeout: time.Minute})
	_, span := tel.TracerProvider.Tracer("x").Start(context.Background(), "work")
	span.End()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	begin := time.Now()
	require.Error(t, tel.Shutdown(ctx))
	require.Less(t, time.Since(begin), 10*time.Second)
}

func TestRefusedDeliveriesAreLogged(t *testing.T) {
	c := otlptest.New(t)
	c.Refuse(http.StatusUnauthorized)
	var log bytes.Buffer
	tel := start(t, &telemetry.Options{Endpoint: c.URL + "/otlp", Logger: observe.NewLogger(&log, nil)})
	_, span := tel.TracerProvider.Tracer("x").Start(context.Background(), "work")
	span.End()
	err := tel.Shutdown(context.Background())
	require.ErrorContains(t, err, "401")
	require.NotErrorIs(t, err, context.DeadlineExceeded)
	require.Contains(t, log.String(), `"what":"spans"`)
	require.Equal(t, err, tel.Shutdown(context.Background()), "and again")
	require.True(t, errors.Unwrap(err) != nil)
}

func TestNothingFollowsARedirect(t *testing.T) {
	other := otlptest.New(t)
	moved := httptest.NewServer(http.RedirectHandler(other.URL+"/v1/traces", http.StatusTemporaryRedirect))
	defer moved.Close()
	for _, client := range []*http.Client{nil, {Transport: &http.Transport{DisableKeepAlives: true}}} {
		tel := start(t, &telemetry.Options{Endpoint: moved.URL, Headers: map[string]string{"X-Key": "secret"}, Client: client})
		_, span := tel.TracerProvider.Tracer("x").Start(context.Background(), "work")
		span.End()
		require.ErrorContains(t, tel.Shutdown(context.Background()), "307")
		require.Empty(t, other.Spans())
		require.True(t, client == nil || client.CheckRedirect == nil, "the caller's stays as it was")
	}
}

func BenchmarkSpan(b *testing.B) {
	run := func(opts *telemetry.Options) func(b *testing.B) {
		return func(b *testing.B) {
			tel, err := telemetry.Start(b.Context(), opts)
			require.NoError(b, err)
			defer func() { _ = tel.Shutdown(context.Background()) }()
			tracer := tel.TracerProvider.Tracer("x")
			b.ReportAllocs()
			for b.Loop() {
				_, span := tracer.Start(context.Background(), "work", trace.WithAttributes(attribute.String("lang", "hi")))
				span.End()
			}
		}
	}
	b.Run("off", run(nil))
	b.Run("dead collector", run(&telemetry.Options{Endpoint: "http://127.0.0.1:1", ShutdownTimeout: time.Second}))
}
