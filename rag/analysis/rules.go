package analysis

import (
	"strings"
	"unicode/utf8"

	"github.com/akshara-go/akshara/translate/lang"
)

// rules are what is known of one language: its function words and its endings.
type rules struct {
	stop map[string]struct{}
	stem func(word []byte) []byte // shortens word, or changes its end
}

// script is what rules are chosen by when the language is not known.
type script uint8

const (
	scriptOther script = iota
	scriptLatin
	scriptDevanagari
	scriptBengali
	scriptGurmukhi
	scriptGujarati
	scriptOriya
	scriptTamil
	scriptTelugu
	scriptKannada
	scriptMalayalam
	scriptArabic
)

func scriptOf(word string) script {
	r, _ := utf8.DecodeRuneInString(word)
	switch {
	case r < 0x0250:
		return scriptLatin
	case isBrahmic(r):
		return scriptDevanagari + script((r-brahmicFirst)>>7)
	case 0x0600 <= r && r <= 0x077F:
		return scriptArabic
	}
	return scriptOther
}

// byScript names the language that a script is read as when nothing better is known.
var byScript = map[script]*rules{
	scriptLatin:      latinRules,
	scriptDevanagari: hindiRules,
	scriptBengali:    bengaliRules,
	scriptGurmukhi:   punjabiRules,
	scriptGujarati:   gujaratiRules,
	scriptArabic:     urduRules,
	scriptTamil:      tamilRules,
	scriptTelugu:     teluguRules,
	scriptKannada:    kannadaRules,
	scriptMalayalam:  malayalamRules,
	scriptOriya:      oriyaRules,
}

// byCode holds the languages that share a script with another and have rules of their own.
var byCode = map[lang.Code]struct {
	script script
	rules  *rules
}{
	"mr":  {scriptDevanagari, marathiRules},
	"kok": {scriptDevanagari, marathiRules},
}

// rulesFor gives the rules for a folded word in a text of a language, or nil.
func rulesFor(word string, code lang.Code) *rules {
	s := scriptOf(word)
	if own, ok := byCode[code]; ok && own.script == s {
		return own.rules
	}
	return byScript[s]
}

// suffixes takes the longest of a list of endings off a word.
type suffixes struct {
	ending map[string]struct{}
	max    int // bytes of the longest ending
	keep   int // runes that must stay
}

// newSuffixes makes the list from words separated by white space.
func newSuffixes(keep int, endings string) *suffixes {
	s := &suffixes{ending: set(endings), keep: keep}
	for e := range s.ending {
		s.max = max(s.max, len(e))
	}
	return s
}

func (s *suffixes) strip(word []byte) []byte {
	for n := min(s.max, len(word)-1); n > 0; n-- {
		at := len(word) - n
		if !utf8.RuneStart(word[at]) {
			continue
		}
		if _, ok := s.ending[string(word[at:])]; ok && utf8.RuneCount(word[:at]) >= s.keep {
			return word[:at]
		}
	}
	return word
}

func set(words string) map[string]struct{} {
	m := make(map[string]struct{})
	for w := range strings.FieldsSeq(words) {
		m[Normalize(w)] = struct{}{}
	}
	return m
}
