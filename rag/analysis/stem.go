package analysis

import (
	"strings"
	"unicode/utf8"
)

// Light stemming: the endings of a language are taken off in a few steps, as
// they were put on: clitics and case first, then number, then the vowel that
// nouns end in. Each step takes the longest ending that leaves letters enough.
//
// Endings are compared in folded spelling, with their vowels as written: vowels
// are folded in the stem only, after the endings are off, since "ियाँ" and "ि"
// would not be told apart any more. So "नदी", "नदियाँ" and "नदि" share a stem.
//
// A stem is a beginning of the word of at least one letter and does not end in
// a virama. An ending is not taken out of a cluster of consonants unless it is
// listed with its virama: "वार्ता" does not end in "ता". In the south, where
// words and endings may meet in a virama ("பாடல்கள்"), that holds for an
// ending of one consonant only.

// endings are the endings that one step takes off, each with the number of letters that must stay.
type endings struct {
	keep map[string]uint8
	size uint64 // bit n: there are endings of n bytes
	last [256]bool
}

// step makes a step of endings, separated by white space, that leave keep
// letters; more gives endings that leave one letter more.
func step(keep uint8, list string, more ...string) *endings {
	e := &endings{keep: map[string]uint8{}}
	e.add(keep, list)
	for _, list := range more {
		keep++
		e.add(keep, list)
	}
	return e
}

func (e *endings) add(keep uint8, list string) {
	for end := range strings.FieldsSeq(list) {
		end = Normalize(end)
		e.keep[end] = keep
		e.size |= 1 << len(end)
		e.last[end[len(end)-1]] = true
	}
}

// off takes the longest ending off a word. Only in the south may an ending
// without virama of its own follow one.
func (e *endings) off(word []byte, south bool) []byte {
	if len(word) == 0 || !e.last[word[len(word)-1]] {
		return word
	}
	for n := min(63, len(word)-1); n > 0; n-- {
		if e.size&(1<<n) == 0 {
			continue
		}
		stem, end := word[:len(word)-n], word[len(word)-n:]
		keep, ok := e.keep[string(end)]
		if !ok || letters(stem) < int(keep) {
			continue
		}
		if (n == 3 || !south) && endsInVirama(stem) {
			continue
		}
		return stem
	}
	return word
}

// letters counts the letters of a folded word: runes that are no signs on others.
func letters(word []byte) (n int) {
	for i := 0; i < len(word); {
		r, size := utf8.DecodeRune(word[i:])
		i += size
		if classOf(r) != classMark {
			n++
		}
	}
	return n
}

func endsInVirama(word []byte) bool {
	r := lastBrahmic(word, 0)
	return r != 0 && r&0x7F == offVirama
}

// stemmer takes endings off in steps.
type stemmer struct {
	steps []*endings
	south bool // Dravidian: vowels are long or short as written
}

// light gives the stem function of a language of the north, south that of a Dravidian one.
func light(steps ...*endings) func([]byte) []byte { return (&stemmer{steps: steps}).stem }

func south(steps ...*endings) func([]byte) []byte {
	return (&stemmer{steps: steps, south: true}).stem
}

// stem gives the stem of a folded word, which it may change.
func (s *stemmer) stem(word []byte) []byte {
	for i, e := range s.steps {
		stem := e.off(word, s.south)
		if s.south && i == 0 && len(stem) < len(word) && classOf(lastBrahmic(word[:len(stem)+3], 0)) == classMark {
			stem = nominative(stem)
		}
		word = stem
	}
	for endsInVirama(word) && letters(word) > 0 {
		word = word[:len(word)-3]
	}
	if s.south {
		return word
	}
	foldVowels(word)
	return word
}

// nominative takes away the doubling of the last consonant by which Tamil and
// Malayalam nouns in ட and ற make the stem that endings with a vowel follow:
// "வீட்டில்" is of "வீடு".
func nominative(word []byte) []byte {
	x := lastBrahmic(word, 0)
	if off := x & 0x7F; x != 0 && (off == 0x1F || off == 0x31) && lastBrahmic(word, 1) == x&^0x7F|offVirama && lastBrahmic(word, 2) == x {
		return word[:len(word)-6]
	}
	return word
}

// foldVowels makes the long i and u of a word in a script of the north short, in place.
func foldVowels(word []byte) {
	for i := 0; i+2 < len(word); {
		r, size := utf8.DecodeRune(word[i:])
		if isBrahmic(r) {
			switch r & 0x7F {
			case 0x08, 0x0A, 0x40, 0x42: // ई ऊ ी ू
				utf8.EncodeRune(word[i:], r-1)
			}
		}
		i += size
	}
}

// set gives words separated by white space in folded spelling.
func set(words string) map[string]struct{} {
	m := make(map[string]struct{})
	for w := range strings.FieldsSeq(words) {
		m[Normalize(w)] = struct{}{}
	}
	return m
}
