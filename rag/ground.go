package rag

import (
	"regexp"
	"strings"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/match"
)

// DefaultMinConfidence is the confidence below which an answer is refused. On
// XQuAD's development half in Hindi it answers 77 % of the questions that the
// paragraphs answer and refuses 85 % of those whose paragraph was taken out
// (`make train-answers` prints it).
const DefaultMinConfidence = .25

// minSupport is the share of a sentence's content words that the passage's
// sentences it rests on have to hold.
const minSupport = .6

// sentences takes a model's text as it comes, and says each sentence on once a
// passage is found that supports it. What no passage supports is left out.
type sentences struct {
	draft   *draft
	yield   func(Event, error) bool
	min     float64 // confidence below which a quoting model's answer is refused
	stopped bool    // the asker has left

	pending string // text that may not be a whole sentence yet
	doubt   bool   // something was quoted, but not surely enough
}

// add takes more of a model's text. It gives false when nobody listens any more.
func (s *sentences) add(text string) bool {
	s.pending += text
	spans := chunk.Sentences(s.pending)
	for _, span := range spans[:max(len(spans)-1, 0)] { // the last may go on
		if !s.sentence(span.In(s.pending)) {
			return false
		}
	}
	if len(spans) > 1 {
		s.pending = s.pending[spans[len(spans)-1].Start:]
	}
	return true
}

// flush takes what is left as the last sentence.
func (s *sentences) flush() {
	s.sentence(s.pending)
	s.pending = ""
}

// sentence says one sentence of a model's text if a passage supports it.
func (s *sentences) sentence(text string) bool {
	text = strings.TrimSpace(marks.ReplaceAllString(text, ""))
	if s.stopped || text == "" || text == llm.NoAnswerMark {
		return !s.stopped
	}
	citation, share := support(text, s.draft.grounding)
	if share < minSupport {
		return true
	}
	if len(s.draft.Claims) == 0 || share < s.draft.Confidence {
		s.draft.Confidence = share // an answer is as sure as its weakest sentence
	}
	return s.say(text, citation, " ")
}

// marks are the references that models like to put behind a sentence.
var marks = regexp.MustCompile(`\s*\[\d+(?:\s*,\s*\d+)*\]`)

// quotes says what a quoting model said, with the places that it gave.
func (s *sentences) quotes(res *llm.Response) {
	for _, q := range res.Quotes {
		if q.Confidence < s.min {
			s.doubt = true
			continue
		}
		p := &s.draft.grounding.Passages[q.Passage]
		s.draft.Confidence = max(s.draft.Confidence, q.Confidence)
		if !s.say(q.Span.In(res.Text), cite(p, q.Source), "\n") {
			return
		}
	}
}

// say adds a claim to the answer and tells it.
func (s *sentences) say(text string, citation Citation, separator string) bool {
	a := s.draft
	token := text
	if a.Text != "" {
		token = separator + text
	}
	start := len(a.Text) + len(token) - len(text)
	a.Text += token
	a.Claims = append(a.Claims, Claim{
		Span: corpus.Span{Start: start, End: len(a.Text)}, Text: text, Citations: []Citation{citation},
	})
	s.stopped = !s.yield(Event{Token: token}, nil) || !s.yield(Event{Claim: &a.Claims[len(a.Claims)-1]}, nil)
	return !s.stopped
}

// finish gives the whole answer, or the refusal if nothing could be said.
func (s *sentences) finish(res *llm.Response) *Answer {
	switch {
	case len(s.draft.Claims) > 0:
		return &s.draft.Answer
	case s.doubt:
		return s.draft.refuse(LowConfidence)
	case res.Finish == llm.NoAnswer || strings.TrimSpace(res.Text) == llm.NoAnswerMark:
		return s.draft.refuse(NotSupported)
	}
	return s.draft.refuse(ModelUnhelpful)
}

// support finds the sentence of a passage that holds most of a text's content
// words. A number that the sentence's passage does not have is not supported,
// however much else is.
func support(text string, g *llm.Grounding) (Citation, float64) {
	claim := match.New(text, g.Language, nil)
	var best Citation
	var bestShare float64
	for i := range g.Passages {
		p := &g.Passages[i]
		if !numbersIn(claim, p) {
			continue
		}
		for _, span := range p.Chunk.Sentences {
			sentence := p.Chunk.Text[span.Start-p.Chunk.Start : span.End-p.Chunk.Start]
			share := claim.Share(claim.In(analysis.Tokens(sentence, p.Source.Language), sentence, nil))
			if share > bestShare {
				trimmed := trim(sentence, span)
				best, bestShare = cite(p, trimmed), share
			}
		}
	}
	return best, bestShare
}

// numbersIn tells whether every number of a claim stands in the passage.
func numbersIn(claim *match.Text, p *llm.Passage) bool {
	held := claim.In(analysis.Tokens(p.Chunk.Text, p.Source.Language), p.Chunk.Text, nil)
	for i, t := range claim.Terms {
		if strings.ContainsAny(t.Word, "0123456789") && held[i] < 1 {
			return false
		}
	}
	return true
}

// trim gives the span without the white space around its text.
func trim(text string, span corpus.Span) corpus.Span {
	span.Start += len(text) - len(strings.TrimLeft(text, " \t\r\n"))
	span.End -= len(text) - len(strings.TrimRight(text, " \t\r\n"))
	return span
}
