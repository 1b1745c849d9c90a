package genai

import (
	"encoding/json"
	"strings"

	"go.opentelemetry.io/otel/attribute"
)

// MaxContentBytes bounds the texts in one attribute of content; what is longer is cut
// after a word. MaxAttributeBytes leaves room for the JSON around them: an
// exporter that cuts attributes has to allow as much.
const (
	MaxContentBytes   = 16 << 10
	MaxAttributeBytes = 64 << 10
)

// Message is a turn of a conversation as gen_ai.input.messages and
// gen_ai.output.messages have it.
type Message struct {
	Role   string `json:"role"`
	Parts  []Part `json:"parts"`
	Finish string `json:"finish_reason,omitempty"` // of an output
}

// Part is a piece of a message, by the conventions' JSON schema of messages.
type Part struct {
	Type      string          `json:"type"` // text, tool_call, tool_call_response, blob, uri
	Content   string          `json:"content,omitempty"`
	ID        string          `json:"id,omitempty"`        // of a call and its response
	Name      string          `json:"name,omitempty"`      // of a called tool
	Arguments json.RawMessage `json:"arguments,omitempty"` // of a call: a JSON object
	Response  string          `json:"response,omitempty"`  // of a called tool
	Modality  string          `json:"modality,omitempty"`  // of a blob or uri: image, audio. Their bytes are never recorded.
}

// Document is a document that a retrieval gave, as gen_ai.retrieval.documents has it.
type Document struct {
	ID    string  `json:"id"`
	Score float64 `json:"score"`
}

// Contents tells whether content is recorded: whether it is worth collecting.
func (c *Call) Contents() bool { return c.Recording() && c.rec.content != nil }

// Messages puts messages on the span, masked, where content is recorded.
func (c *Call) Messages(key attribute.Key, messages []Message) {
	if !c.Contents() {
		return
	}
	left := MaxContentBytes
	out := make([]Message, len(messages))
	for i, m := range messages {
		m.Parts = c.parts(m.Parts, &left)
		out[i] = m
	}
	c.json(key, out)
}

// Instructions puts what a system message says on the span, masked, where content is recorded.
func (c *Call) Instructions(texts []string) {
	if !c.Contents() || len(texts) == 0 {
		return
	}
	left := MaxContentBytes
	parts := make([]Part, len(texts))
	for i, t := range texts {
		parts[i] = Part{Type: "text", Content: t}
	}
	c.json(SystemInstructions, c.parts(parts, &left))
}

// parts masks the texts of parts and cuts them to what is left.
func (c *Call) parts(parts []Part, left *int) []Part {
	out := make([]Part, len(parts))
	for i, p := range parts {
		p.Content, p.Response = c.masked(p.Content, left), c.masked(p.Response, left)
		if len(p.Arguments) > 0 {
			p.Arguments = json.RawMessage(c.masked(string(p.Arguments), left))
			if !json.Valid(p.Arguments) { // cut, or a number was masked
				p.Arguments, _ = json.Marshal(string(p.Arguments))
			}
		}
		out[i] = p
	}
	return out
}

// Text puts a text on the span, masked, where content is recorded.
func (c *Call) Text(key attribute.Key, text string) {
	if c.Contents() {
		left := MaxContentBytes
		c.span.SetAttributes(key.String(c.masked(text, &left)))
	}
}

// Texts puts a list of texts on the span as JSON, masked, where content is recorded.
func (c *Call) Texts(key attribute.Key, texts []string) {
	if !c.Contents() {
		return
	}
	left := MaxContentBytes
	var out []string
	for _, t := range texts {
		if left <= 0 {
			break
		}
		out = append(out, c.masked(t, &left))
	}
	c.json(key, out)
}

// Documents puts what a retrieval gave on the span, where content is recorded.
func (c *Call) Documents(docs []Document) {
	if c.Contents() {
		c.json(RetrievalDocuments, docs)
	}
}

// json puts a value on the span as JSON.
func (c *Call) json(key attribute.Key, v any) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) == nil { // a score that is no number has no JSON
		c.span.SetAttributes(key.String(strings.TrimSuffix(b.String(), "\n")))
	}
}

// masked gives text as content may be shown, and takes its bytes from what is left:
// behind a text that had to be cut there is nothing.
func (c *Call) masked(text string, left *int) string {
	if *left <= 0 {
		return ""
	}
	text = c.rec.content.Mask(text)
	room := *left
	*left -= len(text)
	return cut(text, room)
}

// cut gives at most n bytes of text: words that are whole, so that no akshara is
// cut in two, with an ellipsis behind them.
func cut(text string, n int) string {
	const ellipsis = " …"
	if len(text) <= n {
		return text
	}
	n -= len(ellipsis)
	if n <= 0 {
		return ""
	}
	end := strings.LastIndexAny(text[:n], " \t\n")
	return text[:max(end, 0)] + ellipsis
}
