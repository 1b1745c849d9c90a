package ragtrace

import (
	"context"
	"encoding/json"
	"iter"
	"strings"

	"github.com/akshara-go/akshara/observe/genai"
	"github.com/akshara-go/akshara/rag/llm"
)

// ModelOptions say what is recorded of a model besides its calls.
type ModelOptions struct {
	Provider string       // whose API it speaks: openai, aws.bedrock; "": a model in this process
	Name     string       // the name it is asked by
	Remote   bool         // another process runs it
	Account  *llm.Account // whose prices say what a call costs; nil: no cost is recorded
}

// Model records the generations of m. A span lasts until the response is whole, of a
// stream until its last delta, its error, or until its reader leaves it, which the
// attribute akshara.stream.abandoned tells. A stream's span also has the time to its
// first delta. What a model did not tell of its tokens stands on no span. Nil opts
// are those of a model in this process without a name.
func Model(m llm.Model, rec *genai.Recorder, opts *ModelOptions) llm.Model {
	if rec == nil {
		return m
	}
	t := &model{base: m, rec: rec}
	if opts != nil {
		t.opts = *opts
	}
	_, t.streams = m.(llm.Streamer)
	return t
}

type model struct {
	base    llm.Model
	rec     *genai.Recorder
	opts    ModelOptions
	streams bool // base does
}

var _ llm.Streamer = (*model)(nil)

// begin starts the span of a request.
func (m *model) begin(ctx context.Context, req *llm.Request, stream bool) (context.Context, *genai.Call) {
	ctx, call := m.rec.Start(ctx, &genai.Start{Operation: genai.Chat, Provider: m.opts.Provider, Model: m.opts.Name, Remote: m.opts.Remote, Stream: stream})
	if !call.Recording() {
		return ctx, call
	}
	if req.MaxTokens > 0 {
		call.Set(genai.RequestMaxTokens.Int(req.MaxTokens))
	}
	if req.Temperature != 0 {
		call.Set(genai.RequestTemp.Float64(req.Temperature))
	}
	if req.Output != nil {
		call.Set(genai.OutputType.String("json"))
	}
	if req.Prompt.Name != "" {
		call.Set(genai.PromptName.String(req.Prompt.Name), genai.PromptVersion.String(req.Prompt.Version))
	}
	if call.Contents() {
		instructions, messages := asked(req)
		call.Instructions(instructions)
		call.Messages(genai.InputMessages, messages)
	}
	return ctx, call
}

// done tells what came of a request.
func (m *model) done(call *genai.Call, res *llm.Response) {
	if call == nil {
		return
	}
	use := res.Usage
	if res.Cached { // nothing was used
		use = llm.Usage{}
	}
	call.Respond(&genai.Response{Model: res.Model, Finish: string(res.Finish), Input: use.Prompt, Output: use.Completion, Cached: use.Cached})
	if !call.Recording() {
		return
	}
	if m.opts.Account != nil && use != (llm.Usage{}) {
		if cost, ok := m.opts.Account.Cost(res.Model, res.Usage); ok {
			call.Set(genai.CostInput.Float64(cost.Input), genai.CostOutput.Float64(cost.Output), genai.CostCurrency.String(cost.Currency))
		}
	}
	if call.Contents() {
		call.Messages(genai.OutputMessages, []genai.Message{answered(res.Text, res.Calls, string(res.Finish))})
	}
}

func (m *model) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	ctx, call := m.begin(ctx, req, false)
	res, err := m.base.Generate(ctx, req)
	if err == nil {
		m.done(call, res)
	}
	call.End(err)
	return res, err
}

func (m *model) Stream(ctx context.Context, req *llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) {
		ctx, call := m.begin(ctx, req, m.streams)
		if call == nil {
			llm.Stream(ctx, m.base, req)(yield)
			return
		}
		f := &following{model: m, call: call}
		defer f.end(ctx)
		for d, err := range llm.Stream(ctx, m.base, req) {
			f.saw(&d, err)
			if !yield(d, err) {
				return
			}
		}
	}
}

// following is a stream that is recorded.
type following struct {
	*model
	call  *genai.Call
	said  strings.Builder // of what content is recorded, in case there is no end
	calls []llm.ToolCall
	whole bool
	err   error
}

func (f *following) saw(d *llm.Delta, err error) {
	switch {
	case err != nil:
		f.err = err
		return
	case d.Done != nil:
		f.whole = true
		f.done(f.call, d.Done)
		return
	case d.Text == "" && d.Call == nil:
		return
	}
	if f.streams {
		f.call.FirstChunk()
	}
	if f.call.Contents() && f.said.Len() < genai.MaxContentBytes {
		f.said.WriteString(d.Text)
		if d.Call != nil {
			f.calls = append(f.calls, *d.Call)
		}
	}
}

// end ends the span, however the stream ended. It is called when a reader panics, too.
func (f *following) end(ctx context.Context) {
	if !f.whole && f.call.Contents() {
		f.call.Messages(genai.OutputMessages, []genai.Message{answered(f.said.String(), f.calls, "")})
	}
	endStream(ctx, f.call, f.whole, f.err)
}

// endStream ends the span of a stream that came to its end, failed, or was left: by
// a reader whose context had ended, or by one who had read enough.
func endStream(ctx context.Context, call *genai.Call, whole bool, err error) {
	if !whole && err == nil {
		if err = ctx.Err(); err == nil {
			call.Set(genai.Abandoned.Bool(true))
		}
	}
	call.End(err)
}

// asked gives what the system says and the turns of a request as the conventions have them.
func asked(req *llm.Request) (instructions []string, messages []genai.Message) {
	for i := range req.Messages {
		m := &req.Messages[i]
		if m.Role == llm.System {
			instructions = append(instructions, m.Content)
			continue
		}
		out := genai.Message{Role: string(m.Role), Parts: []genai.Part{}}
		switch {
		case m.Role == llm.ToolRole:
			out.Parts = append(out.Parts, genai.Part{Type: "tool_call_response", ID: m.CallID, Response: m.Content})
		case m.Content != "":
			out.Parts = append(out.Parts, genai.Part{Type: "text", Content: m.Content})
		}
		for _, p := range m.Parts {
			out.Parts = append(out.Parts, part(&p))
		}
		out.Parts = append(out.Parts, called(m.Calls)...)
		messages = append(messages, out)
	}
	return instructions, messages
}

// part gives a piece of a message; of a picture or a recording no more than that it is one.
func part(p *llm.Part) genai.Part {
	switch {
	case p.Image != nil && p.Image.URL != "":
		return genai.Part{Type: "uri", Modality: "image"}
	case p.Image != nil:
		return genai.Part{Type: "blob", Modality: "image"}
	case p.Audio != nil:
		return genai.Part{Type: "blob", Modality: "audio"}
	}
	return genai.Part{Type: "text", Content: p.Text}
}

// answered gives the one message that a model said.
func answered(text string, calls []llm.ToolCall, finish string) genai.Message {
	m := genai.Message{Role: string(llm.Assistant), Parts: []genai.Part{}, Finish: finish}
	if text != "" {
		m.Parts = append(m.Parts, genai.Part{Type: "text", Content: text})
	}
	m.Parts = append(m.Parts, called(calls)...)
	return m
}

func called(calls []llm.ToolCall) []genai.Part {
	var parts []genai.Part
	for _, c := range calls {
		parts = append(parts, genai.Part{Type: "tool_call", ID: c.ID, Name: c.Name, Arguments: json.RawMessage(c.Arguments)})
	}
	return parts
}
