package llm

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
)

// Rates are how much may be asked of a model in a minute. 0 is no limit.
type Rates struct {
	Requests int           // a minute
	Tokens   int           // a minute: of the prompt, as [EstimateTokens] counts, and of the response, as the model counts
	MaxWait  time.Duration // a request that would wait longer is RATE_LIMIT_EXCEEDED, with the time to wait; 0: 30 s
}

// RateLimit makes requests wait so that no more than rates are asked of m: two token
// buckets that hold a minute's worth. What a response takes is known when it is there,
// and lets later requests wait; a request that is above a whole minute's tokens waits for a full bucket.
// Nil rates are no limit.
func RateLimit(m Model, rates *Rates) Streamer {
	if rates == nil {
		rates = &Rates{}
	}
	maxWait := cmp.Or(max(rates.MaxWait, 0), 30*time.Second)
	requests, tokens := newBucket(rates.Requests), newBucket(rates.Tokens)
	enter := func(ctx context.Context, req *Request) error {
		asked := float64(EstimateTokens(req))
		now := time.Now()
		wait := max(requests.take(now, 1), tokens.take(now, asked))
		deadline, ok := ctx.Deadline()
		if wait > maxWait || ok && wait > deadline.Sub(now) {
			requests.give(1)
			tokens.give(asked)
			return fault.New(fault.RateLimitExceeded, "the model is asked too often; try again later", nil).WithRetryAfter(wait)
		}
		err := pause(ctx, wait)
		if err != nil {
			requests.give(1)
			tokens.give(asked)
		}
		return err
	}
	settle := func(res *Response) {
		if res != nil {
			tokens.take(time.Now(), float64(cmp.Or(res.Usage.Completion, estimateText(res.Text))))
		}
	}
	return &wrapped{
		generate: func(ctx context.Context, req *Request) (*Response, error) {
			if err := enter(ctx, req); err != nil {
				return nil, err
			}
			res, err := m.Generate(ctx, req)
			settle(res)
			return res, err
		},
		stream: func(ctx context.Context, req *Request, yield func(Delta, error) bool) {
			if err := enter(ctx, req); err != nil {
				yield(Delta{}, err)
				return
			}
			for d, err := range Stream(ctx, m, req) {
				settle(d.Done)
				if !yield(d, err) {
					return
				}
			}
		},
	}
}

// bucket fills up to a minute's worth and may be in debt. A nil one has no limit.
type bucket struct {
	mu   sync.Mutex
	rate float64 // a minute
	held float64
	at   time.Time
}

func newBucket(rate int) *bucket {
	if rate <= 0 {
		return nil
	}
	return &bucket{rate: float64(rate), held: float64(rate)}
}

// take takes n and gives how long it must be waited for that.
func (b *bucket) take(now time.Time, n float64) time.Duration {
	if b == nil {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if passed := now.Sub(b.at); !b.at.IsZero() && passed > 0 {
		b.held = min(b.rate, b.held+b.rate*passed.Minutes())
	}
	b.at = now
	lacking := min(n, b.rate) - b.held
	b.held -= n
	if lacking <= 0 {
		return 0
	}
	return time.Duration(lacking / b.rate * float64(time.Minute))
}

// give puts n back.
func (b *bucket) give(n float64) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held = min(b.rate, b.held+n)
}
