package translate

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// cut gives text in pieces of at most limit bytes, which joined are text. It cuts
// at the last end of a sentence or line that fits, else behind a space, else
// between two aksharas; one that is longer than limit itself is cut between
// code points. Of HTML neither tags nor entities are cut, unless one alone is longer.
func cut(text string, limit int, format Format) []string {
	var pieces []string
	for len(text) > limit {
		n := cutAt(text, limit, format)
		pieces = append(pieces, text[:n])
		text = text[n:]
	}
	return append(pieces, text)
}

// cutAt tells where to cut text, which is longer than limit: above 0, and at most limit.
func cutAt(text string, limit int, format Format) int {
	var sentence, space, akshara int
	var before rune
	for i := 0; i < limit; {
		if n := unit(text[i:], format); n > 1 { // a tag or an entity
			if i > 0 {
				akshara = i
			}
			if i += n; i <= limit {
				akshara = i
				if endsBlock(text[i-n : i]) {
					sentence = i
				}
			}
			before = 0
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		if i > 0 && parts(before, r) {
			akshara = i
		}
		i += n
		if i > limit {
			break
		}
		before = r
		if !unicode.IsSpace(r) {
			continue
		}
		if next, _ := utf8.DecodeRuneInString(text[i:]); i < len(text) && unicode.IsSpace(next) {
			continue // white space goes to the piece before it, whole
		}
		space = i
		if endsSentence(text[:i], text[i:]) {
			sentence = i
		}
	}
	for _, at := range [...]int{sentence, space, akshara} {
		if at > 0 {
			return at
		}
	}
	return lastRune(text, limit)
}

// lastRune gives the largest code point border of text up to limit, or behind the first code point.
func lastRune(text string, limit int) int {
	at := limit
	for at > 0 && !utf8.RuneStart(text[at]) {
		at--
	}
	if at == 0 {
		_, at = utf8.DecodeRuneInString(text)
	}
	return at
}

// unit gives the length of the tag or entity that text begins with, else 0.
func unit(text string, format Format) int {
	if format != HTML {
		return 0
	}
	switch text[0] {
	case '<':
		if len(text) > 1 && (text[1] == '/' || text[1] == '!' || text[1]|0x20 >= 'a' && text[1]|0x20 <= 'z') {
			return strings.IndexByte(text[:min(len(text), maxTag)], '>') + 1
		}
	case '&':
		if end := strings.IndexByte(text[:min(len(text), maxEntity)], ';'); end > 1 {
			return end + 1
		}
	}
	return 0
}

// Bounds of what is looked through for a unit's end, in bytes.
const (
	maxTag    = 8 << 10
	maxEntity = 40 // the longest name in HTML's list has 31 letters
)

// endsBlock tells whether a tag ends a block of HTML, so that what follows is a text of its own.
func endsBlock(tag string) bool {
	name := strings.ToLower(strings.Trim(tag, "</> \t\r\n"))
	if strings.HasPrefix(tag, "</") {
		switch name {
		case "p", "li", "div", "td", "th", "tr", "ul", "ol", "table", "section", "article", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "dd", "dt", "pre", "title":
			return true
		}
	}
	return name == "br" || name == "hr"
}

// parts tells whether two code points belong to different aksharas: no mark,
// joiner or modifier follows, and no virama binds the two (UAX 29, GB9 to GB9c
// and GB11; a virama is what has the combining class 9).
func parts(before, after rune) bool {
	switch {
	case before == 0:
		return true
	case unicode.IsMark(after), after == '\u200c', after == '\u200d', 0x1F3FB <= after && after <= 0x1F3FF:
		return false
	case before == '\u200d', before == '\r' && after == '\n':
		return false
	case regional(before) && regional(after): // one flag in two is kept whole at least
		return false
	}
	return norm.NFC.PropertiesString(string(before)).CCC() != 9
}

func regional(r rune) bool { return 0x1F1E6 <= r && r <= 0x1F1FF }

// endsSentence tells whether before, which ends with white space, ends a sentence or a line.
func endsSentence(before, after string) bool {
	core := strings.TrimRightFunc(before, unicode.IsSpace)
	if strings.ContainsRune(before[len(core):], '\n') {
		return true
	}
	core = strings.TrimRight(core, `"')]}”’»›`)
	last, n := utf8.DecodeLastRuneInString(core)
	switch last {
	case '।', '॥', '۔', '؟', '᱾', '᱿', '꯫', '!', '?', '…':
		return true
	case '.':
		next, _ := utf8.DecodeRuneInString(after)
		return !unicode.IsLower(next) && !abbreviated(core[:len(core)-n])
	}
	return false
}

// abbreviated tells whether the word that text ends with, before a full stop, is
// one that is mostly followed by more: an initial, a number or a title.
func abbreviated(text string) bool {
	word := text[max(strings.LastIndexFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == '(' }), -1)+1:]
	word = strings.TrimLeft(word, "( \t\r\n")
	letters := 0
	for _, r := range word {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	if letters <= 1 {
		return true
	}
	switch strings.ToLower(word) {
	case "dr", "mr", "mrs", "ms", "prof", "smt", "shri", "no", "nos", "vs", "st", "fig", "vol", "pp", "rs", "e.g", "i.e",
		"डॉ", "श्री", "प्रो", "सं", "पं", "क्र", "डा", "ডা", "ডঃ", "ડૉ", "ਡਾ", "டாக்டர்", "திரு", "డా", "ಡಾ", "ഡോ", "ଡା":
		return true
	}
	return false
}
