// Package jsonschema holds JSON against a schema: the answer that a model was to
// give in a form, and the arguments of the tools that it calls.
//
//	schema, err := jsonschema.Compile([]byte(`{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}`))
//	if err != nil {
//		return err
//	}
//	err = schema.Validate([]byte(`{"city":"आगरा"}`))
//
// It knows the part of JSON Schema 2020-12 that model servers take: type, enum,
// const, properties, required, additionalProperties, minProperties, maxProperties,
// items, prefixItems, minItems, maxItems, uniqueItems (of up to 1,000 items), minLength, maxLength (in code
// points), pattern (RE2), minimum, maximum, exclusiveMinimum, exclusiveMaximum,
// multipleOf, anyOf, oneOf, allOf, not, and $ref into the schema's own $defs and
// definitions. Keywords that only describe (title, description, default, examples,
// format...) are passed over. Any other keyword is refused, since what
// is not understood cannot be said to hold.
package jsonschema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/akshara-go/akshara/observe/fault"
)

// Bounds on a schema, and on how deep a value is looked into.
const (
	MaxBytes = 256 << 10
	MaxDepth = 64
)

// Schema is a schema that was understood. It may be used concurrently.
type Schema struct {
	root *node
	defs map[string]*node // by reference: "#", "#/$defs/x"
}

// node is one schema of a schema.
type node struct {
	never                  bool // the schema false
	ref                    string
	types                  []string
	enum                   []any
	constant               *any
	properties             map[string]*node
	required               []string
	additional             *node // nil: anything
	prefix                 []*node
	items                  *node
	anyOf, oneOf, allOf    []*node
	not                    *node
	pattern                *regexp.Regexp
	unique                 bool
	least, most            *float64 // minimum, maximum
	above, below, multiple *float64
	lengths, counts, sizes bounds // of strings, lists and objects
}

// bounds are limits on a count; nil where there is none.
type bounds struct{ min, max *float64 }

// Compile understands a schema: true, false or an object. One that it does not
// understand is INVALID_REQUEST, and the message says where.
func Compile(text json.RawMessage) (*Schema, error) {
	if len(text) > MaxBytes {
		return nil, fault.New(fault.InvalidRequest, fmt.Sprintf("a JSON schema may have %d bytes", MaxBytes), nil)
	}
	v, err := decode(text)
	if err != nil {
		return nil, fault.Wrap(err, fault.InvalidRequest, "the JSON schema is not JSON", nil)
	}
	c := &compiler{keywords: allKeywords(), defs: map[string]*node{}, refs: map[string]bool{}}
	root, err := c.compile(v, "#", 0)
	for ref := range c.refs {
		if err == nil && c.defs[ref] == nil {
			err = fmt.Errorf("%s refers to nothing", ref)
		}
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.InvalidRequest, "the JSON schema is not understood: "+err.Error(), nil)
	}
	return &Schema{root: root, defs: c.defs}, nil
}

// decode reads one JSON value, with numbers as they are written.
func decode(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows the value")
	}
	return v, nil
}

// compiler turns a decoded schema into nodes.
type compiler struct {
	keywords map[string]keyword
	defs     map[string]*node
	refs     map[string]bool
}

// described are the keywords that demand nothing.
var described = map[string]bool{"$schema": true, "$id": true, "$comment": true, "title": true, "description": true, "default": true,
	"examples": true, "example": true, "deprecated": true, "readOnly": true, "writeOnly": true, "format": true}

func (c *compiler) compile(v any, path string, depth int) (*node, error) {
	if depth > MaxDepth {
		return nil, fmt.Errorf("%s lies too deep", clip(path))
	}
	n := &node{}
	c.defs[path] = n
	if b, ok := v.(bool); ok {
		n.never = !b
		return n, nil
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s is neither an object nor a truth value", clip(path))
	}
	for key, value := range object {
		if described[key] {
			continue
		}
		set, known := c.keywords[key]
		if !known {
			return nil, fmt.Errorf("the keyword %q at %s is not known", clip(key), clip(path))
		}
		if err := set(c, n, value, path+"/"+key, depth); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// clip keeps a message short.
func clip(text string) string {
	if len(text) > 100 {
		return strings.ToValidUTF8(text[:100], "") + "…"
	}
	return text
}
