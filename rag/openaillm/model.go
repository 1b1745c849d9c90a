package openaillm

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
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

	// RemoteImages lets images be named by https URLs, which the server fetches: allow
	// it only where whoever writes the messages may make the server ask anybody. Images
	// that are given by their bytes are always sent.
	RemoteImages bool
}

// Model is a chat model on a server. It may be used concurrently.
type Model struct {
	client    *openai.Client
	key       string
	name      string
	reasoning bool
	remote    bool
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
		m.reasoning, m.remote = m.reasoning || opts.Reasoning, opts.RemoteImages
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

// Generate asks for a whole response.
func (m *Model) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	wire, err := m.request(req)
	if err != nil {
		return nil, err
	}
	res, err := m.client.CreateChatCompletion(withAudio(ctx, req), wire)
	if err != nil {
		return nil, callFault(ctx, err, m.key)
	}
	if len(res.Choices) == 0 {
		return nil, fault.New(fault.Upstream, "the model server answered without a choice", nil)
	}
	c := &res.Choices[0]
	return m.response(req, &llm.Response{
		Text: c.Message.Content, Calls: callsOf(c.Message.ToolCalls), Model: res.Model, Usage: usageOf(&res.Usage),
	}, c.FinishReason)
}

// response completes what a server gave and holds it against the request.
func (m *Model) response(req *llm.Request, res *llm.Response, reason openai.FinishReason) (*llm.Response, error) {
	finish, err := finishOf(reason, len(res.Calls))
	if err != nil {
		return nil, err
	}
	if res.Text == "" && len(res.Calls) == 0 && finish == llm.Stop {
		return nil, fault.New(fault.Upstream, "the model gave an empty answer", nil)
	}
	if res.Model == "" || strings.HasPrefix(res.Model, "/") || strings.Contains(res.Model, `\`) { // llama.cpp's server tells the path of its file
		res.Model = m.name
	}
	if finish == llm.Filtered {
		res.Calls = nil // nobody is to run what may be half of one
	}
	res.Finish, res.Prompt = finish, req.Prompt
	if err := res.Check(req); err != nil {
		return nil, err
	}
	return res, nil
}

// Stream asks for a text piece by piece. A stream that ends before the model said
// why it stopped is an error (UPSTREAM_ERROR), however much text had come. A call of a
// tool is given when it is whole, after the text. Usage is zero when the server does
// not tell it in streams. Leaving the loop, or ending ctx, closes the connection, by which
// servers know that nobody listens.
func (m *Model) Stream(ctx context.Context, req *llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) {
		wire, err := m.request(req)
		if err != nil {
			yield(llm.Delta{}, err)
			return
		}
		wire.StreamOptions = &openai.StreamOptions{IncludeUsage: true}
		stream, err := m.client.CreateChatCompletionStream(withAudio(ctx, req), wire)
		if err != nil {
			yield(llm.Delta{}, callFault(ctx, err, m.key))
			return
		}
		defer stream.Close()
		collected := collector{model: m, req: req}
		for {
			text, done, err := collected.next(ctx, stream)
			switch {
			case err != nil:
				yield(llm.Delta{}, err)
				return
			case done != nil:
				finish(done, yield)
				return
			case text != "" && !yield(llm.Delta{Text: text}, nil):
				return
			}
		}
	}
}

// finish gives the calls of a whole response, and its end.
func finish(done *llm.Response, yield func(llm.Delta, error) bool) {
	for i := range done.Calls {
		if !yield(llm.Delta{Call: &done.Calls[i]}, nil) {
			return
		}
	}
	yield(llm.Delta{Done: done}, nil)
}

// collector puts a streamed response together.
type collector struct {
	model  *Model
	req    *llm.Request
	text   strings.Builder
	calls  calls
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
		c.usage = usageOf(event.Usage)
	}
	var added string
	for _, choice := range event.Choices {
		if choice.Index != 0 {
			continue
		}
		added += choice.Delta.Content
		if err := c.calls.add(choice.Delta.ToolCalls); err != nil {
			return "", nil, err
		}
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
	return c.model.response(c.req, &llm.Response{Text: c.text.String(), Calls: callsOf(c.calls), Model: c.name, Usage: c.usage}, c.finish)
}

// finishOf reads why a model stopped, which some servers call a stop when tools were
// called. A call that is not there is UPSTREAM_ERROR.
func finishOf(reason openai.FinishReason, calls int) (llm.Finish, error) {
	switch reason {
	case openai.FinishReasonLength:
		return llm.Length, nil
	case openai.FinishReasonContentFilter:
		return llm.Filtered, nil
	case openai.FinishReasonToolCalls, openai.FinishReasonFunctionCall:
		if calls == 0 {
			return "", fault.New(fault.Upstream, fmt.Sprintf("the model wants to call a tool (%s), but names none", reason), nil)
		}
	}
	if calls > 0 {
		return llm.ToolUse, nil
	}
	return llm.Stop, nil
}
