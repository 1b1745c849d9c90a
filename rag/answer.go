package rag

import (
	"context"
	"iter"

	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/translate/lang"
)

// Question asks for an answer. The zero value of all but Text is useful.
type Question struct {
	Text     string        `json:"message"`
	Language lang.Code     `json:"language,omitempty"` // of the question and the answer; "" and lang.Auto detect it
	TopK     int           `json:"top_k,omitempty"`    // documents to answer from; 0 is 5
	Filter   corpus.Filter `json:"filters,omitzero"`
	Readers  []string      `json:"-"` // what the asker is known by; none: only what is public is read

	// History is the conversation before the question, the oldest turn first, at most
	// MaxHistoryBytes of text. A model is told of it; what is searched is Text alone,
	// which rag/understand.Answerer completes.
	History []llm.Message `json:"chat_history,omitempty"`
}

// Answer is a text with the evidence for each of its sentences, or a refusal.
type Answer struct {
	Text       string           `json:"answer"` // of a refusal: its text
	Language   lang.Code        `json:"language"`
	Claims     []Claim          `json:"claims"`
	Sources    []DocumentResult `json:"sources"`    // what was read, best first
	Confidence float64          `json:"confidence"` // from 0 to 1
	Refusal    *Refusal         `json:"refusal,omitempty"`
	Original   *Original        `json:"original,omitempty"` // what the model wrote, where that was translated
	Model      string           `json:"model"`
	Usage      llm.Usage        `json:"usage"`
	Cached     bool             `json:"cached"`            // the model had given it before
	Guarded    llm.Guarded      `json:"guarded,omitempty"` // what the engine's guard did
}

// Claim is a sentence of an answer with what it rests on.
type Claim struct {
	corpus.Span            // in the answer's text
	Text        string     `json:"text"`
	Citations   []Citation `json:"citations"`             // at least one, unless it is Unsupported
	Unsupported bool       `json:"unsupported,omitempty"` // no passage says it, and the policy is Flag
}

// Citation names the very bytes of a document that support a claim.
type Citation struct {
	corpus.Span        // in the document's text
	DocumentID  string `json:"document_id"`
	ChunkID     string `json:"chunk_id"`
	Title       string `json:"title"`
	URL         string `json:"url,omitempty"`
	Page        int    `json:"page,omitempty"`
	Quote       string `json:"quote"` // exactly those bytes
}

// Event is a step of a streamed answer. Exactly one field is set.
type Event struct {
	Token  string          // text to add to what was shown
	Source *DocumentResult // a document that is read
	Claim  *Claim          // a sentence that has been said, with its evidence
	Answer *Answer         // the whole answer: the last event
}

// Answerer answers questions. It may be called concurrently. A question that
// cannot be answered is an Answer with a Refusal and no error.
type Answerer interface {
	Answer(ctx context.Context, q *Question) (*Answer, error)
}

// Streamer is an Answerer that tells its answer as it comes. The sequence ends
// with an event whose Answer is set, or with an error; leaving the loop early
// ends the work.
type Streamer interface {
	Answerer
	Stream(ctx context.Context, q *Question) iter.Seq2[Event, error]
}
