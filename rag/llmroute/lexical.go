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

// How a text is likened to examples.
const (
	smoothing = .3      // added to the count of each feature
	margin    = 1.0     // by how much another route's log-odds must be above the standard one's: a word or two is little evidence
	maxBytes  = 4 << 10 // of a text that are looked at: a request is stated at its beginning or its end
)

// Lexical tells a route by the words of examples: a naive Bayes classifier over
// whole words and the beginnings of words, which carry a language's many endings
// less. Function words, and words that no example has, say nothing.
type Lexical struct {
	routes []Route
	counts map[string][]float64 // of a feature, by route
	totals []float64
}

// NewLexical learns from examples.
func NewLexical(list []Example) *Lexical {
	c := &Lexical{routes: []Route{Standard, LongContext, Multimodal, Translation}, counts: map[string][]float64{}}
	c.totals = make([]float64, len(c.routes))
	for _, e := range list {
		for i, route := range c.routes {
			if route != e.Route {
				continue
			}
			for f := range features(e.Text) {
				if c.counts[f] == nil {
					c.counts[f] = make([]float64, len(c.routes))
				}
				c.counts[f][i]++
				c.totals[i]++
			}
		}
	}
	return c
}

// Classify gives the likeliest route; the standard one where nothing speaks for another.
func (c *Lexical) Classify(_ context.Context, text string) (Route, error) {
	scores := make([]float64, len(c.routes))
	scores[0] = margin // of the standard route
	for f := range features(text) {
		counts, ok := c.counts[f]
		if !ok {
			continue
		}
		for i := range scores {
			scores[i] += math.Log((counts[i] + smoothing) / (c.totals[i] + smoothing*float64(len(c.counts))))
		}
	}
	best := 0
	for i, s := range scores {
		if s > scores[best] {
			best = i
		}
	}
	return c.routes[best], nil
}

// features gives the words of a text that are no function words, and their beginnings.
func features(text string) map[string]bool {
	if len(text) > maxBytes {
		text = strings.ToValidUTF8(text[:maxBytes/2], "") + " " + strings.ToValidUTF8(text[len(text)-maxBytes/2:], "")
	}
	out := map[string]bool{}
	for _, t := range analysis.Tokens(text, lang.Auto) {
		if t.Stop {
			continue
		}
		out["="+t.Word] = true
		out[t.Word[:beginning(t.Word)]] = true
	}
	return out
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
