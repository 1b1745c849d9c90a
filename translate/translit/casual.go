package translit

import (
	"strings"

	"github.com/akshara-go/akshara/translate/lang"
)

// A casual spelling is what people type: plain letters, one for long and short
// vowels alike, and no letter for an a that is not spoken.

// casualLetters are the consonants from क to ह, and what they become with nukta.
var casualLetters = []string{
	"k", "kh", "g", "gh", "n", "ch", "chh", "j", "jh", "n", "t", "th", "d", "dh", "n", "t", "th", "d", "dh", "n", "n",
	"p", "ph", "b", "bh", "m", "y", "r", "r", "l", "l", "l", "v", "sh", "sh", "s", "h",
}

var casualDotted = map[rune]string{
	'क': "q", 'ख': "kh", 'ग': "gh", 'ज': "z", 'झ': "zh", 'ड': "d", 'ढ': "dh", 'फ': "f", 'य': "y", 'व': "w", 'र': "r", 'ळ': "zh", 'न': "n",
}

var casualVowels = map[rune]string{
	'अ': "a", 'आ': "a", 'इ': "i", 'ई': "i", 'उ': "u", 'ऊ': "u", 'ऋ': "ri", 'ॠ': "ri", 'ऌ': "li", 'ॡ': "li",
	'ऎ': "e", 'ए': "e", 'ऐ': "ai", 'ऒ': "o", 'ओ': "o", 'औ': "au", 'ऍ': "e", 'ऑ': "o", 'ॲ': "a", 'ऄ': "a",
	'ॳ': "a", 'ॴ': "o", 'ॵ': "o", 'ॶ': "u", 'ॷ': "u",
	'ऺ': "a", 'ऻ': "o", 'ॏ': "o", 'ॖ': "u", 'ॗ': "u",
}

// speech is what a casual spelling has to know of a language.
type speech struct {
	drops    bool              // an a between consonants and at the end is not spoken where it need not be
	voices   bool              // stops are voiced between vowels and after nasals
	letter   map[rune]string   // consonants that differ from casualLetters
	clusters map[string]string // consonants that are spoken otherwise when they are joined
	nasal    string            // an anusvara at the end
}

// speechOf gives the language's.
func speechOf(code lang.Code) *speech {
	gy := map[string]string{"ज्ञ": "gy", "क्ष": "ksh"}
	switch code {
	case lang.Hindi, lang.Urdu, lang.Maithili, lang.Dogri, lang.Sindhi, lang.Kashmiri, lang.Bodo, lang.Nepali, lang.Konkani:
		return &speech{drops: true, clusters: gy, nasal: "n"}
	case lang.Marathi:
		return &speech{drops: true, clusters: map[string]string{"ज्ञ": "dny", "क्ष": "ksh"}, nasal: "n"}
	case lang.Gujarati:
		return &speech{drops: true, clusters: map[string]string{"ज्ञ": "gn", "क्ष": "ksh"}, nasal: "n"}
	case lang.Punjabi:
		return &speech{drops: true, clusters: gy, nasal: "n", letter: map[rune]string{'व': "v"}}
	case lang.Bengali, lang.Assamese, lang.Manipuri:
		return &speech{drops: true, clusters: map[string]string{"ज्ञ": "gg", "क्ष": "kkh"}, nasal: "ng", letter: map[rune]string{'य': "j", 'व': "w"}}
	case lang.Tamil:
		return &speech{voices: true, nasal: "m", letter: map[rune]string{'च': "s", 'त': "th"}}
	case lang.Malayalam:
		return &speech{nasal: "m", clusters: map[string]string{"ज्ञ": "jn", "क्ष": "ksh"}, letter: map[rune]string{'त': "th", 'थ': "th"}}
	case lang.Telugu, lang.Kannada:
		return &speech{nasal: "m", clusters: map[string]string{"ज्ञ": "gn", "क्ष": "ksh"}}
	}
	return &speech{nasal: "m", clusters: map[string]string{"ज्ञ": "jn", "क्ष": "ksh"}}
}

// syllable is a consonant with its vowel, or either alone.
type syllable struct {
	letter rune // a consonant; 0 for a vowel alone
	dotted bool
	vowel  rune // an independent vowel; 0 for none
	silent bool // its a is not spoken
	nasal  rune // anusvara, candrabindu or visarga behind it
	other  rune // any other rune instead
	joined bool // to the consonant after, by a virama
}

// appendCasual appends the casual spelling of a pivot word to dst.
func (s *speech) appendCasual(dst []byte, p []rune) []byte {
	syllables := cut(p)
	for from := 0; from < len(syllables); {
		to := from
		for to < len(syllables) && syllables[to].other == 0 {
			to++
		}
		if s.drops {
			silence(syllables[from:to])
		}
		dst = s.spell(dst, syllables[from:to])
		if to < len(syllables) {
			dst = appendOther(dst, syllables[to].other)
			to++
		}
		from = to
	}
	return dst
}

func appendOther(dst []byte, r rune) []byte {
	switch {
	case '०' <= r && r <= '९':
		return append(dst, byte('0'+r-'०'))
	case r == virama || r == nukta || r == zwj || r == zwnj:
		return dst
	case r == avagraha:
		return append(dst, '\'')
	case r == 'ॐ':
		return append(dst, "om"...)
	}
	return append(dst, string(r)...)
}

// cut reads the syllables of a pivot text.
func cut(p []rune) []syllable {
	var out []syllable
	for i := 0; i < len(p); i++ {
		r := p[i]
		last := len(out) - 1
		switch {
		case isConsonant(r):
			out = append(out, syllable{letter: r, vowel: 'अ'})
		case isVowel(r):
			out = append(out, syllable{vowel: r})
		case last < 0 || out[last].other != 0:
			if v := vowelOf[r]; v != 0 {
				out = append(out, syllable{vowel: v})
			} else {
				out = append(out, syllable{other: r})
			}
		case r == nukta && out[last].letter != 0 && out[last].vowel == 'अ':
			out[last].dotted = true
		case r == virama && out[last].letter != 0 && out[last].vowel == 'अ':
			out[last].vowel = 0
			out[last].joined = i+1 < len(p) && isConsonant(p[i+1])
		case isSign(r):
			v := vowelOf[r]
			if v == 0 {
				v = r
			}
			if out[last].letter != 0 && out[last].vowel == 'अ' {
				out[last].vowel = v
			} else {
				out = append(out, syllable{vowel: v})
			}
		case (r == anusvara || r == candra || r == visarga) && out[last].nasal == 0:
			out[last].nasal = r
		case r == zwj || r == zwnj:
		default:
			out = append(out, syllable{other: r})
		}
	}
	return out
}

// silence marks the a that Hindi and its neighbours leave out: at the end of a
// word, if no cluster needs it, and between single consonants that have vowels
// on both sides, from the end of the word on (Ohala 1983, "Aspects of Hindi Phonology").
func silence(word []syllable) {
	n := len(word)
	if n < 2 {
		return
	}
	if l := &word[n-1]; l.letter != 0 && l.vowel == 'अ' && l.nasal == 0 && !needsVowel(word) {
		l.silent = true
	}
	for i := n - 2; i > 0; i-- {
		w, before, after := &word[i], &word[i-1], &word[i+1]
		if w.letter == 0 || w.vowel != 'अ' || w.nasal != 0 {
			continue
		}
		spokenBefore := before.vowel != 0 && !before.silent
		spokenAfter := after.vowel != 0 && !after.silent && after.letter != 0
		if spokenBefore && spokenAfter && !before.joined {
			w.silent = true
		}
	}
}

// needsVowel tells whether a word ends in consonants that cannot be spoken
// without a vowel behind them: those whose last is a semivowel or nasal.
func needsVowel(word []syllable) bool {
	n := len(word)
	before := word[n-2]
	if before.vowel != 0 {
		return false
	}
	return strings.ContainsRune("यरलवमनण", word[n-1].letter) && before.letter != word[n-1].letter
}

// spell appends a word without foreign runes.
func (s *speech) spell(dst []byte, word []syllable) []byte {
	for i := range word {
		w := &word[i]
		if w.letter != 0 {
			if c, ok := s.cluster(word, i); ok {
				dst = append(dst, c...)
			} else if i == 0 || !s.inCluster(word, i) {
				dst = append(dst, s.consonant(word, i)...)
			}
		}
		if w.vowel != 0 && !w.silent {
			dst = append(dst, casualVowels[w.vowel]...)
		}
		switch w.nasal {
		case anusvara, candra:
			dst = append(dst, s.nasalLetter(word, i)...)
		case visarga:
			dst = append(dst, 'h')
		}
	}
	return dst
}

// cluster gives the letters of two joined consonants that have their own.
func (s *speech) cluster(word []syllable, i int) (string, bool) {
	if i+1 >= len(word) || !word[i].joined || word[i].dotted {
		return "", false
	}
	c, ok := s.clusters[string([]rune{word[i].letter, virama, word[i+1].letter})]
	return c, ok
}

// inCluster tells whether the consonant before has written this one too.
func (s *speech) inCluster(word []syllable, i int) bool {
	_, ok := s.cluster(word, i-1)
	return ok
}

func (s *speech) consonant(word []syllable, i int) string {
	w := &word[i]
	if w.dotted {
		if d, ok := casualDotted[w.letter]; ok {
			return d
		}
	}
	if s.voices {
		if v := voiced(word, i); v != "" {
			return v
		}
	}
	if l, ok := s.letter[w.letter]; ok {
		return l
	}
	switch w.letter {
	case 'च', 'छ':
		if i+1 < len(word) && w.joined && (word[i+1].letter == 'च' || word[i+1].letter == 'छ') {
			return "c" // cch for चच
		}
	case 'ॻ':
		return "g"
	case 'ॼ', 'ॹ', 'ॺ':
		return "j"
	case 'ॾ', 'ॸ':
		return "d"
	case 'ॿ':
		return "b"
	}
	if i := int(w.letter - 'क'); i < len(casualLetters) {
		return casualLetters[i]
	}
	return ""
}

// voiced gives the letters of a Tamil stop where it is voiced, empty where it is not.
func voiced(word []syllable, i int) string {
	between := i > 0 && word[i-1].vowel != 0 && word[i].vowel != 0
	behind := i > 0 && word[i-1].vowel == 0 && strings.ContainsRune("ङञणनम", word[i-1].letter)
	doubled := i > 0 && word[i-1].joined && word[i-1].letter == word[i].letter || word[i].joined && i+1 < len(word) && word[i+1].letter == word[i].letter
	switch w := word[i].letter; {
	case doubled && w == 'च':
		return "ch"
	case doubled:
		return ""
	case behind && w == 'च':
		return "j"
	case between && w == 'क', behind && w == 'क':
		return "g"
	case between && w == 'ट', behind && w == 'ट':
		return "d"
	case between && w == 'त', behind && w == 'त':
		return "dh"
	case behind && w == 'प':
		return "b"
	}
	return ""
}

// nasalLetter gives n or m by the consonant after; at the end what the language has.
func (s *speech) nasalLetter(word []syllable, i int) string {
	if i+1 < len(word) {
		switch word[i+1].letter {
		case 'प', 'फ', 'ब', 'भ', 'म':
			return "m"
		}
		return "n"
	}
	if word[i].nasal == candra {
		return "n"
	}
	return s.nasal
}
