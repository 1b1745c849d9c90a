// Package llmrerank lets any language model put the passages of a search into
// order: it is shown a list, numbered and fenced, and names the numbers, best
// first.
//
//	index := rag.NewIndex(store, &rag.IndexOptions{Reranker: ranking.Chain{
//		rag.LexicalReranker{}, // chooses whom the model sees
//		llmrerank.New(model, &llmrerank.Options{Logger: logger}),
//	}})
//
// The method is listwise: W. Sun et al., "Is ChatGPT Good at Search? Investigating
// Large Language Models as Re-Ranking Agents" (EMNLP 2023), with its sliding
// window where there are more candidates than fit one prompt.
//
// A model is slow, may be away and may say anything. So what it leaves out keeps
// its first order behind what it names, numbers that name nothing are passed
// over, and a model that fails costs its order and a warning in the log, not
// the answer, unless [Options].Required says otherwise. Passages are material: what
// one of them says to the model is fenced and declared to be no instruction,
// and the worst that it can bring about is a wrong order.
package llmrerank

import (
	"context"
	"log/slog"
	"slices"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llm/prompt"
)

// Defaults of [Options].
const (
	DefaultWindow        = 20
	DefaultPassageTokens = 300
)

// Bounds on an answer: a number with its signs is five tokens or so, and some
// models cannot help saying a word before it.
const (
	tokensPerPassage = 8
	tokensBesides    = 64
)

// Options tune a Reranker. The zero value is useful.
type Options struct {
	Candidates    int          // of the best hits how many the model sees; 0: Window. The others stay behind them
	Window        int          // passages in one prompt, at least 2; 0: DefaultWindow
	PassageTokens int          // of each passage, from its beginning, as [chunk.Estimate] counts; 0: DefaultPassageTokens
	Required      bool         // a model that fails is an error
	Prompts       *prompt.Set  // whose template [prompt.Rerank] is used; nil: prompt.Default()
	Logger        *slog.Logger // is told that the model failed; nil: nobody is
}

// Reranker is a language model that reranks. It may be used concurrently if the
// model may.
type Reranker struct {
	model llm.Model
	opts  Options
}

var _ rag.Reranker = (*Reranker)(nil)

// New makes a Reranker of model. Nil opts mean the defaults. A prompt has
// Window·PassageTokens tokens of passages at most, and a question takes one for
// every Window/2 candidates.
func New(model llm.Model, opts *Options) *Reranker {
	r := &Reranker{model: model}
	if opts != nil {
		r.opts = *opts
	}
	if r.opts.Window < 2 {
		r.opts.Window = DefaultWindow
	}
	if r.opts.Candidates <= 0 {
		r.opts.Candidates = r.opts.Window
	}
	if r.opts.PassageTokens <= 0 {
		r.opts.PassageTokens = DefaultPassageTokens
	}
	if r.opts.Logger == nil {
		r.opts.Logger = slog.New(slog.DiscardHandler)
	}
	return r
}

// Rerank implements [rag.Reranker]. The model knows an order and no scores: the
// scores of the first search are given out anew, the highest to the first.
// Errors are the context's and, where a model is required, the model's:
// UPSTREAM_ERROR where it names no passage.
func (r *Reranker) Rerank(ctx context.Context, q *rag.Query, hits []rag.Hit) ([]rag.Hit, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for i := range hits {
		if s := hits[i].Score; !(s >= 0) {
			hits[i].Score = 0
		}
		hits[i].Score = min(hits[i].Score, 1)
	}
	rag.SortHits(hits)
	if len(hits) < 2 {
		return hits, nil
	}
	order, err := r.order(ctx, q, hits[:min(len(hits), r.opts.Candidates)])
	switch {
	case err == nil:
		arrange(hits, order)
		rag.KeepOrder(hits)
	case ctx.Err() != nil || r.opts.Required:
		return nil, err
	default:
		r.opts.Logger.WarnContext(ctx, "searching without the reranking model", slog.Any("error", err))
	}
	return hits, nil
}

// order gives the places of candidates, best first. The window slides from the
// last to the first, half of it at a time, so that a good passage rises all
// the way.
func (r *Reranker) order(ctx context.Context, q *rag.Query, candidates []rag.Hit) ([]int, error) {
	order := make([]int, len(candidates))
	for i := range order {
		order[i] = i
	}
	for end := len(order); ; end -= r.opts.Window / 2 {
		start := max(0, end-r.opts.Window)
		if err := r.sort(ctx, q, candidates, order[start:end]); err != nil {
			return nil, err
		}
		if start == 0 {
			return order, nil
		}
	}
}

// sort has the model sort one window of places.
func (r *Reranker) sort(ctx context.Context, q *rag.Query, candidates []rag.Hit, window []int) error {
	passages := make([]llm.Passage, len(window))
	for i, at := range window {
		rec := &candidates[at].Record
		passages[i].Source.Title = chunk.Clip(rec.Source.Title, r.opts.PassageTokens/4)
		passages[i].Chunk.Text = chunk.Clip(rec.Chunk.Text, r.opts.PassageTokens)
	}
	rules, id, err := r.opts.Prompts.Render(prompt.Rerank, q.Language, nil)
	if err != nil {
		return err
	}
	res, err := r.model.Generate(ctx, &llm.Request{
		Prompt: id,
		Messages: []llm.Message{
			{Role: llm.System, Content: rules},
			{Role: llm.User, Content: llm.FencedPassages(passages) + "Question: " + q.Text},
		},
		MaxTokens: tokensPerPassage*len(window) + tokensBesides,
	})
	if err != nil {
		return err
	}
	named := parse(res.Text, len(window))
	if len(named) == 0 {
		return fault.New(fault.Upstream, "the reranking model named no passage", nil)
	}
	sorted := make([]int, 0, len(window))
	for _, n := range named {
		sorted = append(sorted, window[n])
	}
	for i, at := range window {
		if !slices.Contains(named, i) {
			sorted = append(sorted, at)
		}
	}
	copy(window, sorted)
	return nil
}

// arrange puts the first hits into an order and gives out their scores, the highest first.
func arrange(hits []rag.Hit, order []int) {
	before := slices.Clone(hits[:len(order)])
	for i, at := range order {
		hits[i] = before[at]
		hits[i].Score = before[i].Score
	}
}
