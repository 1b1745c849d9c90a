// Package llm is the port to language models: a [Model] takes a conversation, which
// may hold images and recordings, and gives a text, JSON of a schema, or calls of
// tools. Implementations live elsewhere: rag/extractive quotes and never invents,
// rag/openaillm speaks to any OpenAI-compatible server.
//
// What every model wants around it is here, as functions that take a model and
// give a model that streams: [Retry], [TimeLimit], [RateLimit], [ConcurrencyLimit],
// [Fallback], [Split] and [Account].
//
//	model := llm.Fallback(
//		llm.TimeLimit(llm.Retry(first, nil), &llm.TimeLimits{First: 5 * time.Second}),
//		second,
//	)
package llm

import (
	"context"
	"iter"

	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/llm/prompt"
	"github.com/akshara-go/akshara/translate/lang"
)

// Role says who speaks in a conversation.
type Role string

// The roles.
const (
	System    Role = "system"
	User      Role = "user"
	Assistant Role = "assistant"
	ToolRole  Role = "tool" // what a called tool gave
)

// Message is one turn of a conversation.
type Message struct {
	Role    Role   `json:"role"`
	Content string `json:"content"`
	Parts   []Part `json:"parts,omitempty"` // what follows Content: images, recordings, and text between them

	Calls  []ToolCall `json:"tool_calls,omitempty"`   // of an Assistant: the tools it called
	CallID string     `json:"tool_call_id,omitempty"` // of a ToolRole: the call that Content answers
}

// Request asks a model for a text.
type Request struct {
	Messages    []Message `json:"messages"`
	MaxTokens   int       `json:"max_tokens,omitempty"` // 0: the model's own limit
	Temperature float64   `json:"temperature,omitempty"`

	Tools      []Tool     `json:"tools,omitempty"`       // what the model may call
	ToolChoice ToolChoice `json:"tool_choice,omitempty"` // "": the model chooses
	Output     *Output    `json:"output,omitempty"`      // the text must be JSON of this schema; nil: any text

	// Prompt names the template that Messages were rendered from, where there is one.
	Prompt prompt.ID `json:"prompt,omitzero"`

	// Grounding holds the same question and passages that Messages put into
	// words. A model that answers by quoting reads it; others leave it alone.
	Grounding *Grounding `json:"-"`
}

// Grounding is a question and the passages to answer it from, best first.
type Grounding struct {
	Question string
	Language lang.Code // of the answer
	Passages []Passage

	// Weights says how much each analysed word of the question says, such as
	// its inverse document frequency; nil when the index does not know.
	Weights map[string]float64

	// History is the conversation before the question, the oldest turn first. It says
	// what the question means, and is nothing to answer from.
	History []Message
}

// Passage is a chunk that an answer may rest on.
type Passage struct {
	Chunk  corpus.Chunk
	Source corpus.Source
	Score  float64 // how well retrieval thought it fits, from 0 to 1
}

// Response is what a model gave.
type Response struct {
	Text   string     `json:"text"`
	Calls  []ToolCall `json:"tool_calls,omitempty"` // tools it wants called, each declared in the request
	Model  string     `json:"model"`
	Finish Finish     `json:"finish"`
	Usage  Usage      `json:"usage"`
	Quotes []Quote    `json:"quotes,omitempty"` // set only by a model that knows where its words come from
	Cached bool       `json:"cached,omitempty"` // it was given before, to the same request
	Prompt prompt.ID  `json:"prompt,omitzero"`  // the request's

	Guarded Guarded `json:"guarded,omitempty"` // what a guard around the model did
}

// Finish says why a model stopped.
type Finish string

// The reasons to stop.
const (
	Stop     Finish = "stop"       // it had said what it wanted
	Length   Finish = "length"     // it was cut off
	NoAnswer Finish = "no_answer"  // the passages do not hold an answer; Text is empty
	ToolUse  Finish = "tool_calls" // it waits for what the tools in Calls give

	// Filtered: a guard, or a filter where the model is, held back the rest, or all of it;
	// Text is what it let through, or its refusal. There are no calls.
	Filtered Finish = "content_filter"
)

// Usage counts tokens. It is zero when a model does not tell.
type Usage struct {
	Prompt     int `json:"prompt_tokens"`
	Completion int `json:"completion_tokens"`
	Cached     int `json:"cached_tokens,omitempty"` // of Prompt, those that the model had read before
}

// Add adds what was used besides.
func (u *Usage) Add(more Usage) {
	u.Prompt += more.Prompt
	u.Completion += more.Completion
	u.Cached += more.Cached
}

// Quote ties a span of the response's text to the passage it was taken from, word for word.
type Quote struct {
	Span               // in Response.Text
	Passage    int     // index into Grounding.Passages
	Source     Span    // in the text of the passage's document
	Confidence float64 // that it answers the question, from 0 to 1
}

// Span is a half-open range of bytes.
type Span = corpus.Span

// Model generates text. It may be called concurrently and changes nothing of req.
// Errors carry a code of package fault: UPSTREAM_ERROR, UPSTREAM_TIMEOUT,
// RATE_LIMIT_EXCEEDED, MODEL_LOADING, INVALID_REQUEST. A request that [Request.Check]
// refuses is INVALID_REQUEST, one that is too long for the model too, with
// [ErrContextOverflow] as a cause; a response that [Response.Check] refuses is
// UPSTREAM_ERROR.
type Model interface {
	Generate(ctx context.Context, req *Request) (*Response, error)
}

// Delta is a piece of a streamed response.
type Delta struct {
	Text   string    // what was added
	Quotes []Quote   // where the whole of Text was taken from, as they will stand in Done; nil from a model that does not know
	Call   *ToolCall // a call of a tool that is complete
	Done   *Response // on the last delta only: the whole response
}

// Streamer is a Model that gives its text as it comes: the texts of all deltas make
// up that of the response, their calls its calls. The sequence ends with a delta whose
// Done is set, or with an error; leaving the loop early ends the
// generation.
type Streamer interface {
	Model
	Stream(ctx context.Context, req *Request) iter.Seq2[Delta, error]
}

// Stream gives m's own stream, or its whole response as one: the text in one
// piece with its quotes, then the calls, then the end.
func Stream(ctx context.Context, m Model, req *Request) iter.Seq2[Delta, error] {
	if s, ok := m.(Streamer); ok {
		return s.Stream(ctx, req)
	}
	return func(yield func(Delta, error) bool) {
		res, err := m.Generate(ctx, req)
		if err != nil {
			yield(Delta{}, err)
			return
		}
		if res.Text != "" && !yield(Delta{Text: res.Text, Quotes: res.Quotes}, nil) {
			return
		}
		for i := range res.Calls {
			if !yield(Delta{Call: &res.Calls[i]}, nil) {
				return
			}
		}
		yield(Delta{Done: res}, nil)
	}
}
