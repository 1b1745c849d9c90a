package health

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// errBusy is the failure of a check whose last run has not returned yet.
var errBusy = errors.New("health: the last run has not returned")

// check is one named check and what is known of it.
type check struct {
	name string
	run  func(context.Context) error
	opts CheckOptions

	mu          sync.Mutex
	busy        bool // a run is under way
	known       bool // a run has ended
	healthy     bool // how the last run ended
	lastHealthy time.Time
}

// result runs the check under its time limit.
func (c *check) result(log *slog.Logger) Result {
	begin := time.Now()
	detail, err := c.attempt()
	took := time.Since(begin)
	res := Result{Status: Healthy, LatencyMS: float64(took.Microseconds()) / 1000, Detail: detail}
	if c.opts.Optional {
		res.Critical = new(false)
	}
	if err != nil {
		res.Status, res.Error = Unhealthy, sentence(err)
	}
	changed, last := c.note(err == nil)
	if err != nil && !last.IsZero() {
		res.LastHealthy = new(last.UTC().Truncate(time.Millisecond))
	}
	switch {
	case changed && err != nil:
		log.Error("health check fails", "check", c.name, "error", err, "duration", took)
	case changed:
		log.Info("health check passes", "check", c.name, "duration", took)
	}
	return res
}

// outcome is what a run came to.
type outcome struct {
	detail string
	err    error
}

// attempt runs the check in a goroutine of its own and waits for it no longer
// than its time limit. A run that is cut off says nothing of itself.
func (c *check) attempt() (detail string, err error) {
	c.mu.Lock()
	if c.busy {
		c.mu.Unlock()
		return "", errors.Join(errBusy, context.DeadlineExceeded)
	}
	c.busy = true
	c.mu.Unlock()

	ctx, cancel := context.WithTimeout(context.Background(), c.opts.Timeout)
	defer cancel()
	done := make(chan outcome, 1)
	go func() {
		detail, err := c.guarded(ctx)
		c.mu.Lock()
		c.busy = false
		c.mu.Unlock()
		done <- outcome{detail, err}
	}()
	select {
	case o := <-done:
		return o.detail, o.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (c *check) guarded(ctx context.Context) (detail string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicError{value: p}
		}
	}()
	err = c.run(ctx)
	if c.opts.Detail != nil {
		detail = c.opts.Detail(ctx)
	}
	return detail, err
}

// note keeps how a run ended and tells whether that is news.
func (c *check) note(healthy bool) (changed bool, lastHealthy time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	changed = c.healthy != healthy || !c.known
	if changed && healthy && !c.known {
		changed = false // a check that passes at once is no news
	}
	c.known, c.healthy = true, healthy
	if healthy {
		c.lastHealthy = time.Now()
	}
	return changed, c.lastHealthy
}
