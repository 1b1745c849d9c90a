// Package llm is the port to language models: a [Model] takes a conversation
// and gives a text. Implementations live elsewhere: rag/extractive quotes and
// never invents, rag/openaillm speaks to any OpenAI-compatible server.
package llm

import (
	"context"
	"iter"

	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// Role says who speaks in a conversation.
type Role string

// The roles.
const (
	System    Role = "system"
	User      Role = "user"
	Assistant Role = "assistant"
)

// Message is one turn of a conversation.
type Message struct {
	Role    Role   `json:"role"`
	Content string `json:"content"`
}

// Request asks a model for a text.
type Request struct {
	Messages    []Message `json:"messages"`
	MaxTokens   int       `json:"max_tokens,omitempty"` // 0: the model's own limit
	Temperature float64   `json:"temperature,omitempty"`

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
}

// Passage is a chunk that an answer may rest on.
type Passage struct {
	Chunk  corpus.Chunk
	Source corpus.Source
	Score  float64 // how well retrieval thought it fits, from 0 to 1
}

// Response is what a model gave.
type Response struct {
	Text   string  `json:"text"`
	Model  string  `json:"model"`
	Finish Finish  `json:"finish"`
	Usage  Usage   `json:"usage"`
	Quotes []Quote `json:"quotes,omitempty"` // set only by a model that knows where its words come from
	Cached bool    `json:"cached,omitempty"` // it was given before, to the same request
}

// Finish says why a model stopped.
type Finish string

// The reasons to stop.
const (
	Stop     Finish = "stop"      // it had said what it wanted
	Length   Finish = "length"    // it was cut off
	NoAnswer Finish = "no_answer" // the passages do not hold an answer; Text is empty
)

// Usage counts tokens.
type Usage struct {
	Prompt     int `json:"prompt_tokens"`
	Completion int `json:"completion_tokens"`
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
// RATE_LIMIT_EXCEEDED, MODEL_LOADING, INVALID_REQUEST.
type Model interface {
	Generate(ctx context.Context, req *Request) (*Response, error)
}

// Delta is a piece of a streamed response.
type Delta struct {
	Text string    // what was added
	Done *Response // on the last delta only: the whole response
}

// Streamer is a Model that gives its text as it comes. The sequence ends with
// a delta whose Done is set, or with an error; leaving the loop early ends the
// generation.
type Streamer interface {
	Model
	Stream(ctx context.Context, req *Request) iter.Seq2[Delta, error]
}
