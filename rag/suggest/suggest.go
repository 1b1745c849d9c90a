// Package suggest tells which words somebody may be typing, from the letters
// typed so far, in Latin letters or in any script of the 23 languages.
//
// A text is read as [Sounds]: one letter for each sound, the same whatever the
// script, vowels included. A store finds candidates by a key of their
// consonants, of which the typed one is a prefix; a [Matcher] then says by how
// much each differs from what was typed.
//
//	typed := suggest.Typed("bhar")
//	word := suggest.Spell("भारत")
//	strings.HasPrefix(word.Keys()[0], typed.Prefixes()[0]) // true
//	cost, rest, fits := suggest.NewMatcher(typed).Match(word) // 1, 1, true: a consonant is to come
//
// All functions are total: they accept any bytes, and what they give is bounded
// by a small constant.
package suggest

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Sounds is a text as it is spoken, a letter for each sound.
//
// Consonants are k g c j t d p b m n s h y r l v z f, in upper case when
// aspirated (K is kh); S is sh, R is a flap, heard as d and as r, L is the zh of
// Tamil, N is a nasal whose place is not written. Vowels are a i u e o, in upper
// case when long; @ is the inherent vowel, which may be silent. In the Arabic
// script * is a short vowel that is not written, x the one that an alef at the
// beginning carries, w and Y are و and ی, each a vowel or a consonant. q is a c
// behind which more may be typed. What begins with ~ is of a script that does
// not write whether a consonant is voiced.
type Sounds string

// maxSounds is how much of a text is read: more is not typed before a
// suggestion is taken.
const maxSounds = 32

// maxBytes is how many bytes of a text are looked at.
const maxBytes = 512

// coarse begins the sounds, and the keys, of scripts that do not tell voiced from voiceless.
const coarse = '~'

// Spell gives the sounds of a text in any script, its words run together. It is
// "" when the text has no sound that is known.
func Spell(text string) Sounds {
	s := speller{}
	s.read(text)
	return s.sounds()
}

// Typed gives the sounds of a text that may go on: the last consonant may have
// any vowel yet, and a c may become ch.
func Typed(text string) Sounds {
	s := speller{open: true}
	s.read(text)
	if n := len(s.dst); n > 0 && (s.dst[n-1] == '@' || s.dst[n-1] == '*') {
		s.dst = s.dst[:n-1]
	}
	return s.sounds()
}

// speller writes the sounds of a text.
type speller struct {
	dst    []byte
	open   bool // the text may go on
	coarse bool
	from   int // where the current word begins in dst
}

func (s *speller) sounds() Sounds {
	if len(s.dst) == 0 {
		return ""
	}
	if s.coarse {
		return Sounds(coarse) + Sounds(s.dst)
	}
	return Sounds(s.dst)
}

// read adds the sounds of the text's words, each by the script of its letters.
func (s *speller) read(text string) {
	text = clip(text, maxBytes)
	for text != "" && len(s.dst) < maxSounds {
		r, n := utf8.DecodeRuneInString(text)
		kind := kindOf(r)
		if kind == none {
			text = text[n:]
			continue
		}
		end := strings.IndexFunc(text, func(r rune) bool { return kindOf(r) != kind && !joins(r) })
		if end < 0 {
			end = len(text)
		}
		s.word(text[:end], kind, end == len(text))
		text = text[end:]
	}
	s.dst = s.dst[:min(len(s.dst), maxSounds)]
}

// word adds one word; last says that nothing follows it.
func (s *speller) word(word string, kind alphabet, last bool) {
	s.from = len(s.dst)
	if !isASCII(word) && !norm.NFC.IsNormalString(word) {
		word = norm.NFC.String(word)
	}
	switch kind {
	case latin:
		s.latin(word, last && s.open)
	case brahmic:
		s.brahmic(word)
	case arabic:
		s.arabic(word)
	case olChiki, meetei:
		s.alphabetic(word)
	}
}

// consonant adds a consonant; one that repeats the one before it is not heard.
func (s *speller) consonant(c byte) {
	if n := len(s.dst); n > s.from && traits[s.dst[n-1]].base == traits[c].base {
		s.dst[n-1] = c
		return
	}
	s.dst = append(s.dst, c)
}

func (s *speller) vowel(c byte) { s.dst = append(s.dst, c) }

// alphabet is a family of scripts that are read alike.
type alphabet uint8

const (
	none alphabet = iota
	latin
	brahmic
	arabic
	olChiki
	meetei
)

func kindOf(r rune) alphabet {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', 0xC0 <= r && r < 0x250, 0x1E00 <= r && r < 0x1F00:
		return latin
	case 0x0900 <= r && r < 0x0D80 && r != '।' && r != '॥' && r != '॰':
		return brahmic
	case 0x0621 <= r && r < 0x0780 && r != '٪' && r != '۔':
		return arabic
	case 0x1C50 <= r && r < 0x1C7E:
		return olChiki
	case 0xABC0 <= r && r < 0xABFA && r != 0xABEB:
		return meetei
	}
	return none
}

// joins tells whether r stands within words without being a letter of them.
func joins(r rune) bool {
	return r == '\u200c' || r == '\u200d' || r == '\u00ad' || r == '\'' || r == '’' || 0x300 <= r && r < 0x370
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// clip gives the longest prefix of s of at most n bytes that does not cut a rune.
func clip(s string, n int) string {
	if n >= len(s) {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
