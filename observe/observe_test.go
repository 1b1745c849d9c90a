package observe_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/slogtest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/pii"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// one logs with f and gives the line.
func one(t *testing.T, f func(l *slog.Logger)) map[string]any {
	t.Helper()
	var buf bytes.Buffer
	f(observe.NewLogger(&buf, &observe.LogOptions{Service: "svc", Level: slog.LevelDebug}))
	require.Equal(t, 1, strings.Count(buf.String(), "\n"), buf.String())
	var m map[string]any
	require.NoError(t, json.Unmarshal(buf.Bytes(), &m), buf.String())
	return m
}

func TestLineHasTheContractsShape(t *testing.T) {
	ctx := observe.WithTraceID(observe.WithRequestID(context.Background(), "rid"), "tid")
	m := one(t, func(l *slog.Logger) {
		observe.Named(l, "index").InfoContext(ctx, "done", "count", 3, "took", 1500*time.Millisecond, "ok", true)
	})
	at, err := time.Parse("2006-01-02T15:04:05.000Z", m["timestamp"].(string))
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), at, time.Minute)
	delete(m, "timestamp")
	require.Equal(t, map[string]any{"level": "INFO", "service": "svc", "request_id": "rid", "trace_id": "tid", "message": "done",
		"logger": "index", "extra": map[string]any{"count": 3.0, "took": 1.5, "ok": true}}, m)
	require.Equal(t, "rid", observe.RequestID(ctx))
	require.Empty(t, observe.RequestID(context.Background()))
}

func TestLevelsHaveTheContractsNames(t *testing.T) {
	for level, name := range map[slog.Level]string{slog.LevelDebug: "DEBUG", slog.LevelInfo: "INFO", slog.LevelInfo + 1: "INFO",
		slog.LevelWarn: "WARNING", slog.LevelError: "ERROR", observe.LevelCritical: "CRITICAL"} {
		m := one(t, func(l *slog.Logger) { l.Log(context.Background(), level, "x") })
		require.Equal(t, name, m["level"])
		got, ok := observe.ParseLevel(strings.ToLower(name))
		require.True(t, ok)
		require.GreaterOrEqual(t, level, got)
	}
	_, ok := observe.ParseLevel("loud")
	require.False(t, ok)
}

func TestLevelChangesWhileTheProgramRuns(t *testing.T) {
	var buf bytes.Buffer
	var level slog.LevelVar
	log := observe.NewLogger(&buf, &observe.LogOptions{Level: &level}).With("a", 1)
	log.Debug("hidden")
	require.Empty(t, buf.String())
	level.Set(slog.LevelDebug)
	log.Debug("shown")
	require.Contains(t, buf.String(), "shown")
}

// TestHandlerKeepsSlogsRules runs the suite of the standard library, on lines
// whose extra is lifted to where it looks for attributes.
func TestHandlerKeepsSlogsRules(t *testing.T) {
	var buf bytes.Buffer
	slogtest.Run(t, func(t *testing.T) slog.Handler {
		buf.Reset()
		return observe.NewLogger(&buf, nil).Handler()
	}, func(t *testing.T) map[string]any {
		var line map[string]any
		require.NoError(t, json.Unmarshal(buf.Bytes(), &line), buf.String())
		out, _ := line["extra"].(map[string]any)
		out[slog.LevelKey], out[slog.MessageKey] = line["level"], line["message"]
		if !strings.Contains(t.Name(), "zero-time") { // a line always has its time: the contract's
			out[slog.TimeKey] = line["timestamp"]
		}
		return out
	})
}

type panicky struct{}

func (panicky) MarshalJSON() ([]byte, error) { panic("no") }

func TestNoValueBreaksALine(t *testing.T) {
	for name, v := range map[string]any{
		"nil": nil, "error": errors.New("a\nb"), "nan": math.NaN(), "inf": math.Inf(-1), "chan": make(chan int),
		"func": func() {}, "panics": panicky{}, "map": map[string]any{"a": []int{1}}, "bytes": []byte{0xff, 0},
		"utf8": "\xff\xfe", "newline": "x\n{\"level\":\"ERROR\"}", "separators": "\u2028\u2029\u0085\x7f",
		"time": time.Unix(0, 0), "uint": uint64(math.MaxUint64), "nil error": error(nil),
	} {
		m := one(t, func(l *slog.Logger) { l.Info("m\r\n"+name, "key\n", v) })
		require.Contains(t, m["extra"], "key\n", name)
	}
	m := one(t, func(l *slog.Logger) { l.Info("x", "e", errors.New("boom"), "d", 90*time.Second, "t", time.Unix(0, 0)) })
	require.Equal(t, map[string]any{"e": "boom", "d": 90.0, "t": "1970-01-01T00:00:00.000Z"}, m["extra"])
}

func TestLoggerNameIsTheLinesAndNotAGroups(t *testing.T) {
	m := one(t, func(l *slog.Logger) { observe.Named(l, "a").WithGroup("g").Info("x", "logger", "inner") })
	require.Equal(t, "a", m["logger"])
	require.Equal(t, map[string]any{"g": map[string]any{"logger": "inner"}}, m["extra"])
	m = one(t, func(l *slog.Logger) { observe.Named(l, "a").Info("x", "logger", "b") })
	require.Equal(t, "b", m["logger"])
}

func TestConcurrentLinesStayWhole(t *testing.T) {
	var buf bytes.Buffer
	log := observe.NewLogger(&buf, nil)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			l := log.With("who", "x").WithGroup("g")
			for i := range 200 {
				l.Info("line", "i", i, "text", strings.Repeat("y", i))
			}
		})
	}
	wg.Wait()
	n := 0
	for line := range strings.Lines(buf.String()) {
		require.True(t, json.Valid([]byte(line)))
		n++
	}
	require.Equal(t, 1600, n)
}

func FuzzLogLine(f *testing.F) {
	f.Add("message", "key", "value")
	f.Add("\xff\n", "\"", "\u2028\x00")
	f.Fuzz(func(t *testing.T, msg, key, value string) {
		var buf bytes.Buffer
		observe.NewLogger(&buf, nil).Info(msg, slog.String(key, value), slog.Group(key, slog.String(value, msg)))
		require.True(t, json.Valid(buf.Bytes()), buf.String())
		require.Equal(t, 1, bytes.Count(buf.Bytes(), []byte("\n")))
	})
}

func BenchmarkLine(b *testing.B) {
	ctx := observe.WithRequestID(context.Background(), "0b6c3c5e-7f5e-4a53-9d0b-0c3a6a2f1d11")
	run := func(log *slog.Logger) func(b *testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				log.LogAttrs(ctx, slog.LevelInfo, "request served", slog.String("method", "POST"), slog.Int("status", 200),
					slog.String("endpoint", "/api/v1/chat"), slog.Float64("duration_ms", 12.25), slog.Bool("cached", false))
			}
		}
	}
	b.Run("observe", run(observe.NewLogger(io.Discard, &observe.LogOptions{Service: "bench"})))
	b.Run("observe masked", run(observe.NewLogger(io.Discard, &observe.LogOptions{Service: "bench", Mask: pii.New(nil)})))
	b.Run("observe masked and sampled", run(observe.NewLogger(io.Discard, &observe.LogOptions{Service: "bench", Mask: pii.New(nil), Burst: 1 << 30})))
	b.Run("slog.JSONHandler", run(slog.New(slog.NewJSONHandler(io.Discard, nil))))
}
