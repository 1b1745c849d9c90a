package redistrace_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/redistrace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "9876543210"

// open gives a client of a server in this process and what records its spans.
func open(t *testing.T) (*redis.Client, *tracetest.SpanRecorder, trace.Tracer) {
	client := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr(), MaxRetries: -1})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	client.AddHook(redistrace.New(provider))
	require.NoError(t, client.Ping(context.Background()).Err())
	return client, recorder, provider.Tracer("test")
}

// last gives the span that ended last and its attributes, and holds that none of all tells the secret.
func last(t *testing.T, r *tracetest.SpanRecorder) (sdktrace.ReadOnlySpan, map[string]any) {
	var span sdktrace.ReadOnlySpan
	var attrs map[string]any
	for _, span = range r.Ended() {
		attrs = make(map[string]any)
		for _, a := range span.Attributes() {
			attrs[string(a.Key)] = a.Value.AsInterface()
		}
		require.Equal(t, "redis", attrs["db.system.name"])
		require.NotContains(t, fmt.Sprint(span.Name(), attrs, span.Events(), span.Status()), secret)
	}
	return span, attrs
}

func TestCommands(t *testing.T) {
	client, recorder, tracer := open(t)
	connect := recorder.Ended()[0]
	require.Equal(t, "connect", connect.Name())
	ctx, parent := tracer.Start(context.Background(), "request")

	require.NoError(t, client.Set(ctx, "user:"+secret, secret, time.Minute).Err())
	span, attrs := last(t, recorder)
	require.Equal(t, "SET", span.Name())
	require.Equal(t, map[string]any{"db.system.name": "redis", "db.operation.name": "SET"}, attrs)
	require.Equal(t, parent.SpanContext().SpanID(), span.Parent().SpanID())
	require.Equal(t, trace.SpanKindClient, span.SpanKind())

	require.ErrorIs(t, client.Get(ctx, "nobody").Err(), redis.Nil)
	span, _ = last(t, recorder)
	require.Equal(t, codes.Unset, span.Status().Code, "no such key is an answer")

	require.Error(t, client.LPush(ctx, "user:"+secret, secret).Err())
	span, attrs = last(t, recorder)
	require.Equal(t, codes.Error, span.Status().Code)
	require.Equal(t, "WRONGTYPE", attrs["db.response.status_code"])

	require.Error(t, client.Do(ctx, "user "+secret, "x").Err())
	span, _ = last(t, recorder)
	require.Equal(t, "OTHER", span.Name(), "what is sent as a command need not be one")
}

func TestPipelines(t *testing.T) {
	client, recorder, _ := open(t)
	ctx := context.Background()
	_, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.Set(ctx, secret, 1, 0)
		p.Set(ctx, "b", 2, 0)
		return nil
	})
	require.NoError(t, err)
	span, attrs := last(t, recorder)
	require.Equal(t, "PIPELINE SET", span.Name())
	require.EqualValues(t, 2, attrs["db.operation.batch.size"])

	_, err = client.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.Get(ctx, "nobody")
		p.LPush(ctx, secret, 1)
		return nil
	})
	require.ErrorIs(t, err, redis.Nil)
	span, attrs = last(t, recorder)
	require.Equal(t, "PIPELINE", span.Name())
	require.Equal(t, codes.Error, span.Status().Code, "a missing key hides no error")
	require.Equal(t, "WRONGTYPE", attrs["error.type"])

	_, err = client.TxPipelined(ctx, func(p redis.Pipeliner) error { return p.Get(ctx, "nobody").Err() })
	require.ErrorIs(t, err, redis.Nil)
	span, _ = last(t, recorder)
	require.Equal(t, codes.Unset, span.Status().Code)
}

func TestServerThatIsNotThere(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, Dialer: func(context.Context, string, string) (net.Conn, error) {
		return nil, fmt.Errorf("cannot reach %s: %w", secret, errors.ErrUnsupported)
	}})
	defer func() { require.NoError(t, client.Close()) }()
	client.AddHook(redistrace.New(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))))
	require.Error(t, client.Ping(context.Background()).Err())
	connect := recorder.Ended()[0]
	require.Equal(t, "connect", connect.Name())
	require.Contains(t, fmt.Sprint(connect.Attributes()), "127.0.0.1")
	span, attrs := last(t, recorder)
	require.Equal(t, "PING", span.Name())
	require.Equal(t, "*errors.errorString", attrs["error.type"])
}

// A command leaves a span with its name.
func Example() {
	server := miniredis.NewMiniRedis()
	if err := server.Start(); err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer func() { _ = client.Close() }()

	recorder := tracetest.NewSpanRecorder()
	client.AddHook(redistrace.New(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))))
	_ = client.Incr(context.Background(), "visits").Err()

	spans := recorder.Ended()
	fmt.Println(spans[len(spans)-1].Name())
	// Output: INCR
}
