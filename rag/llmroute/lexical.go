package llmroute

import (
	"context"
	_ "embed"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/translate/lang"
)

// Example is a text whose route is known.
type Example struct {
	Route Route
	Text  string
}

//go:embed examples.tsv
var examples string

// Examples gives those of this package: how people ask, in Hindi, Hindi in Latin
// letters, English and Tamil, without what they ask about.
func Examples() []Example {
	var out []Example
	for line := range strings.Lines(examples) {
		if part := strings.Split(strings.TrimSpace(line), "\t"); len(part) == 3 {
			out = append(out, Example{Route(part[0]), part[2]})
		}
	}
	return out
}

// How weights are learnt from examples, and what of.
const (
	rounds   = 60
	rate     = .1
	decay    = .03
	maxBytes = 4 << 10 // of a text that are looked at: a request is stated at its beginning or its end
)

// routes are the classes; the first is taken where nothing speaks for another.
var routes = [...]Route{Standard, LongContext, Multimodal, Translation}

// weighting is what a feature says for each route.
type weighting [len(routes)]float64

// Lexical tells a route by the words of a text and by the concepts behind them: a
// logistic regression over the content words of examples, the beginnings of these,
// which carry a language's many endings less, and concepts such as "picture" or
// "whole", whose words it knows in eleven of the scheduled languages, in Hindi in
// Latin letters and in English. It may be used concurrently.
type Lexical struct {
	words   *thesaurus
	weights map[string]*weighting
}

// NewLexical learns from examples, by stochastic gradient ascent in their order. Routes
// count alike, however many examples each has.
func NewLexical(list []Example) *Lexical {
	c := &Lexical{words: newThesaurus(), weights: map[string]*weighting{}}
	count := map[Route]float64{}
	texts := make([][]*weighting, len(list)) // the weights of each example's features
	for i, e := range list {
		count[e.Route]++
		for _, f := range c.words.features(e.Text) {
			if c.weights[f] == nil {
				c.weights[f] = new(weighting)
			}
			texts[i] = append(texts[i], c.weights[f])
		}
	}
	for range rounds {
		for i, e := range list {
			step := float64(len(list)) / float64(len(count)) / count[e.Route] / math.Sqrt(float64(len(texts[i])))
			climb(texts[i], e.Route, step)
		}
	}
	return c
}

// climb makes a route likelier for a text of these features.
func climb(features []*weighting, route Route, step float64) {
	p := chances(features)
	for r := range routes {
		miss := -p[r]
		if routes[r] == route {
			miss++
		}
		for _, w := range features {
			w[r] += rate * (step*miss - decay*w[r])
		}
	}
}

// chances gives how likely each route is: a softmax over the sums of features' weights.
func chances(features []*weighting) (p weighting) {
	for _, w := range features {
		for r := range w {
			p[r] += w[r]
		}
	}
	top, sum := math.Inf(-1), 0.
	for _, s := range p {
		top = max(top, s)
	}
	for r, s := range p {
		p[r] = math.Exp(s - top)
		sum += p[r]
	}
	for r := range p {
		p[r] /= sum
	}
	return p
}

// Classify gives the likeliest route; the standard one where nothing speaks for another.
func (c *Lexical) Classify(_ context.Context, text string) (Route, error) {
	var known []*weighting
	for _, f := range c.words.features(text) {
		if w := c.weights[f]; w != nil {
			known = append(known, w)
		}
	}
	p := chances(known)
	best := 0
	for r := range p {
		if p[r] > p[best] {
			best = r
		}
	}
	return routes[best], nil
}

// tokensOf gives the words of a text's first and last bytes.
func tokensOf(text string) []analysis.Token {
	if len(text) > maxBytes {
		text = strings.ToValidUTF8(text[:maxBytes/2], "") + " " + strings.ToValidUTF8(text[len(text)-maxBytes/2:], "")
	}
	return analysis.Tokens(text, lang.Auto)
}

// beginning gives the length of a word's first five code points, or all of it.
func beginning(word string) int {
	n := 0
	for range 5 {
		_, size := utf8.DecodeRuneInString(word[n:])
		n += size
	}
	return n
}
