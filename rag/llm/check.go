package llm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm/jsonschema"
)

// What stands as a cause in the faults of models, besides their code.
var (
	// ErrContextOverflow: the request is longer than the model can take (INVALID_REQUEST).
	ErrContextOverflow = errors.New("llm: longer than the model's context")

	// ErrUndeclaredTool: the model called a tool that the request did not declare (UPSTREAM_ERROR).
	ErrUndeclaredTool = errors.New("llm: call of an undeclared tool")

	// ErrArguments: the model called a tool with arguments that are not of its schema (UPSTREAM_ERROR).
	ErrArguments = errors.New("llm: arguments are not of the tool's schema")

	// ErrOutput: the model's text is not the JSON that was asked for (UPSTREAM_ERROR).
	ErrOutput = errors.New("llm: text is not of the schema")
)

// Bounds on what goes to a model and comes back from it.
const (
	MaxTools     = 128
	MaxNameBytes = 64
)

// Check tells whether a request can be put to a model: INVALID_REQUEST when it has
// no message, a part is not exactly one thing, a tool's name cannot be one or is
// there twice, the tool that must be called is not declared, or a schema cannot be understood.
func (req *Request) Check() error {
	if req == nil || len(req.Messages) == 0 {
		return refused("a request to a model needs at least one message")
	}
	for i := range req.Messages {
		for j := range req.Messages[i].Parts {
			if !req.Messages[i].Parts[j].whole() {
				return refused(fmt.Sprintf("part %d of message %d must be one text, one image or one recording", j+1, i+1))
			}
		}
	}
	if err := req.checkTools(); err != nil {
		return err
	}
	if req.Output == nil {
		return nil
	}
	if !isName(req.Output.Name) {
		return refused("the output's schema must have a name of up to 64 letters, digits, _ and -")
	}
	_, err := jsonschema.Compile(req.Output.Schema)
	return err
}

func (req *Request) checkTools() error {
	if len(req.Tools) > MaxTools {
		return refused(fmt.Sprintf("a request may declare %d tools, not %d", MaxTools, len(req.Tools)))
	}
	seen := map[string]bool{}
	for i := range req.Tools {
		t := &req.Tools[i]
		switch {
		case !isName(t.Name):
			return refused(fmt.Sprintf("tool %d must have a name of up to 64 letters, digits, _ and -", i+1))
		case seen[t.Name]:
			return refused(fmt.Sprintf("the tool %s is declared twice", t.Name))
		}
		seen[t.Name] = true
		if _, err := t.schema(); err != nil {
			return err
		}
	}
	switch req.ToolChoice {
	case "", ToolsAuto, ToolsNone:
		return nil
	case ToolsRequired:
		if len(seen) > 0 {
			return nil
		}
	}
	if !seen[string(req.ToolChoice)] {
		return refused("the tool that must be called is not declared")
	}
	return nil
}

// Check tells whether a response is one to req: UPSTREAM_ERROR when it calls a tool
// that was not declared or not allowed ([ErrUndeclaredTool]), with arguments that are
// not of the tool's schema ([ErrArguments]), or when its text is not of the schema
// that was asked for ([ErrOutput]): also when it was cut off or held back. A response that calls tools needs no text.
func (res *Response) Check(req *Request) error {
	for i := range res.Calls {
		if err := res.Calls[i].Check(req); err != nil {
			return err
		}
	}
	if req.Output == nil || len(res.Calls) > 0 {
		return nil
	}
	schema, err := jsonschema.Compile(req.Output.Schema)
	if err == nil {
		err = schema.Validate([]byte(res.Text))
	}
	if err == nil {
		return nil
	}
	message := "the model's text is not the JSON that was asked for"
	switch res.Finish {
	case Length:
		message += ": it was cut off"
	case Filtered:
		message += ": it was held back"
	}
	return fault.Wrap(fmt.Errorf("%w: %w", ErrOutput, err), fault.Upstream, message, fault.Details{"reason": "invalid_output"})
}

// Check tells whether a call is one that req allows; see [Response.Check].
func (c *ToolCall) Check(req *Request) error {
	for i := range req.Tools {
		t := &req.Tools[i]
		if t.Name != c.Name || !req.ToolChoice.allows(t.Name) {
			continue
		}
		schema, err := t.schema()
		if err == nil {
			err = schema.Validate(c.Arguments)
		}
		if err == nil && !bytes.HasPrefix(bytes.TrimSpace(c.Arguments), []byte("{")) {
			err = errors.New("not a JSON object")
		}
		if err == nil {
			return nil
		}
		return fault.Wrap(fmt.Errorf("%w: %w", ErrArguments, err), fault.Upstream, "the model called a tool with arguments that it does not take",
			fault.Details{"reason": "invalid_arguments", "tool": t.Name})
	}
	return fault.Wrap(ErrUndeclaredTool, fault.Upstream, "the model called a tool that was not offered", fault.Details{"reason": "undeclared_tool"})
}

// allows tells whether a declared tool may be called.
func (c ToolChoice) allows(name string) bool {
	switch c {
	case "", ToolsAuto, ToolsRequired:
		return true
	case ToolsNone:
		return false
	}
	return string(c) == name
}

// schema gives the schema of a tool's arguments.
func (t *Tool) schema() (*jsonschema.Schema, error) {
	if len(t.Parameters) == 0 {
		return jsonschema.Compile(json.RawMessage(`{"type":"object"}`))
	}
	return jsonschema.Compile(t.Parameters)
}

func (p *Part) whole() bool {
	set := 0
	if p.Text != "" {
		set++
	}
	if i := p.Image; i != nil {
		set++
		if (len(i.Data) > 0) == (i.URL != "") || len(i.Data) > 0 && !strings.HasPrefix(i.MediaType, "image/") {
			return false
		}
	}
	if a := p.Audio; a != nil {
		set++
		if len(a.Data) == 0 || a.Format != "wav" && a.Format != "mp3" {
			return false
		}
	}
	return set == 1
}

// isName tells whether servers take s as the name of a tool or of a schema.
func isName(s string) bool {
	for i := range len(s) {
		b := s[i]
		if !(b|0x20 >= 'a' && b|0x20 <= 'z' || b >= '0' && b <= '9' || b == '_' || b == '-') {
			return false
		}
	}
	return s != "" && len(s) <= MaxNameBytes
}

// overflows tells whether a request was too long for a model.
func overflows(err error) bool { return errors.Is(err, ErrContextOverflow) }

func refused(message string) error { return fault.New(fault.InvalidRequest, message, nil) }
