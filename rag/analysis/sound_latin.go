package analysis

import (
	"golang.org/x/text/unicode/norm"
)

// appendLatin appends the key of a word in Latin letters, read as romanised
// Indian languages and the English words within them are.
func appendLatin(dst []byte, word string) []byte {
	var buf [maxWord]byte
	w := latinLetters(buf[:0], word)
	k := skeleton{dst: dst, from: len(dst)}
	for i := 0; i < len(w); {
		n := latinSound(&k, w, i)
		i += n
	}
	return k.end()
}

// latinLetters gives the ASCII letters and digits of a word in lower case, without accents.
func latinLetters(dst []byte, word string) []byte {
	if !isASCII(word) {
		word = norm.NFD.String(word)
	}
	for i := range len(word) {
		c := word[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' {
			dst = append(dst, c)
		}
	}
	return dst
}

// latinSound adds the sound at w[i] and gives how many letters it took.
func latinSound(k *skeleton, w []byte, i int) int {
	c, next := w[i], byte(0)
	if i+1 < len(w) {
		next = w[i+1]
	}
	switch c {
	case 'a', 'e', 'i', 'o', 'u':
		k.initial()
		return 1
	case 'y':
		k.consonant('y')
		k.bare = false
		return 1
	case 'c':
		switch {
		case next == 'h':
			k.latin('c')
			return 2
		case next == 'e' || next == 'i' || next == 'y':
			k.latin('s')
		default:
			k.latin('k')
		}
		return 1
	case 'x':
		k.latin('k')
		k.latin('s')
		return 1
	case 't':
		if next == 'i' && i+3 < len(w) && w[i+2] == 'o' && w[i+3] == 'n' {
			k.latin('s')
			return 2
		}
		if next == 'c' && i+2 < len(w) && w[i+2] == 'h' {
			return 1
		}
	case 'h':
		k.consonant('h')
		k.bare = false
		return 1
	}
	if s := latinConsonant[c]; s != 0 {
		k.latin(s)
		if next == 'h' && i+1 < len(w) && c != 'r' && c != 'l' && c != 'n' && c != 'm' && c != 'v' {
			return 2
		}
		return 1
	}
	k.raw(c)
	return 1
}

// latin adds a consonant that is not followed by a vowel unless one is seen.
func (k *skeleton) latin(c byte) {
	k.consonant(c)
	k.bare = true
}

var latinConsonant = [128]byte{
	'b': 'b', 'd': 'd', 'f': 'p', 'g': 'g', 'j': 'j', 'k': 'k', 'l': 'l', 'm': 'm', 'n': 'n', 'p': 'p',
	'q': 'k', 'r': 'r', 's': 's', 't': 't', 'v': 'v', 'w': 'v', 'z': 'j',
}
