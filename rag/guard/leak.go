package guard

import (
	"strings"

	"github.com/akshara-go/akshara/rag/analysis"
)

// How a prompt that is repeated is told: by words that follow two others as they do
// in it. Each raises a sum, any other word lowers it: a cumulative sum (Page 1954)
// finds a change without knowing where it began.
const (
	leakSum   = 10 // what the sum has to reach
	leakLeast = 6  // or, of a short prompt, three quarters of it, but at least this
	maxGrams  = 20000
)

// leak looks for a prompt in a text, word by word. Of the zero value nothing is found.
type leak struct {
	grams map[[3]string]bool
	mark  string
	last  [2]string
	sum   int
	need  int
}

func newLeak(system string, canary bool) leak {
	l := leak{grams: map[[3]string]bool{}, need: leakSum}
	words := plainWords(system)
	for i := 2; i < len(words) && i < maxGrams; i++ {
		l.grams[[3]string(words[i-2:i+1])] = true
	}
	l.need = min(leakSum, max(leakLeast, 3*len(l.grams)/4))
	if canary && system != "" {
		l.mark = markOf(system)
	}
	return l
}

// read takes the next words. Hit is that they go on with what may be the prompt,
// leaked that it is.
func (l *leak) read(text string) (hit, leaked bool) {
	if len(l.grams) == 0 && l.mark == "" {
		return false, false
	}
	if l.mark != "" && strings.Contains(strings.ToLower(text), l.mark) {
		return true, true
	}
	for _, w := range plainWords(text) {
		l.take(w)
		leaked = leaked || l.sum >= l.need
	}
	return l.sum > 0, leaked || l.encoded(text)
}

func (l *leak) take(word string) {
	if l.grams[[3]string{l.last[0], l.last[1], word}] {
		l.sum++
	} else {
		l.sum = max(0, l.sum-1)
	}
	l.last = [2]string{l.last[1], word}
}

// encoded tells whether a text holds the prompt in base64 or hexadecimal.
func (l *leak) encoded(text string) bool {
	for _, plain := range decoded(text) {
		inner := leak{grams: l.grams, mark: l.mark, need: l.need}
		if _, leaked := inner.read(plain); leaked {
			return true
		}
	}
	return false
}

// plainWords gives the words of a text in one spelling.
func plainWords(text string) []string {
	tokens := analysis.Tokens(text, "")
	words := make([]string, len(tokens))
	for i := range tokens {
		words[i] = tokens[i].Word
	}
	return words
}
