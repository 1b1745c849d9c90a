package detect

import (
	"math"
	"math/bits"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/akshara-go/akshara/translate/lang"
)

// profile says what tells a language from the others of its script. Each list
// is separated by spaces, in NFC and lower case.
//
// Words and endings are those that are much more frequent in the language than
// in the others of its script, by counts over four fifths of the development
// data: Dakshina (CC BY-SA 4.0), GATITOS (CC BY 4.0), UDHR and strings of
// translatewiki. The authors struck out names and subjects, and put in question
// words, pronouns and other function words; for English, Manipuri in the Bengali
// script, Sindhi in Devanagari and the European languages all words are theirs.
type profile struct {
	language lang.Code // empty: none of the languages
	prior    float64   // what its score starts with: more people ask in it, so that it wins where words tell little
	words    string    // frequent words
	endings  string    // frequent last one to three runes of longer words
	letters  string    // letters that few of the others use, not separated
}

const (
	maxLanguages = 16 // of one script
	maxEnding    = 3  // runes

	// What a feature adds to a language's score is its weight times
	// log((n+1)/k), where k of the script's n languages have it: a word that all
	// share says nothing. The weights are the best of a few tried on the development data.
	wordWeight   = 1.0
	endingWeight = 0.4
	letterWeight = 1.0
)

// features is a set of languages of one script, by position.
type features = uint16

// classifier tells the languages of one script apart.
type classifier struct {
	script    lang.Script
	languages []lang.Code
	priors    [maxLanguages]float64
	words     map[string]features
	endings   map[string]features
	letters   map[rune]features
	gain      [maxLanguages + 1]float64 // log((n+1)/k) by k
}

func newClassifier(script lang.Script, profiles []profile) *classifier {
	c := &classifier{
		script: script, languages: make([]lang.Code, len(profiles)),
		words: make(map[string]features), endings: make(map[string]features), letters: make(map[rune]features),
	}
	for i, p := range profiles {
		c.languages[i], c.priors[i] = p.language, p.prior
		for w := range strings.FieldsSeq(p.words) {
			c.words[w] |= 1 << i
		}
		for e := range strings.FieldsSeq(p.endings) {
			c.endings[e] |= 1 << i
		}
		for _, r := range p.letters {
			c.letters[r] |= 1 << i
		}
		c.gain[i+1] = math.Log(float64(len(profiles)+1) / float64(i+1))
	}
	return c
}

// score gives how well text fits each language, in the order of c.languages.
func (c *classifier) score(text string) (scores [maxLanguages]float64) {
	scores = c.priors
	text = norm.NFC.String(text)
	if c.script == lang.Latin {
		text = strings.ToLower(text)
	}
	for word := range c.split(text) {
		c.add(&scores, c.words[word], wordWeight)
		c.add(&scores, c.ending(word), endingWeight)
		var seen features
		for _, r := range word {
			seen |= c.letters[r]
		}
		c.add(&scores, seen, letterWeight)
	}
	return scores
}

// add gives the weight of a feature to the languages that have it.
func (c *classifier) add(scores *[maxLanguages]float64, has features, weight float64) {
	gain := weight * c.gain[bits.OnesCount16(has)]
	for ; has != 0; has &= has - 1 {
		scores[bits.TrailingZeros16(has)] += gain
	}
}

// ending gives the languages that have the longest known ending of a word; the
// word itself is no ending.
func (c *classifier) ending(word string) features {
	var ends [maxEnding]string
	n := 0
	for at := len(word); n < maxEnding; n++ {
		_, size := utf8.DecodeLastRuneInString(word[:at])
		if at -= size; at <= 0 {
			break
		}
		ends[n] = word[at:]
	}
	for n--; n >= 0; n-- {
		if has, ok := c.endings[ends[n]]; ok {
			return has
		}
	}
	return 0
}

// split gives the words of text that are in the classifier's script, as pieces
// of text. Joiners within a word are dropped before.
func (c *classifier) split(text string) func(yield func(string) bool) {
	if strings.ContainsAny(text, joiners+"’ʼ") {
		text = strings.Map(dropJoiner, text)
	}
	return func(yield func(string) bool) {
		start := -1
		for i, r := range text {
			switch {
			case lang.ScriptOfRune(r) == c.script && !digit(r):
				if start < 0 {
					start = i
				}
			case start >= 0 && inWord(r):
			case start >= 0:
				if !yield(strings.TrimRight(text[start:i], apostrophes)) {
					return
				}
				start = -1
			}
		}
		if start >= 0 {
			yield(strings.TrimRight(text[start:], apostrophes))
		}
	}
}

const (
	joiners     = "\u200c\u200d"
	apostrophes = "'’ʼ"
)

func dropJoiner(r rune) rune {
	switch r {
	case '\u200c', '\u200d':
		return -1
	case '’', 'ʼ':
		return '\''
	}
	return r
}

func digit(r rune) bool {
	_, ok := lang.DigitValue(r)
	return ok
}

// inWord tells whether a rune that belongs to no script alone may stand inside
// a word: an apostrophe, or a vowel sign of Arabic writing.
func inWord(r rune) bool {
	return r == '\'' || r == '’' || r == 'ʼ' || 0x64B <= r && r <= 0x655 || r == 0x670
}
