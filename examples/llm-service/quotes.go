package main

import (
	"context"
	"iter"

	"github.com/akshara-go/akshara/rag/llm"
)

// orQuotes answers by a model, and quotes when it fails and there is something to
// quote from: a question with its passages has an honest answer without any model.
type orQuotes struct {
	model, quotes llm.Model
	fenced        func(req *llm.Request) bool // whether there are passages to quote from
}

var _ llm.Streamer = (*orQuotes)(nil)

func (o *orQuotes) chain(req *llm.Request) llm.Model {
	if o.fenced(req) {
		return llm.Fallback(o.model, o.quotes)
	}
	return o.model
}

func (o *orQuotes) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	return o.chain(req).Generate(ctx, req)
}

func (o *orQuotes) Stream(ctx context.Context, req *llm.Request) iter.Seq2[llm.Delta, error] {
	return llm.Stream(ctx, o.chain(req), req)
}
