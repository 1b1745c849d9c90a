// Package health tells an orchestrator, a load balancer and a person whether a
// service can do its work: named checks, run side by side, each under its own
// time limit, answered in the contract's body.
//
//	m := health.New(&health.Options{Service: "rag-service", Version: "1.0.0"})
//	m.Add("store", store.Ping, nil)
//	m.Add("cache", cache.Ping, &health.CheckOptions{Optional: true})
//	mux.Handle("GET /health", m)
//
// GET /health answers 200 when every check that is not optional passes and 503
// otherwise. The query ?probe=live asks only whether the process answers at all
// (no check is run: a dead database is no reason to restart the process),
// ?probe=ready whether to send traffic, ?probe=startup whether every necessary
// check has passed once since the start.
package health

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
)

// Status is what a check, or the whole, comes to.
type Status string

// The two statuses of the contract.
const (
	Healthy   Status = "healthy"
	Unhealthy Status = "unhealthy"
)

const (
	// DefaultTimeout is a check's time limit when it names none.
	DefaultTimeout = time.Second
	// DefaultCacheFor is how long results are used again.
	DefaultCacheFor = time.Second
)

// Checker is the optional interface of a store, a cache or a client that can
// say whether it works. It returns nil when it does. The error's text is for
// the log: a caller of /health sees the message of a fault.Error, "timeout", or
// "check failed".
type Checker interface {
	CheckHealth(ctx context.Context) error
}

// Options says what the report names and how long results live. The zero value
// is useful.
type Options struct {
	Service string
	Version string
	// CacheFor is how long results answer further probes, so that a storm of
	// them costs nothing: 0 means DefaultCacheFor, below 0 no caching.
	CacheFor time.Duration
	// Logger hears when a check changes between healthy and unhealthy, with the
	// inner error. Nil means silence.
	Logger *slog.Logger
}

// CheckOptions says how a check counts. Nil means: necessary, DefaultTimeout.
type CheckOptions struct {
	// Optional checks are shown but do not make the service unhealthy.
	Optional bool
	// Timeout is the check's time limit; 0 means DefaultTimeout.
	Timeout time.Duration
	// Detail says what the part is, such as which model answers, whether it works or
	// not: a safe sentence, or "". It is asked after the check, within its limit: a run
	// that outlasts that says nothing. Nil says nothing.
	Detail func(ctx context.Context) string
}

// Result is one check's part of a report.
type Result struct {
	Status    Status  `json:"status"`
	LatencyMS float64 `json:"latency_ms"`
	// Critical is false, and only then written, when the check is optional.
	Critical *bool `json:"critical,omitempty"`
	// Error is a safe sentence, without addresses or inner detail.
	Error string `json:"error,omitempty"`
	// Detail is what the part says of itself.
	Detail string `json:"detail,omitempty"`
	// LastHealthy is when the check last passed, if it fails now.
	LastHealthy *time.Time `json:"last_healthy,omitempty"`
}

// Report is the contract's body.
type Report struct {
	Status        Status            `json:"status"`
	Checks        map[string]Result `json:"checks"`
	Service       string            `json:"service"`
	Version       string            `json:"version"`
	UptimeSeconds float64           `json:"uptime_seconds"`
	Timestamp     time.Time         `json:"timestamp"`
}

// Monitor runs the checks of one service. Its methods may be called by many
// goroutines at once.
type Monitor struct {
	opts  Options
	start time.Time

	turn chan struct{} // holds one token: who has it may run the checks

	mu       sync.Mutex
	checks   []*check
	results  map[string]Result // of the last round
	ran      time.Time         // when the last round ended; zero: never
	started  bool              // every necessary check has passed at once
	draining bool
}

// New makes a Monitor without checks: it is healthy. opts may be nil.
func New(opts *Options) *Monitor {
	m := &Monitor{start: time.Now(), turn: make(chan struct{}, 1)}
	if opts != nil {
		m.opts = *opts
	}
	if m.opts.CacheFor == 0 {
		m.opts.CacheFor = DefaultCacheFor
	}
	if m.opts.Logger == nil {
		m.opts.Logger = slog.New(slog.DiscardHandler)
	}
	return m
}

// Add names a check. run returns nil when the part works; it should give up
// when its context ends. A run that panics counts as failed. A run that ignores
// its context is reported as failed at its time limit and left alone: it is not
// started a second time until it has returned, so that each check has at most
// one goroutine. Adding a name again replaces the check. opts may be nil.
func (m *Monitor) Add(name string, run func(context.Context) error, opts *CheckOptions) {
	c := &check{name: name, run: run}
	if opts != nil {
		c.opts = *opts
	}
	if c.opts.Timeout <= 0 {
		c.opts.Timeout = DefaultTimeout
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ran = time.Time{}
	for i := range m.checks {
		if m.checks[i].name == name {
			m.checks[i] = c
			return
		}
	}
	m.checks = append(m.checks, c)
}

// AddChecker is Add for a part that implements [Checker].
func (m *Monitor) AddChecker(name string, part Checker, opts *CheckOptions) {
	m.Add(name, part.CheckHealth, opts)
}

// Drain makes the service unhealthy from now on, whatever the checks say, so
// that a load balancer stops sending requests to a service that is about to
// stop. The live probe still passes.
func (m *Monitor) Drain() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.draining = true
}

// Report runs the checks, or uses the results of the last round when they are
// fresh, and says how the service is. At most one round runs at a time; who
// comes meanwhile gets its results. When ctx ends first, the report is built
// from the last round.
func (m *Monitor) Report(ctx context.Context) *Report {
	if !m.fresh() {
		select {
		case m.turn <- struct{}{}:
			if !m.fresh() { // somebody else's round may have ended just now
				m.round()
			}
			<-m.turn
		case <-ctx.Done():
		}
	}
	return m.report()
}

func (m *Monitor) fresh() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !m.ran.IsZero() && time.Since(m.ran) < m.opts.CacheFor
}

// round runs every check side by side. It does not use the asker's context: a
// probe that hangs up must not make its part look broken to the next one.
func (m *Monitor) round() {
	m.mu.Lock()
	checks := append([]*check(nil), m.checks...)
	m.mu.Unlock()
	got := make([]Result, len(checks))
	var wg sync.WaitGroup
	for i, c := range checks {
		wg.Go(func() { got[i] = c.result(m.opts.Logger) })
	}
	wg.Wait()

	m.mu.Lock()
	defer m.mu.Unlock()
	m.results = make(map[string]Result, len(checks))
	for i, c := range checks {
		m.results[c.name] = got[i]
	}
	m.ran = time.Now()
	if !m.started && m.necessaryPass() {
		m.started = true
	}
}

// necessaryPass tells whether every check that is not optional passed in the
// last round, which has to have been run. m.mu is held.
func (m *Monitor) necessaryPass() bool {
	for _, c := range m.checks {
		if !c.opts.Optional && m.results[c.name].Status != Healthy {
			return false
		}
	}
	return true
}

func (m *Monitor) report() *Report {
	m.mu.Lock()
	defer m.mu.Unlock()
	rep := m.bare(Unhealthy)
	for _, c := range m.checks {
		res, ok := m.results[c.name]
		if !ok {
			res = Result{Status: Unhealthy, Error: "not checked yet"}
		}
		rep.Checks[c.name] = res
	}
	if !m.draining && m.necessaryPass() {
		rep.Status = Healthy
	}
	return rep
}

// bare gives a report without checks.
func (m *Monitor) bare(s Status) *Report {
	now := time.Now()
	return &Report{
		Status:        s,
		Checks:        make(map[string]Result, len(m.checks)),
		Service:       m.opts.Service,
		Version:       m.opts.Version,
		UptimeSeconds: float64(now.Sub(m.start).Milliseconds()) / 1000,
		Timestamp:     now.UTC().Truncate(time.Millisecond),
	}
}

// sentence gives what a stranger may read about a failed check.
func sentence(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Message
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "timeout"
	}
	return "check failed"
}

// panicError is what a check that panicked comes to.
type panicError struct{ value any }

func (e *panicError) Error() string { return fmt.Sprintf("health: the check panicked: %v", e.value) }
