// Package support tells whether a passage says what a sentence says, and in
// which of its bytes. It is how an answer's sentences are held to their sources.
//
//	p := support.Read(&chunk, "ताजमहल", lang.Hindi)
//	s := support.New("ताजमहल शाहजहाँ ने बनवाया था।", lang.Hindi)
//	if e := s.In(p); e.Lacks == "" {
//		fmt.Println(e.Spans[0].In(document.Text)) // इसे शाहजहाँ ने बनवाया था।
//	}
//
// A sentence is supported by one sentence of a passage, read with the titles it
// stands under and, where it begins by pointing back ("it", "इसे"), with the
// beginning of the one before. That one has to hold most of the sentence's
// content words, by stem or by sound; every number, in digits of any script or in
// words ("3.5 lakh" is "3,50,000"), every month, and every word that may be a
// name; it has to deny what the sentence denies and nothing else; and two numbers
// may not have changed places.
//
// What may be a name goes by the script. In Latin letters it is a word that
// begins with a capital. Other scripts have none, and there is no list of all
// words: an unknown content word is taken for a name where nouns stand, before a
// postposition or a copula and at the beginning, and in the languages of the
// south, which hang both onto the word, anywhere but at the end. So a sentence in other words than its
// source's may be found unsupported; one that says something else is.
//
// Values are not changed after they are made and may be used concurrently.
package support

import (
	"strings"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/match"
	"github.com/akshara-go/akshara/translate/lang"
)

// MinShare is the share of a sentence's content words that have to be held.
const MinShare = .6

// known is how surely a word has to be held to be there.
const known = .5

// Lack says what a passage lacks to support a sentence. The empty one: nothing.
type Lack string

// What may be lacking. Later ones are looked for where the earlier ones are there.
const (
	Words    Lack = "words"    // too few of the content words
	Number   Lack = "number"   // a number or a date, or its place beside another one
	Name     Lack = "name"     // a word that may be a name
	Negation Lack = "negation" // one denies what the other says
)

// rank puts what nearly supports before what does not.
var rank = map[Lack]int{"": 4, Negation: 3, Name: 2, Number: 1, Words: 0}

// Evidence is what of a passage supports a sentence best.
type Evidence struct {
	Spans []corpus.Span // in the document's text, without white space around them: the sentence, and the one before where that is needed
	Share float64       // of the content words that are held, from 0 to 1
	Lacks Lack
}

// Better tells whether e supports more than other does.
func (e *Evidence) Better(other *Evidence) bool {
	if e.Lacks != other.Lacks {
		return rank[e.Lacks] > rank[other.Lacks]
	}
	return e.Share > other.Share
}

// Passage is a chunk that has been read for sentences to be held against it.
type Passage struct {
	topic     []analysis.Token
	title     string
	sentences []sentence
}

// sentence is a sentence of a passage.
type sentence struct {
	span   corpus.Span // in the document's text
	text   string
	tokens []analysis.Token
	facts  map[string]bool // its numbers and months
	points bool            // it begins by pointing back
}

// Read reads a chunk of a document with the given title, in the language code.
// A chunk without sentences has no evidence.
func Read(c *corpus.Chunk, title string, code lang.Code) *Passage {
	p := &Passage{title: strings.Join(append([]string{title}, c.Headings...), "\n")}
	p.topic = analysis.Tokens(p.title, code)
	for _, span := range c.Sentences {
		text := c.Text[span.Start-c.Start : span.End-c.Start]
		span.Start += len(text) - len(strings.TrimLeft(text, blank))
		if text = strings.Trim(text, blank); text == "" {
			continue
		}
		span.End = span.Start + len(text)
		s := sentence{span: span, text: text, tokens: analysis.Tokens(text, code)}
		s.facts = factsOf(s.tokens, text)
		s.points = pointsBack(s.tokens)
		p.sentences = append(p.sentences, s)
	}
	return p
}

const blank = " \t\r\n\f\v\u00a0"

// Statement is a sentence that wants support.
type Statement struct {
	text    string
	tokens  []analysis.Token
	words   *match.Text
	numbers []number
}

// New reads a sentence in the language code. One of numbers alone is never supported.
func New(text string, code lang.Code) *Statement {
	s := &Statement{text: text, tokens: analysis.Tokens(text, code)}
	s.numbers = numbersOf(s.tokens, text)
	s.words = match.New(text, code, s.weight)
	return s
}

// weight lets every word say the same, and those of numbers nothing: they have
// their own check, whichever way they are written.
func (s *Statement) weight(t *analysis.Token) float64 {
	for _, n := range s.numbers {
		if s.tokens[n.at].Span.Start <= t.Span.Start && t.Span.End <= s.tokens[n.end-1].Span.End {
			return 0
		}
	}
	return 1
}

// In gives the evidence of a passage. One that shares no word with the sentence
// has none: no span, and Words are lacking.
func (s *Statement) In(p *Passage) Evidence {
	best := Evidence{Lacks: Words}
	topic := s.words.In(p.topic, p.title, nil)
	var held []float64
	for i := range p.sentences {
		at := &p.sentences[i]
		held = s.words.In(at.tokens, at.text, held)
		own := s.words.Share(held)
		raise(held, topic)
		e := s.judge(at, held, own)
		e.Spans = []corpus.Span{at.span}
		if i > 0 && at.points && e.Lacks != "" {
			before := &p.sentences[i-1]
			subject := before.tokens[:min(beginning, len(before.tokens))]
			raise(held, s.words.In(subject, before.text, nil))
			if with := s.judge(at, held, own); with.Better(&e) {
				e = with
				e.Spans = []corpus.Span{before.span, at.span}
			}
		}
		if e.Share > 0 && e.Better(&best) {
			best = e
		}
	}
	return best
}

// beginning is how many words of a sentence may be what the next one points to.
const beginning = 4

// judge holds the statement against one sentence. Held is what it holds of the words
// with its titles and what it points to, own the share it holds without them: where
// that is nothing, it says nothing of the statement, and denies nothing.
func (s *Statement) judge(at *sentence, held []float64, own float64) Evidence {
	e := Evidence{Share: s.words.Share(held)}
	switch {
	case own == 0 || e.Share < MinShare:
		e.Lacks = Words
	case !s.numbersIn(at):
		e.Lacks = Number
	case !s.namesIn(held):
		e.Lacks = Name
	case s.deniesOtherwise(at):
		e.Lacks = Negation
	}
	return e
}

// raise lifts held to what other holds.
func raise(held, other []float64) {
	for i := range held {
		held[i] = max(held[i], other[i])
	}
}
