package llmroute

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/translate/lang"
)

//go:embed concepts.tsv
var concepts string

// The length in code points below which an entry of concepts.tsv is a word and not the
// beginning of one. In Latin letters, where a vowel is a letter, short words begin more others.
const (
	wholeWord      = 3
	wholeLatinWord = 5
)

// Concepts that the code knows by name.
const (
	nothing   = "none"   // words that begin as others do
	placed    = "in"     // words that stand beside what something is in, such as "in" and "में"
	ending    = "ending" // endings that say the same
	languages = "language"
)

// thesaurus gives the concept of a word's beginning: what examples in one language
// say of "picture" holds for the words for it in the others, with all their endings.
type thesaurus struct {
	concept map[string]string // of a normalised beginning
	longest int               // of them, in bytes
	endings []string
}

func newThesaurus() *thesaurus {
	t := &thesaurus{concept: map[string]string{}}
	for line := range strings.Lines(concepts) {
		name, words, _ := strings.Cut(strings.TrimSpace(line), "\t")
		for _, w := range strings.Fields(words) {
			w = analysis.Normalize(w)
			if name == ending {
				t.endings = append(t.endings, w)
				continue
			}
			t.concept[w] = name
			t.longest = max(t.longest, len(w))
		}
	}
	return t
}

// of gives the concept of the longest entry that a word begins with, or "".
func (t *thesaurus) of(word string) string {
	least := wholeWord
	if lang.ScriptOf(word) == lang.Latin {
		least = wholeLatinWord
	}
	for n := min(len(word), t.longest); n > 0; n-- {
		if name, ok := t.concept[word[:n]]; ok && (n == len(word) || utf8.RuneCountInString(word[:n]) >= least) {
			return name
		}
	}
	return ""
}

// features gives what tells a text's route: its concepts, each two of them, those that
// something is in, and its content words with their beginnings.
func (t *thesaurus) features(text string) []string {
	tokens := tokensOf(text)
	set := map[string]bool{}
	for _, token := range tokens {
		if !token.Stop {
			set["="+token.Word] = true
			set[token.Word[:beginning(token.Word)]] = true
		}
	}
	held := t.held(tokens)
	for i, a := range held {
		set["+"+a] = true
		for _, b := range held[i+1:] {
			set["+"+a+"+"+b] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// held gives the concepts of a text in the order of their names: "in picture" beside
// "picture" where something is in one, and "languages" where several are named.
func (t *thesaurus) held(tokens []analysis.Token) []string {
	names := make([]string, len(tokens))
	for i := range tokens {
		names[i] = t.of(tokens[i].Word)
	}
	set := map[string]bool{}
	named := map[string]bool{}
	for i, name := range names {
		if name == "" || name == placed || name == nothing {
			continue
		}
		set[name] = true
		if t.inside(tokens, names, i) {
			set["in "+name] = true
		}
		if name == languages {
			named[tokens[i].Word] = true
		}
	}
	if len(named) > 1 {
		set["languages"] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// inside tells whether something is said to be in what a word names: by its ending, the
// word behind it, or one of the two before it.
func (t *thesaurus) inside(tokens []analysis.Token, names []string, i int) bool {
	for _, e := range t.endings {
		if strings.HasSuffix(tokens[i].Word, e) {
			return true
		}
	}
	return i+1 < len(names) && names[i+1] == placed && lang.ScriptOf(tokens[i].Word) == lang.ScriptOf(tokens[i+1].Word) ||
		slices.Contains(names[max(0, i-2):i], placed)
}
