package support

import (
	"unicode"
	"unicode/utf8"

	"github.com/akshara-go/akshara/translate/lang"
)

// suffixing are the scripts of languages that hang cases and copulas onto the word.
var suffixing = map[lang.Script]bool{lang.TamilScript: true, lang.TeluguScript: true, lang.KannadaScript: true, lang.MalayalamScript: true}

// namesIn tells whether every word of the statement that may be a name is held.
func (s *Statement) namesIn(held []float64) bool {
	term := 0
	for i := range s.tokens {
		if term == len(s.words.Terms) {
			break
		}
		if s.tokens[i].Span != s.words.Terms[term].Span {
			continue
		}
		if held[term] < known && s.words.Terms[term].Weight > 0 && s.mayBeName(i) {
			return false
		}
		term++
	}
	return true
}

// mayBeName tells whether a content word, by its number among the tokens, stands as names do.
func (s *Statement) mayBeName(i int) bool {
	word := s.tokens[i].Span.In(s.text)
	first, _ := utf8.DecodeRuneInString(word)
	script := lang.ScriptOf(word)
	switch {
	case script == lang.Latin:
		return unicode.IsUpper(first)
	case i == len(s.tokens)-1:
		return false // a verb, most likely
	case i == 0 || suffixing[script]:
		return true
	}
	return s.tokens[i+1].Stop
}
