package understand

import (
	"cmp"
	"context"
	"iter"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/translate/lang"
)

// Answerer answers the questions of conversations: one with a History is
// understood first, and what is answered is what was understood. A first question
// is answered as it was put. It may be used concurrently.
//
//	steps := understand.New(nil, &understand.Options{Rewrite: []understand.Rewriter{&understand.FollowUp{Model: model}}})
//	answerer := understand.NewAnswerer(steps, rag.NewEngine(index, nil))
type Answerer struct {
	steps *Retriever
	base  rag.Streamer
}

var _ rag.Streamer = (*Answerer)(nil)

// NewAnswerer lets base answer what steps understand. Nothing is searched by steps,
// which therefore need no base of their own.
func NewAnswerer(steps *Retriever, base rag.Streamer) *Answerer { return &Answerer{steps, base} }

// Answer implements [rag.Answerer].
func (a *Answerer) Answer(ctx context.Context, q *rag.Question) (*rag.Answer, error) {
	q, err := a.understood(ctx, q)
	if err != nil {
		return nil, err
	}
	return a.base.Answer(ctx, q)
}

// Stream implements [rag.Streamer].
func (a *Answerer) Stream(ctx context.Context, q *rag.Question) iter.Seq2[rag.Event, error] {
	return func(yield func(rag.Event, error) bool) {
		q, err := a.understood(ctx, q)
		if err != nil {
			yield(rag.Event{}, err)
			return
		}
		a.base.Stream(ctx, q)(yield)
	}
}

// understood gives the question that is answered. One that cannot be asked stays as it
// is: whoever answers it says why.
func (a *Answerer) understood(ctx context.Context, q *rag.Question) (*rag.Question, error) {
	if len(q.History) == 0 {
		return q, nil
	}
	asked, err := a.steps.Understand(ctx, &rag.Query{Text: q.Text, Language: cmp.Or(q.Language, lang.Auto)}, q.History)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return q, nil
	}
	out := *q
	out.Text, out.Language = asked.Text, asked.Language
	return &out, nil
}
