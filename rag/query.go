package rag

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/translate/lang"
)

// MaxQueryBytes is the longest text that may be asked. What is longer is a document, not a question.
const MaxQueryBytes = 8 << 10

// MaxHistoryBytes bounds the text of a conversation that goes before a question.
const MaxHistoryBytes = 512 << 10

// MaxTopK is the largest number of documents that one query gives.
const MaxTopK = 100

// Query asks for documents. The zero value of all but Text is useful.
type Query struct {
	Text     string        `json:"query"`
	Language lang.Code     `json:"language,omitempty"` // "" is hi, lang.Auto detects it
	TopK     int           `json:"top_k,omitempty"`    // how many documents, 1 to MaxTopK; 0 is 5
	Filter   corpus.Filter `json:"filters,omitzero"`
	Readers  []string      `json:"-"` // what the asker is known by; none: only what is public is found
	Exact    bool          `json:"-"` // compare embeddings exactly
	Shown    Places        `json:"-"` // of the results whose snippets are wanted; zero: all
}

// Places are neighbouring places of a list, from 0: From is the first, To the one
// after the last. Those that a list does not have are none of them.
type Places struct{ From, To int }

// of gives the places within a list of n.
func (p Places) of(n int) (from, to int) {
	if p == (Places{}) {
		return 0, n
	}
	from = min(max(p.From, 0), n)
	return from, min(max(p.To, from), n)
}

// DocumentResult is a document that a query found, with the chunks that were found of it.
type DocumentResult struct {
	DocumentID string `json:"document_id"`
	corpus.Source
	Snippet string  `json:"snippet"` // what shows best why it was found; may be missing where the query's Shown leaves it out
	Score   float64 `json:"score"`   // from 0 to 1, of the best chunk: how much of what was asked it holds
	Chunks  []Hit   `json:"chunks"`  // best first, at least one
}

// Retriever finds documents. It may be called concurrently and gives the best
// first, at most q.TopK; none is an empty slice and no error.
type Retriever interface {
	Retrieve(ctx context.Context, q *Query) ([]DocumentResult, error)
}

// checkText refuses what cannot be a question and says where it is wrong.
func checkText(field, text string) error {
	switch {
	case len(text) > MaxQueryBytes:
		return fault.New(fault.InvalidRequest,
			fmt.Sprintf("%s is %d bytes long; at most %d are allowed", field, len(text), MaxQueryBytes),
			fault.Details{"field": field, "bytes": len(text), "limit": MaxQueryBytes})
	case strings.TrimSpace(text) == "":
		return fault.New(fault.InvalidRequest, field+" is empty", fault.Details{"field": field})
	}
	if i := invalidUTF8(text); i >= 0 {
		return fault.New(fault.InvalidRequest, fmt.Sprintf("%s is not valid UTF-8 at byte %d", field, i),
			fault.Details{"field": field, "offset": i})
	}
	return nil
}

// checkHistory refuses what cannot be the conversation before a question.
func checkHistory(history []llm.Message) error {
	size := 0
	for i := range history {
		if size += len(history[i].Content); size > MaxHistoryBytes {
			return fault.New(fault.InvalidRequest, fmt.Sprintf("chat_history has more than %d bytes of text", MaxHistoryBytes),
				fault.Details{"field": "chat_history", "limit": MaxHistoryBytes})
		}
		if at := invalidUTF8(history[i].Content); at >= 0 {
			return fault.New(fault.InvalidRequest, fmt.Sprintf("turn %d of chat_history is not valid UTF-8 at byte %d", i, at),
				fault.Details{"field": "chat_history", "turn": i, "offset": at})
		}
	}
	return nil
}

// invalidUTF8 gives the offset of the first byte that is not UTF-8, or -1.
func invalidUTF8(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// Normal gives a copy of q with its defaults filled in, or what is wrong with it:
// what [Index.Retrieve] does first. Detect gives the language where q leaves it
// open; nil goes by the script.
func (q *Query) Normal(detect func(text string) lang.Code) (*Query, error) {
	if detect == nil {
		detect = lang.ByScript
	}
	if err := checkText("query", q.Text); err != nil {
		return nil, err
	}
	n := *q
	var err error
	if n.Language, err = language(q.Language, q.Text, detect); err != nil {
		return nil, err
	}
	switch {
	case n.TopK == 0:
		n.TopK = 5
	case n.TopK < 0 || n.TopK > MaxTopK:
		return nil, fault.New(fault.InvalidRequest, fmt.Sprintf("top_k is %d; it may be 1 to %d", n.TopK, MaxTopK),
			fault.Details{"field": "top_k", "min": 1, "max": MaxTopK})
	}
	return &n, nil
}

// language resolves the language that a caller gave for a text.
func language(code lang.Code, text string, detect func(string) lang.Code) (lang.Code, error) {
	switch code {
	case "":
		return lang.Default, nil
	case lang.Auto:
		if found := detect(text); found != "" {
			return found, nil
		}
		return lang.Default, nil // a text in no language
	}
	return lang.Parse(string(code))
}
