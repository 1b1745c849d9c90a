package jsonschema

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"unicode/utf8"
)

// Error says where a value breaks its schema. Path is a JSON pointer into the value.
type Error struct {
	Path   string
	Reason string
}

func (e *Error) Error() string {
	if e.Path == "" {
		return "jsonschema: the value " + e.Reason
	}
	return fmt.Sprintf("jsonschema: %s %s", clip(e.Path), e.Reason)
}

// Validate tells whether text is one JSON value of the schema. What is wrong with it
// is an *[Error], which quotes none of the value but the names of its properties.
// A value that lies too deep, or for which the schema is too intricate, is refused,
// whatever forms it would have or must not have there.
func (s *Schema) Validate(text []byte) error {
	v, err := decode(text)
	if err != nil {
		return &Error{Reason: "is not JSON"}
	}
	r := &run{Schema: s, left: maxSteps}
	err = r.check(s.root, v, "", 0)
	if r.over != nil {
		return r.over
	}
	return err
}

// maxSteps is how often a value may be held against a schema: forms within forms multiply.
const maxSteps = 100_000

// run is one validation.
type run struct {
	*Schema
	left int    // steps
	over *Error // why it cannot be told whether the value fits: an answer that no form turns into another
}

// end ends the validation without knowing whether the value fits.
func (s *run) end(path, reason string) error {
	if s.over == nil {
		s.over = &Error{path, reason}
	}
	return s.over
}

// check holds v against n.
func (s *run) check(n *node, v any, path string, depth int) error {
	s.left--
	switch {
	case s.over != nil:
		return s.over
	case depth > MaxDepth || s.left < 0:
		return s.end(path, "lies too deep, or its schema is too intricate")
	case n.never:
		return &Error{path, "is not allowed"}
	case len(n.types) > 0 && !slices.ContainsFunc(n.types, func(name string) bool { return is(v, name) }):
		return &Error{path, fmt.Sprintf("is not of the type %q", n.types)}
	case n.constant != nil && !equal(v, *n.constant):
		return &Error{path, "is not the one value that it can be"}
	case n.enum != nil && !slices.ContainsFunc(n.enum, func(e any) bool { return equal(v, e) }):
		return &Error{path, "is none of the values that it can be"}
	}
	if n.ref != "" {
		if err := s.check(s.defs[n.ref], v, path, depth+1); err != nil {
			return err
		}
	}
	if err := s.checkValue(n, v, path, depth); err != nil {
		return err
	}
	return s.combined(n, v, path, depth)
}

func (s *run) checkValue(n *node, v any, path string, depth int) error {
	switch v := v.(type) {
	case string:
		if !n.lengths.hold(utf8.RuneCountInString(v)) {
			return &Error{path, "is too short or too long"}
		}
		if n.pattern != nil && !n.pattern.MatchString(v) {
			return &Error{path, "does not match the pattern"}
		}
	case json.Number:
		if !n.holdsNumber(v) {
			return &Error{path, "is a number out of bounds"}
		}
	case []any:
		return s.checkList(n, v, path, depth)
	case map[string]any:
		return s.checkObject(n, v, path, depth)
	}
	return nil
}

func (s *run) checkList(n *node, list []any, path string, depth int) error {
	if !n.counts.hold(len(list)) {
		return &Error{path, "has too few or too many items"}
	}
	if n.unique && len(list) > maxCompared {
		return s.end(path, fmt.Sprintf("has more than the %d items among which one that is there twice is looked for", maxCompared))
	}
	if n.unique && repeats(list) {
		return &Error{path, "has an item twice"}
	}
	for i, item := range list {
		sub := n.items
		if i < len(n.prefix) {
			sub = n.prefix[i]
		}
		if sub == nil {
			continue
		}
		if err := s.check(sub, item, fmt.Sprintf("%s/%d", path, i), depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (s *run) checkObject(n *node, object map[string]any, path string, depth int) error {
	if !n.sizes.hold(len(object)) {
		return &Error{path, "has too few or too many properties"}
	}
	for _, name := range n.required {
		if _, ok := object[name]; !ok {
			return &Error{path, fmt.Sprintf("lacks the property %q", name)}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		sub, ok := n.properties[name]
		if !ok {
			sub = n.additional
		}
		if sub == nil {
			continue
		}
		if err := s.check(sub, object[name], path+"/"+pointer.Replace(name), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// combined holds v against the schemas that n is put together from.
func (s *run) combined(n *node, v any, path string, depth int) error {
	for _, sub := range n.allOf {
		if err := s.check(sub, v, path, depth+1); err != nil {
			return err
		}
	}
	count := func(list []*node) (fit int) {
		for _, sub := range list {
			if s.check(sub, v, path, depth+1) == nil {
				fit++
			}
		}
		return fit
	}
	switch {
	case n.anyOf != nil && count(n.anyOf) == 0:
		return &Error{path, "fits none of the forms that it can have"}
	case n.oneOf != nil && count(n.oneOf) != 1:
		return &Error{path, "does not fit exactly one of the forms that it can have"}
	case n.not != nil && s.check(n.not, v, path, depth+1) == nil:
		return &Error{path, "has a form that it must not have"}
	}
	return nil
}

func (n *node) holdsNumber(v json.Number) bool {
	x, err := v.Float64()
	if err != nil {
		return false
	}
	if n.multiple != nil {
		q := x / *n.multiple
		if math.Abs(q-math.Round(q)) > 1e-9*math.Max(1, math.Abs(q)) {
			return false
		}
	}
	return (n.least == nil || x >= *n.least) && (n.most == nil || x <= *n.most) &&
		(n.above == nil || x > *n.above) && (n.below == nil || x < *n.below)
}

func (b *bounds) hold(n int) bool {
	return (b.min == nil || float64(n) >= *b.min) && (b.max == nil || float64(n) <= *b.max)
}

// is tells whether v is of the type of a name.
func is(v any, name string) bool {
	switch v := v.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case string:
		return name == "string"
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	case json.Number:
		if name != "integer" {
			return name == "number"
		}
		x, err := v.Float64()
		return err == nil && x == math.Trunc(x)
	}
	return false
}

// equal tells whether two values are the same; 1 and 1.0 are, wherever they stand.
func equal(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		b, ok := b.(json.Number)
		if !ok {
			return false
		}
		x, errX := a.Float64()
		y, errY := b.Float64()
		return errX == nil && errY == nil && x == y
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, equal)
	}
	return a == b // a string, a truth value or null
}

// maxCompared is how many items are looked at for one that is there twice: they are compared pairwise.
const maxCompared = 1000

func repeats(list []any) bool {
	for i := range list {
		for j := range i {
			if equal(list[i], list[j]) {
				return true
			}
		}
	}
	return false
}
