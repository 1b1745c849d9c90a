package llm

import "encoding/json"

// Part is a piece of a message: exactly one of its fields is set.
type Part struct {
	Text  string `json:"text,omitempty"`
	Image *Image `json:"image,omitempty"`
	Audio *Audio `json:"audio,omitempty"`
}

// Image is a picture: its bytes with their type, or where it lies.
type Image struct {
	Data      []byte `json:"data,omitempty"`
	MediaType string `json:"media_type,omitempty"` // image/png, image/jpeg, image/webp or image/gif; of Data
	URL       string `json:"url,omitempty"`        // instead of Data: an https URL, which the model's server would fetch
}

// Audio is a recording.
type Audio struct {
	Data   []byte `json:"data"`
	Format string `json:"format"` // wav or mp3
}

// Tool is a function that a model may ask its caller to run.
type Tool struct {
	Name        string          `json:"name"` // 1 to 64 of A-Z a-z 0-9 _ -
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parameters,omitempty"` // JSON schema of the arguments, see package jsonschema; nil: an object of any kind
}

// ToolCall is a model's wish that a tool be run.
type ToolCall struct {
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	Arguments json.RawMessage `json:"arguments"` // a JSON object
}

// ToolChoice says whether a model may, must or must not call tools; another value
// is the name of the one tool that it must call.
type ToolChoice string

// The choices besides the name of a tool.
const (
	ToolsAuto     ToolChoice = "auto"
	ToolsNone     ToolChoice = "none"
	ToolsRequired ToolChoice = "required"
)

// Output is the form that a text must have: JSON of a schema.
type Output struct {
	Name   string          `json:"name"`   // as a tool's name
	Schema json.RawMessage `json:"schema"` // see package jsonschema
}

// Media tells whether a request carries images and recordings.
func (req *Request) Media() (images, audio bool) {
	for i := range req.Messages {
		for _, p := range req.Messages[i].Parts {
			images, audio = images || p.Image != nil, audio || p.Audio != nil
		}
	}
	return images, audio
}
