// Package redistrace records a span for each command that go-redis sends:
//
//	client.AddHook(redistrace.New(tel.TracerProvider))
//
// A span names the command and the kind of error, by OpenTelemetry's conventions
// for databases. It never holds a key, a value or an error's text: those can be
// what users wrote.
package redistrace

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// name names this package to a TracerProvider.
const name = "github.com/akshara-go/akshara/observe/redistrace"

// maxCommand is longer than any command's name is.
const maxCommand = 24

var system = attribute.String("db.system.name", "redis")

// Hook is a redis.Hook. It may serve several clients.
type Hook struct{ tracer trace.Tracer }

var _ redis.Hook = (*Hook)(nil)

// New gives the hook that records with provider; with nil it records nothing.
func New(provider trace.TracerProvider) *Hook {
	if provider == nil {
		provider = noop.NewTracerProvider()
	}
	return &Hook{provider.Tracer(name)}
}

// DialHook records a span "connect" with the server's address.
func (h *Hook) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		ctx, span := h.start(ctx, "connect", system, attribute.String("network.transport", network))
		host, port, err := net.SplitHostPort(addr)
		if n, perr := strconv.Atoi(port); err == nil && perr == nil {
			span.SetAttributes(attribute.String("server.address", host), attribute.Int("server.port", n))
		}
		conn, err := next(ctx, network, addr)
		end(span, err)
		return conn, err
	}
}

// ProcessHook records a span with the command's name.
func (h *Hook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		operation := command(cmd)
		ctx, span := h.start(ctx, operation, system, attribute.String("db.operation.name", operation))
		err := next(ctx, cmd)
		end(span, err)
		return err
	}
}

// ProcessPipelineHook records one span for the commands of a pipeline or a
// transaction: PIPELINE, with the commands' name when they are of one kind.
func (h *Hook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		operation := "PIPELINE"
		if one := common(cmds); one != "" {
			operation += " " + one
		}
		ctx, span := h.start(ctx, operation, system, attribute.String("db.operation.name", operation),
			attribute.Int("db.operation.batch.size", len(cmds)))
		err := next(ctx, cmds)
		worst := err
		for i := 0; errors.Is(worst, redis.Nil) && i < len(cmds); i++ { // a missing key must not hide an error behind it
			if e := cmds[i].Err(); e != nil {
				worst = e
			}
		}
		end(span, worst)
		return err
	}
}

func (h *Hook) start(ctx context.Context, operation string, attrs ...attribute.KeyValue) (context.Context, trace.Span) {
	return h.tracer.Start(ctx, operation, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attrs...))
}

func end(span trace.Span, err error) {
	if err != nil && !errors.Is(err, redis.Nil) { // redis.Nil: no such key, which is an answer
		span.SetStatus(codes.Error, "")
		span.SetAttributes(failure(err)...)
	}
	span.End()
}

// failure describes an error by its kind: the server's code, such as WRONGTYPE, or the Go type.
func failure(err error) []attribute.KeyValue {
	var answered redis.Error
	if errors.As(err, &answered) {
		code, _, _ := strings.Cut(answered.Error(), " ")
		if isWord(code) && code == strings.ToUpper(code) {
			return []attribute.KeyValue{attribute.String("error.type", code), attribute.String("db.response.status_code", code)}
		}
	}
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return []attribute.KeyValue{attribute.String("error.type", fmt.Sprintf("%T", err))}
}

// command gives a command's name in capitals; what cannot be one, since the
// caller of Do may send anything, is OTHER.
func command(cmd redis.Cmder) string {
	if n := cmd.Name(); isWord(n) {
		return strings.ToUpper(n)
	}
	return "OTHER"
}

func isWord(s string) bool {
	letter := func(r rune) bool { return 'a' <= r|0x20 && r|0x20 <= 'z' || r == '.' || r == '_' || r == '-' }
	return s != "" && len(s) <= maxCommand && strings.IndexFunc(s, func(r rune) bool { return !letter(r) }) < 0
}

// common gives the name that all commands have, or "".
func common(cmds []redis.Cmder) string {
	for _, c := range cmds {
		if command(c) != command(cmds[0]) {
			return ""
		}
	}
	if len(cmds) == 0 {
		return ""
	}
	return command(cmds[0])
}
