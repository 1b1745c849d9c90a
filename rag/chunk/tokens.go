package chunk

import (
	"slices"
	"unicode/utf8"
)

// Estimate gives about as many tokens as the multilingual tokenisers of
// language models make of a text: one for each six letters of an ASCII word or
// part of it, one for each five code points of a word in another script, and
// one for each ASCII punctuation mark.
func Estimate(text string) int {
	tokens, ascii, wide := 0, 0, 0
	flush := func() {
		tokens += (ascii+5)/6 + (wide+4)/5
		ascii, wide = 0, 0
	}
	for i := range len(text) {
		switch b := text[i]; {
		case b >= utf8.RuneSelf:
			if utf8.RuneStart(b) {
				wide++
			}
		case b|0x20 >= 'a' && b|0x20 <= 'z', b >= '0' && b <= '9':
			ascii++
		case b <= ' ':
			flush()
		default:
			flush()
			tokens++
		}
	}
	flush()
	return tokens
}

// bytesPerToken is how many bytes a token has at most, but in a text without words.
const bytesPerToken = 32

// Clip gives the beginning of a text with at most so many tokens, as [Estimate]
// counts them, and at most 32 bytes for each. It is never cut inside an akshara.
func Clip(text string, tokens int) string {
	if len(text) <= tokens {
		return text
	}
	var ends []int
	for a := range Aksharas(text) {
		if a.End > tokens*bytesPerToken {
			break
		}
		ends = append(ends, a.End)
	}
	n, _ := slices.BinarySearchFunc(ends, tokens, func(end, most int) int {
		if Estimate(text[:end]) <= most {
			return -1
		}
		return 1
	})
	if n == 0 {
		return ""
	}
	return text[:ends[n-1]]
}
