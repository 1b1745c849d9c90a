package openaillm

import (
	"encoding/base64"
	"encoding/json"
	"net/url"

	openai "github.com/sashabaranov/go-openai"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm"
)

// coldest is the temperature that is sent for 0, since the wire form drops a zero and
// the server would then take its own default, often 1. Servers divide by it in 32 bits:
// one that is small enough to make that infinite has llama.cpp answer at random.
const coldest = 1e-6

// request puts req into the protocol's form.
func (m *Model) request(req *llm.Request) (openai.ChatCompletionRequest, error) {
	out := openai.ChatCompletionRequest{Model: m.name}
	if err := req.Check(); err != nil {
		return out, err
	}
	for i := range req.Messages {
		msg, err := m.message(&req.Messages[i])
		if err != nil {
			return out, err
		}
		out.Messages = append(out.Messages, msg)
	}
	tools(&out, req)
	if o := req.Output; o != nil {
		out.ResponseFormat = &openai.ChatCompletionResponseFormat{
			Type:       openai.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &openai.ChatCompletionResponseFormatJSONSchema{Name: o.Name, Schema: o.Schema, Strict: true},
		}
	}
	if m.reasoning {
		out.MaxCompletionTokens = req.MaxTokens
		return out, nil
	}
	//lint:ignore SA1019 many servers know max_tokens and not its successor
	out.MaxTokens = req.MaxTokens
	out.Temperature = max(float32(req.Temperature), coldest)
	return out, nil
}

// tools puts the tools of req into out.
func tools(out *openai.ChatCompletionRequest, req *llm.Request) {
	for i := range req.Tools {
		t := &req.Tools[i]
		parameters := t.Parameters
		if len(parameters) == 0 {
			parameters = json.RawMessage(`{"type":"object"}`)
		}
		out.Tools = append(out.Tools, openai.Tool{Type: openai.ToolTypeFunction,
			Function: &openai.FunctionDefinition{Name: t.Name, Description: t.Description, Parameters: parameters}})
	}
	switch c := req.ToolChoice; {
	case c == "" || len(req.Tools) == 0:
	case c == llm.ToolsAuto || c == llm.ToolsNone || c == llm.ToolsRequired:
		out.ToolChoice = string(c)
	default:
		out.ToolChoice = openai.ToolChoice{Type: openai.ToolTypeFunction, Function: openai.ToolFunction{Name: string(c)}}
	}
}

// message puts one message into the protocol's form: a plain text where it has no
// parts, which every server takes.
func (m *Model) message(in *llm.Message) (openai.ChatCompletionMessage, error) {
	out := openai.ChatCompletionMessage{Role: string(in.Role), ToolCallID: in.CallID}
	for _, c := range in.Calls {
		out.ToolCalls = append(out.ToolCalls, openai.ToolCall{ID: c.ID, Type: openai.ToolTypeFunction,
			Function: openai.FunctionCall{Name: c.Name, Arguments: string(c.Arguments)}})
	}
	if len(in.Parts) == 0 {
		out.Content = in.Content
		return out, nil
	}
	if in.Content != "" {
		out.MultiContent = append(out.MultiContent, openai.ChatMessagePart{Type: openai.ChatMessagePartTypeText, Text: in.Content})
	}
	for i := range in.Parts {
		p, err := m.part(&in.Parts[i])
		if err != nil {
			return out, err
		}
		out.MultiContent = append(out.MultiContent, p)
	}
	return out, nil
}

// part puts one part into the protocol's form: bytes of an image as a data: URL.
func (m *Model) part(p *llm.Part) (openai.ChatMessagePart, error) {
	switch {
	case p.Audio != nil:
		return audioPart(p.Audio), nil
	case p.Image == nil:
		return openai.ChatMessagePart{Type: openai.ChatMessagePartTypeText, Text: p.Text}, nil
	}
	link := p.Image.URL
	if link == "" {
		link = "data:" + p.Image.MediaType + ";base64," + base64.StdEncoding.EncodeToString(p.Image.Data)
	} else if u, err := url.Parse(link); !m.remote || err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return openai.ChatMessagePart{}, fault.New(fault.InvalidRequest, "an image must be given by its bytes, or by an https URL where those are allowed", nil)
	}
	return openai.ChatMessagePart{Type: openai.ChatMessagePartTypeImageURL, ImageURL: &openai.ChatMessageImageURL{URL: link}}, nil
}

func usageOf(u *openai.Usage) llm.Usage {
	out := llm.Usage{Prompt: u.PromptTokens, Completion: u.CompletionTokens}
	if u.PromptTokensDetails != nil {
		out.Cached = u.PromptTokensDetails.CachedTokens
	}
	return out
}
