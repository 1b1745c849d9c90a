package analysis

import "github.com/akshara-go/akshara/translate/lang"

// Term is a key and how often it counts.
type Term struct {
	Text  string
	Count float32
}

// Fields are the terms of a text for the two families that an index keeps apart.
type Fields struct {
	Words  []Term // stems: what is written
	Sounds []Term // phonetic keys: what is heard, whatever the script
}

// Index gives the terms that a passage is found by, each once, in the order of
// their first appearance. Function words are left out, unless there is nothing else.
func Index(text string, code lang.Code) Fields { return fields(Tokens(text, code)) }

// Query gives the terms of a question, with their weights as counts. Function
// words are left out, unless there is nothing else.
func Query(text string, code lang.Code) Fields { return fields(Tokens(text, code)) }

func fields(tokens []Token) Fields {
	f := collect(tokens, false)
	if len(f.Words) == 0 {
		f = collect(tokens, true)
	}
	return f
}

func collect(tokens []Token, stops bool) Fields {
	words, sounds := newBag(len(tokens)), newBag(len(tokens))
	for i := range tokens {
		t := &tokens[i]
		if t.Stop && !stops {
			continue
		}
		words.add(t.Stem, 1)
		sounds.add(t.Sound, 1)
	}
	return Fields{Words: words.terms, Sounds: sounds.terms}
}

// bag counts terms and keeps their order.
type bag struct {
	at    map[string]int
	terms []Term
}

func newBag(n int) *bag { return &bag{at: make(map[string]int, n/2), terms: make([]Term, 0, n/2)} }

func (b *bag) add(text string, count float32) {
	if text == "" {
		return
	}
	i, ok := b.at[text]
	if !ok {
		i = len(b.terms)
		b.at[text] = i
		b.terms = append(b.terms, Term{Text: text})
	}
	b.terms[i].Count += count
}
