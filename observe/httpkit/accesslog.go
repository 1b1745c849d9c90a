package httpkit

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// logLine writes the request's one line: what was asked, how it was answered
// and, where something failed, the inner cause. It holds the route's pattern
// and never the path or the query, which can be somebody's question.
func (k *Kit) logLine(res *response, took time.Duration, aborted bool) {
	ctx := res.req.Context()
	level, message := slog.LevelInfo, "request served"
	gone := errors.Is(ctx.Err(), context.Canceled)
	switch {
	case res.panicked != nil:
		level, message = slog.LevelError, "request panicked"
	case aborted:
		level, message = slog.LevelWarn, "request aborted"
	case gone && (res.cause != nil || res.status >= 500):
		message = "client left"
	case res.status >= 500:
		level, message = slog.LevelError, "request failed"
	case res.code != "" && res.status < 400:
		level, message = slog.LevelError, "request failed after its answer began"
	case res.status >= 400:
		message = "request refused"
	}
	if !k.log.Enabled(ctx, level) {
		return
	}
	var room [12]slog.Attr
	attrs := append(room[:0],
		slog.String("method", methodLabel(res.req.Method)),
		slog.String("endpoint", endpoint(res.req.Pattern)),
		slog.Int("status", res.status),
		slog.Float64("duration_ms", float64(took.Microseconds())/1000),
		slog.Int64("request_bytes", res.received()),
		slog.Int64("response_bytes", res.written))
	if res.code != "" {
		attrs = append(attrs, slog.String("code", string(res.code)))
	}
	if res.cause != nil {
		attrs = append(attrs, slog.String("error", res.cause.Error()))
	}
	if res.panicked != nil {
		attrs = append(attrs, slog.Any("panic", res.panicked), slog.String("stack", string(res.stack)))
	}
	k.log.LogAttrs(ctx, level, message, attrs...)
}
