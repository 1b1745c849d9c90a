package llm

import (
	"context"

	"github.com/akshara-go/akshara/observe/fault"
)

// ConcurrencyLimit lets at most n generations run at once; others wait for their turn
// until their context ends. A stream holds its turn until it is read to its end or left.
// n below 1 is 1.
func ConcurrencyLimit(m Model, n int) Streamer {
	turns := make(chan struct{}, max(n, 1))
	enter := func(ctx context.Context) error {
		if err := ctx.Err(); err != nil {
			return fault.From(err)
		}
		select {
		case turns <- struct{}{}:
			return nil
		case <-ctx.Done():
			return fault.From(ctx.Err())
		}
	}
	leave := func() { <-turns }
	return &wrapped{
		generate: func(ctx context.Context, req *Request) (*Response, error) {
			if err := enter(ctx); err != nil {
				return nil, err
			}
			defer leave()
			return m.Generate(ctx, req)
		},
		stream: func(ctx context.Context, req *Request, yield func(Delta, error) bool) {
			if err := enter(ctx); err != nil {
				yield(Delta{}, err)
				return
			}
			defer leave()
			Stream(ctx, m, req)(yield)
		},
	}
}
