package chunk

import (
	"iter"
	"unicode/utf8"

	"github.com/akshara-go/akshara/rag/corpus"
)

// Aksharas gives the user-perceived characters of text in order, covering it wholly.
//
// They are the extended grapheme clusters of UAX 29 (Unicode 17) with its rule
// GB9c, which keeps the consonants of a conjunct together, in these scripts
// too where the standard leaves it out: Kannada, Gurmukhi and Meetei Mayek. So
// every boundary is one of the standard's. Bytes that are not UTF-8 stand alone.
func Aksharas(text string) iter.Seq[corpus.Span] {
	return func(yield func(corpus.Span) bool) {
		for i := 0; i < len(text); {
			end := aksharaEnd(text, i)
			if !yield(corpus.Span{Start: i, End: end}) {
				return
			}
			i = end
		}
	}
}

// grapheme is a rune's part in the rules of UAX 29: its Grapheme_Cluster_Break,
// split by Indic_Conjunct_Break and Extended_Pictographic where rules ask for them.
type grapheme uint8

const (
	other grapheme = iota
	cr
	lf
	control
	extend     // Extend, and InCB=Extend
	extendOnly // Extend, but InCB=None: ZWNJ
	linker     // Extend, and InCB=Linker: a virama
	zwj
	spacing
	prepend
	regional
	pictograph
	consonant // InCB=Consonant
	hangulL
	hangulV
	hangulT
	hangulLV
	hangulLVT
	syllable // in the table only: LV or LVT
)

type graphemeRange struct {
	first, last rune
	property    grapheme
}

// low holds the properties of the runes that most texts are made of: Latin, Arabic, the Brahmic scripts.
var low = func() (t [0x0E00]grapheme) {
	for r := range t {
		t[r] = searchProperty(rune(r))
	}
	return t
}()

func property(r rune) grapheme {
	if r < rune(len(low)) {
		return low[r]
	}
	return searchProperty(r)
}

func searchProperty(r rune) grapheme {
	lo, hi := 0, len(graphemeRanges)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if graphemeRanges[mid].last < r {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == len(graphemeRanges) || r < graphemeRanges[lo].first {
		return other
	}
	p := graphemeRanges[lo].property
	if p == syllable {
		if (r-0xAC00)%28 == 0 {
			return hangulLV
		}
		return hangulLVT
	}
	return p
}

// joinsLeft tells whether a rune with this property never begins a cluster that
// follows an ordinary character (GB9, GB9a).
func (p grapheme) joinsLeft() bool { return extend <= p && p <= spacing }

// aksharaEnd gives the end of the cluster that begins at text[i].
func aksharaEnd(text string, i int) int {
	r, n := utf8.DecodeRuneInString(text[i:])
	if r == utf8.RuneError && n == 1 {
		return i + 1
	}
	c := cluster{last: property(r)}
	c.start()
	for i += n; i < len(text); i += n {
		if r, n = utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && n == 1 {
			return i
		}
		if p := property(r); !c.takes(p) {
			return i
		}
	}
	return i
}

// cluster is what the rules need to know of the runes taken so far.
type cluster struct {
	last     grapheme
	conjunct uint8 // GB9c: 1 after a consonant, 2 after a consonant and a linker
	emoji    bool  // GB11: a pictograph and Extend*
	joined   bool  // GB11: the same and ZWJ
	flag     bool  // GB12: one regional indicator that waits for its partner
}

func (c *cluster) start() {
	if c.last == consonant {
		c.conjunct = 1
	}
	c.emoji = c.last == pictograph
	c.flag = c.last == regional
}

// takes tells whether a rune with property p belongs to the cluster, and takes it.
func (c *cluster) takes(p grapheme) bool {
	if !c.joins(p) {
		return false
	}
	switch {
	case p == consonant:
		c.conjunct = 1
	case p == linker && c.conjunct > 0:
		c.conjunct = 2
	case p != extend && p != linker && p != zwj:
		c.conjunct = 0
	}
	c.joined = p == zwj && c.emoji
	c.emoji = p == pictograph || c.emoji && (p == extend || p == extendOnly || p == linker)
	c.flag = p == regional && c.last != regional
	c.last = p
	return true
}

// joins holds the rules of UAX 29, table 1c, in their order.
func (c *cluster) joins(p grapheme) bool {
	last := c.last
	switch {
	case last == cr && p == lf: // GB3
		return true
	case last == cr, last == lf, last == control, p == cr, p == lf, p == control: // GB4, GB5
		return false
	case last == hangulL: // GB6
		if p == hangulL || p == hangulV || p == hangulLV || p == hangulLVT {
			return true
		}
	case last == hangulLV, last == hangulV: // GB7
		if p == hangulV || p == hangulT {
			return true
		}
	case last == hangulLVT, last == hangulT: // GB8
		if p == hangulT {
			return true
		}
	}
	switch {
	case p.joinsLeft(), last == prepend: // GB9, GB9a, GB9b
		return true
	case p == consonant && c.conjunct == 2: // GB9c
		return true
	case p == pictograph && c.joined: // GB11
		return true
	case p == regional && c.flag: // GB12, GB13
		return true
	}
	return false
}
