package llm

import (
	"context"
	"iter"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
)

// wrapped is a decorator, made of its two ways to answer.
type wrapped struct {
	generate func(ctx context.Context, req *Request) (*Response, error)
	stream   func(ctx context.Context, req *Request, yield func(Delta, error) bool)
}

func (w *wrapped) Generate(ctx context.Context, req *Request) (*Response, error) {
	return w.generate(ctx, req)
}

func (w *wrapped) Stream(ctx context.Context, req *Request) iter.Seq2[Delta, error] {
	return func(yield func(Delta, error) bool) { w.stream(ctx, req, yield) }
}

// relay passes a stream on. An error that comes before the first delta is given
// back instead: another try is still possible then.
func relay(seq iter.Seq2[Delta, error], yield func(Delta, error) bool) error {
	begun := false
	for d, err := range seq {
		if err != nil && !begun {
			return err
		}
		begun = true
		if !yield(d, err) {
			return nil
		}
	}
	if !begun {
		return fault.New(fault.Upstream, "the model gave nothing", nil)
	}
	return nil
}

// pause waits, or gives the fault of a context that ended first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return fault.From(ctx.Err())
	case <-timer.C:
		return nil
	}
}
