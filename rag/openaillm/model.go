package openaillm

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"math"
	"strings"

	openai "github.com/sashabaranov/go-openai"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm"
)

// Options tune a [Model]. The zero value is useful.
type Options struct {
	// Reasoning says that the model thinks before it answers: its limit is then
	// sent as max_completion_tokens and no temperature is sent. OpenAI's own
	// reasoning models are known by name.
	Reasoning bool
}

// Model is a chat model on a server. It may be used concurrently.
type Model struct {
	client    *openai.Client
	key       string
	name      string
	reasoning bool
}

var _ llm.Streamer = (*Model)(nil)

// New gives the model called name on the server of cfg. Nothing is sent until the
// model is used. A configuration that cannot work is INVALID_REQUEST.
func New(cfg Config, name string, opts *Options) (*Model, error) {
	client, err := cfg.client()
	if err != nil {
		return nil, err
	}
	if name == "" {
		return nil, fault.New(fault.InvalidRequest, "openaillm: the model must have a name", nil)
	}
	m := &Model{client: client, key: cfg.APIKey, name: name, reasoning: reasons(name)}
	if opts != nil {
		m.reasoning = m.reasoning || opts.Reasoning
	}
	return m, nil
}

// reasons tells OpenAI's reasoning models by their names.
func reasons(name string) bool {
	for _, prefix := range []string{"o1", "o3", "o4", "gpt-5", "gpt-6"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// request puts req into the protocol's form. A temperature of 0 is sent as the
// smallest number above it, since the wire form drops a zero and the server would
// then take its own default, often 1.
func (m *Model) request(req *llm.Request) (openai.ChatCompletionRequest, error) {
	if req == nil || len(req.Messages) == 0 {
		return openai.ChatCompletionRequest{}, fault.New(fault.InvalidRequest, "a request to a model needs at least one message", nil)
	}
	out := openai.ChatCompletionRequest{Model: m.name, Messages: make([]openai.ChatCompletionMessage, len(req.Messages))}
	for i, msg := range req.Messages {
		out.Messages[i] = openai.ChatCompletionMessage{Role: string(msg.Role), Content: msg.Content}
	}
	if m.reasoning {
		out.MaxCompletionTokens = req.MaxTokens
		return out, nil
	}
	//lint:ignore SA1019 many servers know max_tokens and not its successor
	out.MaxTokens = req.MaxTokens
	out.Temperature = max(float32(req.Temperature), math.SmallestNonzeroFloat32)
	return out, nil
}

// Generate asks for a whole text.
func (m *Model) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	wire, err := m.request(req)
	if err != nil {
		return nil, err
	}
	res, err := m.client.CreateChatCompletion(ctx, wire)
	if err != nil {
		return nil, callFault(ctx, err, m.key)
	}
	if len(res.Choices) == 0 {
		return nil, fault.New(fault.Upstream, "the model server answered without a choice", nil)
	}
	finish, err := finishOf(res.Choices[0].FinishReason)
	if err != nil {
		return nil, err
	}
	return &llm.Response{
		Text:   res.Choices[0].Message.Content,
		Model:  cmp.Or(res.Model, m.name),
		Finish: finish,
		Usage:  llm.Usage{Prompt: res.Usage.PromptTokens, Completion: res.Usage.CompletionTokens},
	}, nil
}

// Stream asks for a text piece by piece. A stream that ends before the model said
// why it stopped is an error (UPSTREAM_ERROR), however much text had come. Usage
// is zero when the server does not tell it in streams.
func (m *Model) Stream(ctx context.Context, req *llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) {
		wire, err := m.request(req)
		if err != nil {
			yield(llm.Delta{}, err)
			return
		}
		wire.StreamOptions = &openai.StreamOptions{IncludeUsage: true}
		stream, err := m.client.CreateChatCompletionStream(ctx, wire)
		if err != nil {
			yield(llm.Delta{}, callFault(ctx, err, m.key))
			return
		}
		defer stream.Close()
		collected := collector{model: m}
		for {
			text, done, err := collected.next(ctx, stream)
			switch {
			case err != nil:
				yield(llm.Delta{}, err)
				return
			case done != nil:
				yield(llm.Delta{Done: done}, nil)
				return
			case text != "" && !yield(llm.Delta{Text: text}, nil):
				return
			}
		}
	}
}

// collector puts a streamed response together.
type collector struct {
	model  *Model
	text   strings.Builder
	name   string
	finish openai.FinishReason
	usage  llm.Usage
}

// next reads one event: the text it adds, or the whole response at the stream's end.
func (c *collector) next(ctx context.Context, stream *openai.ChatCompletionStream) (string, *llm.Response, error) {
	event, err := stream.Recv()
	if err == io.EOF {
		done, err := c.response()
		return "", done, err
	}
	if err != nil {
		return "", nil, callFault(ctx, err, c.model.key)
	}
	c.name = cmp.Or(event.Model, c.name)
	if event.Usage != nil {
		c.usage = llm.Usage{Prompt: event.Usage.PromptTokens, Completion: event.Usage.CompletionTokens}
	}
	var added string
	for _, choice := range event.Choices {
		if choice.Index != 0 {
			continue
		}
		added += choice.Delta.Content
		if choice.FinishReason != "" && choice.FinishReason != openai.FinishReasonNull {
			c.finish = choice.FinishReason
		}
	}
	c.text.WriteString(added)
	return added, nil, nil
}

func (c *collector) response() (*llm.Response, error) {
	if c.finish == "" {
		return nil, fault.New(fault.Upstream, "the model server broke off its answer",
			fault.Details{"received_bytes": c.text.Len()})
	}
	finish, err := finishOf(c.finish)
	if err != nil {
		return nil, err
	}
	return &llm.Response{Text: c.text.String(), Model: cmp.Or(c.name, c.model.name), Finish: finish, Usage: c.usage}, nil
}

// finishOf reads why a model stopped. An answer that a filter withheld, or a call
// of a tool that nobody offered, is no answer: UPSTREAM_ERROR.
func finishOf(reason openai.FinishReason) (llm.Finish, error) {
	switch reason {
	case openai.FinishReasonLength:
		return llm.Length, nil
	case openai.FinishReasonContentFilter:
		return "", fault.New(fault.Upstream, "the model server withheld the answer", fault.Details{"finish_reason": string(reason)})
	case openai.FinishReasonToolCalls, openai.FinishReasonFunctionCall:
		return "", fault.New(fault.Upstream, fmt.Sprintf("the model wants to call a tool (%s), but none was offered", reason), nil)
	}
	return llm.Stop, nil
}
