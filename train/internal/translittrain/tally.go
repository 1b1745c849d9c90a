package main

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/akshara-go/akshara/translate/translit/spellmodel"
)

// tally counts the words of texts and lists.
type tally map[string]float64

// scripts are those that a language's words have to be in.
var scripts = map[string]*unicode.RangeTable{
	"bn": unicode.Bengali, "gu": unicode.Gujarati, "hi": unicode.Devanagari, "kn": unicode.Kannada, "ml": unicode.Malayalam, "mr": unicode.Devanagari,
	"mai": unicode.Devanagari, "doi": unicode.Devanagari, "ne": unicode.Devanagari,
	"pa": unicode.Gurmukhi, "sd": unicode.Arabic, "ta": unicode.Tamil, "te": unicode.Telugu, "ur": unicode.Arabic,
}

// add counts the words of a text that are in the language's script and have two
// code points at least, each so many times.
func (t tally) add(text, code string, times float64) {
	for _, w := range cut(text) {
		foreign := strings.IndexFunc(w, func(r rune) bool { return !unicode.Is(scripts[code], r) && !unicode.Is(unicode.Inherited, r) })
		if foreign < 0 && utf8.RuneCountInString(w) > 1 {
			t[w] += times
		}
	}
}

// addAll adds another tally's counts.
func (t tally) addAll(other tally) {
	for w, n := range other {
		t[w] += n
	}
}

// most gives the n most frequent words, the most frequent first.
func (t tally) most(n int) []string {
	words := slices.SortedFunc(maps.Keys(t), func(a, b string) int {
		return cmp.Or(cmp.Compare(t[b], t[a]), cmp.Compare(a, b))
	})
	return words[:min(n, len(words))]
}

// classes gives the n most frequent words with their classes: a class has words four times as
// frequent as the one below, and 0 those that are one of a hundred million or less.
func (t tally) classes(n int) map[string]int {
	total := 0.
	for _, w := range slices.Sorted(maps.Keys(t)) {
		total += t[w]
	}
	out := make(map[string]int, n)
	for _, w := range t.most(n) {
		out[w] = max(0, min(spellmodel.WordClasses-1, int(math.Log2(t[w]/total*1e8)/2)))
	}
	return out
}
