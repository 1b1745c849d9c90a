package chunk

import (
	"unicode"
	"unicode/utf8"

	"github.com/akshara-go/akshara/rag/corpus"
)

// Sentences gives the sentences of text in order; together they cover it
// wholly, white space belonging to the sentence before it.
//
// A sentence ends at । ॥ ۔ ؟ ᱾ ᱿ ꯫ ! ? … and at a full stop, with the quotes and
// brackets that close after it, and at an empty line. A full stop does not end
// one after an abbreviation ("डॉ.", "No."), an initial, or the number of a list's
// item, before a small Latin letter, or within a number, a name or an address.
func Sentences(text string) []corpus.Span {
	return appendSentences(nil, text, 0, len(text))
}

// appendSentences appends the sentences of text[from:to].
func appendSentences(dst []corpus.Span, text string, from, to int) []corpus.Span {
	start := from
	for i := from; i < to; {
		end, n := sentenceEnd(text[:to], start, i)
		if end > 0 {
			dst = append(dst, corpus.Span{Start: start, End: end})
			start, i = end, end
			continue
		}
		i += n
	}
	if start < to {
		dst = append(dst, corpus.Span{Start: start, End: to})
	}
	return dst
}

// sentenceEnd tells where the sentence that begins at start ends when something
// at i ends it, else 0 and how many bytes to go on.
func sentenceEnd(text string, start, i int) (end, n int) {
	b := text[i]
	if b < utf8.RuneSelf {
		switch b {
		case '.', '!', '?':
			return stop(text, start, i, 1, b == '.'), 1
		case '\n':
			return emptyLine(text, i), 1
		}
		return 0, 1
	}
	switch b {
	case 0xE0: // Devanagari and its sisters: । ॥
		if i+2 < len(text) && text[i+1] == 0xA5 && text[i+2]&^1 == 0xA4 {
			return stop(text, start, i, 3, false), 3
		}
		return 0, 3
	case 0xD8, 0xDB: // ؟ ۔
		if i+1 < len(text) && (b == 0xD8 && text[i+1] == 0x9F || b == 0xDB && text[i+1] == 0x94) {
			return stop(text, start, i, 2, false), 2
		}
		return 0, 2
	case 0xE1, 0xE2, 0xEA:
		if i+3 <= len(text) {
			switch text[i : i+3] {
			case "᱾", "᱿", "…", "꯫":
				return stop(text, start, i, 3, b == 0xE2), 3
			}
		}
		return 0, 3
	}
	_, n = utf8.DecodeRuneInString(text[i:])
	return 0, n
}

// stop gives the end of the sentence that the mark of n bytes at i ends, or 0
// when it does not. A weak mark (a full stop, dots) asks what stands around it.
func stop(text string, start, i, n int, weak bool) int {
	end := i + n
	for end < len(text) {
		r, n := utf8.DecodeRuneInString(text[end:])
		if isStop(r) {
			weak = weak && (r == '.' || r == '…')
		} else if !isCloser(r) {
			break
		}
		end += n
	}
	if end == len(text) {
		return end
	}
	next, _ := utf8.DecodeRuneInString(text[end:])
	space := unicode.IsSpace(next)
	switch {
	case property(next).joinsLeft():
		return 0
	case !space && (text[i] < utf8.RuneSelf && (weak || next < utf8.RuneSelf)):
		return 0
	case weak && text[i] == '.' && !endsAtFullStop(text, start, i):
		return 0
	}
	after := skipSpace(text, end)
	if weak && after < len(text) && 'a' <= text[after] && text[after] <= 'z' {
		return 0
	}
	if property(firstRune(text, after)).joinsLeft() {
		return 0
	}
	return after
}

func firstRune(text string, i int) rune {
	if i >= len(text) {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(text[i:])
	return r
}

// emptyLine gives the end of the white space at i when a line in it is empty, else 0.
func emptyLine(text string, i int) int {
	for j := i + 1; j < len(text); j++ {
		switch text[j] {
		case ' ', '\t', '\r', '\v', '\f':
		case '\n':
			end := skipSpace(text, j)
			if property(firstRune(text, end)).joinsLeft() {
				return 0
			}
			return end
		default:
			return 0
		}
	}
	return 0
}

func skipSpace(text string, i int) int {
	for i < len(text) {
		if c := text[i]; c < utf8.RuneSelf {
			if c != ' ' && (c < '\t' || c > '\r') {
				return i
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		if !unicode.IsSpace(r) {
			return i
		}
		i += n
	}
	return i
}

func isStop(r rune) bool {
	switch r {
	case '.', '!', '?', '…', '।', '॥', '۔', '؟', '᱾', '᱿', '꯫':
		return true
	}
	return false
}

func isCloser(r rune) bool {
	switch r {
	case '"', '\'', ')', ']', '}', '”', '’', '»', '›':
		return true
	}
	return false
}
