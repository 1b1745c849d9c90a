package analysis

import (
	"unicode"
	"unicode/utf8"
)

type wordKind uint8

const (
	kindLatin  wordKind = iota // ASCII and other Latin letters
	kindOther                  // letters of any other script
	kindNumber                 // digits only
)

// class is what a rune is to the scanner.
type class uint8

const (
	classNone   class = iota // separates words
	classLatin               // a letter of the Latin script
	classLetter              // a letter of another script
	classMark                // joins what stands before it
	classDigit               // a decimal digit of any script
	classNumber              // another number, such as ½
)

// classes holds the classes of the runes below 0x0E00: Latin, Arabic and all Brahmic scripts of India.
var classes = func() (t [0x0E00]class) {
	for r := range t {
		t[r] = classify(rune(r))
	}
	return t
}()

func classOf(r rune) class {
	if r < rune(len(classes)) {
		return classes[r]
	}
	return classify(r)
}

func classify(r rune) class {
	switch {
	case r == '\u200c', r == '\u200d', r == '\u00ad':
		return classMark
	case unicode.Is(unicode.Latin, r):
		return classLatin
	case unicode.IsLetter(r):
		return classLetter
	case unicode.IsMark(r):
		return classMark
	case unicode.IsDigit(r):
		return classDigit
	case unicode.IsNumber(r):
		return classNumber
	}
	return classNone
}

// scanner finds the words of a text.
type scanner struct {
	text       string
	start, end int // the current word
	kind       wordKind
}

// next goes to the next word and tells whether there is one.
func (s *scanner) next() bool {
	i := s.end
	for i < len(s.text) {
		r, n := decode(s.text[i:])
		switch c := classOf(r); c {
		case classLatin:
			s.start, s.kind = i, kindLatin
			s.end = s.letters(i+n, classLatin)
			return true
		case classLetter:
			s.start, s.kind = i, kindOther
			s.end = s.letters(i+n, classLetter)
			return true
		case classDigit, classNumber:
			s.start, s.kind = i, kindNumber
			s.end = s.number(i + n)
			return true
		}
		i += n
	}
	s.start, s.end = i, i
	return false
}

// letters gives the end of a word of one class of letters that goes on at i.
func (s *scanner) letters(i int, of class) int {
	for i < len(s.text) {
		r, n := decode(s.text[i:])
		c := classOf(r)
		switch {
		case c == of, c == classMark:
		case of == classLatin && c == classDigit:
		case of == classLatin && isApostrophe(r) && i+n < len(s.text):
			if next, _ := decode(s.text[i+n:]); classOf(next) != classLatin {
				return i
			}
		default:
			return i
		}
		i += n
	}
	return i
}

func isApostrophe(r rune) bool { return r == '\'' || r == '’' || r == 'ʼ' }

// number gives the end of a number that goes on at i. Latin letters that follow
// belong to it ("3rd", "5G"); others do not.
func (s *scanner) number(i int) int {
	group := 1 // digits since the last separator
	for i < len(s.text) {
		r, n := decode(s.text[i:])
		switch classOf(r) {
		case classDigit, classNumber:
			group++
		case classMark:
		case classLatin:
			s.kind = kindLatin
			return s.letters(i+n, classLatin)
		default:
			if !((r == '.' || r == '٫') && s.digits(i+n) > 0 || isGroupComma(r) && group <= 3 && isGroup(s.digits(i+n))) {
				return i
			}
			group = 0
		}
		i += n
	}
	return i
}

// isGroup tells whether so many digits stand between commas, in "1,25,000" or "125,000".
func isGroup(digits int) bool { return digits == 2 || digits == 3 }

// digits counts the digits at i, up to four.
func (s *scanner) digits(i int) (count int) {
	for i < len(s.text) && count < 4 {
		r, n := decode(s.text[i:])
		if classOf(r) != classDigit {
			break
		}
		count++
		i += n
	}
	return count
}

// decode gives the first rune of s and its length; bytes that are no UTF-8 give a separator.
func decode(s string) (rune, int) {
	if s[0] < utf8.RuneSelf {
		return rune(s[0]), 1
	}
	if len(s) > 2 && s[0] == 0xE0 && s[1]&0xE0 == 0xA0 && s[2]&0xC0 == 0x80 { // U+0800 to U+0FFF, the scripts of India, without a call
		return rune(s[1]&0x3F)<<6 | rune(s[2]&0x3F), 3
	}
	return utf8.DecodeRuneInString(s)
}

// clip gives the end of the longest prefix of s of at most n bytes that does not cut a rune.
func clip(s string, n int) int {
	if n >= len(s) {
		return len(s)
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return n
}
