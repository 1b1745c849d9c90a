package suggest

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// latinReader reads a word in Latin letters, as people spell Indian languages
// and the English words within them.
type latinReader struct {
	*speller
	w    string // a-z and 0-9
	open bool   // more may follow
}

func (s *speller) latin(word string, open bool) {
	l := latinReader{s, plainLetters(word), open}
	for i := 0; i < len(l.w) && len(s.dst) < maxSounds; {
		i += l.sound(i)
	}
}

// plainLetters gives the ASCII letters and digits of a word in lower case, without accents.
func plainLetters(word string) string {
	if !isASCII(word) {
		word = norm.NFD.String(word)
	}
	return strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		}
		return -1
	}, word)
}

func (l *latinReader) at(i int) byte {
	if i < 0 || i >= len(l.w) {
		return 0
	}
	return l.w[i]
}

// sound adds the sound at w[i] and gives how many letters it took.
func (l *latinReader) sound(i int) int {
	switch c := l.w[i]; c {
	case 'a', 'e', 'i', 'o', 'u':
		return l.vowels(i)
	case 'c', 'x', 'q', 'w', 't', 'z', 'd', 'g', 'j':
		if n := l.special(i); n > 0 {
			return n
		}
	case 's':
		if l.at(i+1) == 'h' {
			l.consonant('S')
			return 2
		}
	}
	return l.plain(i)
}

// vowels reads one vowel, or two letters that stand for one.
func (l *latinReader) vowels(i int) int {
	switch l.w[i : i+min(2, len(l.w)-i)] {
	case "aa":
		l.vowel('A')
	case "ee", "ii":
		l.vowel('I')
	case "oo", "uu":
		l.vowel('U')
	case "ai", "ei":
		l.vowel('E')
	case "au", "ou":
		l.vowel('O')
	default:
		l.vowel(l.w[i])
		return 1
	}
	return 2
}

// special reads a letter whose sound depends on its neighbours; 0 when it is a plain one here.
func (l *latinReader) special(i int) int {
	next := l.at(i + 1)
	switch c := l.w[i]; {
	case c == 'c' && next == 'h' && (l.at(i+2) == 'r' || l.at(i+2) == 'l'): // "Christ"
		l.consonant('k')
		return 2
	case c == 'c' && next == 'h':
		if l.at(i+2) == 'h' {
			l.consonant('C')
			return 3
		}
		l.consonant('c')
		return 2
	case c == 'c' && next == 'c' && l.at(i+2) == 'h':
		return 1
	case c == 'c' && (next == 'e' || next == 'i' || next == 'y'):
		l.consonant('s')
		return 1
	case c == 'c' && next == 0 && l.open:
		l.consonant('q')
		return 1
	case c == 'c', c == 'q':
		l.consonant('k')
		return 1
	case c == 'x':
		l.consonant('k')
		l.consonant('s')
		return 1
	case c == 'w' && isVowel(l.at(i-1)) && !isVowel(next) && next != 0 && next != 'y': // "town"
		l.vowel('u')
		return 1
	case c == 'w':
		l.consonant('v')
		return 1
	case c == 't' && next == 'c' && l.at(i+2) == 'h':
		return 1
	case c == 't' && next == 'i' && l.at(i+2) == 'o' && l.at(i+3) == 'n':
		l.consonant('S')
		return 2
	case c == 'z' && next == 'h':
		l.consonant('L')
		return 2
	case (c == 'g' || c == 'd') && next == 'n' && l.at(i+2) == 'y', (c == 'j' || c == 'g') && next == 'n' && i == 0: // spellings of ज्ञ
		l.consonant('g')
		l.consonant('y')
		if l.at(i+2) == 'y' {
			return 3
		}
		return 2
	}
	return 0
}

func isVowel(c byte) bool {
	switch c {
	case 'a', 'e', 'i', 'o', 'u':
		return true
	}
	return false
}

// plain reads a letter that has one sound, with the h that marks its aspiration.
func (l *latinReader) plain(i int) int {
	c, n := l.w[i], 1
	if l.at(i+1) == 'h' && strings.IndexByte("kgjtdpb", c) >= 0 {
		c, n = c-'a'+'A', 2
	}
	l.consonant(c)
	return n
}
