package chunk

import "unicode/utf8"

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
