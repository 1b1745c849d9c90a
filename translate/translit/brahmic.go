package translit

import (
	"slices"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/akshara-go/akshara/translate/lang"
)

// Text passes between scripts in Devanagari letters, the largest inventory of
// the Brahmic scripts and the order that ISCII and Unicode give them all: here
// called the pivot. Nukta letters are decomposed in it. What Devanagari has no
// letter for stands as a pair: Malayalam chillus and the Bengali khanda ta are
// the consonant with virama and ZWJ, as Unicode encoded them at first; ழ is ळ
// with nukta, ற and ன are र and न with nukta, as Unicode decomposes them. What
// has no counterpart at all stands in the pivot, and so in the output, as itself.
const (
	nukta      = '़'
	virama     = '्'
	anusvara   = 'ं'
	candra     = 'ँ'
	visarga    = 'ः'
	avagraha   = 'ऽ'
	addak      = 'ੱ' // in the pivot only before it is resolved
	zwnj       = '\u200c'
	zwj        = '\u200d'
	pivotFirst = 0x900
	pivotLast  = 0x97F
)

// isConsonant tells whether a pivot rune is a consonant letter.
func isConsonant(r rune) bool {
	return 'क' <= r && r <= 'ह' || 'ॸ' <= r && r <= 'ॿ' && r != 'ॽ'
}

// isSign tells whether a pivot rune is a dependent vowel.
func isSign(r rune) bool {
	return 'ा' <= r && r <= 'ौ' || r == 'ॢ' || r == 'ॣ' || 'ऺ' <= r && r <= 'ऻ' || r == 'ॎ' || r == 'ॏ' || 'ॕ' <= r && r <= 'ॗ'
}

// isVowel tells whether a pivot rune is an independent vowel.
func isVowel(r rune) bool {
	return 'ऄ' <= r && r <= 'औ' || r == 'ॠ' || r == 'ॡ' || 'ॲ' <= r && r <= 'ॷ'
}

// brahmic is how a Brahmic script is read and written.
type brahmic struct {
	script    lang.Script
	block     rune // its first code point
	read      [128][]rune
	plain     [128]bool       // letters that NFC leaves alone whatever stands before them
	afterDot  map[rune]rune   // pivot letters that a nukta makes another one's
	write     [128]string     // of a pivot letter; empty for one that stays itself
	dotted    map[rune]string // of a pivot letter with nukta
	dot       string          // nukta
	final     map[rune]string // of a consonant with virama and ZWJ
	highStops bool            // writes aspirated and voiced stops with ² ³ ⁴
	addak     bool            // writes a double consonant with addak
	familiar  bool
}

var blocks = [...]struct {
	script lang.Script
	block  rune
	table  *unicode.RangeTable
}{
	{lang.Devanagari, 0x900, unicode.Devanagari}, {lang.BengaliScript, 0x980, unicode.Bengali}, {lang.Gurmukhi, 0xA00, unicode.Gurmukhi},
	{lang.GujaratiScript, 0xA80, unicode.Gujarati}, {lang.OdiaScript, 0xB00, unicode.Oriya}, {lang.TamilScript, 0xB80, unicode.Tamil},
	{lang.TeluguScript, 0xC00, unicode.Telugu}, {lang.KannadaScript, 0xC80, unicode.Kannada}, {lang.MalayalamScript, 0xD00, unicode.Malayalam},
}

// brahmics gives the nine scripts that are laid out alike.
var brahmics = sync.OnceValue(func() map[lang.Script]*brahmic {
	m := map[lang.Script]*brahmic{}
	for _, b := range blocks {
		m[b.script] = newBrahmic(b.script, b.block, b.table)
	}
	return m
})

func newBrahmic(script lang.Script, block rune, assigned *unicode.RangeTable) *brahmic {
	b := &brahmic{script: script, block: block, dotted: map[rune]string{}, afterDot: map[rune]rune{}, final: map[rune]string{}}
	for off := range rune(128) {
		p := norm.NFC.PropertiesString(string(block + off))
		b.plain[off] = p.BoundaryBefore() && p.Decomposition() == nil || off == virama-pivotFirst
		if r := block + off; parallel(off) && (unicode.Is(assigned, r)) {
			b.read[off] = decompose(pivotFirst + off)
			if len(b.read[off]) == 1 {
				b.write[off] = string(r)
			} else {
				b.dotted[b.read[off][0]] = string(r)
			}
		}
	}
	b.dot = b.write[nukta-pivotFirst]
	b.own(writings[script])
	for from, to := range common {
		if i := from - pivotFirst; b.write[i] == "" && script != lang.Devanagari {
			b.write[i] = b.fallback(to)
		}
	}
	return b
}

// parallel tells whether an offset means the same in all nine blocks.
func parallel(off rune) bool {
	return 1 <= off && off <= 0x4D && off != 0x3A && off != 0x3B || 0x60 <= off && off <= 0x63 || 0x66 <= off && off <= 0x6F
}

// decompose gives the letter and nukta that a pivot letter is made of.
func decompose(r rune) []rune {
	switch r {
	case 'ऩ':
		return []rune{'न', nukta}
	case 'ऱ':
		return []rune{'र', nukta}
	case 'ऴ':
		return []rune{'ळ', nukta}
	}
	if i := slices.Index([]rune{'\u0958', '\u0959', '\u095A', '\u095B', '\u095C', '\u095D', '\u095E', '\u095F'}, r); i >= 0 {
		return []rune{[]rune("कखगजडढफय")[i], nukta}
	}
	return []rune{r}
}

// own takes what the script does in its own way.
func (b *brahmic) own(w writing) {
	for _, p := range w.pairs {
		var pivot []rune
		for _, r := range p.pivot {
			pivot = append(pivot, decompose(r)...)
		}
		native := []rune(p.native)
		if !p.writeOnly && len(native) == 1 {
			b.read[native[0]-b.block] = pivot
		}
		switch {
		case p.readOnly:
		case len(pivot) == 1:
			b.write[pivot[0]-pivotFirst] = p.native
		case len(pivot) == 2 && pivot[1] == nukta:
			b.dotted[pivot[0]] = p.native
		case len(pivot) == 3 && pivot[1] == virama && pivot[2] == zwj:
			b.final[pivot[0]] = p.native
		case len(pivot) == 4: // of ऴ, which is two
			b.final['ऴ'] = p.native
		}
	}
	for from, to := range w.afterDot {
		b.afterDot[from] = to
	}
	b.highStops, b.addak = b.script == lang.TamilScript, b.script == lang.Gurmukhi
	if b.script == lang.Devanagari {
		for off := range rune(128) {
			if r := pivotFirst + off; unicode.Is(unicode.Devanagari, r) && b.read[off] == nil {
				b.read[off] = decompose(r)
			}
		}
	}
}

// fallback writes a pivot text in the script, as far as it can; empty when it cannot.
func (b *brahmic) fallback(pivot string) string {
	out := ""
	for _, r := range pivot {
		w := b.write[r-pivotFirst]
		if w == "" {
			return ""
		}
		out += w
	}
	return out
}

// common says what a script that has no letter for a sound writes. It cannot
// be told apart on the way back.
var common = map[rune]string{
	'ऎ': "ए", 'ऒ': "ओ", 'ॆ': "े", 'ॊ': "ो",
	'ऍ': "ए", 'ॅ': "े", 'ऑ': "ओ", 'ॉ': "ो", 'ॲ': "ए",
	'ऋ': "रु", 'ॠ': "रू", 'ऌ': "लु", 'ॡ': "लू", 'ृ': "्रु", 'ॄ': "्रू", 'ॢ': "्लु", 'ॣ': "्लू",
	'ँ': "ं", 'ष': "श",
}

// writing is what a script does in its own way.
type writing struct {
	pairs    []spelling
	afterDot map[rune]rune
}

// spelling is a text of the pivot and how a script writes it.
type spelling struct {
	pivot, native       string
	readOnly, writeOnly bool
}

func both(pivot, native string) spelling { return spelling{pivot: pivot, native: native} }
func reads(pivot, native string) spelling {
	return spelling{pivot: pivot, native: native, readOnly: true}
}
func writes(pivot, native string) spelling {
	return spelling{pivot: pivot, native: native, writeOnly: true}
}

var writings = map[lang.Script]writing{
	lang.Devanagari: {},
	lang.BengaliScript: {pairs: []spelling{
		reads("ड़", "\u09DC"), reads("ढ़", "\u09DD"), reads("य़", "\u09DF"), // NFC decomposes them
		both("व", "ৱ"), reads("र", "ৰ"), both("त्\u200d", "ৎ"), writes("ळ", "ল\u09BC"),
		writes("ऍ", "অ্যা"), writes("ॲ", "অ্যা"), writes("ॅ", "্যা"),
	}, afterDot: map[rune]rune{'ल': 'ळ'}},
	lang.Gurmukhi: {pairs: []spelling{
		both("ळ", "\u0A33"), both("श", "\u0A36"), writes("ळ", "ਲ\u0A3C"), writes("श", "ਸ\u0A3C"),
		reads("ख़", "\u0A59"), reads("ग़", "\u0A5A"), reads("ज़", "\u0A5B"), reads("फ़", "\u0A5E"), both("ड़", "ੜ"),
		reads("ं", "ੰ"), reads("ੱ", "ੱ"), reads("्य", "ੵ"),
		writes("ऋ", "ਰਿ"), writes("ॠ", "ਰੀ"), writes("ृ", "੍ਰਿ"), writes("ॄ", "੍ਰੀ"), writes("ऍ", "ਐ"), writes("ॲ", "ਐ"), writes("ॅ", "ੈ"), writes("ऑ", "ਔ"), writes("ॉ", "ੌ"),
	}, afterDot: map[rune]rune{'ल': 'ळ', 'स': 'श'}},
	lang.GujaratiScript: {pairs: []spelling{writes("ॲ", "ઍ")}},
	lang.OdiaScript: {pairs: []spelling{
		reads("ड़", "\u0B5C"), reads("ढ़", "\u0B5D"), both("य़", "ୟ"), both("व", "ୱ"), both("व़", "ଵ"),
		writes("ऍ", "ଏ"),
	}},
	lang.TamilScript: {pairs: []spelling{
		both("ः", "ஃ"), writes("फ़", "ஃப"), writes("ज़", "ஃஜ"),
		writes("ॠ", "ரூ"),
	}},
	lang.TeluguScript: {pairs: []spelling{
		both("च़", "ౘ"), both("ज़", "ౙ"), writes("ऍ", "అ్యా"), writes("ॲ", "అ్యా"), writes("ॅ", "్యా"), writes("ऑ", "ఆ"), writes("ॉ", "ా"),
	}},
	lang.KannadaScript: {pairs: []spelling{
		both("ऴ", "ೞ"), writes("ऍ", "ಅ್ಯಾ"), writes("ॲ", "ಅ್ಯಾ"), writes("ॅ", "್ಯಾ"), writes("ऑ", "ಆ"), writes("ॉ", "ಾ"),
	}},
	lang.MalayalamScript: {pairs: []spelling{
		both("ण्\u200d", "ൺ"), both("न्\u200d", "ൻ"), both("र्\u200d", "ർ"), both("ल्\u200d", "ൽ"), both("ळ्\u200d", "ൾ"), both("क्\u200d", "ൿ"),
		both("म्\u200d", "ൔ"), both("य्\u200d", "ൕ"), both("ऴ्\u200d", "ൖ"), reads("र्", "ൎ"),
		writes("ऍ", "എ"), writes("ॲ", "എ"), writes("ॅ", "െ"), writes("ऑ", "ആ"), writes("ॉ", "ാ"),
	}},
}
