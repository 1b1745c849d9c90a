package observe_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe"
)

// lines decodes what was logged into "LEVEL logger message suppressed".
func lines(t *testing.T, log string) []string {
	t.Helper()
	var out []string
	for l := range strings.Lines(log) {
		var m struct {
			Level, Logger, Message string
			Extra                  map[string]any
		}
		require.NoError(t, json.Unmarshal([]byte(l), &m), l)
		out = append(out, fmt.Sprintf("%s %s %s %v", m.Level, m.Logger, m.Message, m.Extra["suppressed"]))
	}
	return out
}

func TestFloodIsCutAndCountedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var buf bytes.Buffer
		log := observe.NewLogger(&buf, &observe.LogOptions{Burst: 2, ErrorBurst: 3})
		store, web := observe.Named(log, "store"), observe.Named(log, "web")
		for range 10 {
			store.Warn("slow", "n", 1)
			store.Error("slow")
		}
		web.Warn("slow")
		require.Equal(t, []string{
			"WARNING store slow <nil>", "ERROR store slow <nil>", "WARNING store slow <nil>", "ERROR store slow <nil>", "ERROR store slow <nil>",
			"WARNING web slow <nil>",
		}, lines(t, buf.String()))

		buf.Reset()
		time.Sleep(time.Second)
		web.Info("something else")
		require.ElementsMatch(t, []string{"WARNING store slow 8", "ERROR store slow 7", "INFO web something else <nil>"}, lines(t, buf.String()))

		buf.Reset()
		time.Sleep(time.Hour)
		store.Warn("slow")
		require.Equal(t, []string{"WARNING store slow <nil>"}, lines(t, buf.String()), "a flood is reported once")
	})
}

func TestErrorsHaveRoomForTenTimesAsMany(t *testing.T) {
	var buf bytes.Buffer
	log := observe.NewLogger(&buf, &observe.LogOptions{Burst: 1})
	now := time.Now()
	for range 50 {
		for _, level := range []slog.Level{slog.LevelInfo, slog.LevelError, observe.LevelCritical} {
			require.NoError(t, log.Handler().Handle(context.Background(), slog.NewRecord(now, level, "x", 0)))
		}
	}
	got := buf.String()
	require.Equal(t, 1, strings.Count(got, `"INFO"`))
	require.Equal(t, 10, strings.Count(got, `"ERROR"`))
	require.Equal(t, 10, strings.Count(got, `"CRITICAL"`))
}

// TestFloodOfManyKindsIsAFlood holds that memory and output stay bounded when every message differs.
func TestFloodOfManyKindsIsAFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var buf bytes.Buffer
		log := observe.NewLogger(&buf, &observe.LogOptions{Burst: 5})
		for i := range 5000 {
			log.Info(fmt.Sprint("message ", i))
		}
		require.Equal(t, 1024+5, strings.Count(buf.String(), "\n"))
		buf.Reset()
		time.Sleep(time.Second)
		log.Info("after")
		require.Equal(t, []string{"INFO  lines of many kinds 3971", "INFO  after <nil>"}, lines(t, buf.String()))
	})
}

func TestClockSetBackDoesNotSilence(t *testing.T) {
	var buf bytes.Buffer
	h := observe.NewLogger(&buf, &observe.LogOptions{Burst: 1}).Handler()
	now := time.Unix(1771929000, 0)
	for _, at := range []time.Time{now, now.Add(-time.Hour), now.Add(-time.Hour + time.Second)} {
		require.NoError(t, h.Handle(context.Background(), slog.NewRecord(at, slog.LevelInfo, "x", 0)))
	}
	require.Equal(t, 3, strings.Count(buf.String(), "\n"))
}

func TestWithoutBurstEveryLineIsWritten(t *testing.T) {
	var buf bytes.Buffer
	log := observe.NewLogger(&buf, nil)
	for range 5000 {
		log.Info("x")
	}
	require.Equal(t, 5000, strings.Count(buf.String(), "\n"))
}

func TestSamplingCountsEachLineOnceWhenManyWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var buf bytes.Buffer
		log := observe.NewLogger(&buf, &observe.LogOptions{Burst: 7})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 500 {
					log.Info("x")
				}
			})
		}
		wg.Wait()
		time.Sleep(time.Second)
		log.Info("x")
		require.Equal(t, 7+1+1, strings.Count(buf.String(), "\n"))
		require.Contains(t, buf.String(), `"suppressed":3993`)
	})
}

func BenchmarkSuppressedLine(b *testing.B) {
	log := observe.NewLogger(io.Discard, &observe.LogOptions{Burst: 1})
	b.ReportAllocs()
	for b.Loop() {
		log.LogAttrs(context.Background(), slog.LevelInfo, "request served", slog.Int("status", 200))
	}
}
