package chunk

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// endsAtFullStop tells whether the full stop at i may end the sentence that
// begins at start: not after an abbreviation, an initial, or a number that is
// all the sentence so far.
func endsAtFullStop(text string, start, i int) bool {
	word := lastWord(text[start:i])
	if word == "" {
		return true
	}
	if strings.TrimSpace(text[start:i]) == word && isNumber(word) {
		return false
	}
	if r, n := utf8.DecodeRuneInString(word); n == len(word) && unicode.IsLetter(r) {
		return false
	}
	if len(word) <= maxAbbreviation && !isASCII(word) && isInitial(word) {
		return false
	}
	_, short := abbreviations[strings.ToLower(word)]
	return !short
}

// lastWord gives the letters, marks, digits and inner full stops that text ends with.
func lastWord(text string) string {
	i := len(text)
	for i > 0 && len(text)-i <= maxAbbreviation {
		r, n := utf8.DecodeLastRuneInString(text[:i])
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && r != '.' {
			break
		}
		i -= n
	}
	return strings.TrimLeft(text[i:], ".")
}

// maxAbbreviation bounds, in bytes, how far back an abbreviation is looked for.
const maxAbbreviation = 36

func isNumber(word string) bool {
	for _, r := range word {
		if !unicode.IsDigit(r) && r != '.' {
			return false
		}
	}
	return true
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isInitial tells whether a word in an Indian script is the name of a Latin
// letter, as in "ए. पी. जे." or "एम.के.": its last part is one.
func isInitial(word string) bool {
	if at := strings.LastIndexByte(word, '.'); at >= 0 {
		word = word[at+1:]
	}
	_, ok := letterNames[toDevanagari(word)]
	return ok
}

// toDevanagari moves letters of the scripts that are laid out alike into the block of Devanagari.
func toDevanagari(word string) string {
	return strings.Map(func(r rune) rune {
		if 0x0980 <= r && r <= 0x0D7F {
			return 0x0900 + r&0x7F
		}
		return r
	}, word)
}

func wordSet(words string) map[string]struct{} {
	m := make(map[string]struct{})
	for w := range strings.FieldsSeq(words) {
		m[w] = struct{}{}
	}
	return m
}

// letterNames are the names of Latin letters, in Devanagari; Tamil writes some of them its own way.
var letterNames = wordSet(`ए बी सी डी ई एफ एफ़ जी एच आई आय जे एल एम एन ओ पी क्यू आर एस टी यू वी व्ही डब्ल्यू एक्स वाई वाय ज़ेड जेड झेड
	बि सि डि जि पि टि वि के ऎ ऎस ऎम ऎल ऎन एम् एल् एन् एस् ऎम् ऎल् ऎन् ऎस् आर् ऎच एच् ऎच् कॆ जॆ`)

// abbreviations do not end a sentence, in lower case and without their last full stop.
var abbreviations = wordSet(`
	mr mrs ms dr prof sr jr st smt shri sri km kum no nos vs etc fig figs vol vols pp p ed eds rev hon gen col lt capt sgt maj
	govt dept univ inc ltd co corp approx est ca cf viz i.e e.g a.m p.m jan feb mar apr jun jul aug sep sept oct nov dec rs sec art para ch
	डॉ डा डाॅ श्री श्रीमती सुश्री प्रो पं सं कं लि क्र पृ रु रू मो से.मी कि.मी मि.मी कि.ग्रा ई.पू वि.सं ई स्व मा कु सा.यु अ.भा प्रा रा शि चौ ले कर्न मे ज उ द पू प
	ডা ডঃ ড শ্রী নং মো ડૉ ડો શ્રી નં ਡਾ ਸ੍ਰੀ ਨੰ ਸ डाॅ प्रा मा टी.व्ही
	டாக்டர் திரு திருமதி டா எண் డా శ్రీ నం ಡಾ ಶ್ರೀ ನಂ ഡോ ശ്രീ നം ଡା ଡଃ ଶ୍ରୀ ନଂ`)
