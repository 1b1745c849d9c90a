package llm

import (
	"context"
	"fmt"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
)

// TimeLimits are how long a model may take. 0 is no limit.
type TimeLimits struct {
	Whole time.Duration // until the response is whole; of a stream the reader's own time counts too
	First time.Duration // until a stream's first delta
}

// TimeLimit ends a generation that takes longer than limits: UPSTREAM_TIMEOUT. Nil
// limits are none.
func TimeLimit(m Model, limits *TimeLimits) Streamer {
	var l TimeLimits
	if limits != nil {
		l = *limits
	}
	return &wrapped{
		generate: func(ctx context.Context, req *Request) (*Response, error) {
			inner, cancel := l.context(ctx)
			defer cancel(nil)
			res, err := m.Generate(inner, req)
			if err != nil {
				return nil, limited(ctx, inner, err)
			}
			return res, nil
		},
		stream: func(ctx context.Context, req *Request, yield func(Delta, error) bool) {
			inner, cancel := l.context(ctx)
			defer cancel(nil)
			if l.First > 0 {
				first := time.AfterFunc(l.First, func() { cancel(errSlow) })
				defer first.Stop()
				yield = once(yield, func() { first.Stop() })
			}
			for d, err := range Stream(inner, m, req) {
				if err != nil {
					err = limited(ctx, inner, err)
				}
				if !yield(d, err) {
					return
				}
			}
		},
	}
}

// errSlow is why a context ended whose time was up. It is a passed deadline, so that models take it for one.
var errSlow = fmt.Errorf("llm: the model took too long: %w", context.DeadlineExceeded)

// context gives a context with the limit for the whole as its deadline, so that no
// model below waits in vain for what comes after it.
func (l *TimeLimits) context(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	if l.Whole <= 0 {
		return ctx, cancel
	}
	ctx, end := context.WithTimeoutCause(ctx, l.Whole, errSlow)
	return ctx, func(cause error) { cancel(cause); end() }
}

// limited gives the fault of a limit that was passed, or err itself where it was not for one.
func limited(outer, inner context.Context, err error) error {
	if outer.Err() == nil && context.Cause(inner) == errSlow {
		return fault.Wrap(err, fault.UpstreamTimeout, "the model did not answer in time", nil)
	}
	return err
}

// once calls do before the first call of yield.
func once(yield func(Delta, error) bool, do func()) func(Delta, error) bool {
	done := false
	return func(d Delta, err error) bool {
		if !done {
			done = true
			do()
		}
		return yield(d, err)
	}
}
