// Package understand stands in front of an index and makes of what somebody
// asked what is searched: a follow-up question is completed from the
// conversation, a mistyped word repaired, the question asked in other words and in
// other languages as well. Each is an optional step.
//
//	r := understand.New(index, &understand.Options{
//		Rewrite: []understand.Rewriter{&understand.FollowUp{Model: model}, &understand.Spelling{Corrector: index}},
//		Expand:  []understand.Expander{&understand.Translation{Translate: translate, Languages: []lang.Code{"hi", "en"}}},
//	})
//	asked, err := r.Understand(ctx, &rag.Query{Text: "और उसकी ऊँचाई?"}, conversation)
//	results, err := r.Search(ctx, asked)
//
// asked says what was changed, so that a page can show "did you mean". A
// [Retriever] is a [rag.Retriever] as well: Retrieve does both without a
// conversation. An [Answerer] has an engine answer what was understood:
//
//	answerer := understand.NewAnswerer(r, rag.NewEngine(index, nil))
//	answer, err := answerer.Answer(ctx, &rag.Question{Text: "और उसकी ऊँचाई?", History: conversation})
//
// [Retriever.Follow] does both and is what rag/raghttp's /query asks with its
// chat_history.
//
// # What is worth having
//
// XQuAD's development half (make bench-understand; R@1, Hindi among 8,000 other
// sentences): [Spelling] lifts questions with one mistyped letter from .889 to .918, in
// English from .927 to .943, and takes nothing from questions without one. Translation
// without mistakes lifts English questions over Hindi documents from .418 to .933 and
// costs Hindi ones nothing. Carry-over has no development set; its tests show the
// pronouns that it knows. examples/rag-service has [FollowUp] and [Spelling] on, for
// /query and /search; it leaves [Paraphrases] off, since no measurement shows a gain. What
// it and the gateway answer goes through [FollowUp] alone, and is otherwise as it was
// typed, since what repair does to refusals is not measured.
//
// # Failures
//
// A step that fails costs what it would have brought, and a warning in the log. A
// model or translator has five seconds for a step. Each step is a span of the trace in the context, named understand.STEP, with
// the languages and the number of changes or variants, never with what was asked.
package understand

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/translate/lang"
)

// tracerName names this package to a TracerProvider.
const tracerName = "github.com/akshara-go/akshara/rag/understand"

// maxVariants is how many other ways of asking one question is searched in.
const maxVariants = 8

// stepWait is how long a model or a translator may take for one step.
const stepWait = 5 * time.Second

// Asked is a question as it was understood.
type Asked struct {
	rag.Query               // what is searched; Language and TopK are set
	History   []llm.Message `json:"-"` // the conversation before it, the oldest turn first
	Changes   []Change      `json:"changes,omitempty"`
}

// Change is something that a step put in the place of what was asked.
type Change struct {
	Step string `json:"step"` // the name of the step
	From string `json:"from"` // a word or the whole question
	To   string `json:"to"`
}

// Variant is another way of asking a question.
type Variant struct {
	Text     string
	Language lang.Code
	Weight   float64 // what its results count for beside those of the question itself, which count 1; above 0
}

// Rewriter changes what is asked: Text and Language of a, and tells of it in
// a.Changes. It may be called concurrently. With an error nothing that it did to
// a counts.
type Rewriter interface {
	Name() string // of the step, in lower case, for traces and changes
	Rewrite(ctx context.Context, a *Asked) error
}

// Expander gives other ways of asking. It may be called concurrently and
// changes nothing of a. It may give some variants and an error about others.
type Expander interface {
	Name() string // as a Rewriter's
	Expand(ctx context.Context, a *Asked) ([]Variant, error)
}

// Options say what a Retriever does. The zero value changes nothing.
type Options struct {
	Rewrite []Rewriter                  // one after the other
	Expand  []Expander                  // of the rewritten question; at most eight variants are searched
	Detect  func(text string) lang.Code // language of a question that is open; nil: by its script
	Logger  *slog.Logger                // what had to be done without; nil: nowhere
}

// Retriever is a rag.Retriever with steps in front of it. It may be used concurrently.
type Retriever struct {
	base rag.Retriever
	opts Options
}

var (
	_ rag.Retriever = (*Retriever)(nil)
	_ rag.Weigher   = (*Retriever)(nil)
)

// New gives a Retriever in front of base, an index as a rule. Nil opts mean the defaults.
func New(base rag.Retriever, opts *Options) *Retriever {
	r := &Retriever{base: base}
	if opts != nil {
		r.opts = *opts
		r.opts.Rewrite, r.opts.Expand = slices.Clone(opts.Rewrite), slices.Clone(opts.Expand)
	}
	if r.opts.Logger == nil {
		r.opts.Logger = slog.New(slog.DiscardHandler)
	}
	return r
}

// Understand gives the question as its steps rewrite it. History is the
// conversation before it, the oldest turn first; nil where there is none. It
// changes neither. Errors are those of a query that no index takes, and the context's.
func (r *Retriever) Understand(ctx context.Context, q *rag.Query, history []llm.Message) (*Asked, error) {
	n, err := q.Normal(r.opts.Detect)
	if err != nil {
		return nil, err
	}
	a := &Asked{Query: *n, History: history}
	for _, step := range r.opts.Rewrite {
		next := *a
		next.Changes = slices.Clip(a.Changes)
		err := traced(ctx, step.Name(), a, func(ctx context.Context) (attribute.KeyValue, error) {
			err := step.Rewrite(ctx, &next)
			if err == nil {
				_, err = next.Normal(nil) // a step does not make a question that no index takes
			}
			return attribute.Int("understand.changes", len(next.Changes)-len(a.Changes)), err
		})
		switch {
		case err == nil:
			a = &next
		case ctx.Err() != nil:
			return nil, ctx.Err()
		default:
			r.warn(ctx, step.Name(), err)
		}
	}
	return a, ctx.Err()
}

// Search finds the documents for a question that was understood: by its text
// and, where there are expanders, by each of its variants, all at once. What
// they find is fused by [Fuse]. An error is the text's own search's; a variant
// that cannot be searched is left out.
func (r *Retriever) Search(ctx context.Context, a *Asked) ([]rag.DocumentResult, error) {
	variants := r.variants(ctx, a)
	if len(variants) == 0 {
		return r.base.Retrieve(ctx, &a.Query)
	}
	lists := make([]List, len(variants)+1)
	errs := make([]error, len(lists))
	var wg sync.WaitGroup
	for i := range lists {
		q := a.Query
		q.TopK = max(q.TopK, fusedDepth)
		q.Shown = rag.Places{} // whose places another list's are fused with
		lists[i].Weight = 1
		if i > 0 {
			q.Text, q.Language, lists[i].Weight = variants[i-1].Text, variants[i-1].Language, variants[i-1].Weight
		}
		wg.Go(func() { lists[i].Results, errs[i] = r.base.Retrieve(ctx, &q) })
	}
	wg.Wait()
	if errs[0] != nil {
		return nil, errs[0]
	}
	for i, err := range errs {
		if err != nil {
			r.warn(ctx, "variant", err)
			lists[i].Results = nil
		}
	}
	return Fuse(lists, a.TopK), nil
}

// variants gives the other ways of asking that the expanders know, each once.
func (r *Retriever) variants(ctx context.Context, a *Asked) []Variant {
	found := make([][]Variant, len(r.opts.Expand))
	var wg sync.WaitGroup
	for i, step := range r.opts.Expand {
		wg.Go(func() {
			err := traced(ctx, step.Name(), a, func(ctx context.Context) (attribute.KeyValue, error) {
				var err error
				found[i], err = step.Expand(ctx, a)
				return attribute.Int("understand.variants", len(found[i])), err
			})
			if err != nil && ctx.Err() == nil {
				r.warn(ctx, step.Name(), err)
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{a.Text: true}
	var list []Variant
	for _, v := range slices.Concat(found...) {
		q := rag.Query{Text: v.Text, Language: v.Language}
		if _, err := q.Normal(nil); err != nil || seen[v.Text] || !(v.Weight > 0) || len(list) == maxVariants {
			continue
		}
		seen[v.Text] = true
		list = append(list, v)
	}
	return list
}

// Retrieve implements [rag.Retriever]: it understands q without a conversation
// and searches.
func (r *Retriever) Retrieve(ctx context.Context, q *rag.Query) ([]rag.DocumentResult, error) {
	return r.Follow(ctx, q, nil)
}

// Follow finds the documents for a question that follows a conversation, the
// oldest turn first: it understands q and searches.
func (r *Retriever) Follow(ctx context.Context, q *rag.Query, history []llm.Message) ([]rag.DocumentResult, error) {
	a, err := r.Understand(ctx, q, history)
	if err != nil {
		return nil, err
	}
	return r.Search(ctx, a)
}

// TermWeights implements [rag.Weigher] with what the retriever behind knows; nil
// where it knows nothing.
func (r *Retriever) TermWeights(ctx context.Context, text string, code lang.Code) (map[string]float64, error) {
	if w, ok := r.base.(rag.Weigher); ok {
		return w.TermWeights(ctx, text, code)
	}
	return nil, nil
}

func (r *Retriever) warn(ctx context.Context, step string, err error) {
	r.opts.Logger.WarnContext(ctx, "searching without a step of understanding", slog.String("step", step), slog.Any("error", err))
}

// traced runs a step inside a span.
func traced(ctx context.Context, step string, a *Asked, run func(context.Context) (attribute.KeyValue, error)) error {
	ctx, span := trace.SpanFromContext(ctx).TracerProvider().Tracer(tracerName).Start(ctx, "understand."+step,
		trace.WithAttributes(attribute.String("understand.language", string(a.Language)), attribute.Int("understand.turns", len(a.History))))
	defer span.End()
	count, err := run(ctx)
	span.SetAttributes(count)
	if err != nil {
		code := string(fault.CodeOf(err))
		span.SetAttributes(attribute.String("error.type", code))
		span.SetStatus(codes.Error, code)
	}
	return err
}
