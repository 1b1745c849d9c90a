package llmtranslate

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
)

var (
	address     = newPattern(`(?i)\bhttps?://[^\s<>"']+|\bwww\.[^\s<>"']+|[\w.+-]+@[\w-]+\.[\w.-]+`, "://", "@", "www.", "WWW.")
	placeholder = newPattern(`\{\{?[\w.]+\}?\}|\$\{[\w.]+\}|%(?:\d+\$)?[sdfv]\b|<ID\d+>`, "{", "%", "<ID")
	tag         = newPattern(`</?[a-zA-Z][^<>]*>`, "<")
	tagName     = regexp.MustCompile(`^</?[a-zA-Z][\w-]*`)
)

// pattern is a regular expression and what a text has one of when it matches:
// most texts have none, and looking for that is a hundred times faster.
type pattern struct {
	*regexp.Regexp
	signs []string
}

func newPattern(expression string, signs ...string) *pattern {
	return &pattern{regexp.MustCompile(expression), signs}
}

// in gives the matches in text.
func (p *pattern) in(text string) []string {
	if !p.possible(text) {
		return nil
	}
	return p.FindAllString(text, -1)
}

// blank gives text with a space in the place of each match.
func (p *pattern) blank(text string) string {
	if !p.possible(text) {
		return text
	}
	return p.ReplaceAllString(text, " ")
}

func (p *pattern) possible(text string) bool {
	for _, sign := range p.signs {
		if strings.Contains(text, sign) {
			return true
		}
	}
	return false
}

// check tells what a translation lacks of what its source has, in a sentence
// for the model; "" when nothing is wrong.
func (j *job) check(source, text string) string {
	if !utf8.ValidString(text) || strings.TrimSpace(text) == "" {
		return "the translation is empty"
	}
	for _, kept := range [...]struct {
		what string
		find func(string) []string
	}{{"address", addresses}, {"placeholder", placeholders}, {"number", numbers}} {
		if lost := missing(kept.find(source), kept.find(text)); lost != "" {
			return fmt.Sprintf("the %s %s is missing", kept.what, compact(lost))
		}
	}
	if reason := j.checkTags(source, text); reason != "" {
		return reason
	}
	for _, t := range j.terms {
		if strings.Contains(source, t.Source) && !strings.Contains(text, t.Put()) {
			return fmt.Sprintf("%s has to be translated as %s", compact(t.Source), compact(t.Put()))
		}
	}
	if n := utf8.RuneCountInString(text); n > 6*utf8.RuneCountInString(source)+100 {
		return "the translation is much longer than the text: add nothing and explain nothing"
	}
	return j.checkScript(source, text)
}

// missing gives the first of want that have does not have as often; "" for none.
func missing(want, have []string) string {
	left := make(map[string]int)
	for _, h := range have {
		left[h]++
	}
	for _, w := range want {
		if left[w]--; left[w] < 0 {
			return w
		}
	}
	return ""
}

func addresses(text string) []string {
	found := address.in(text)
	for i := range found {
		found[i] = strings.TrimRight(found[i], ".,;:!?)।॥۔")
	}
	return found
}

func placeholders(text string) []string { return placeholder.in(text) }

// checkTags holds the tags of a text against those of its source: the same, as
// often, whatever their attributes (an alt text may be translated; addresses
// in attributes are checked as addresses).
func (j *job) checkTags(source, text string) string {
	if j.req.Format != translate.HTML {
		return ""
	}
	want, have := tags(source), tags(text)
	if lost := missing(want, have); lost != "" {
		return fmt.Sprintf("the tag %s> is missing", lost)
	}
	if extra := missing(have, want); extra != "" {
		return fmt.Sprintf("the tag %s> is not in the text", extra)
	}
	return ""
}

func tags(text string) []string {
	found := tag.in(text)
	for i := range found {
		found[i] = strings.ToLower(tagName.FindString(found[i]))
	}
	return found
}

// numbers gives the numbers of text in European digits, without what groups
// them (1,00,000 and 100,000 are one number) and outside of addresses and placeholders.
func numbers(text string) []string {
	text = placeholder.blank(address.blank(text))
	var found []string
	var digits strings.Builder
	runes := []rune(text)
	for i, r := range runes {
		if d, ok := lang.DigitValue(r); ok {
			digits.WriteByte(byte('0' + d))
			continue
		}
		if (r == ',' || r == '٬') && digits.Len() > 0 && digitsAt(runes[i+1:]) {
			continue
		}
		if digits.Len() > 0 {
			found = append(found, digits.String())
			digits.Reset()
		}
	}
	if digits.Len() > 0 {
		found = append(found, digits.String())
	}
	return found
}

// digitsAt tells whether runes begin with two digits: a group of a number, and not the next of a list.
func digitsAt(runes []rune) bool {
	if len(runes) < 2 {
		return false
	}
	_, first := lang.DigitValue(runes[0])
	_, second := lang.DigitValue(runes[1])
	return first && second
}

// checkScript tells whether a translation is in the target's script. Words that
// stand in the source too (names of products, code) do not count, nor do
// addresses, placeholders, tags and terms.
func (j *job) checkScript(source, text string) string {
	rest := text
	for _, p := range [...]*pattern{address, placeholder, tag} {
		rest = p.blank(rest)
	}
	for _, t := range j.terms {
		rest = strings.ReplaceAll(rest, t.Put(), " ")
	}
	words := wordsOf(source)
	kept := make(map[string]bool, len(words))
	for _, word := range words {
		kept[word] = true
	}
	own := 0
	var b strings.Builder
	for _, word := range wordsOf(rest) {
		if !kept[word] {
			b.WriteString(word + " ")
			own++
		}
	}
	switch script := lang.ScriptOf(b.String()); {
	case script == j.script:
		return ""
	case own > 0:
		return fmt.Sprintf("the translation has to be written in the %s script", scriptNames[j.script])
	case lang.ScriptOf(source) == j.script || len(words) <= maxKept || lang.ScriptOf(rest) == "":
		return "" // the languages share these words, or a name stayed what it was
	}
	return "the text was not translated"
}

// maxKept is how many words, of a script that is not the target's, may come back as they are: a name or a title.
const maxKept = 3

// maxWords bounds how many words of a text the check of the script looks at.
const maxWords = 2000

func wordsOf(text string) []string {
	words := strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '\u200c' && r != '\u200d'
	})
	return words[:min(len(words), maxWords)]
}
