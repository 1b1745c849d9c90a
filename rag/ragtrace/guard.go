package ragtrace

import (
	"context"
	"iter"
	"strings"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/genai"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/translate/lang"
)

// Names of what a guard looks at, which its spans are named after.
const (
	guardedQuestion  = "question"
	guardedDocuments = "documents"
	guardedModel     = "model"
)

// Guard records what g does: a span "guardrail question" while it judges a question,
// "guardrail documents" while it looks at what was found, and "guardrail model" around each
// call of a model under its watch, as [GuardedModel] has it. A span carries
// what was counted meanwhile, kind by kind, and never what was found.
func Guard(g rag.Guard, rec *genai.Recorder) rag.Guard {
	if rec == nil {
		return g
	}
	return &guard{g, rec}
}

type guard struct {
	base rag.Guard
	rec  *genai.Recorder
}

func (g *guard) Watch(ctx context.Context, question string, code lang.Code) (rag.Watch, error) {
	within, call := g.rec.Guard(ctx, guardedQuestion)
	w, err := g.base.Watch(within, question, code)
	if err != nil {
		call.End(err)
		return nil, err
	}
	if call.Recording() {
		_, ok := w.Question()
		verdict(call, nil, w.Report(), !ok)
	}
	call.End(nil)
	return &watch{w, ctx, g.rec}, nil
}

// watch is a watch that is recorded, in the context that it began in.
type watch struct {
	rag.Watch
	ctx context.Context
	rec *genai.Recorder
}

func (w *watch) Documents(found []rag.DocumentResult) []rag.DocumentResult {
	_, call := w.rec.Guard(w.ctx, guardedDocuments)
	if !call.Recording() {
		defer call.End(nil)
		return w.Watch.Documents(found)
	}
	before := w.Report()
	out := w.Watch.Documents(found)
	verdict(call, before, w.Report(), false)
	call.End(nil)
	return out
}

func (w *watch) Model(m llm.Model) llm.Model {
	return &watchedModel{w.Watch.Model(m), w.rec, w.Report}
}

// Translate implements [rag.TranslationWatch]: the watch's own where it has one.
func (w *watch) Translate(texts []string, by func(hidden []string) ([]string, error)) ([]string, error) {
	if t, ok := w.Watch.(rag.TranslationWatch); ok {
		return t.Translate(texts, by)
	}
	return by(texts)
}

// GuardedModel records what a guard does that stands around m already, by what the
// responses of m tell as Guarded. A span lasts as long as the call, so that the
// span of the model behind the guard is part of it; it ends as those of [Model] do.
func GuardedModel(m llm.Model, rec *genai.Recorder) llm.Model {
	if rec == nil {
		return m
	}
	return &watchedModel{base: m, rec: rec}
}

type watchedModel struct {
	base   llm.Model
	rec    *genai.Recorder
	report func() llm.Guarded // of the watch that base is under; nil: responses tell all
}

var _ llm.Streamer = (*watchedModel)(nil)

// counted gives what was counted by now; res is the response, once there is one.
func (m *watchedModel) counted(res *llm.Response) llm.Guarded {
	switch {
	case m.report != nil:
		return m.report()
	case res != nil:
		return res.Guarded
	}
	return nil
}

// begin starts the span of a call, and gives what was counted before it.
func (m *watchedModel) begin(ctx context.Context) (context.Context, *genai.Call, llm.Guarded) {
	ctx, call := m.rec.Guard(ctx, guardedModel)
	if !call.Recording() {
		return ctx, call, nil
	}
	return ctx, call, m.counted(nil)
}

// tell puts on the span what was counted during the call.
func (m *watchedModel) tell(call *genai.Call, before llm.Guarded, res *llm.Response, err error) {
	if call.Recording() {
		refused := err != nil && fault.From(err).Details["reason"] == string(rag.Guarded)
		verdict(call, before, m.counted(res), refused)
	}
}

func (m *watchedModel) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	ctx, call, before := m.begin(ctx)
	res, err := m.base.Generate(ctx, req)
	m.tell(call, before, res, err)
	call.End(err)
	return res, err
}

func (m *watchedModel) Stream(ctx context.Context, req *llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) {
		ctx, call, before := m.begin(ctx)
		var res *llm.Response
		var failed error
		defer func() {
			m.tell(call, before, res, failed)
			endStream(ctx, call, res != nil, failed)
		}()
		for d, err := range llm.Stream(ctx, m.base, req) {
			if failed = err; err == nil && d.Done != nil {
				res = d.Done
			}
			if !yield(d, err) {
				return
			}
		}
	}
}

// verdict tells what a guard counted between two reports, and what it did then: it
// refused, or the gravest that its counts tell of.
func verdict(call *genai.Call, before, after llm.Guarded, refused bool) {
	found := llm.Guarded{}
	for kind, n := range after {
		if n > before[kind] {
			found[kind] = n - before[kind]
		}
	}
	if refused {
		call.Verdict(genai.Block, found)
		return
	}
	call.Verdict(action(found), found)
}

// actions are what a guard may have done, the gravest last.
var actions = [...]string{genai.Allow, genai.Mask, genai.Drop, genai.Block}

// action gives the gravest that was done, which the last words of the kinds tell.
func action(found llm.Guarded) string {
	gravest := 0
	for kind := range found {
		grave := 1 // pii.phone, link.masked
		switch kind[strings.LastIndexByte(kind, '.')+1:] {
		case "flagged", "restored":
			grave = 0
		case "dropped":
			grave = 2
		case "refused", "stopped":
			grave = 3
		}
		gravest = max(gravest, grave)
	}
	return actions[gravest]
}
