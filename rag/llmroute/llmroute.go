// Package llmroute chooses a language model for each request: one for long contexts,
// one that sees and hears, one that translates, or the standard one.
//
//	router, err := llmroute.New(map[llmroute.Route]llm.Model{
//		llmroute.Standard: small, llmroute.LongContext: large, llmroute.Multimodal: seeing,
//	}, nil)
//
// Rules come first: what a request carries and how long it is leave no choice. What
// it asks for is then told by its likeness to examples, by their words and the concepts
// behind these ([NewLexical]) or by their vectors ([NewSemantic]).
package llmroute

import (
	"context"
	"iter"
	"log/slog"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llm/prompt"
)

// Route is a kind of request.
type Route string

// The routes.
const (
	Standard    Route = "standard"
	LongContext Route = "long_context"
	Multimodal  Route = "multimodal"
	Translation Route = "translation"
)

// DefaultLongTokens is how many tokens a long context has at least.
const DefaultLongTokens = 6000

// Classifier tells the route that a text asks for. It may be called concurrently.
type Classifier interface {
	Classify(ctx context.Context, text string) (Route, error)
}

// Options tune a [Router]. The zero value is useful.
type Options struct {
	LongTokens int          // from so many on, as [llm.EstimateTokens] counts, a request is a long context; 0: DefaultLongTokens
	Classifier Classifier   // nil: NewLexical of the examples of this package
	Logger     *slog.Logger // is told that the classifier failed; nil: nobody is
}

// Decision is a route, and why.
type Decision struct {
	Route Route
	Why   string // "parts", "tokens", "prompt" or "examples"
}

// Router is a model that hands requests to others. It may be used concurrently if they may.
type Router struct {
	models map[Route]llm.Model
	opts   Options
}

var _ llm.Streamer = (*Router)(nil)

// New makes a Router. A route without a model takes the standard one's, which is
// required: INVALID_REQUEST.
func New(models map[Route]llm.Model, opts *Options) (*Router, error) {
	r := &Router{models: map[Route]llm.Model{}}
	if opts != nil {
		r.opts = *opts
	}
	for route, m := range models {
		if m != nil {
			r.models[route] = m
		}
	}
	if r.models[Standard] == nil {
		return nil, fault.New(fault.InvalidRequest, "a router needs a standard model", nil)
	}
	if r.opts.LongTokens <= 0 {
		r.opts.LongTokens = DefaultLongTokens
	}
	if r.opts.Logger == nil {
		r.opts.Logger = slog.New(slog.DiscardHandler)
	}
	if r.opts.Classifier == nil {
		r.opts.Classifier = NewLexical(Examples())
	}
	return r, nil
}

// Decide tells where a request goes. A classifier that fails costs its word: the
// request is a standard one.
func (r *Router) Decide(ctx context.Context, req *llm.Request) Decision {
	images, audio := req.Media()
	switch {
	case images || audio:
		return Decision{Multimodal, "parts"}
	case llm.EstimateTokens(req) >= r.opts.LongTokens:
		return Decision{LongContext, "tokens"}
	case req.Prompt.Name == prompt.Translation:
		return Decision{Translation, "prompt"}
	case req.Prompt.Name != "" || req.Grounding != nil:
		return Decision{Standard, "prompt"} // what was asked of this library's own prompts is known
	}
	route, err := r.opts.Classifier.Classify(ctx, asked(req))
	if err != nil {
		r.opts.Logger.WarnContext(ctx, "routing without the classifier", slog.Any("error", err))
		route = Standard
	}
	return Decision{route, "examples"}
}

// asked gives the last text of the user.
func asked(req *llm.Request) string {
	for i := len(req.Messages) - 1; i >= 0; i-- {
		if m := &req.Messages[i]; m.Role == llm.User {
			text := m.Content
			for _, p := range m.Parts {
				text += "\n" + p.Text
			}
			return text
		}
	}
	return ""
}

// model gives the model of a route.
func (r *Router) model(route Route) llm.Model {
	if m := r.models[route]; m != nil {
		return m
	}
	return r.models[Standard]
}

// Generate has the model of the request's route answer.
func (r *Router) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	return r.model(r.Decide(ctx, req).Route).Generate(ctx, req)
}

// Stream has the model of the request's route answer piece by piece.
func (r *Router) Stream(ctx context.Context, req *llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) {
		llm.Stream(ctx, r.model(r.Decide(ctx, req).Route), req)(yield)
	}
}
