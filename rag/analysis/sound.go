package analysis

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// SoundKey gives the phonetic key of a word in any script: its consonants in
// the order they are spoken, aspiration and retroflexion left out, and an "a"
// for a vowel that the word begins with. It is "" when the word has no sound
// that is known; digits are kept.
//
//	SoundKey("भारत") == SoundKey("bharat") // "brt"
func SoundKey(word string) string {
	if len(word) > maxWord {
		word = word[:clip(word, maxWord)]
	}
	return string(appendSound(nil, word))
}

// appendSound appends the phonetic key of one word to dst.
func appendSound(dst []byte, word string) []byte {
	if word == "" {
		return dst
	}
	r, _ := utf8.DecodeRuneInString(word)
	switch {
	case r < 0x0250:
		return appendLatin(dst, word)
	case 0x0600 <= r && r <= 0x077F, 0xFB50 <= r && r <= 0xFEFC:
		return appendArabic(dst, word)
	case isBrahmic(r):
		return appendBrahmic(dst, norm.NFC.String(word))
	}
	return dst
}
