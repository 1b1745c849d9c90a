package translit

import (
	"slices"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// scholarly is a Latin spelling that says exactly which letters are meant:
// ISO 15919 or IAST.
type scholarly struct {
	letter map[rune]string   // of a pivot letter: a consonant without its vowel, a vowel with or without its own letter
	dotted map[rune]string   // of a consonant with nukta
	dot    string            // nukta on any other letter
	read   map[string][]rune // pivot letters by their spelling in NFD
}

// The consonants in the order of their pivot letters, क to ह; ? stands for the
// letters that Unicode decomposes.
var consonantsISO = []string{
	"k", "kh", "g", "gh", "ṅ", "c", "ch", "j", "jh", "ñ", "ṭ", "ṭh", "ḍ", "ḍh", "ṇ", "t", "th", "d", "dh", "n", "",
	"p", "ph", "b", "bh", "m", "y", "r", "", "l", "ḷ", "", "v", "ś", "ṣ", "s", "h",
}

var (
	iso15919 = sync.OnceValue(func() *scholarly {
		return newScholarly(map[rune]string{
			'अ': "a", 'आ': "ā", 'इ': "i", 'ई': "ī", 'उ': "u", 'ऊ': "ū", 'ऋ': "r̥", 'ॠ': "r̥̄", 'ऌ': "l̥", 'ॡ': "l̥̄",
			'ऎ': "e", 'ए': "ē", 'ऐ': "ai", 'ऒ': "o", 'ओ': "ō", 'औ': "au", 'ऍ': "ê", 'ऑ': "ô", 'ॲ': "æ",
			anusvara: "ṁ", candra: "m̐", visarga: "ḥ", avagraha: "’",
			'ॻ': "g̤", 'ॼ': "j̤", 'ॾ': "d̤", 'ॿ': "b̤",
		}, map[rune]string{'न': "ṉ", 'र': "ṟ", 'ळ': "ḻ", 'क': "q", 'ख': "k͟h", 'ग': "ġ", 'ज': "z", 'ड': "ṛ", 'ढ': "ṛh", 'फ': "f", 'य': "ẏ", 'व': "w"})
	})
	iast = sync.OnceValue(func() *scholarly {
		return newScholarly(map[rune]string{
			'अ': "a", 'आ': "ā", 'इ': "i", 'ई': "ī", 'उ': "u", 'ऊ': "ū", 'ऋ': "ṛ", 'ॠ': "ṝ", 'ऌ': "l̥", 'ॡ': "l̥̄",
			'ऎ': "ĕ", 'ए': "e", 'ऐ': "ai", 'ऒ': "ŏ", 'ओ': "o", 'औ': "au", 'ऍ': "ê", 'ऑ': "ô", 'ॲ': "æ",
			anusvara: "ṃ", candra: "m̐", visarga: "ḥ", avagraha: "’",
			'ॻ': "g̤", 'ॼ': "j̤", 'ॾ': "d̤", 'ॿ': "b̤",
		}, map[rune]string{'न': "ṉ", 'र': "ṟ", 'ळ': "ḻ", 'क': "q", 'ख': "k͟h", 'ग': "ġ", 'ज': "z", 'ड': "r̤", 'ढ': "r̤h", 'फ': "f", 'य': "ẏ", 'व': "w"})
	})
)

// signOf gives the dependent sign of each independent vowel but अ.
var signOf = map[rune]rune{
	'आ': 'ा', 'इ': 'ि', 'ई': 'ी', 'उ': 'ु', 'ऊ': 'ू', 'ऋ': 'ृ', 'ॠ': 'ॄ', 'ऌ': 'ॢ', 'ॡ': 'ॣ', 'ऍ': 'ॅ', 'ऎ': 'ॆ',
	'ए': 'े', 'ऐ': 'ै', 'ऑ': 'ॉ', 'ऒ': 'ॊ', 'ओ': 'ो', 'औ': 'ौ',
}

// vowelOf is signOf the other way.
var vowelOf = func() map[rune]rune {
	m := map[rune]rune{}
	for v, s := range signOf {
		m[s] = v
	}
	return m
}()

func newScholarly(letter, dotted map[rune]string) *scholarly {
	s := &scholarly{letter: letter, dotted: dotted, dot: "̱̇", read: map[string][]rune{}}
	for i, c := range consonantsISO {
		if c != "" {
			letter['क'+rune(i)] = c
		}
	}
	for r, text := range letter {
		s.read[norm.NFD.String(text)] = []rune{r}
	}
	for r, text := range dotted {
		s.read[norm.NFD.String(text)] = []rune{r, nukta}
	}
	for v, sign := range signOf {
		letter[sign] = letter[v]
	}
	for d, zero := rune(0), '०'; d < 10; d++ {
		letter[zero+d] = string('0' + d)
	}
	s.read[norm.NFD.String("ṁ")] = []rune{anusvara} // both marks of anusvara are read
	s.read[norm.NFD.String("ṃ")] = []rune{anusvara}
	s.read["'"] = []rune{avagraha}
	s.read["w"] = []rune{'व', nukta}
	return s
}

// fromPivot appends a pivot text to dst. A colon parts letters that would be
// read as another one, as ISO 15919 has it: a:i is अइ, ai is ऐ.
func (s *scholarly) fromPivot(dst []byte, p []rune) []byte {
	first := len(dst)
	for i := 0; i < len(p); i++ {
		r := p[i]
		text, known := s.letter[r]
		if !known {
			if r == virama || r == nukta { // on nothing that has a vowel
				text = map[rune]string{virama: "·", nukta: s.dot}[r]
			} else {
				text = string(r)
			}
		}
		consonant := isConsonant(r)
		if consonant && i+1 < len(p) && p[i+1] == nukta {
			i++
			if d, ok := s.dotted[r]; ok {
				text = d
			} else {
				text += s.dot
			}
		}
		if isSign(r) && known && (i == 0 || !isConsonant(p[i-1]) && p[i-1] != nukta) {
			dst = append(dst, bare...)
		}
		if len(dst) > first && known && s.merges(dst[first:], text) {
			dst = append(dst, ':')
		}
		dst = append(dst, text...)
		if !consonant {
			continue
		}
		switch {
		case i+1 < len(p) && isSign(p[i+1]) && s.letter[p[i+1]] != "":
		case i+1 < len(p) && p[i+1] == virama:
			i++
		default:
			dst = append(dst, 'a')
		}
	}
	return dst
}

// merges tells whether the end of dst and the beginning of text would be read as one letter.
func (s *scholarly) merges(dst []byte, text string) bool {
	last, _ := utf8.DecodeLastRune(dst)
	switch text[0] {
	case 'h':
		return len(text) == 1 && slices.Contains([]rune("kgcjṭḍtdpbṛ"), last) || last == '̤' || last == '͟'
	case 'i', 'u', '\xc4', '\xc5', '\xc3':
		first, _ := utf8.DecodeRuneInString(text)
		return last == 'a' && (first == 'i' || first == 'u' || first == 'ī' || first == 'ū')
	}
	return false
}

// toPivot appends a Latin run to dst. Letters that the spelling does not have stay.
func (s *scholarly) toPivot(dst []rune, run string) []rune {
	run = norm.NFD.String(run)
	open := false // a consonant waits for its vowel
	for run != "" {
		p, size := s.longest(run)
		if size == 0 {
			r, n := utf8.DecodeRuneInString(run)
			p, size = s.mark(run, r, n)
			dst, open = append(closeConsonant(dst, open), p...), false
			run = run[size:]
			continue
		}
		switch {
		case isConsonant(p[0]):
			dst, open = append(closeConsonant(dst, open), p...), true
		case isVowel(p[0]) && open:
			if sign := signOf[p[0]]; sign != 0 {
				dst = append(dst, sign)
			} else if p[0] != 'अ' {
				dst = append(dst, virama, p[0])
			}
			open = false
		default:
			dst, open = append(closeConsonant(dst, open), p...), false
		}
		run = run[size:]
	}
	return closeConsonant(dst, open)
}

// bare stands before a vowel sign that has no consonant to stand on.
const bare = "◌"

// mark reads a rune that is no letter of the spelling, and gives how many bytes
// it stands for with what belongs to it; n is its own size.
func (s *scholarly) mark(run string, r rune, n int) ([]rune, int) {
	switch r {
	case ':':
		return nil, n
	case '·':
		return []rune{virama}, n
	case '◌':
		if p, size := s.longest(run[n:]); size > 0 && signOf[p[0]] != 0 {
			return []rune{signOf[p[0]]}, n + size
		}
	}
	return []rune{r}, n
}

// longest finds the longest spelling at the front of an NFD text, in lower or
// upper case, that ends where a letter with all its marks ends.
func (s *scholarly) longest(run string) (p []rune, size int) {
	var buf [32]byte
	folded := buf[:0]
	for i, r := range run {
		if len(folded) > 16 {
			break
		}
		if i > 0 && len(folded) > 0 && !unicode.Is(unicode.Mn, r) {
			if q, ok := s.read[string(folded)]; ok {
				p, size = q, i
			}
		}
		folded = utf8.AppendRune(folded, unicode.ToLower(r))
	}
	if len(folded) <= 16 {
		if q, ok := s.read[string(folded)]; ok {
			return q, len(run)
		}
	}
	return p, size
}
