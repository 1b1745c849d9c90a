package bedrockllm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdkdocument "github.com/aws/aws-sdk-go-v2/service/bedrockruntime/document"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/akshara-go/akshara/rag/llm"
)

// anyObject is the schema of a tool that takes what it is given.
const anyObject = `{"type":"object"}`

// jsonDocument is JSON as it is written: the SDK's own documents lose the order of keys.
type jsonDocument struct {
	sdkdocument.Interface // what makes it one of the SDK's
	text                  []byte
}

func (d *jsonDocument) MarshalSmithyDocument() ([]byte, error) { return d.text, nil }

// document gives JSON as the SDK takes it; none is an empty object.
func document(text []byte) (sdkdocument.Interface, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte("{}")
	}
	if !json.Valid(text) {
		return nil, errors.New("not JSON")
	}
	return &jsonDocument{Interface: sdkdocument.NewLazyDocument(nil), text: text}, nil
}

// offer puts the tools of req into a conversation, and the form of its output: as
// outputConfig where the model is structured, else as a tool.
func (conv *conversation) offer(req *llm.Request, structured bool) error {
	tools := req.Tools
	if req.ToolChoice == llm.ToolsNone {
		tools = nil // Converse has no such choice
	}
	choice := choiceOf(req.ToolChoice)
	switch {
	case req.Output == nil:
	case structured:
		conv.output = &types.OutputConfig{TextFormat: &types.OutputFormat{
			Type: types.OutputFormatTypeJsonSchema,
			Structure: &types.OutputFormatStructureMemberJsonSchema{Value: types.JsonSchemaDefinition{
				Name: aws.String(req.Output.Name), Schema: aws.String(string(req.Output.Schema))}},
		}}
	case len(tools) == 0 || req.ToolChoice == "" || req.ToolChoice == llm.ToolsAuto:
		conv.form = newForm(req)
		choice = &types.ToolChoiceMemberAny{} // a tool of the caller's, or the form; fewer models know the choice of one by its name
		tools = append(slices.Clip(tools), conv.form.tool)
	}
	if len(tools) == 0 {
		tools, choice = usedBefore(req), nil
	}
	if len(tools) == 0 {
		return nil
	}
	conv.tools = &types.ToolConfiguration{ToolChoice: choice}
	for i := range tools {
		spec, err := specOf(&tools[i])
		if err != nil {
			return err
		}
		conv.tools.Tools = append(conv.tools.Tools, spec)
	}
	return nil
}

// choiceOf gives a choice in Converse's form; nil is its default, the model's own.
func choiceOf(c llm.ToolChoice) types.ToolChoice {
	switch c {
	case "", llm.ToolsNone:
		return nil
	case llm.ToolsAuto:
		return &types.ToolChoiceMemberAuto{}
	case llm.ToolsRequired:
		return &types.ToolChoiceMemberAny{}
	}
	return &types.ToolChoiceMemberTool{Value: types.SpecificToolChoice{Name: aws.String(string(c))}}
}

// usedBefore gives the tools that the conversation speaks of: Converse wants them
// declared even when none may be called any more. A call of one is refused by
// [llm.Response.Check].
func usedBefore(req *llm.Request) (out []llm.Tool) {
	for i := range req.Messages {
		for _, call := range req.Messages[i].Calls {
			if !slices.ContainsFunc(out, func(t llm.Tool) bool { return t.Name == call.Name }) {
				out = append(out, llm.Tool{Name: call.Name})
			}
		}
	}
	return out
}

func specOf(t *llm.Tool) (types.Tool, error) {
	schema := t.Parameters
	if len(schema) == 0 {
		schema = json.RawMessage(anyObject)
	}
	parameters, err := document(schema)
	if err != nil {
		return nil, refused(fmt.Sprintf("the parameters of the tool %s are not JSON", t.Name))
	}
	spec := types.ToolSpecification{Name: aws.String(t.Name), InputSchema: &types.ToolInputSchemaMemberJson{Value: parameters}}
	if t.Description != "" {
		spec.Description = aws.String(t.Description)
	}
	return &types.ToolMemberToolSpec{Value: spec}, nil
}

// form is a tool that stands for the output: the model fills it in.
type form struct {
	name    string
	wrapped bool // the output is no object, and so the value of one
	tool    llm.Tool
}

// newForm makes the form of a request's output. It has the output's name, or another
// where a tool has that.
func newForm(req *llm.Request) *form {
	taken := func(name string) bool {
		return slices.ContainsFunc(req.Tools, func(t llm.Tool) bool { return t.Name == name })
	}
	f := &form{name: req.Output.Name}
	for i := 1; taken(f.name); i++ {
		f.name = fmt.Sprintf("answer_%d", i)
	}
	schema := req.Output.Schema
	var root struct{ Type any }
	if json.Unmarshal(schema, &root) != nil || root.Type != "object" {
		f.wrapped, schema = true, wrap(schema)
	}
	f.tool = llm.Tool{Name: f.name, Description: "Gives the answer. Call it once, with the whole answer.", Parameters: schema}
	return f
}

// valuePath is where a wrapped schema stands in the form's.
const valuePath = "#/properties/value"

// wrap gives the schema of an object whose value is of another schema, whose
// references to itself are kept.
func wrap(schema json.RawMessage) json.RawMessage {
	var inner any
	in := json.NewDecoder(bytes.NewReader(schema))
	in.UseNumber() // a number stays as it is written
	if in.Decode(&inner) != nil {
		return schema // Request.Check has compiled it
	}
	out, err := json.Marshal(map[string]any{
		"type": "object", "properties": map[string]any{"value": moved(inner)}, "required": []string{"value"}, "additionalProperties": false,
	})
	if err != nil {
		return schema
	}
	return out
}

// moved gives a schema whose references point to where it stands in a form.
func moved(node any) any {
	switch n := node.(type) {
	case map[string]any:
		for key, value := range n {
			if ref, ok := value.(string); ok && key == "$ref" {
				n[key] = valuePath + strings.TrimPrefix(ref, "#")
				continue
			}
			n[key] = moved(value)
		}
	case []any:
		for i := range n {
			n[i] = moved(n[i])
		}
	}
	return node
}

// unwrap gives the value in a filled form, or what was filled in where there is none.
func (f *form) unwrap(filled string) string {
	var got struct{ Value json.RawMessage }
	if json.Unmarshal([]byte(filled), &got) != nil || got.Value == nil {
		return filled
	}
	return string(got.Value)
}
