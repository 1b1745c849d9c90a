package guard

import (
	"context"
	"iter"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/translate/lang"
)

// Model gives m with every request and response watched over: what the package
// describes, but for passages, which an engine reads. The last message of the user
// is what is judged, but not of a request by one of this library's own prompts, for
// which an engine judges the question. A request that is refused does not reach m: the response is a
// sentence in the language of that message, with the finish [llm.Filtered], or
// INVALID_REQUEST where JSON was asked for. So ends a response that repeats the
// system's prompt, where JSON was asked for with UPSTREAM_ERROR.
//
// A stream keeps back a word until it is whole, and more only while that repeats
// the prompt. A text that is quoted from the passages of a grounded request is passed
// on as it is.
func (g *Guard) Model(m llm.Model) llm.Streamer { return &guarded{m, g.watch} }

// guarded is a model under watch.
type guarded struct {
	model llm.Model
	watch func() *watch
}

var _ llm.Streamer = (*guarded)(nil)

func (m *guarded) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	w := m.watch()
	asked, out := w.enter(req)
	if out == nil {
		return w.refusal(req)
	}
	res, err := m.model.Generate(ctx, asked)
	if err != nil {
		return nil, err
	}
	if !out.quoted(res.Quotes) {
		out.write(res.Text)
		out.flush()
	}
	return out.response(res, req)
}

func (m *guarded) Stream(ctx context.Context, req *llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) {
		w := m.watch()
		asked, out := w.enter(req)
		if out == nil {
			w.refuse(req, yield)
			return
		}
		out.relay(llm.Stream(ctx, m.model, asked), req, yield)
	}
}

// refusal answers a request that is refused.
func (w *watch) refusal(req *llm.Request) (*llm.Response, error) {
	if req.Output != nil {
		return nil, fault.New(fault.InvalidRequest, "the guard does not let this request pass", fault.Details{"reason": string(rag.Guarded)})
	}
	text := lang.Text(w.g.opts.Detect(lastAsked(req)), lang.MsgInvalidRequest)
	return &llm.Response{Text: text, Model: guardName, Finish: llm.Filtered, Prompt: req.Prompt, Guarded: w.Report()}, nil
}

// guardName is who gave a response that no model gave.
const guardName = "guard"

func (w *watch) refuse(req *llm.Request, yield func(llm.Delta, error) bool) {
	res, err := w.refusal(req)
	if err != nil {
		yield(llm.Delta{}, err)
		return
	}
	if yield(llm.Delta{Text: res.Text}, nil) {
		yield(llm.Delta{Done: res}, nil)
	}
}
