package ragtrace

import (
	"context"
	"iter"

	"github.com/akshara-go/akshara/observe/genai"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
)

// Answerer records the answers of a as a workflow of a name, which everything that an answer takes
// is part of: the question and the answer where content is recorded, whether and why
// it was refused, and how sure it is. What comes back is a [rag.Streamer] where a is one.
func Answerer(a rag.Answerer, rec *genai.Recorder, name string) rag.Answerer {
	if rec == nil {
		return a
	}
	traced := &answerer{a, rec, name}
	if s, ok := a.(rag.Streamer); ok {
		return &streamer{traced, s}
	}
	return traced
}

type answerer struct {
	base rag.Answerer
	rec  *genai.Recorder
	name string
}

type streamer struct {
	*answerer
	base rag.Streamer
}

var _ rag.Streamer = (*streamer)(nil)

func (a *answerer) begin(ctx context.Context, q *rag.Question) (context.Context, *genai.Call) {
	ctx, call := a.rec.Start(ctx, &genai.Start{Operation: genai.InvokeWorkflow, Model: a.name})
	if call.Recording() {
		call.Set(genai.WorkflowName.String(a.name))
		call.Messages(genai.InputMessages, []genai.Message{{Role: string(llm.User), Parts: []genai.Part{{Type: "text", Content: q.Text}}}})
	}
	return ctx, call
}

// tell puts an answer on the span.
func tell(call *genai.Call, a *rag.Answer) {
	if !call.Recording() {
		return
	}
	call.Set(genai.OutputCount.Int(len(a.Sources)), genai.AnswerConfidence.Float64(a.Confidence))
	if a.Refusal != nil {
		call.Set(genai.AnswerRefusal.String(string(a.Refusal.Reason)))
	}
	call.Messages(genai.OutputMessages, []genai.Message{answered(a.Text, nil, "")})
}

func (a *answerer) Answer(ctx context.Context, q *rag.Question) (*rag.Answer, error) {
	ctx, call := a.begin(ctx, q)
	out, err := a.base.Answer(ctx, q)
	if err == nil {
		tell(call, out)
	}
	call.End(err)
	return out, err
}

// Stream ends the span with the last event, an error, or when its reader leaves.
func (s *streamer) Stream(ctx context.Context, q *rag.Question) iter.Seq2[rag.Event, error] {
	return func(yield func(rag.Event, error) bool) {
		ctx, call := s.begin(ctx, q)
		whole, failed := false, error(nil)
		defer func() { endStream(ctx, call, whole, failed) }()
		for event, err := range s.base.Stream(ctx, q) {
			if failed = err; err == nil && event.Answer != nil {
				whole = true
				tell(call, event.Answer)
			}
			if !yield(event, err) {
				return
			}
		}
	}
}
