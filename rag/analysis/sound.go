package analysis

import "unicode/utf8"

// SoundKey gives the phonetic key of a word in any script: its consonants in
// the order they are spoken, aspiration and retroflexion left out, and an "a"
// for a vowel that the word begins with. It is "" when the word has no sound
// that is known; digits are kept. Only the first 192 bytes of a word count, and
// its key is at most twice as long as they are, and two bytes.
//
//	SoundKey("भारत") == SoundKey("bharat") // "brt"
//
// Tamil and Malayalam do not write whether a consonant is voiced: their keys are
// of a coarser kind that begins with "~". [Query] gives words in Latin letters
// both kinds.
func SoundKey(word string) string {
	if len(word) > maxWord {
		word = word[:clip(word, maxWord)]
	}
	return string(appendSoundAs(nil, composed(word), 0))
}

// coarseMark begins the keys that do not tell voiced from voiceless.
const (
	coarseMark = '~'
	coarse     = string(coarseMark)
)

// appendOtherFlap appends the key of a word with a flap in which the flap has
// the other of its two sounds.
func appendOtherFlap(dst []byte, word, first string) []byte {
	from := len(dst)
	word = composed(word)
	for _, flap := range []byte{'d', 'r'} {
		dst = appendSoundAs(dst[:from], word, flap)
		if string(dst[from:]) != first {
			break
		}
	}
	return dst
}

// hasFlap tells whether a word may have a letter that is heard as d and as r.
func hasFlap(word string) bool {
	for _, r := range word {
		switch {
		case r < latinEnd:
			return false
		case r == 'ڑ', r == 'ڙ', r == 'ᱲ', isBrahmic(r) && (r&0x7F == offNukta || r&0x7F == 0x5C || r&0x7F == 0x5D):
			return true
		}
	}
	return false
}

func isLatin(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return r < latinEnd && r > '9'
}

// latinEnd is where the Latin letters of the first blocks end.
const latinEnd = 0x0250

// appendSoundAs appends the phonetic key of a word in NFC, with d or r as the
// sound of its flaps, or the likelier of them when flap is 0.
func appendSoundAs(dst []byte, word string, flap byte) []byte {
	from := len(dst)
	r, _ := utf8.DecodeRuneInString(word)
	switch {
	case word == "":
	case r < latinEnd || 0x1E00 <= r && r <= 0x1EFF:
		dst = appendLatin(dst, word, false)
	case 0x0600 <= r && r <= 0x077F:
		dst = appendArabic(dst, word, flap)
	case isPresentation(r):
		dst = appendArabic(dst, string(fold(nil, word)), flap)
	case isBrahmic(r):
		dst = appendBrahmic(dst, word, flap)
		if len(dst) == from+1 && dst[from] == coarseMark {
			dst = dst[:from]
		}
	case 0x1C50 <= r && r <= 0x1C7F:
		dst = appendOlChiki(dst, word, flap)
	case 0xABC0 <= r && r <= 0xABFF:
		dst = appendMeetei(dst, word)
	}
	return dst
}
