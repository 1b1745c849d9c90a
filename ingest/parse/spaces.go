package parse

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A PDF that a browser prints writes an Indic syllable as several glyphs under
// one ActualText, and pdftotext believes the syllable to end where its last glyph
// was put, which for a sign below or above is in the middle of the letter. The
// rest of the letter then looks like a gap, and a word is torn: "कु तुब".
//
// The gap that is missing behind a syllable depends on its letter and the size
// alone. Wherever a word truly ends in that letter, the gap there is the missing
// part plus a space, so that the document itself tells how wide each letter's
// missing part is. A gap of just that width is no space.

// spaces is what a document tells of its gaps.
type spaces struct {
	missing map[rune]map[int]int // letter -> missing part in steps of the line's height -> how often
	ends    map[rune]int         // how many words end in a syllable of this letter
}

const (
	gapStep       = 1.0 / 400 // of the line's height: how finely gaps are told apart
	fewEnds       = 3         // with fewer words to learn from, the width of a space decides alone
	narrowerSpace = 0.985     // a gap that is narrower than this part of its line's space is none
)

// learnSpaces measures all gaps of a document.
func learnSpaces(pages [][]layoutLine) *spaces {
	s := &spaces{missing: map[rune]map[int]int{}, ends: map[rune]int{}}
	for _, page := range pages {
		for _, line := range page {
			space := line.space()
			if space <= 0 {
				continue
			}
			for i := 1; i < len(line.words); i++ {
				a := &line.words[i-1]
				letter, ok := lastSyllable(a.text)
				if !ok {
					continue
				}
				s.ends[letter]++
				missing := line.gap(i) - space
				if missing <= 0 {
					continue
				}
				if s.missing[letter] == nil {
					s.missing[letter] = map[int]int{}
				}
				s.missing[letter][steps(missing, a)]++
			}
		}
	}
	return s
}

func steps(gap float64, w *layoutWord) int {
	h := w.y1 - w.y0
	if h <= 0 {
		return math.MinInt
	}
	return int(math.Round(gap / h / gapStep))
}

// torn tells whether the gap before word i of a line is no space.
func (s *spaces) torn(line *layoutLine, i int, space float64) bool {
	a := &line.words[i-1]
	if strings.HasSuffix(a.text, "\u00ad") {
		return true // a soft hyphen inside a line is a place to divide a word, not the end of one
	}
	letter, ok := lastSyllable(a.text)
	if !ok || space <= 0 {
		return false
	}
	gap := line.gap(i)
	n := steps(gap, a)
	if m := s.missing[letter]; m[n-1]+m[n]+m[n+1] > 0 {
		return true
	}
	return gap < narrowerSpace*space && (s.ends[letter] < fewEnds || oneSyllable(a.text))
}

func (l *layoutLine) gap(i int) float64 { return l.words[i].x0 - l.words[i-1].x1 }

// space is the width of a space on this line: the middle of the gaps behind
// words whose end is known for sure; 0 when there is none.
func (l *layoutLine) space() float64 {
	var gaps []float64
	for i := 1; i < len(l.words); i++ {
		if _, ok := lastSyllable(l.words[i-1].text); !ok && l.gap(i) > 0 {
			gaps = append(gaps, l.gap(i))
		}
	}
	return median(gaps)
}

// join gives a line's words with the spaces between them.
func (l *layoutLine) join(s *spaces) PDFLine {
	first := l.words[0]
	out := PDFLine{Block: l.block, X0: first.x0, Y0: first.y0, X1: first.x1, Y1: first.y1}
	space := l.space()
	var b strings.Builder
	for i := range l.words {
		w := &l.words[i]
		if i > 0 && !s.torn(l, i, space) {
			b.WriteByte(' ')
		}
		b.WriteString(w.text)
		out.X0, out.Y0, out.X1, out.Y1 = min(out.X0, w.x0), min(out.Y0, w.y0), max(out.X1, w.x1), max(out.Y1, w.y1)
	}
	out.Text = b.String()
	return out
}

// lastSyllable gives the last letter of an Indic word that ends in a syllable of
// several characters: one with a vowel sign or a conjunct. False for any other word.
func lastSyllable(word string) (rune, bool) {
	marks := 0
	for word != "" {
		r, n := utf8.DecodeLastRuneInString(word)
		word = word[:len(word)-n]
		if unicode.Is(unicode.M, r) && indic(r) {
			marks++
			continue
		}
		if !unicode.IsLetter(r) || !indic(r) {
			return 0, false
		}
		before, _ := utf8.DecodeLastRuneInString(word)
		return r, marks > 0 || virama(before)
	}
	return 0, false
}

// oneSyllable tells whether a word is a single letter or conjunct with its signs.
func oneSyllable(word string) bool {
	n := 0
	prev := rune(0)
	for _, r := range word {
		if unicode.IsLetter(r) && !virama(prev) {
			n++
		}
		prev = r
	}
	return n == 1
}

// indic tells whether r is of a Brahmic script of India: the blocks from Devanagari to Malayalam, and Meetei Mayek.
func indic(r rune) bool { return r >= 0x900 && r < 0xD80 || r >= 0xABC0 && r <= 0xABFF }

// virama tells whether r joins two consonants; it stands at the same place of each block.
func virama(r rune) bool { return r >= 0x900 && r < 0xD80 && r&0x7f == 0x4d || r == 0xABED }
