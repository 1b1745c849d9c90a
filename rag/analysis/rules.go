package analysis

import (
	"unicode/utf8"

	"github.com/akshara-go/akshara/translate/lang"
)

// rules are what is known of one language in one script: its function words and
// its endings. They stand in the files rules_SCRIPT.go.
type rules struct {
	stop map[string]struct{}
	stem func(word []byte) []byte // shortens a folded word, or changes its end
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
	scriptMeetei
	scriptOlChiki
	scriptCount
)

func scriptOf(word string) script {
	r, _ := utf8.DecodeRuneInString(word)
	switch {
	case r < 0x0250:
		return scriptLatin
	case isBrahmic(r):
		return scriptAt(r)
	case 0x0600 <= r && r <= 0x077F:
		return scriptArabic
	case 0x1C50 <= r && r <= 0x1C7F:
		return scriptOlChiki
	case 0xABC0 <= r && r <= 0xABFF:
		return scriptMeetei
	}
	return scriptOther
}

// scriptAt gives the script of a rune of the Brahmic blocks.
func scriptAt(r rune) script { return scriptDevanagari + script((r-brahmicFirst)>>7) }

// byScript names the language that a script is read as when nothing better is known.
var byScript = [scriptCount]*rules{
	scriptLatin:      latinRules,
	scriptDevanagari: hindiRules,
	scriptBengali:    bengaliRules,
	scriptGurmukhi:   punjabiRules,
	scriptGujarati:   gujaratiRules,
	scriptOriya:      odiaRules,
	scriptTamil:      tamilRules,
	scriptTelugu:     teluguRules,
	scriptKannada:    kannadaRules,
	scriptMalayalam:  malayalamRules,
	scriptArabic:     urduRules,
	scriptMeetei:     meeteiRules,
	scriptOlChiki:    santaliRules,
}

// written is a language in a script.
type written struct {
	code   lang.Code
	script script
}

// byCode holds the languages that share a script with another.
var byCode = map[written]*rules{
	{lang.Marathi, scriptDevanagari}:  marathiRules,
	{lang.Nepali, scriptDevanagari}:   nepaliRules,
	{lang.Sanskrit, scriptDevanagari}: sanskritRules,
	{lang.Maithili, scriptDevanagari}: maithiliRules,
	{lang.Konkani, scriptDevanagari}:  konkaniRules,
	{lang.Dogri, scriptDevanagari}:    dogriRules,
	{lang.Bodo, scriptDevanagari}:     bodoRules,
	{lang.Sindhi, scriptDevanagari}:   sindhiDevanagariRules,
	{lang.Kashmiri, scriptDevanagari}: kashmiriDevanagariRules,
	{lang.Assamese, scriptBengali}:    assameseRules,
	{lang.Manipuri, scriptBengali}:    manipuriBengaliRules,
	{lang.Sindhi, scriptArabic}:       sindhiRules,
	{lang.Kashmiri, scriptArabic}:     kashmiriRules,
}

// rulesFor gives the rules for words in a script in a text of a language, or nil.
func rulesFor(s script, code lang.Code) *rules {
	if own, ok := byCode[written{code, s}]; ok {
		return own
	}
	return byScript[s]
}
