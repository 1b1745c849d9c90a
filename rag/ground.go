package rag

import (
	"context"
	"regexp"
	"strings"

	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/llm"
)

// DefaultMinConfidence is the confidence below which an answer is refused. It is
// the lowest with which the gateway's sample questions that no document answers
// are refused as often as they were before; what it answers and refuses of
// XQuAD's, `make bench-answers` prints beside the whole risk-coverage curve.
const DefaultMinConfidence = .27

// Policy says what becomes of a sentence of a model that no passage supports;
// see package support for what that takes.
type Policy string

// The policies.
const (
	Drop   Policy = "drop"   // it is left out; "" is the same
	Flag   Policy = "flag"   // it is said, as a claim that is Unsupported and cites nothing
	Refuse Policy = "refuse" // the whole answer is refused, and none of it is shown before it is known to stand
)

// sentences takes a model's text as it comes, and says each sentence on once it
// is known what passage supports it.
type sentences struct {
	draft   *draft
	check   *checker
	yield   func(Event, error) bool
	opts    *EngineOptions
	stopped bool // the asker has left

	pending string  // text that may not be a whole sentence yet
	begun   bool    // a sentence has been read
	foreign bool    // the first one was not in the language asked for: nothing is shown
	doubt   bool    // something was quoted, but not surely enough
	failed  bool    // something was said that nothing supports
	waiting []Event // what is not shown yet
}

// add takes more of a model's text. It gives false when nobody listens any more.
func (s *sentences) add(ctx context.Context, text string) bool {
	s.pending += text
	spans := chunk.Sentences(s.pending)
	for _, span := range spans[:max(len(spans)-1, 0)] { // the last may go on
		if !s.sentence(ctx, span.In(s.pending)) {
			return false
		}
	}
	if len(spans) > 1 {
		s.pending = s.pending[spans[len(spans)-1].Start:]
	}
	return true
}

// flush takes what is left as the last sentence.
func (s *sentences) flush(ctx context.Context) {
	s.sentence(ctx, s.pending)
	s.pending = ""
}

// sentence says one sentence of a model's text if it is supported, or as the policy has it.
func (s *sentences) sentence(ctx context.Context, text string) bool {
	text = strings.TrimSpace(marks.ReplaceAllString(text, ""))
	if s.stopped || text == "" || text == llm.NoAnswerMark {
		return !s.stopped
	}
	if !s.begun {
		s.begun = true
		s.foreign = s.opts.foreign(text, s.draft.Language)
	}
	v := s.check.verdict(ctx, text)
	switch {
	case v.supported:
		return s.say(Claim{Text: text, Citations: v.citations}, v.share, " ")
	case s.opts.Unsupported == Flag:
		return s.say(Claim{Text: text, Citations: []Citation{}, Unsupported: true}, v.share, " ")
	}
	s.failed = true
	return true
}

// marks are the references that models like to put behind a sentence.
var marks = regexp.MustCompile(`\s*\[\d+(?:\s*,\s*\d+)*\]`)

// quotes says what a quoting model said, with the places that it gave, in the
// script and language of the source.
func (s *sentences) quotes(res *llm.Response) {
	sure := 0.0
	for _, q := range res.Quotes {
		if q.Confidence < s.opts.MinConfidence {
			s.doubt = true
			continue
		}
		sure = max(sure, q.Confidence)
		p := &s.draft.grounding.Passages[q.Passage]
		if !s.say(Claim{Text: q.Span.In(res.Text), Citations: []Citation{cite(p, q.Source)}}, sure, "\n") {
			return
		}
		s.draft.Confidence = sure
	}
}

// say adds a claim to the answer and tells it. An answer is as sure as its weakest sentence.
func (s *sentences) say(c Claim, share float64, separator string) bool {
	a := s.draft
	if len(a.Claims) == 0 || share < a.Confidence {
		a.Confidence = share
	}
	token := c.Text
	if a.Text != "" {
		token = separator + token
	}
	c.Span = corpus.Span{Start: len(a.Text) + len(token) - len(c.Text), End: len(a.Text) + len(token)}
	a.Text += token
	a.Claims = append(a.Claims, c)
	s.waiting = append(s.waiting, Event{Token: token}, Event{Claim: &c})
	if s.foreign || s.opts.Unsupported == Refuse || !a.supported() {
		return true
	}
	return s.show()
}

// show tells what waits to be shown.
func (s *sentences) show() bool {
	for _, e := range s.waiting {
		if s.stopped = s.stopped || !s.yield(e, nil); s.stopped {
			return false
		}
	}
	s.waiting = nil
	return true
}

// shown tells whether something of the answer was shown.
func (s *sentences) shown() bool { return len(s.draft.Claims) > 0 && len(s.waiting) == 0 }

// supported tells whether a claim of the draft cites something.
func (a *draft) supported() bool {
	for i := range a.Claims {
		if !a.Claims[i].Unsupported {
			return true
		}
	}
	return false
}

// refusal tells why the answer has to be refused, or "".
func (s *sentences) refusal(res *llm.Response) Reason {
	switch {
	case res.Finish == llm.Filtered && (s.opts.Unsupported == Refuse || !s.draft.supported()):
		return Guarded
	case s.failed && s.opts.Unsupported == Refuse:
		return ModelUnhelpful
	case s.draft.supported():
		return ""
	case s.doubt:
		return LowConfidence
	case res.Finish == llm.NoAnswer || strings.TrimSpace(res.Text) == llm.NoAnswerMark:
		return NotSupported
	}
	return ModelUnhelpful
}

// finish gives the whole answer, or the refusal if nothing could be said.
func (s *sentences) finish(res *llm.Response) {
	if why := s.refusal(res); why != "" {
		s.yield(Event{Answer: s.draft.refuse(why)}, nil)
		return
	}
	s.draft.Guarded = s.draft.watch.Report()
	if s.show() {
		s.yield(Event{Answer: &s.draft.Answer}, nil)
	}
}
