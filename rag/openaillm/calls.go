package openaillm

import (
	"cmp"
	"encoding/json"
	"fmt"

	openai "github.com/sashabaranov/go-openai"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm"
)

// maxCalls is how many tools one response may call.
const maxCalls = 128

// calls puts calls of tools together, which a stream gives in pieces by their index.
type calls []openai.ToolCall

func (c *calls) add(pieces []openai.ToolCall) error {
	for _, p := range pieces {
		at := max(len(*c)-1, 0) // some servers count none: it is the last one, or a new one when it has an id
		switch {
		case p.Index != nil:
			at = *p.Index
		case p.ID != "":
			at = len(*c)
		}
		if at < 0 || at > len(*c) || at >= maxCalls {
			return fault.New(fault.Upstream, fmt.Sprintf("the model calls tool %d after %d", at+1, len(*c)), nil)
		}
		if at == len(*c) {
			*c = append(*c, openai.ToolCall{})
		}
		call := &(*c)[at]
		call.ID = cmp.Or(call.ID, p.ID)
		call.Function.Name = cmp.Or(call.Function.Name, p.Function.Name)
		call.Function.Arguments += p.Function.Arguments
	}
	return nil
}

// callsOf gives the calls of a response. One without an id gets one by its place, and
// no arguments are an empty object.
func callsOf(in []openai.ToolCall) []llm.ToolCall {
	var out []llm.ToolCall
	for i, c := range in {
		out = append(out, llm.ToolCall{
			ID: cmp.Or(c.ID, fmt.Sprintf("call_%d", i)), Name: c.Function.Name,
			Arguments: json.RawMessage(cmp.Or(c.Function.Arguments, "{}")),
		})
	}
	return out
}
