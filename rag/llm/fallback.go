package llm

import (
	"context"

	"github.com/akshara-go/akshara/observe/fault"
)

// Fallback asks the first model, and the next one when it fails with a retryable fault
// ([fault.Retryable]), or because the request is too long for it ([ErrContextOverflow]).
// A stream goes to the next only before its first delta. The error is the last model's.
func Fallback(first Model, others ...Model) Streamer {
	models := append([]Model{first}, others...)
	each := func(ctx context.Context, ask func(m Model) error) (err error) {
		for _, m := range models {
			err = ask(m)
			if err == nil || ctx.Err() != nil || !fault.Retryable(err) && !overflows(err) {
				return err
			}
		}
		return err
	}
	return &wrapped{
		generate: func(ctx context.Context, req *Request) (res *Response, err error) {
			err = each(ctx, func(m Model) (err error) { res, err = m.Generate(ctx, req); return err })
			if err != nil {
				return nil, err
			}
			return res, nil
		},
		stream: func(ctx context.Context, req *Request, yield func(Delta, error) bool) {
			if err := each(ctx, func(m Model) error { return relay(Stream(ctx, m, req), yield) }); err != nil {
				yield(Delta{}, err)
			}
		},
	}
}
