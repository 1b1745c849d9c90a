package langmodel

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/akshara-go/akshara/translate/lang"
)

const (
	maxOrder = 5  // runes of the longest n-gram
	maxWord  = 40 // runes of a word that are looked at; the rest of a longer one is the next word

	edge = '\uFFFF' // stands before and after a word; no character
)

// Words calls yield for each word of text in a script, in order: where it
// stands in text, in bytes, and its runes as the features see them, which are
// valid until yield returns. It stops when yield gives false.
//
// A word is a run of letters and marks of the script. Joiners inside it are
// passed over, since one spelling of a word has them and another has not; an
// apostrophe inside it counts as a letter. Text should be in NFC; see [Normalize].
func Words(text string, script lang.Script, yield func(start, end int, word []rune) bool) {
	var buffer [maxWord + 2]rune
	buffer[0] = edge
	n, start, end := 1, 0, 0
	flush := func() bool {
		for n > 1 && buffer[n-1] == '\'' {
			n--
		}
		going := true
		if n > 1 {
			buffer[n] = edge
			going = yield(start, end, buffer[:n+1])
		}
		n = 1
		return going
	}
	for i, r := range text {
		of := lang.ScriptOfRune(r)
		switch {
		case of == script && !isDigit(r):
			if n == maxWord+1 && !flush() {
				return
			}
			if n == 1 {
				start = i
			}
			buffer[n] = fold(r)
			n++
			end = i + utf8.RuneLen(r)
		case n > 1 && isJoiner(r):
		case n > 1 && n <= maxWord && insideWord(r):
			buffer[n] = fold(r)
			if buffer[n] != '\'' {
				end = i + utf8.RuneLen(r)
			}
			n++
		case n > 1:
			if !flush() {
				return
			}
		}
	}
	flush()
}

// Normalize gives text in NFC, in which all spellings of a letter are one.
func Normalize(text string) string {
	if norm.NFC.IsNormalString(text) {
		return text
	}
	return norm.NFC.String(text)
}

func fold(r rune) rune {
	switch {
	case r < 0x80:
		if 'A' <= r && r <= 'Z' {
			r |= 0x20
		}
		return r
	case r == '’' || r == 'ʼ':
		return '\''
	case r < 0x250 || 0x1E00 <= r && r < 0x1F00 || 0xFF00 <= r:
		return unicode.ToLower(r)
	}
	return r
}

func isJoiner(r rune) bool { return r == '\u200c' || r == '\u200d' }

func isDigit(r rune) bool {
	if r < 0x660 {
		return false
	}
	_, digit := lang.DigitValue(r)
	return digit
}

// insideWord tells whether a rune that belongs to no script alone may stand
// inside a word: an apostrophe, or a vowel sign of Arabic writing.
func insideWord(r rune) bool {
	return r == '\'' || r == '’' || r == 'ʼ' || 0x64B <= r && r <= 0x655 || r == 0x670
}

// AppendFeatures appends the hash of every feature of a word as [Words] gives
// it: its n-grams of one to five runes, edges included, and the word as a whole
// where it is longer. They are at most [MaxFeatures].
func AppendFeatures(dst []uint32, word []rune) []uint32 {
	for i := range word {
		h := uint32(offset)
		for n, r := range word[i:min(i+maxOrder, len(word))] {
			h = (h ^ uint32(r)) * prime
			if n > 0 || r != edge { // an edge alone tells nothing: every word has two
				dst = append(dst, mix(h))
			}
		}
	}
	if len(word) > maxOrder {
		h := uint32(wholeWord)
		for _, r := range word {
			h = (h ^ uint32(r)) * prime
		}
		dst = append(dst, mix(h))
	}
	return dst
}

// MaxFeatures is how many features a word has at most.
const MaxFeatures = (maxWord+2)*maxOrder + 1

// Constants of FNV-1a, and another offset for whole words.
const (
	offset    = 2166136261
	prime     = 16777619
	wholeWord = 0x9E3779B9
)

// mix spreads what the last runes left in the low bits over all of them; it is
// the end of MurmurHash3.
func mix(h uint32) uint32 {
	h ^= h >> 16
	h *= 0x85EBCA6B
	h ^= h >> 13
	h *= 0xC2B2AE35
	return h ^ h>>16
}

// Clip gives at most the first n bytes of text, and cuts no rune.
func Clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
