package analysis

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Normalize gives text in the one spelling that keys are made of: NFC, letters
// in lower case, digits as ASCII, and without the distinctions that writers of
// the Indian languages make or leave out at will:
//
//   - nukta, avagraha, visarga, joiners, the Gurmukhi addak and the Tamil aytham
//     are left out; candrabindu is anusvara, or left out where it is heard little
//   - a nasal consonant before a stop of its place is anusvara, in the scripts
//     that write both
//   - a consonant is not doubled after reph or before another consonant
//   - ई, इ and ए within a word have the glide: "गई" is "गयी", "लिए" is "लिये"
//   - letters for foreign, old or regional sounds are those commonly written for
//     them: "कॉलेज", "ৰ", "ఱ", "ॿ"
//   - chillus and the khanda ta are a consonant with virama; the Malayalam half u
//     is virama alone
//   - Arabic vowel points and hamza are left out, Arabic, Kashmiri and presentation
//     forms are the Urdu letters; ھ marks aspiration only
//   - Meetei letters without vowel are whole ones; Ol Chiki signs of vowel quality
//     are left out
//
// What is no letter, mark or number is kept; bytes that are no UTF-8 become
// U+FFFD. It is idempotent and gives at most four times the bytes of text.
func Normalize(text string) string {
	return string(fold(make([]byte, 0, len(text)+len(text)/8), text))
}

// fold appends the folded text to dst.
func fold(dst []byte, text string) []byte {
	if isASCII(text) {
		return foldASCII(dst, text)
	}
	return foldComposed(dst, composed(text))
}

// foldComposed is fold for text in NFC. Where marks that order themselves meet
// because one between them is left out, what is folded is composed again.
func foldComposed(dst []byte, text string) []byte {
	start := len(dst)
	dst, again := foldOnce(dst, text)
	for range maxFolds {
		if !again {
			break
		}
		once := string(dst[start:])
		dst, _ = foldOnce(dst[:start], norm.NFC.String(once))
		again = string(dst[start:]) != once
	}
	return dst
}

// maxFolds is more often than any text needs to be folded until it stays.
const maxFolds = 8

// foldOnce tells too whether the text has marks that order themselves.
func foldOnce(dst []byte, text string) (out []byte, marks bool) {
	start := len(dst)
	for _, r := range text {
		marks = marks || compositionOf(r) == composes
		switch {
		case isBrahmic(r):
			dst = joinBrahmic(dst, start, r)
			continue
		case r < rune(len(folded)):
			if r == 'ھ' || r == 'ه' {
				r = heh(dst[start:], r)
			}
			r = folded[r]
		case isPresentation(r):
			dst = foldPresentation(dst, r)
			continue
		default:
			r = foldOther(r)
		}
		switch {
		case r < 0:
		case r < utf8.RuneSelf:
			dst = appendASCII(dst, start, byte(r))
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst, marks
}

// folded is the rune that stands for each rune below 0x0E00 in keys, or -1.
var folded = func() (t [0x0E00]rune) {
	for i := range t {
		r := rune(i)
		switch {
		case isBrahmic(r):
			t[i] = foldBrahmic(r)
		case 0x0600 <= r && r <= 0x06FF, 0x0750 <= r && r <= 0x077F:
			t[i] = foldArabic(r)
		default:
			t[i] = foldOther(r)
		}
	}
	return t
}()

// foldOther gives the rune that stands for r in keys, or -1 when there is none:
// lower case, ASCII digits, no joiners. Meetei Mayek has its letters without
// vowel as whole ones and leaves out apun iyek and lum iyek, which writers use
// or not; Ol Chiki leaves out the signs for length and the quality of vowels.
func foldOther(r rune) rune {
	switch {
	case r == '\u200c', r == '\u200d', r == '\u200b', r == '\u00ad', r == '\ufeff', r == '\u034f', r == '\u2060':
		return -1
	case r == '’', r == 'ʼ':
		return '\''
	case 0xABDB <= r && r <= 0xABED:
		return foldMeetei(r)
	case r == 'ᱺ':
		return 'ᱸ'
	case r == 'ᱹ', 'ᱻ' <= r && r <= 'ᱽ':
		return -1
	case unicode.IsDigit(r):
		return foldDigit(r)
	}
	return unicode.ToLower(r)
}

// meeteiWhole gives the whole letter for each letter without vowel from U+ABDB on.
var meeteiWhole = [...]rune{'ꯀ', 'ꯂ', 'ꯃ', 'ꯄ', 'ꯅ', 'ꯇ', 'ꯉ', 'ꯏ'}

func foldMeetei(r rune) rune {
	switch i := int(r - 0xABDB); {
	case i < len(meeteiWhole):
		return meeteiWhole[i]
	case r == 0xABEA: // nung
		return 'ꯉ'
	case r >= 0xABEC: // lum iyek, apun iyek
		return -1
	}
	return r
}

// foldDigit gives the ASCII digit for a decimal digit of any script. Every run
// of them in Unicode begins with a zero and is ten long.
func foldDigit(r rune) rune {
	zero := r
	for zero > 0 && r-zero < 10 && unicode.IsDigit(zero-1) {
		zero--
	}
	if r-zero > 9 {
		return r
	}
	return '0' + r - zero
}

// composed gives text in NFC, but for what folds the same without: the letters
// of the Brahmic blocks that stand for another with nukta, and Arabic marks.
func composed(text string) string {
	last, prev := rune(0), composes
	for _, r := range text {
		next := compositionOf(r)
		switch {
		case next == stands:
		case next == composes, next == follows && prev == follows, (next == joins || r == 0x093C) && leads(last):
			return norm.NFC.String(text)
		}
		last, prev = r, next
	}
	return text
}

// composition is what a rune is to NFC.
type composition uint8

const (
	composes composition = iota // it may change, or change its neighbours
	stands                      // it stays as it is
	joins                       // it stays as it is unless a letter leads: the second part of a vowel sign
	follows                     // it stays as it is unless another follows: a virama, or a nukta on a letter that has no other form with it
)

func compositionOf(r rune) composition {
	switch {
	case r < rune(len(compositions)):
		return compositions[r]
	case r == 0xABED: // apun iyek
		return follows
	case 0x1C50 <= r && r <= 0x1C7F, 0xABC0 <= r && r <= 0xABFF:
		return stands
	}
	return composes
}

var compositions = func() (t [0x0E00]composition) {
	for i := range t {
		r := rune(i)
		p := norm.NFC.PropertiesString(string(r))
		switch off := r & 0x7F; {
		case isBrahmic(r) && (off == offVirama || off == offNukta && r < 0x0B80):
			t[i] = follows
		case withNukta(r) != 0, isArabicMark(r):
			t[i] = stands
		case isBrahmic(r) && p.CCC() == 0 && norm.NFC.IsNormalString(string(r)) && !p.BoundaryBefore():
			t[i] = joins
		case norm.NFC.IsNormalString(string(r)) && p.BoundaryBefore():
			t[i] = stands
		}
	}
	return t
}()

// leads tells whether there is a rune that begins with r: a letter with nukta
// or a vowel sign of two parts.
func leads(r rune) bool {
	switch r {
	case 'न', 'र', 'ळ', 'ে', 'େ', 'ஒ', 'ெ', 'ே', 'ె', 'ಿ', 'ೆ', 'ೊ', 'െ', 'േ':
		return true
	}
	return false
}

// withNukta gives the letter that r stands for with nukta, or 0.
func withNukta(r rune) rune {
	if !isBrahmic(r) {
		return 0
	}
	first, size := utf8.DecodeRuneInString(norm.NFD.String(string(r)))
	if second, _ := utf8.DecodeRuneInString(norm.NFD.String(string(r))[size:]); second != r&^0x7F|offNukta {
		return 0
	}
	return first
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func foldASCII(dst []byte, text string) []byte {
	start := len(dst)
	for i := range len(text) {
		c := text[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = appendASCII(dst, start, c)
	}
	return dst
}

// appendASCII appends c to dst[start:] without the apostrophe between two
// letters that stands before it, or the comma between two digits.
func appendASCII(dst []byte, start int, c byte) []byte {
	n := len(dst)
	switch {
	case n-start < 2 || c <= '\'':
	case dst[n-1] == '\'' && isASCIILetter(c) && isASCIILetter(dst[n-2]):
		n--
	case isASCIIDigit(c) && !isASCIIDigit(dst[n-1]):
		r, size := utf8.DecodeLastRune(dst[start:])
		if isGroupComma(r) && n-size > start && isASCIIDigit(dst[n-size-1]) {
			n -= size
		}
	}
	return append(dst[:n], c)
}

func isASCIILetter(c byte) bool { c |= 0x20; return 'a' <= c && c <= 'z' }

func isASCIIDigit(c byte) bool { return '0' <= c && c <= '9' }

// isGroupComma tells whether r is what groups of digits are parted by: a comma,
// the Arabic comma or the Arabic thousands separator.
func isGroupComma(r rune) bool { return r == ',' || r == '،' || r == '٬' }
