package translate

import (
	"context"

	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// Segment is a part of a text that is in one language and script.
type Segment struct {
	Span       corpus.Span `json:"span"` // bytes of the text, from the first letter to the last
	Language   lang.Code   `json:"language"`
	Script     lang.Script `json:"script"`
	Confidence float64     `json:"confidence"` // above 0 and at most 1
}

// Segmenter is what a [Detector] may also be: it finds the languages inside a
// text that mixes them, such as "मुझे passport renew करना है". It may be used concurrently.
//
// Segments gives the parts of text in order; they do not overlap. Between them
// lies what is in none of the 23 languages: numbers, punctuation, other
// scripts. Text of any length and with any bytes is taken; a segmenter may look
// at the beginning of a long one only.
//
// Errors carry a code of package fault; a cancelled context gives its error.
// The caller owns the result.
type Segmenter interface {
	Segments(ctx context.Context, text string) ([]Segment, error)
}
