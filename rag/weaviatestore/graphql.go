package weaviatestore

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// request collects what is asked for in one GraphQL request. Every text in it is
// a code, an id or a name of this package, so that there is nothing to escape.
type request struct {
	collection, tenant string
	level              Consistency // of the objects that are got; "" means One
	gets, counts       strings.Builder
}

// count asks for the number of objects that meet a condition.
func (r *request) count(alias string, where condition) {
	r.counts.WriteString(alias + ":" + r.collection + `(tenant:"` + r.tenant + `",where:` + where.String() + "){meta{count}} ")
}

// total asks for the number of all objects, which Weaviate knows without reading them.
func (r *request) total(alias string) {
	r.counts.WriteString(alias + ":" + r.collection + `(tenant:"` + r.tenant + `"){meta{count}} `)
}

// get asks for objects: arguments say how they are found, fields what is wanted of
// them, where what follows a '+' is among Weaviate's additional ones.
func (r *request) get(alias, fields string, limit int, arguments ...string) {
	fields, additional, _ := strings.Cut(fields, "+")
	r.gets.WriteString(alias + ":" + r.collection + `(tenant:"` + r.tenant + `",consistencyLevel:` + string(cmp.Or(r.level, One)) + ",limit:" + strconv.Itoa(limit))
	for _, a := range arguments {
		r.gets.WriteString("," + a)
	}
	r.gets.WriteString("){" + fields + " _additional{id " + additional + "}} ")
}

func (r *request) String() string {
	var b strings.Builder
	b.WriteString("{")
	if r.gets.Len() > 0 {
		b.WriteString("Get{" + r.gets.String() + "}")
	}
	if r.counts.Len() > 0 {
		b.WriteString("Aggregate{" + r.counts.String() + "}")
	}
	b.WriteString("}")
	return b.String()
}

// found is an object as a request gives it.
type found struct {
	Version    float64 `json:"version"`
	Meta       string  `json:"meta"`
	Counts     string  `json:"counts"`
	Body       string  `json:"body"`
	State      string  `json:"state"`
	Additional struct {
		ID           string               `json:"id"`
		Distance     float64              `json:"distance"`
		IsConsistent bool                 `json:"isConsistent"`
		Vectors      map[string][]float32 `json:"vectors"`
	} `json:"_additional"`
}

// answer is what a request gives, by alias.
type answer struct {
	objects map[string][]found
	counts  map[string]int
}

// ask sends a request to a node.
func (c *client) ask(ctx context.Context, n *node, r *request) (*answer, error) {
	var body struct {
		Data struct {
			Get       map[string][]found
			Aggregate map[string][]struct{ Meta struct{ Count int } }
		}
		Errors []struct{ Message string }
	}
	err := c.call(ctx, n, http.MethodPost, "/v1/graphql", map[string]string{"query": r.String()}, &body)
	if err != nil {
		return nil, err
	}
	for _, e := range body.Errors {
		if strings.Contains(e.Message, "tenant not found") {
			return nil, errNoTenant
		}
	}
	if len(body.Errors) > 0 { // of the inside of the cluster, for what is asked is right: another node may do better
		return nil, &callError{status: http.StatusInternalServerError, reason: clip(body.Errors[0].Message)}
	}
	a := &answer{objects: body.Data.Get, counts: map[string]int{}}
	for alias, groups := range body.Data.Aggregate {
		if len(groups) == 1 {
			a.counts[alias] = groups[0].Meta.Count
		}
	}
	return a, nil
}

// condition is a filter in the language of GraphQL and in that of REST.
type condition struct {
	Operator    string      `json:"operator"`
	Path        []string    `json:"path,omitempty"`
	ValueNumber *float64    `json:"valueNumber,omitempty"`
	ValueText   []string    `json:"valueTextArray,omitempty"`
	Operands    []condition `json:"operands,omitempty"`
}

// all is the condition that all of some hold. There is at least one.
func all(operands ...condition) condition {
	if len(operands) == 1 {
		return operands[0]
	}
	return condition{Operator: "And", Operands: operands}
}

// compare is a condition on a number.
func compare(property, operator string, value float64) condition {
	return condition{Operator: operator, Path: []string{property}, ValueNumber: &value}
}

// anyOf is the condition that a property holds one of some values. Nothing meets it when there are none.
func anyOf(property string, values ...string) condition {
	if len(values) == 0 {
		values = []string{"none"}
	}
	return condition{Operator: "ContainsAny", Path: []string{property}, ValueText: values}
}

func noneOf(property string, values ...string) condition {
	return condition{Operator: "ContainsNone", Path: []string{property}, ValueText: values}
}

func (c condition) String() string {
	var b strings.Builder
	c.write(&b)
	return b.String()
}

func (c condition) write(b *strings.Builder) {
	b.WriteString("{operator:" + c.Operator)
	if len(c.Path) > 0 {
		b.WriteString(`,path:["` + c.Path[0] + `"]`)
	}
	if c.ValueNumber != nil {
		b.WriteString(",valueNumber:" + strconv.FormatFloat(*c.ValueNumber, 'f', -1, 64))
	}
	if len(c.ValueText) > 0 {
		list, _ := json.Marshal(c.ValueText)
		b.WriteString(",valueText:" + string(list))
	}
	if len(c.Operands) > 0 {
		b.WriteString(",operands:[")
		for i, o := range c.Operands {
			if i > 0 {
				b.WriteString(",")
			}
			o.write(b)
		}
		b.WriteString("]")
	}
	b.WriteString("}")
}
