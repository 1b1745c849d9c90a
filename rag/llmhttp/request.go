package llmhttp

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm"
)

// chatRequest is the body of /v1/chat/completions. Fields that it does not name are passed over.
type chatRequest struct {
	_ struct{} `additionalProperties:"true"`

	Model    string        `json:"model,omitempty" required:"false" maxLength:"256" doc:"A model's id, or auto" example:"auto"`
	Version  string        `json:"model_version,omitempty" required:"false" maxLength:"256" doc:"A fine-tuned version of the model"`
	Messages []chatMessage `json:"messages" minItems:"1" maxItems:"4096" nullable:"false"`

	Stream        bool           `json:"stream,omitempty" required:"false"`
	StreamOptions *streamOptions `json:"stream_options,omitempty" required:"false"`

	MaxTokens           int     `json:"max_tokens,omitempty" required:"false" minimum:"1" doc:"Of the answer"`
	MaxCompletionTokens int     `json:"max_completion_tokens,omitempty" required:"false" minimum:"1" doc:"The same by its newer name"`
	Temperature         float64 `json:"temperature,omitempty" required:"false" minimum:"0" maximum:"2" doc:"0 when missing"`

	Tools          []chatTool      `json:"tools,omitempty" required:"false" maxItems:"128"`
	ToolChoice     json.RawMessage `json:"tool_choice,omitempty" required:"false" doc:"auto, none, required, or {type: function, function: {name}}"`
	ResponseFormat *responseFormat `json:"response_format,omitempty" required:"false"`

	N            int             `json:"n,omitempty" required:"false" minimum:"1" maximum:"1" doc:"Only 1"`
	Stop         json.RawMessage `json:"stop,omitempty" required:"false" doc:"Is not taken"`
	LogProbs     bool            `json:"logprobs,omitempty" required:"false" doc:"Is not taken"`
	Modalities   []string        `json:"modalities,omitempty" required:"false" doc:"Only text"`
	Functions    json.RawMessage `json:"functions,omitempty" required:"false" doc:"Is not taken: tools are"`
	FunctionCall json.RawMessage `json:"function_call,omitempty" required:"false" doc:"Is not taken: tool_choice is"`
}

type streamOptions struct {
	_            struct{} `additionalProperties:"true"`
	IncludeUsage bool     `json:"include_usage,omitempty" required:"false" doc:"Whether a last event tells the tokens"`
}

type chatTool struct {
	_        struct{}     `additionalProperties:"true"`
	Type     string       `json:"type" enum:"function"`
	Function chatFunction `json:"function"`
}

type chatFunction struct {
	_           struct{}        `additionalProperties:"true"`
	Name        string          `json:"name" maxLength:"64"`
	Description string          `json:"description,omitempty" required:"false"`
	Parameters  json.RawMessage `json:"parameters,omitempty" required:"false" doc:"A JSON schema"`
}

type responseFormat struct {
	_          struct{}    `additionalProperties:"true"`
	Type       string      `json:"type" enum:"text,json_object,json_schema"`
	JSONSchema *jsonSchema `json:"json_schema,omitempty" required:"false"`
}

type jsonSchema struct {
	_      struct{}        `additionalProperties:"true"`
	Name   string          `json:"name" maxLength:"64"`
	Schema json.RawMessage `json:"schema,omitempty" required:"false"`
}

// name is how the request names its model.
func (c *chatRequest) name() string { return cmp.Or(c.Model, Auto) }

// request gives what the body asks of a model.
func (c *chatRequest) request() (*llm.Request, error) {
	if err := c.unserved(); err != nil {
		return nil, err
	}
	req := &llm.Request{MaxTokens: max(c.MaxTokens, c.MaxCompletionTokens), Temperature: c.Temperature}
	for i := range c.Messages {
		m, err := c.Messages[i].message(fmt.Sprintf("messages[%d]", i))
		if err != nil {
			return nil, err
		}
		req.Messages = append(req.Messages, m)
	}
	for _, t := range c.Tools {
		req.Tools = append(req.Tools, llm.Tool{Name: t.Function.Name, Description: t.Function.Description, Parameters: given(t.Function.Parameters)})
	}
	var err error
	if req.ToolChoice, err = toolChoice(c.ToolChoice); err != nil {
		return nil, err
	}
	if req.Output, err = c.ResponseFormat.output(); err != nil {
		return nil, err
	}
	return req, req.Check()
}

// unserved refuses what asks for something that would not come.
func (c *chatRequest) unserved() error {
	switch {
	case len(given(c.Stop)) > 0 && string(c.Stop) != `""` && string(bytes.Join(bytes.Fields(c.Stop), nil)) != "[]":
		return refused("stop", "stop sequences are not served")
	case c.LogProbs:
		return refused("logprobs", "probabilities of tokens are not served")
	case len(given(c.Functions)) > 0:
		return refused("functions", "functions are not served; tools are")
	case len(given(c.FunctionCall)) > 0:
		return refused("function_call", "function_call is not served; tool_choice is")
	}
	for _, m := range c.Modalities {
		if m != "text" {
			return refused("modalities", "answers are text and nothing else")
		}
	}
	return nil
}

// toolChoice reads a word, or the tool that must be called.
func toolChoice(data json.RawMessage) (llm.ToolChoice, error) {
	if data = given(data); data == nil {
		return "", nil
	}
	var word string
	if json.Unmarshal(data, &word) == nil {
		switch c := llm.ToolChoice(word); c {
		case llm.ToolsAuto, llm.ToolsNone, llm.ToolsRequired:
			return c, nil
		}
		return "", refused("tool_choice", "tool_choice may be auto, none, required or a function")
	}
	var one struct {
		Type     string
		Function struct{ Name string }
	}
	if json.Unmarshal(data, &one) != nil || one.Type != "function" || one.Function.Name == "" {
		return "", refused("tool_choice", "tool_choice may be auto, none, required or a function")
	}
	return llm.ToolChoice(one.Function.Name), nil
}

// output gives the form that the answer must have, or nil.
func (f *responseFormat) output() (*llm.Output, error) {
	switch {
	case f == nil || f.Type == "text":
		return nil, nil
	case f.Type == "json_object":
		return &llm.Output{Name: "object", Schema: json.RawMessage(`{"type":"object"}`)}, nil
	case f.JSONSchema == nil:
		return nil, refused("response_format.json_schema", "a response_format of the type json_schema needs a json_schema")
	}
	schema := given(f.JSONSchema.Schema)
	if schema == nil {
		schema = json.RawMessage(`{}`)
	}
	return &llm.Output{Name: f.JSONSchema.Name, Schema: schema}, nil
}

// given gives a value that is there and not null, or nil.
func given(data json.RawMessage) json.RawMessage {
	if data = bytes.TrimSpace(data); len(data) == 0 || string(data) == "null" {
		return nil
	}
	return data
}

// refused says what is wrong with a field of a request.
func refused(field, message string) error {
	return fault.New(fault.InvalidRequest, message, fault.Details{"field": field})
}
