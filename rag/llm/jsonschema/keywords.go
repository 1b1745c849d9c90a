package jsonschema

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// keyword sets what one keyword demands.
type keyword func(c *compiler, n *node, value any, path string, depth int) error

// pointer spells a name as a JSON pointer does (RFC 6901).
var pointer = strings.NewReplacer("~", "~0", "/", "~1")

// allKeywords gives those that demand something.
func allKeywords() map[string]keyword {
	return map[string]keyword{
		"type": setType, "enum": setEnum, "const": setConst, "required": setRequired, "pattern": setPattern, "uniqueItems": setUnique, "$ref": setRef,
		"properties":           schemaMap(func(n *node, m map[string]*node) { n.properties = m }),
		"$defs":                schemaMap(func(*node, map[string]*node) {}),
		"definitions":          schemaMap(func(*node, map[string]*node) {}),
		"additionalProperties": schema(func(n, sub *node) { n.additional = sub }),
		"items":                schema(func(n, sub *node) { n.items = sub }),
		"not":                  schema(func(n, sub *node) { n.not = sub }),
		"prefixItems":          schemas(func(n *node, list []*node) { n.prefix = list }),
		"anyOf":                schemas(func(n *node, list []*node) { n.anyOf = list }),
		"oneOf":                schemas(func(n *node, list []*node) { n.oneOf = list }),
		"allOf":                schemas(func(n *node, list []*node) { n.allOf = list }),
		"minimum":              number(func(n *node, x *float64) { n.least = x }),
		"maximum":              number(func(n *node, x *float64) { n.most = x }),
		"exclusiveMinimum":     number(func(n *node, x *float64) { n.above = x }),
		"exclusiveMaximum":     number(func(n *node, x *float64) { n.below = x }),
		"multipleOf":           number(func(n *node, x *float64) { n.multiple = x }),
		"minLength":            number(func(n *node, x *float64) { n.lengths.min = x }),
		"maxLength":            number(func(n *node, x *float64) { n.lengths.max = x }),
		"minItems":             number(func(n *node, x *float64) { n.counts.min = x }),
		"maxItems":             number(func(n *node, x *float64) { n.counts.max = x }),
		"minProperties":        number(func(n *node, x *float64) { n.sizes.min = x }),
		"maxProperties":        number(func(n *node, x *float64) { n.sizes.max = x }),
	}
}

// schema is a keyword that holds one schema.
func schema(set func(n, sub *node)) keyword {
	return func(c *compiler, n *node, value any, path string, depth int) error {
		sub, err := c.compile(value, path, depth+1)
		set(n, sub)
		return err
	}
}

// schemas is a keyword that holds a list of schemas.
func schemas(set func(n *node, list []*node)) keyword {
	return func(c *compiler, n *node, value any, path string, depth int) error {
		values, ok := value.([]any)
		if !ok || len(values) == 0 {
			return fmt.Errorf("%s is no list of schemas", clip(path))
		}
		list := make([]*node, len(values))
		for i, v := range values {
			var err error
			if list[i], err = c.compile(v, fmt.Sprintf("%s/%d", path, i), depth+1); err != nil {
				return err
			}
		}
		set(n, list)
		return nil
	}
}

// schemaMap is a keyword that holds schemas by name.
func schemaMap(set func(n *node, m map[string]*node)) keyword {
	return func(c *compiler, n *node, value any, path string, depth int) error {
		values, ok := value.(map[string]any)
		if !ok {
			return fmt.Errorf("%s holds no schemas by name", clip(path))
		}
		m := make(map[string]*node, len(values))
		for name, v := range values {
			var err error
			if m[name], err = c.compile(v, path+"/"+pointer.Replace(name), depth+1); err != nil {
				return err
			}
		}
		set(n, m)
		return nil
	}
}

// number is a keyword that holds a number. Limits of counts are numbers too.
func number(set func(n *node, x *float64)) keyword {
	return func(_ *compiler, n *node, value any, path string, _ int) error {
		text, ok := value.(json.Number)
		if !ok {
			return fmt.Errorf("%s is no number", clip(path))
		}
		x, err := text.Float64()
		if err != nil || x < 0 && !slices.Contains([]string{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}, last(path)) {
			return fmt.Errorf("%s is no number that it can be", clip(path))
		}
		if x == 0 && last(path) == "multipleOf" {
			return fmt.Errorf("%s must be above 0", clip(path))
		}
		set(n, &x)
		return nil
	}
}

// last gives what follows the last slash.
func last(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return path[i+1:]
		}
	}
	return path
}

var typeNames = []string{"null", "boolean", "object", "array", "number", "integer", "string"}

func setType(_ *compiler, n *node, value any, path string, _ int) error {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	for _, v := range list {
		name, _ := v.(string)
		if !slices.Contains(typeNames, name) {
			return fmt.Errorf("%s is no type", clip(path))
		}
		n.types = append(n.types, name)
	}
	return nil
}

func setEnum(_ *compiler, n *node, value any, path string, _ int) error {
	var ok bool
	if n.enum, ok = value.([]any); !ok || len(n.enum) == 0 {
		return fmt.Errorf("%s is no list of values", clip(path))
	}
	return nil
}

func setConst(_ *compiler, n *node, value any, _ string, _ int) error {
	n.constant = &value
	return nil
}

func setRequired(_ *compiler, n *node, value any, path string, _ int) error {
	list, ok := value.([]any)
	if !ok {
		return fmt.Errorf("%s is no list of names", clip(path))
	}
	for _, v := range list {
		name, ok := v.(string)
		if !ok {
			return fmt.Errorf("%s is no list of names", clip(path))
		}
		n.required = append(n.required, name)
	}
	return nil
}

func setPattern(_ *compiler, n *node, value any, path string, _ int) error {
	text, _ := value.(string)
	var err error
	if n.pattern, err = regexp.Compile(text); err != nil || text == "" {
		return fmt.Errorf("%s is no regular expression of RE2", clip(path))
	}
	return nil
}

func setUnique(_ *compiler, n *node, value any, path string, _ int) error {
	var ok bool
	if n.unique, ok = value.(bool); !ok {
		return fmt.Errorf("%s is no truth value", clip(path))
	}
	return nil
}

func setRef(c *compiler, n *node, value any, path string, _ int) error {
	text, _ := value.(string)
	if text == "" || text[0] != '#' {
		return fmt.Errorf("%s refers outside the schema", clip(path))
	}
	n.ref, c.refs[text] = text, true
	return nil
}
