package guard

import (
	"math"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/translate/lang"
)

// Topic is something that may not be asked about, or, with Allow, one of the things
// that may. It is found by its words and phrases, in any form and, unless they are as
// short as "किला", by sound in any script; or by examples: a question that shares most of its words with one.
type Topic struct {
	Name     string   // what it is counted as
	Allow    bool     // what fits no such topic is refused, where there are some
	Words    []string // such as "election", "चुनाव"
	Examples []string // such as "Whom should I vote for?"
}

// Bounds on what a topic is found by.
const (
	likeness   = .6 // the cosine from which on a question is like an example
	soundLeast = 3  // the letters that the sound of a word has at least to be found by
)

// topic is a Topic that has been read.
type topic struct {
	name     string
	allow    bool
	phrases  [][]analysis.Token
	examples []map[string]bool
}

func readTopics(list []Topic) ([]topic, error) {
	out := make([]topic, 0, len(list))
	for _, t := range list {
		read := topic{name: t.Name, allow: t.Allow}
		for _, w := range t.Words {
			if tokens := analysis.Tokens(w, lang.Auto); len(tokens) > 0 {
				read.phrases = append(read.phrases, tokens)
			}
		}
		for _, e := range t.Examples {
			if terms := contentOf(analysis.Tokens(e, lang.Auto)); len(terms) > 0 {
				read.examples = append(read.examples, terms)
			}
		}
		if t.Name == "" || len(read.phrases)+len(read.examples) == 0 {
			return nil, refused("topics", "a topic needs a name, and a word or an example")
		}
		out = append(out, read)
	}
	return out, nil
}

// offTopic gives the denied topic that a text is about, or "other" where it is about
// none of the allowed ones, or "".
func (g *Guard) offTopic(text string) string {
	if len(g.topics) == 0 {
		return ""
	}
	tokens := analysis.Tokens(text, lang.Auto)
	terms := contentOf(tokens)
	strict, allowed := false, false
	for i := range g.topics {
		t := &g.topics[i]
		strict = strict || t.allow
		if !t.about(tokens, terms) {
			continue
		}
		if !t.allow {
			return t.name
		}
		allowed = true
	}
	if strict && !allowed && len(terms) > 0 {
		return "other"
	}
	return ""
}

// about tells whether words are about the topic.
func (t *topic) about(tokens []analysis.Token, terms map[string]bool) bool {
	for _, phrase := range t.phrases {
		for i := range tokens {
			if begins(tokens[i:], phrase) {
				return true
			}
		}
	}
	for _, e := range t.examples {
		if cosine(terms, e) >= likeness {
			return true
		}
	}
	return false
}

// begins tells whether tokens begin with the words of a phrase.
func begins(tokens, phrase []analysis.Token) bool {
	if len(tokens) < len(phrase) {
		return false
	}
	for i := range phrase {
		if !sameWord(&tokens[i], &phrase[i]) {
			return false
		}
	}
	return true
}

// sameWord tells whether two words have one stem or, in different scripts, one sound.
func sameWord(a, b *analysis.Token) bool {
	if a.Stem == b.Stem {
		return true
	}
	return len(a.Sound) >= soundLeast && a.Sound == b.Sound && lang.ScriptOf(a.Word) != lang.ScriptOf(b.Word)
}

// contentOf gives the stems of the words that say something.
func contentOf(tokens []analysis.Token) map[string]bool {
	out := map[string]bool{}
	for i := range tokens {
		if !tokens[i].Stop {
			out[tokens[i].Stem] = true
		}
	}
	return out
}

func cosine(a, b map[string]bool) float64 {
	both := 0
	for t := range a {
		if b[t] {
			both++
		}
	}
	return float64(both) / math.Sqrt(float64(max(len(a), 1)*max(len(b), 1)))
}
