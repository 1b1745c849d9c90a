package bedrockllm

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm"
)

// maxCalls is how many tools one response may call.
const maxCalls = 128

// collector puts a response together, from the blocks of a message or the events of a stream.
type collector struct {
	model *Model
	req   *llm.Request
	form  *form

	text   strings.Builder // what was given as the text so far
	beside strings.Builder // what the model said besides filling in the form
	calls  []*call
	stop   types.StopReason
	usage  llm.Usage
}

// call is a tool that the model calls; its arguments come in pieces.
type call struct {
	block     int32 // the index of its content block
	id, name  string
	arguments strings.Builder
}

// block takes a content block of a whole message. Blocks that are neither text nor
// calls, such as a model's thoughts, are passed over.
func (c *collector) block(index int32, block types.ContentBlock) error {
	switch b := block.(type) {
	case *types.ContentBlockMemberText:
		c.say(b.Value)
	case *types.ContentBlockMemberToolUse:
		if err := c.open(index, aws.ToString(b.Value.ToolUseId), aws.ToString(b.Value.Name)); err != nil {
			return err
		}
		if b.Value.Input == nil {
			return nil
		}
		input, err := b.Value.Input.MarshalSmithyDocument()
		if err != nil {
			return notUnderstood(err)
		}
		_, err = c.argue(index, string(input))
		return err
	}
	return nil
}

// event takes an event of a stream and gives the text that it adds.
func (c *collector) event(event types.ConverseStreamOutput) (added string, err error) {
	switch e := event.(type) {
	case *types.ConverseStreamOutputMemberContentBlockStart:
		if tool, ok := e.Value.Start.(*types.ContentBlockStartMemberToolUse); ok {
			return "", c.open(aws.ToInt32(e.Value.ContentBlockIndex), aws.ToString(tool.Value.ToolUseId), aws.ToString(tool.Value.Name))
		}
	case *types.ConverseStreamOutputMemberContentBlockDelta:
		switch d := e.Value.Delta.(type) {
		case *types.ContentBlockDeltaMemberText:
			return c.say(d.Value), nil
		case *types.ContentBlockDeltaMemberToolUse:
			return c.argue(aws.ToInt32(e.Value.ContentBlockIndex), aws.ToString(d.Value.Input))
		}
	case *types.ConverseStreamOutputMemberMessageStop:
		c.stop = e.Value.StopReason
	case *types.ConverseStreamOutputMemberMetadata:
		c.usage = usageOf(e.Value.Usage)
	}
	return "", nil
}

// say takes a piece of text, and gives it back when it is a piece of the answer.
func (c *collector) say(text string) string {
	if c.form != nil {
		c.beside.WriteString(text)
		return ""
	}
	c.text.WriteString(text)
	return text
}

// open begins the call of a tool in a content block.
func (c *collector) open(block int32, id, name string) error {
	if len(c.calls) == maxCalls {
		return fault.New(fault.Upstream, fmt.Sprintf("the model calls more than %d tools", maxCalls), nil)
	}
	c.calls = append(c.calls, &call{block: block, id: cmp.Or(id, fmt.Sprintf("call_%d", len(c.calls))), name: name})
	return nil
}

// argue takes a piece of the arguments of the call in a content block. It gives the
// piece back when that is a piece of the answer: of the form, as it is.
func (c *collector) argue(block int32, piece string) (string, error) {
	for i := len(c.calls) - 1; i >= 0; i-- {
		called := c.calls[i]
		if called.block != block {
			continue
		}
		called.arguments.WriteString(piece)
		if c.form == nil || c.form.wrapped || called.name != c.form.name {
			return "", nil
		}
		c.text.WriteString(piece)
		return piece, nil
	}
	return "", fault.New(fault.Upstream, "the model gives arguments to a tool that it does not call", nil)
}

// response gives the whole response, held against the request, and what of its text was
// not given before.
func (c *collector) response() (rest string, res *llm.Response, err error) {
	if c.stop == "" {
		return "", nil, fault.New(fault.Upstream, "Bedrock broke off its answer", fault.Details{"received_bytes": c.text.Len()})
	}
	rest, calls := c.settle()
	c.text.WriteString(rest)
	res = &llm.Response{Text: c.text.String(), Calls: calls, Model: c.model.id, Usage: c.usage, Prompt: c.req.Prompt}
	if res.Finish, err = finishOf(c.stop, len(c.calls), len(calls)); err != nil {
		return "", nil, err
	}
	if res.Finish == llm.Filtered {
		res.Calls = nil // nobody is to run what may be half of one
	}
	if res.Text == "" && len(calls) == 0 && res.Finish == llm.Stop {
		return "", nil, fault.New(fault.Upstream, "the model gave an empty answer", nil)
	}
	if err := res.Check(c.req); err != nil {
		return "", nil, err
	}
	return rest, res, nil
}

// settle parts the calls that the caller sees from the form's, and gives what is left
// of the text: an answer that was wrapped, or what the model said instead of calling.
func (c *collector) settle() (rest string, calls []llm.ToolCall) {
	filled := false
	for _, called := range c.calls {
		arguments := cmp.Or(called.arguments.String(), "{}")
		if c.form == nil || called.name != c.form.name {
			calls = append(calls, llm.ToolCall{ID: called.id, Name: called.name, Arguments: json.RawMessage(arguments)})
			continue
		}
		filled = true
		if c.form.wrapped {
			rest += c.form.unwrap(arguments)
		}
	}
	if !filled && c.form != nil {
		rest = c.beside.String()
	}
	return rest, calls
}

// finishOf reads why a model stopped; of all calls that it made the caller sees some.
// An answer that the service could not read is UPSTREAM_ERROR, as is a call that is not there.
func finishOf(stop types.StopReason, all, seen int) (llm.Finish, error) {
	switch stop {
	case types.StopReasonMaxTokens, types.StopReasonModelContextWindowExceeded:
		return llm.Length, nil
	case types.StopReasonGuardrailIntervened, types.StopReasonContentFiltered:
		return llm.Filtered, nil
	case types.StopReasonMalformedModelOutput, types.StopReasonMalformedToolUse:
		return "", fault.New(fault.Upstream, "Bedrock could not make sense of what the model said", fault.Details{"finish_reason": string(stop)})
	case types.StopReasonToolUse:
		if all == 0 {
			return "", fault.New(fault.Upstream, "the model wants to call a tool, but names none", nil)
		}
	}
	if seen > 0 {
		return llm.ToolUse, nil
	}
	return llm.Stop, nil
}

// usageOf counts what was read from the prompt cache and written to it among the
// prompt, as [llm.Usage] does and the service does not.
func usageOf(u *types.TokenUsage) llm.Usage {
	if u == nil {
		return llm.Usage{}
	}
	cached := int(aws.ToInt32(u.CacheReadInputTokens))
	return llm.Usage{
		Prompt:     int(aws.ToInt32(u.InputTokens)) + cached + int(aws.ToInt32(u.CacheWriteInputTokens)),
		Completion: int(aws.ToInt32(u.OutputTokens)),
		Cached:     cached,
	}
}
