package httpkit_test

import (
	"context"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/akshara-go/akshara/observe/httpkit"
)

const spanID = "00f067aa0ba902b7"

// recorder gives a provider and what it records.
func recorder(t testing.TB, opts ...sdktrace.TracerProviderOption) (*sdktrace.TracerProvider, *tracetest.SpanRecorder) {
	r := tracetest.NewSpanRecorder()
	p := sdktrace.NewTracerProvider(append(opts, sdktrace.WithSpanProcessor(r))...)
	t.Cleanup(func() { require.NoError(t, p.Shutdown(context.Background())) })
	return p, r
}

func attributes(s sdktrace.ReadOnlySpan) map[string]any {
	out := map[string]any{}
	for _, a := range s.Attributes() {
		out[string(a.Key)] = a.Value.AsInterface()
	}
	return out
}

func TestEachRequestIsASpanNamedByItsRoute(t *testing.T) {
	provider, spans := recorder(t)
	k, l := newKit(t, func(o *httpkit.Options) { o.TracerProvider = provider })
	inner := provider.Tracer("test")
	httpkit.Register(k, huma.Operation{OperationID: "traced", Method: "GET", Path: "/traced/{id}"},
		func(ctx context.Context, in *struct {
			ID string `path:"id"`
		}) (*struct{}, error) {
			_, s := inner.Start(ctx, "inner", trace.WithAttributes(attribute.String("id", in.ID)))
			s.End()
			return nil, nil
		})
	addr := "http://" + start(t, k)
	resp, _ := fetch(t, "GET", addr+"/traced/private?q=private", "", "X-Request-ID", givenID, "Traceparent", "00-"+traceID+"-"+spanID+"-01", "Tracestate", "vendor=x")
	require.Equal(t, 204, resp.StatusCode)
	require.Equal(t, traceID, l.byRequest(t, givenID)["trace_id"])
	require.Len(t, spans.Ended(), 2)
	child, server := spans.Ended()[0], spans.Ended()[1]
	require.Equal(t, "GET /traced/{id}", server.Name())
	require.Equal(t, trace.SpanKindServer, server.SpanKind())
	require.Equal(t, traceID, server.SpanContext().TraceID().String())
	require.Equal(t, spanID, server.Parent().SpanID().String())
	require.Equal(t, "vendor=x", server.SpanContext().TraceState().String())
	require.Equal(t, server.SpanContext().SpanID(), child.Parent().SpanID())
	require.Equal(t, map[string]any{"http.request.method": "GET", "http.route": "/traced/{id}", "http.response.status_code": int64(204), "url.scheme": "http"}, attributes(server))
	require.Equal(t, "00-"+traceID+"-"+server.SpanContext().SpanID().String()+"-01", resp.Header.Get("Traceparent"))
}

func TestFailuresStandOnTheirSpans(t *testing.T) {
	provider, spans := recorder(t)
	k, l := newKit(t, func(o *httpkit.Options) { o.TracerProvider = provider })
	addr := "http://" + start(t, k)
	for path, want := range map[string]struct {
		name, code string
		status     codes.Code
	}{
		"/typed/plain":  {"GET /typed/plain", "INTERNAL_ERROR", codes.Error},
		"/raw/panic":    {"GET /raw/panic", "INTERNAL_ERROR", codes.Error},
		"/typed/fault":  {"GET /typed/fault", "DUPLICATE", codes.Unset},
		"/private/path": {"GET", "NOT_FOUND", codes.Unset},
	} {
		spans.Reset()
		resp, _ := fetch(t, "GET", addr+path, "")
		line := l.byRequest(t, resp.Header.Get("X-Request-ID"))
		require.Len(t, spans.Ended(), 1)
		s := spans.Ended()[0]
		require.Equal(t, want.name, s.Name())
		require.Equal(t, want.status, s.Status().Code, path)
		require.Equal(t, want.code, attributes(s)["error.type"])
		require.Equal(t, s.SpanContext().TraceID().String(), line["trace_id"])
		require.Empty(t, s.Events())
		require.NotContains(t, s.Status().Description, secret)
	}
}

func TestAnUnsampledTraceIsPassedOnAsSuch(t *testing.T) {
	provider, spans := recorder(t)
	k, _ := newKit(t, func(o *httpkit.Options) { o.TracerProvider = provider })
	resp, _ := fetch(t, "GET", "http://"+start(t, k)+"/health", "", "Traceparent", "00-"+traceID+"-"+spanID+"-00")
	require.Regexp(t, "^00-"+traceID+"-[0-9a-f]{16}-00$", resp.Header.Get("Traceparent"))
	require.Empty(t, spans.Ended())
}
