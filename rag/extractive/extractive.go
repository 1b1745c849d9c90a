// Package extractive is a language model that quotes and never invents: of the
// passages it is given it picks the sentences that hold most of the question,
// and says them word for word with their place.
//
//	model := extractive.New(nil)
//	res, err := model.Generate(ctx, &llm.Request{Grounding: &llm.Grounding{
//		Question: "ताजमहल किसने बनवाया था?", Language: lang.Hindi, Passages: passages,
//	}})
//	fmt.Println(res.Text) // ताजमहल शाहजहाँ ने बनवाया था।
//
// It needs no server and no weights file, and answers in under a millisecond a
// passage; vectors of an embedder, where there is one, tell it sentences by their
// meaning, too, and take the time that embedding takes. It is what an
// [github.com/akshara-go/akshara/rag.Engine] uses when it is given no other model.
package extractive

import (
	"cmp"
	"context"
	"log/slog"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/match"
	"github.com/akshara-go/akshara/translate/lang"
)

// Name is what the model calls itself in a response.
const Name = "extractive"

// DefaultMargin is how much less a second sentence may score than the first.
const DefaultMargin = 5

// Options sets a Model up. The zero value is useful.
type Options struct {
	Sentences int     // how many are quoted at most; 0 is 2
	Margin    float64 // by how much another one's score may be lower than the best one's; 0 is DefaultMargin

	// Vectors tell sentences by their meaning, too: up to twice Reread texts are embedded for
	// a question, and up to Reread sentences quoted. Nil tells them by their words alone.
	Vectors Vectors
	Logger  *slog.Logger // is told that there were no vectors to be had; nil: nobody is
}

// Model quotes. It keeps no state and may be used concurrently, as its Vectors may.
type Model struct{ opts Options }

var _ llm.Model = (*Model)(nil)

// New gives a model. Nil opts mean the defaults.
func New(opts *Options) *Model {
	m := &Model{}
	if opts != nil {
		m.opts = *opts
	}
	if m.opts.Sentences <= 0 {
		m.opts.Sentences = 2
	}
	if m.opts.Margin <= 0 {
		m.opts.Margin = DefaultMargin
	}
	if m.opts.Logger == nil {
		m.opts.Logger = slog.New(slog.DiscardHandler)
	}
	return m
}

// Generate quotes the sentences that answer best, best first, a line each. It
// needs a Grounding; without passages, or with none that shares a content word
// with the question, the response finishes with NoAnswer. Every line is one
// Quote, in the language and script of its source. The Confidence of them all is
// the calibrated chance that one of them holds the answer; see [Confidence]. Vectors
// that fail cost what they would have told.
func (m *Model) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	g := req.Grounding
	if g == nil {
		return nil, fault.New(fault.InvalidRequest, "the extractive model answers from passages and was given none", nil)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ranked, err := Rank(ctx, g)
	if err == nil {
		ranked, err = m.byMeaning(ctx, g, ranked)
	}
	if err != nil {
		return nil, err
	}
	res := &llm.Response{Model: Name, Finish: llm.NoAnswer, Prompt: req.Prompt}
	var text strings.Builder
	sure := Confidence(ranked, g.Language)
	for _, c := range m.choose(ranked) {
		quote := c.Text(g)
		if text.Len() > 0 {
			text.WriteByte('\n')
		}
		start := text.Len()
		text.WriteString(quote)
		res.Quotes = append(res.Quotes, llm.Quote{
			Span: llm.Span{Start: start, End: text.Len()}, Passage: c.Passage, Source: c.Span, Confidence: sure,
		})
		res.Finish = llm.Stop
	}
	res.Text = text.String()
	return res, nil
}

// choose takes the best sentence and those that come near it.
func (m *Model) choose(ranked []Candidate) []Candidate {
	var out []Candidate
	for _, c := range ranked {
		if len(out) == m.opts.Sentences || len(out) > 0 && c.Score < out[0].Score-m.opts.Margin {
			break
		}
		if len(out) == 0 || c.Features.Sentence == 1 { // a heading says little beside a sentence
			out = append(out, c)
		}
	}
	return out
}

// around is where a candidate's neighbours are.
type around struct {
	before, after        corpus.Span // the sentence with the one before, and with the one behind
	title                string      // with the headings it stands under
	topic                []float64   // what that is worth for each word of the question
	held, previous, next []float64   // how surely it and its neighbours hold them
}

// Candidate is a sentence of a passage that may answer.
type Candidate struct {
	Passage  int         // index into Grounding.Passages
	Span     corpus.Span // in the text of the passage's document, without white space around it
	Score    float64     // for ranking, on the scale of log-odds
	Features Features    // what the score is made of
	around
}

// Text gives the sentence.
func (c *Candidate) Text(g *llm.Grounding) string {
	chunk := &g.Passages[c.Passage].Chunk
	return chunk.Text[c.Span.Start-chunk.Start : c.Span.End-chunk.Start]
}

// Rank scores every sentence that shares a content word with the question,
// itself or by what it stands under and beside, best first. A sentence that
// overlapping chunks share is in it once.
func Rank(ctx context.Context, g *llm.Grounding) ([]Candidate, error) {
	q := newQuestion(g)
	var all []Candidate
	type place struct {
		document string
		span     corpus.Span
	}
	seen := map[place]bool{}
	for i := range g.Passages {
		found, err := q.passage(ctx, i, &g.Passages[i])
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			at := place{g.Passages[i].Chunk.DocumentID, c.Span}
			if !seen[at] {
				seen[at] = true
				all = append(all, c)
			}
		}
	}
	q.compare(g, all)
	missing := q.Share(q.lacking)
	for i := range all {
		all[i].Features.Missing = missing
		all[i].Score = all[i].Features.score()
	}
	slices.SortStableFunc(all, func(a, b Candidate) int { return cmp.Compare(b.Score, a.Score) })
	return all, nil
}

// question is what is looked for.
type question struct {
	*match.Text
	language lang.Code
	expects  expectation
	lacking  []float64 // for each word how surely no passage so far holds it
}

func newQuestion(g *llm.Grounding) *question {
	weight := func(t *analysis.Token) float64 {
		if w, ok := g.Weights[t.Stem]; ok {
			return w
		}
		return 1
	}
	if g.Weights == nil {
		weight = nil
	}
	q := &question{Text: match.New(g.Question, g.Language, weight), language: g.Language, expects: expected(g.Question, g.Language)}
	q.lacking = make([]float64, len(q.Terms))
	for i := range q.lacking {
		q.lacking[i] = 1
	}
	return q
}

// How much it is worth that a word of the question stands near a sentence
// instead of in it: a page about the Taj Mahal says "it was built by".
const (
	inTitle    = .8
	inPrevious = .6
	inPassage  = .4
)

// passage scores the sentences of one passage. The error is the context's.
func (q *question) passage(ctx context.Context, index int, p *llm.Passage) ([]Candidate, error) {
	c, code := &p.Chunk, p.Source.Language
	title := strings.Join(append([]string{p.Source.Title}, c.Headings...), "\n")
	topic := q.In(analysis.Tokens(title, code), title, nil)
	q.found(topic)
	scale(topic, inTitle)

	spans := sentences(c)
	tokens, held := make([][]analysis.Token, len(spans)), make([][]float64, len(spans))
	whole, mentions := make([]float64, len(topic)), make([]float64, len(topic))
	for i, span := range spans {
		text := c.Text[span.Start-c.Start : span.End-c.Start]
		tokens[i] = analysis.Tokens(text, code)
		held[i] = q.In(tokens[i], text, nil)
		raise(whole, held[i], inPassage)
		q.found(held[i])
		for j, h := range held[i] {
			mentions[j] += h
		}
	}
	var out []Candidate
	previous := make([]float64, len(topic))
	for i, span := range spans {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		near := slices.Clone(held[i])
		raise(near, topic, 1)
		own := q.Share(near)
		raise(near, previous, inPrevious)
		raise(near, whole, 1)
		previous = held[i]
		f := Features{Own: own, Context: q.Share(near), Passage: p.Score, Pairs: q.Pairs(tokens[i]), Focus: q.focus(held[i], mentions), asked: q.expects}
		if f.Context == 0 {
			continue
		}
		text := c.Text[span.Start-c.Start : span.End-c.Start]
		f.Sentence, f.First = truth(endsSentence(text)), truth(i == 0)
		f.Words = math.Log1p(float64(len(tokens[i]))) / 4
		f.Language = truth(code == "" || code == q.language)
		f.Signs = signsOf(tokens[i], text, q.Text)
		f.Tight, f.Near = q.tight(tokens[i], topic), q.near(tokens[i], text)
		f.BM25 = q.bm25(tokens[i], topic)
		f.New = math.Log1p(float64(q.others(tokens[i]))) / 4
		c := Candidate{Passage: index, Span: span, Features: f, around: around{before: span, after: span, title: title, topic: topic, held: held[i]}}
		if i > 0 {
			c.before.Start, c.previous = spans[i-1].Start, held[i-1]
		}
		if i+1 < len(spans) {
			c.after.End, c.next = spans[i+1].End, held[i+1]
			c.Features.Next = q.Share(held[i+1])
		}
		out = append(out, c)
	}
	return out, nil
}

// found notes what some text holds.
func (q *question) found(held []float64) {
	for i, h := range held {
		q.lacking[i] = min(q.lacking[i], 1-h)
	}
}

// focus tells how much of what the passage holds of the question stands in this
// sentence alone: words that it repeats all over tell its sentences apart less.
func (q *question) focus(held, mentions []float64) float64 {
	var sum, total float64
	for i, m := range mentions {
		if m > 0 {
			sum += q.Terms[i].Weight * held[i] / max(m, 1)
			total += q.Terms[i].Weight
		}
	}
	if total == 0 {
		return 0
	}
	return sum / total
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// endsSentence tells whether a text ends as a sentence does, a closing quote or
// bracket left aside. Headings and the rows of tables do not.
func endsSentence(text string) bool {
	text = strings.TrimRight(text, "\"'”’»)] \t\n")
	last, _ := utf8.DecodeLastRuneInString(text)
	return strings.ContainsRune(".!?।॥۔؟᱾᱿꯫…", last)
}

// sentences gives a chunk's sentences without the white space around them.
func sentences(c *corpus.Chunk) []corpus.Span {
	spans := c.Sentences
	if len(spans) == 0 {
		spans = chunk.Sentences(c.Text)
		for i := range spans {
			spans[i].Start += c.Start
			spans[i].End += c.Start
		}
	}
	out := make([]corpus.Span, 0, len(spans))
	for _, s := range spans {
		text := c.Text[s.Start-c.Start : s.End-c.Start]
		s.Start += len(text) - len(strings.TrimLeft(text, " \t\r\n\f\v\u00a0"))
		s.End -= len(text) - len(strings.TrimRight(text, " \t\r\n\f\v\u00a0"))
		if s.Start < s.End {
			out = append(out, s)
		}
	}
	return out
}

func scale(held []float64, by float64) {
	for i := range held {
		held[i] *= by
	}
}

// raise lifts held to what other holds, discounted.
func raise(held, other []float64, by float64) {
	for i := range held {
		held[i] = max(held[i], by*other[i])
	}
}
