package llm

import (
	"cmp"
	"context"
	"math/rand/v2"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
)

// RetryOptions tune [Retry]. The zero value is useful.
type RetryOptions struct {
	Attempts int           // tries, the first included; 0: 3
	Backoff  time.Duration // before the second try, doubled for each further one and shortened by chance by up to a half; 0: 500 ms
	MaxWait  time.Duration // longest wait before a try; a model that asks for more is not asked again; 0: 30 s
}

// Retry asks m again when its fault is retryable ([fault.Retryable]), after the time
// that the fault names or a growing one. A stream is begun again only before its first
// delta: what was said once is not said twice. No try is waited for beyond the context's
// deadline. An adapter that tries again by itself, as rag/openaillm does, needs none.
func Retry(m Model, opts *RetryOptions) Streamer {
	var o RetryOptions
	if opts != nil {
		o = *opts
	}
	o.Attempts = cmp.Or(max(o.Attempts, 0), 3)
	o.Backoff = cmp.Or(max(o.Backoff, 0), 500*time.Millisecond)
	o.MaxWait = cmp.Or(max(o.MaxWait, 0), 30*time.Second)
	return &wrapped{
		generate: func(ctx context.Context, req *Request) (res *Response, err error) {
			err = o.try(ctx, func() (err error) { res, err = m.Generate(ctx, req); return err })
			if err != nil {
				return nil, err
			}
			return res, nil
		},
		stream: func(ctx context.Context, req *Request, yield func(Delta, error) bool) {
			if err := o.try(ctx, func() error { return relay(Stream(ctx, m, req), yield) }); err != nil {
				yield(Delta{}, err)
			}
		},
	}
}

// try calls do until it succeeds or another try makes no sense.
func (o *RetryOptions) try(ctx context.Context, do func() error) error {
	for attempt := 1; ; attempt++ {
		err := do()
		if err == nil || attempt >= o.Attempts || ctx.Err() != nil || !fault.Retryable(err) {
			return err
		}
		wait := o.wait(attempt, fault.RetryAfter(err))
		if deadline, ok := ctx.Deadline(); wait < 0 || ok && time.Until(deadline) <= wait {
			return err
		}
		if ended := pause(ctx, wait); ended != nil {
			return ended
		}
	}
}

// wait gives the time before the try after attempt, or a negative one when there is to be none.
func (o *RetryOptions) wait(attempt int, asked time.Duration) time.Duration {
	if asked > o.MaxWait {
		return -1
	}
	wait := min(o.Backoff, o.MaxWait)
	for range attempt - 1 {
		wait = min(2*wait, o.MaxWait)
	}
	wait -= time.Duration(rand.Int64N(int64(wait/2) + 1))
	return max(wait, asked)
}
