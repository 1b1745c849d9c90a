package llmhttp

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/akshara-go/akshara/rag/llm"
)

// chatMessage is one turn of a conversation on the wire.
type chatMessage struct {
	_         struct{}        `additionalProperties:"true"`
	Role      string          `json:"role" enum:"system,developer,user,assistant,tool"`
	Content   json.RawMessage `json:"content,omitempty" required:"false" doc:"A text, or a list of parts: text, image_url, input_audio"`
	ToolCalls []toolCall      `json:"tool_calls,omitempty" required:"false" maxItems:"128"`
	CallID    string          `json:"tool_call_id,omitempty" required:"false" maxLength:"256" doc:"Of a tool: the call that it answers"`
}

// toolCall is a call of a tool on the wire; Index is set in streams alone.
type toolCall struct {
	_        struct{}     `additionalProperties:"true"`
	Index    *int         `json:"index,omitempty" required:"false"`
	ID       string       `json:"id" maxLength:"256"`
	Type     string       `json:"type,omitempty" required:"false" enum:"function"`
	Function functionCall `json:"function"`
}

type functionCall struct {
	_         struct{} `additionalProperties:"true"`
	Name      string   `json:"name" maxLength:"64"`
	Arguments string   `json:"arguments" doc:"JSON"`
}

// message gives the turn as models take it. at says where it stands in the request.
func (m *chatMessage) message(at string) (llm.Message, error) {
	out := llm.Message{Role: llm.Role(m.Role), CallID: m.CallID}
	if m.Role == "developer" { // OpenAI's newer name
		out.Role = llm.System
	}
	if err := content(&out, given(m.Content), at+".content"); err != nil {
		return out, err
	}
	for i, c := range m.ToolCalls {
		arguments := json.RawMessage(c.Function.Arguments)
		if strings.TrimSpace(c.Function.Arguments) == "" {
			arguments = json.RawMessage("{}")
		}
		if !json.Valid(arguments) {
			field := fmt.Sprintf("%s.tool_calls[%d].function.arguments", at, i)
			return out, refused(field, field+": not JSON")
		}
		out.Calls = append(out.Calls, llm.ToolCall{ID: c.ID, Name: c.Function.Name, Arguments: arguments})
	}
	switch {
	case out.Role == llm.ToolRole && out.CallID == "":
		return out, refused(at+".tool_call_id", at+": what a tool gave needs the id of its call")
	case m.Role != "assistant" && len(out.Calls) > 0:
		return out, refused(at+".tool_calls", at+": only an assistant calls tools")
	}
	return out, nil
}

// contentPart is a part of a message on the wire.
type contentPart struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	Refusal  string `json:"refusal"`
	ImageURL struct {
		URL string `json:"url"`
	} `json:"image_url"`
	InputAudio struct {
		Data   string `json:"data"`
		Format string `json:"format"`
	} `json:"input_audio"`
}

// content reads a text or a list of parts into a message. The first text becomes
// its Content, as long as nothing stands before it.
func content(m *llm.Message, data json.RawMessage, at string) error {
	if data == nil || json.Unmarshal(data, &m.Content) == nil {
		return nil
	}
	var parts []contentPart
	if err := json.Unmarshal(data, &parts); err != nil {
		return refused(at, at+": neither a text nor a list of parts")
	}
	for i := range parts {
		p, err := parts[i].part(fmt.Sprintf("%s[%d]", at, i))
		switch {
		case err != nil:
			return err
		case p.Text == "" && p.Image == nil && p.Audio == nil: // an empty text
		case p.Text != "" && m.Content == "" && len(m.Parts) == 0:
			m.Content = p.Text
		default:
			m.Parts = append(m.Parts, p)
		}
	}
	return nil
}

func (p *contentPart) part(at string) (llm.Part, error) {
	switch p.Type {
	case "text":
		return llm.Part{Text: p.Text}, nil
	case "refusal":
		return llm.Part{Text: p.Refusal}, nil
	case "image_url":
		image, err := image(p.ImageURL.URL, at)
		return llm.Part{Image: image}, err
	case "input_audio":
		data, err := base64.StdEncoding.DecodeString(p.InputAudio.Data)
		if err != nil || len(data) == 0 {
			return llm.Part{}, refused(at, at+": the recording is not base64")
		}
		return llm.Part{Audio: &llm.Audio{Data: data, Format: p.InputAudio.Format}}, nil
	}
	return llm.Part{}, refused(at, at+": a part must be of the type text, image_url or input_audio")
}

// image reads a data: URL of a picture in base64 (RFC 2397), or leaves an https URL to the model.
func image(link, at string) (*llm.Image, error) {
	rest, ok := strings.CutPrefix(link, "data:")
	if !ok {
		if !strings.HasPrefix(link, "https://") {
			return nil, refused(at, at+": an image must be a data: URL or an https URL")
		}
		return &llm.Image{URL: link}, nil
	}
	kind, text, ok := strings.Cut(rest, ";base64,")
	if ok {
		switch kind {
		case "image/png", "image/jpeg", "image/webp", "image/gif":
			if data, err := base64.StdEncoding.DecodeString(text); err == nil && len(data) > 0 {
				return &llm.Image{Data: data, MediaType: kind}, nil
			}
		}
	}
	return nil, refused(at, at+": a data: URL must be of a PNG, JPEG, WebP or GIF picture in base64")
}
