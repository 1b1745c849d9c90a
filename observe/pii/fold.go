package pii

import (
	"unicode"
	"unicode/utf8"

	"github.com/akshara-go/akshara/translate/lang"
)

// Units stand for runes once scripts, widths and kinds of dash no longer
// matter: a digit or Latin letter is its ASCII byte, a space, dash or bracket
// the plainest of its kind, and these stand for the rest.
const (
	unitIgnored byte = 1    // zero-width characters, marks that decorate
	unitLetter  byte = 0x80 // a letter or mark that is not Latin
	unitOther   byte = 0x81 // punctuation, symbols, bytes that are not UTF-8
	unitEnd     byte = 0xFF // the text ends here
)

// maxIgnored bounds the bytes that may hide between two characters of one identifier.
const maxIgnored = 24

func isDigit(u byte) bool  { return u-'0' < 10 }
func isLetter(u byte) bool { return u|0x20-'a' < 26 }
func isAlnum(u byte) bool  { return isDigit(u) || isLetter(u) }
func upper(u byte) byte {
	if u-'a' < 26 {
		return u - 0x20
	}
	return u
}

// isGap tells whether u may stand between the groups of one identifier.
func isGap(u byte) bool {
	switch u {
	case ' ', '\n', '-', '.', '/', '(', ')':
		return true
	}
	return false
}

// unitAt gives the unit at byte i of text and its size. At the end of the text,
// and at the beginning of a rune whose rest may still come, it is unitEnd, 0.
func unitAt(text string, i int, final bool) (byte, int) {
	if i >= len(text) {
		return unitEnd, 0
	}
	if b := text[i]; b < utf8.RuneSelf {
		return asciiUnit(b), 1
	}
	r, size := utf8.DecodeRuneInString(text[i:])
	if r == utf8.RuneError && size == 1 && !final && !utf8.FullRuneInString(text[i:]) {
		return unitEnd, 0
	}
	return runeUnit(r), size
}

// unitBefore gives the unit that ends before byte i, and its size; unitEnd, 0 at the beginning.
func unitBefore(text string, i int) (byte, int) {
	if i <= 0 {
		return unitEnd, 0
	}
	if b := text[i-1]; b < utf8.RuneSelf {
		return asciiUnit(b), 1
	}
	r, size := utf8.DecodeLastRuneInString(text[:i])
	return runeUnit(r), size
}

func asciiUnit(b byte) byte {
	switch b {
	case '\t', '\v', '\f':
		return ' '
	case '\r':
		return '\n'
	}
	if b < ' ' && b != '\n' || b == 0x7F {
		return unitOther
	}
	return b
}

func runeUnit(r rune) byte {
	if d, ok := digitValue(r); ok {
		return '0' + byte(d)
	}
	switch {
	case 0xFF01 <= r && r <= 0xFF5E: // full-width ASCII
		return asciiUnit(byte(r - 0xFEE0))
	case ignored(r):
		return unitIgnored
	case 0x2010 <= r && r <= 0x2015, r == 0x2212, r == 0x2043, r == 0xFE58, r == 0xFE63:
		return '-'
	case r == 0x85, r == 0x2028, r == 0x2029:
		return '\n'
	case unicode.Is(unicode.Zs, r):
		return ' '
	case unicode.IsLetter(r), unicode.IsMark(r):
		return unitLetter
	}
	return unitOther
}

// digitValue is lang.DigitValue for the 23 languages' scripts, and takes
// full-width and mathematical digits too, which chat clients produce.
func digitValue(r rune) (int, bool) {
	switch {
	case 0xFF10 <= r && r <= 0xFF19:
		return int(r - 0xFF10), true
	case 0x1D7CE <= r && r <= 0x1D7FF:
		return int(r-0x1D7CE) % 10, true
	}
	return lang.DigitValue(r)
}

// ignored tells whether r is invisible or only decorates the character before
// it: joiners, direction marks, variation selectors, combining strokes.
func ignored(r rune) bool {
	switch {
	case r == 0xAD, r == 0x34F, r == 0x61C, r == 0xFEFF, r == 0x180E,
		0x200B <= r && r <= 0x200F, 0x202A <= r && r <= 0x202E, 0x2060 <= r && r <= 0x206F,
		0x300 <= r && r <= 0x36F, 0x20D0 <= r && r <= 0x20F0, 0xFE00 <= r && r <= 0xFE0F:
		return true
	}
	return false
}

// What the first byte of a rune says in the hunt for triggers.
const (
	leadNothing = iota
	leadTrigger // an ASCII digit or @
	leadBrahmic // E0: Devanagari to Malayalam
	leadOther   // of another script that has digits
)

var leads = func() (t [256]byte) {
	for b := '0'; b <= '9'; b++ {
		t[b] = leadTrigger
	}
	t['@'] = leadTrigger
	t[0xE0] = leadBrahmic
	for _, b := range [...]byte{0xD9, 0xDB, 0xE1, 0xEA, 0xEF, 0xF0} {
		t[b] = leadOther
	}
	return t
}()

// nextTrigger gives the place of the first digit or @, in any script, at byte i
// or after it: every identifier holds one. It is len(text) when there is none.
// This loop is all that clean text costs.
func nextTrigger(text string, i int) int {
	for i < len(text) {
		switch leads[text[i]] {
		case leadNothing:
			i++
		case leadTrigger:
			return i
		case leadBrahmic: // the digits of every Brahmic block are its 66 to 6F
			if i+2 < len(text) && text[i+1]&1 == 1 && text[i+2]-0xA6 < 10 && text[i+1]-0xA5 <= 0xB5-0xA5 {
				return i
			}
			i++
		default:
			r, size := utf8.DecodeRuneInString(text[i:])
			if _, ok := digitValue(r); ok || r == '＠' {
				return i
			}
			i += size
		}
	}
	return len(text)
}
