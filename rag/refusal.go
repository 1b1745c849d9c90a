package rag

import (
	"slices"
	"strings"

	"github.com/akshara-go/akshara/translate/lang"
)

// Reason says why an answer was refused.
type Reason string

// The reasons.
const (
	NothingFound   Reason = "nothing_found"   // no document fits the question
	NotSupported   Reason = "not_supported"   // documents were found, but they do not hold the answer
	LowConfidence  Reason = "low_confidence"  // they may hold it, but not surely enough
	ModelUnhelpful Reason = "model_unhelpful" // the model gave nothing that the documents support
	Guarded        Reason = "guarded"         // the engine's guard, or a filter where the model is, let the question, or the answer, not pass
)

// Refusal is an honest "I do not know", in the asker's language.
type Refusal struct {
	Reason      Reason   `json:"reason"`
	Text        string   `json:"text"`                  // what is shown, with the contact line as its last where there is one
	Contact     string   `json:"contact,omitempty"`     // whom to ask instead: [EngineOptions].Contact
	Suggestions []string `json:"suggestions,omitempty"` // what the documents nearest to the question are about, best first, at most three
}

// maxInstead is how many suggestions a refusal carries.
const maxInstead = 3

// refuse turns the draft into a refusal.
func (a *draft) refuse(why Reason) *Answer {
	message := lang.MsgNoAnswer
	if why == Guarded {
		message = lang.MsgInvalidRequest
	}
	text := lang.Text(a.Language, message)
	if a.contact != "" {
		text += "\n" + a.contact
	}
	a.Text, a.Claims, a.Confidence = text, []Claim{}, 0
	a.Guarded = a.watch.Report()
	a.Refusal = &Refusal{Reason: why, Text: text, Contact: a.contact, Suggestions: instead(a.Sources)}
	return &a.Answer
}

// instead gives what may be asked of the documents that were found: their titles.
func instead(sources []DocumentResult) []string {
	var titles []string
	for i := range sources {
		title := strings.Join(strings.Fields(sources[i].Title), " ")
		if title == "" || slices.Contains(titles, title) {
			continue
		}
		if titles = append(titles, title); len(titles) == maxInstead {
			break
		}
	}
	return titles
}
