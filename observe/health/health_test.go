package health_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/health"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "dial tcp 10.0.0.7: password pw"

func ok(context.Context) error { return nil }

// ask gives the answer to GET /health.
func ask(t *testing.T, m *health.Monitor, query string) (int, map[string]any) {
	t.Helper()
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/health"+query, nil))
	var body map[string]any
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &body), w.Body.String())
	require.NotContains(t, w.Body.String(), "10.0.0.7")
	return w.Code, body
}

func TestBodyIsTheContracts(t *testing.T) {
	m := health.New(&health.Options{Service: "rag-service", Version: "1.0.0"})
	m.Add("postgres", ok, nil)
	m.Add("redis", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
		&health.CheckOptions{Optional: true, Timeout: 20 * time.Millisecond})
	status, body := ask(t, m, "")
	require.Equal(t, 200, status, "an optional check does not make the service unhealthy")
	require.Equal(t, "healthy", body["status"])
	require.Equal(t, "rag-service", body["service"])
	require.Equal(t, "1.0.0", body["version"])
	require.GreaterOrEqual(t, body["uptime_seconds"], 0.0)
	at, err := time.Parse(time.RFC3339, body["timestamp"].(string))
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), at, time.Minute)
	require.Equal(t, time.UTC, at.Location())
	checks := body["checks"].(map[string]any)
	redis := checks["redis"].(map[string]any)
	require.GreaterOrEqual(t, redis["latency_ms"], 20.0)
	delete(redis, "latency_ms")
	require.Equal(t, map[string]any{"status": "unhealthy", "critical": false, "error": "timeout"}, redis)
	postgres := checks["postgres"].(map[string]any)
	delete(postgres, "latency_ms")
	require.Equal(t, map[string]any{"status": "healthy"}, postgres)
}

func TestFailuresShowASafeSentenceAndLogTheCause(t *testing.T) {
	var log bytes.Buffer
	m := health.New(&health.Options{Logger: observe.NewLogger(&log, nil)})
	m.Add("plain", func(context.Context) error { return errors.New(secret) }, nil)
	m.Add("fault", func(context.Context) error {
		return fault.Wrap(errors.New(secret), fault.ServiceUnavailable, "the index is closed", nil)
	}, nil)
	m.Add("panics", func(context.Context) error { panic(secret) }, nil)
	status, body := ask(t, m, "")
	require.Equal(t, 503, status)
	checks := body["checks"].(map[string]any)
	require.Equal(t, "check failed", checks["plain"].(map[string]any)["error"])
	require.Equal(t, "the index is closed", checks["fault"].(map[string]any)["error"])
	require.Equal(t, "check failed", checks["panics"].(map[string]any)["error"])
	require.Equal(t, 3, bytes.Count(log.Bytes(), []byte("10.0.0.7")), "each cause is in the log once")
	require.NotEqual(t, true, checks["plain"].(map[string]any)["critical"])
}

func TestChecksRunSideBySide(t *testing.T) {
	m := health.New(nil)
	var both sync.WaitGroup
	both.Add(2)
	meet := func(ctx context.Context) error { both.Done(); both.Wait(); return ctx.Err() }
	m.Add("a", meet, nil)
	m.Add("b", meet, nil)
	require.Equal(t, health.Healthy, m.Report(context.Background()).Status)
}

func TestAProbeStormRunsOneRound(t *testing.T) {
	m := health.New(nil)
	var runs atomic.Int64
	m.Add("slow", func(context.Context) error { runs.Add(1); time.Sleep(30 * time.Millisecond); return nil }, nil)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if m.Report(context.Background()).Status != health.Healthy {
				t.Error("unhealthy")
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, runs.Load())
}

func TestResultsAreUsedAgainForALittleWhile(t *testing.T) {
	m := health.New(&health.Options{CacheFor: 50 * time.Millisecond})
	var runs atomic.Int64
	m.Add("count", func(context.Context) error { runs.Add(1); return nil }, nil)
	m.Report(context.Background())
	m.Report(context.Background())
	require.EqualValues(t, 1, runs.Load())
	time.Sleep(60 * time.Millisecond)
	m.Report(context.Background())
	require.EqualValues(t, 2, runs.Load())
}

func TestACheckThatNeverReturnsHoldsOneGoroutine(t *testing.T) {
	m := health.New(&health.Options{CacheFor: -1})
	release := make(chan struct{})
	var runs atomic.Int64
	m.Add("stuck", func(context.Context) error { runs.Add(1); <-release; return nil }, &health.CheckOptions{Timeout: 10 * time.Millisecond})
	for range 5 {
		rep := m.Report(context.Background())
		require.Equal(t, health.Unhealthy, rep.Status)
		require.Equal(t, "timeout", rep.Checks["stuck"].Error)
	}
	require.EqualValues(t, 1, runs.Load())
	close(release)
	require.Eventually(t, func() bool { return m.Report(context.Background()).Status == health.Healthy }, time.Second, time.Millisecond)
}

func TestAnAskerWhoLeavesDoesNotWaitNorSpoilTheRound(t *testing.T) {
	m := health.New(nil)
	started, release := make(chan struct{}), make(chan struct{})
	m.Add("slow", func(ctx context.Context) error { close(started); <-release; return ctx.Err() }, nil)
	first := make(chan *health.Report)
	go func() { first <- m.Report(context.Background()) }()
	<-started
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	rep := m.Report(gone)
	require.Equal(t, "not checked yet", rep.Checks["slow"].Error)
	close(release)
	require.Equal(t, health.Healthy, (<-first).Status)
}

func TestProbesAreToldApart(t *testing.T) {
	m := health.New(&health.Options{CacheFor: -1})
	var up atomic.Bool
	m.Add("store", func(context.Context) error {
		if up.Load() {
			return nil
		}
		return errors.New("starting")
	}, nil)
	want := func(live, ready, startup int) {
		t.Helper()
		for query, code := range map[string]int{"?probe=live": live, "?probe=ready": ready, "": ready, "?probe=startup": startup} {
			got, _ := ask(t, m, query)
			require.Equal(t, code, got, query)
		}
	}
	want(200, 503, 503)
	up.Store(true)
	want(200, 200, 200)
	up.Store(false)
	want(200, 503, 200) // started once is started
	_, body := ask(t, m, "")
	require.Contains(t, body["checks"].(map[string]any)["store"], "last_healthy")
	up.Store(true)
	m.Drain()
	want(200, 503, 200)

	code, body := ask(t, m, "?probe=dead")
	require.Equal(t, 400, code)
	require.Equal(t, "INVALID_REQUEST", body["error"].(map[string]any)["code"])
}

type part struct{ err error }

func (p part) CheckHealth(context.Context) error { return p.err }

func TestAddingANameAgainReplacesTheCheck(t *testing.T) {
	m := health.New(nil)
	m.AddChecker("part", part{errors.New("x")}, nil)
	require.Equal(t, health.Unhealthy, m.Report(context.Background()).Status)
	m.AddChecker("part", part{}, nil)
	rep := m.Report(context.Background())
	require.Equal(t, health.Healthy, rep.Status, "a new check is not answered from the cache")
	require.Len(t, rep.Checks, 1)
}

func TestOnlyChangesAreLogged(t *testing.T) {
	var log bytes.Buffer
	m := health.New(&health.Options{CacheFor: -1, Logger: observe.NewLogger(&log, nil)})
	var err error
	m.Add("flaky", func(context.Context) error { return err }, nil)
	for _, e := range []error{nil, nil, errors.New("x"), errors.New("x"), nil} {
		err = e
		m.Report(context.Background())
	}
	require.Equal(t, 1, bytes.Count(log.Bytes(), []byte("health check fails")))
	require.Equal(t, 1, bytes.Count(log.Bytes(), []byte("health check passes")))
}

func BenchmarkCachedReport(b *testing.B) {
	m := health.New(&health.Options{CacheFor: time.Hour})
	m.Add("a", ok, nil)
	m.Add("b", ok, nil)
	b.ReportAllocs()
	for b.Loop() {
		m.Report(context.Background())
	}
}

func TestAPartSaysWhatItIs(t *testing.T) {
	m := health.New(&health.Options{CacheFor: -1})
	model := "small"
	var broken error
	m.Add("index", func(context.Context) error { return broken }, &health.CheckOptions{Optional: true, Detail: func(context.Context) string { return model }})
	m.Add("store", func(context.Context) error { return nil }, nil)
	rep := m.Report(t.Context())
	require.Equal(t, "small", rep.Checks["index"].Detail)
	require.Empty(t, rep.Checks["store"].Detail)
	model, broken = "large", errors.New("no")
	require.Equal(t, "large", m.Report(t.Context()).Checks["index"].Detail, "also of a check that fails")
}

func TestARunThatIsCutOffSaysNothing(t *testing.T) {
	m := health.New(&health.Options{CacheFor: -1})
	hang, release := false, make(chan struct{})
	m.Add("index", func(context.Context) error {
		if hang {
			<-release
		}
		return nil
	}, &health.CheckOptions{Timeout: 20 * time.Millisecond, Detail: func(context.Context) string { return "small" }})
	require.Equal(t, "small", m.Report(t.Context()).Checks["index"].Detail)
	hang = true
	for range 2 { // the second finds the first still under way
		rep := m.Report(t.Context())
		require.Equal(t, "timeout", rep.Checks["index"].Error)
		require.Empty(t, rep.Checks["index"].Detail, "what an earlier run said may be so no more")
	}
	close(release)
}
