package lang

import (
	"cmp"
	"slices"
	"sort"
	"unicode"
	"unicode/utf8"
)

// Positions of the scripts in scriptCodes. Those of the block-sized Brahmic
// scripts stand in the order of their Unicode blocks.
const (
	none = iota
	deva
	beng
	guru
	gujr
	orya
	taml
	telu
	knda
	mlym
	arab
	latn
	mtei
	olck
	other
	scriptCount
)

var scriptCodes = [scriptCount]Script{
	none: "", deva: Devanagari, beng: BengaliScript, guru: Gurmukhi, gujr: GujaratiScript, orya: OdiaScript,
	taml: TamilScript, telu: TeluguScript, knda: KannadaScript, mlym: MalayalamScript, arab: Arabic,
	latn: Latin, mtei: MeeteiMayek, olck: OlChiki, other: OtherScript,
}

// ScriptOfRune gives the script that r belongs to: a letter, mark or digit of
// one of the scripts of this package. A letter of any other script is
// [OtherScript]; what belongs to no script alone (spaces, punctuation, dandas,
// European digits, vowel signs common to all Arabic writing,
// joiners) is empty. It follows the Script property of UAX 24.
func ScriptOfRune(r rune) Script { return scriptCodes[scriptIndex(r)] }

func scriptIndex(r rune) int {
	switch {
	case r < 0x80:
		if 'a' <= r|0x20 && r|0x20 <= 'z' {
			return latn
		}
		return none
	case 0x900 <= r && r < 0xD80:
		if r == '।' || r == '॥' || 0x951 <= r && r <= 0x954 { // dandas and Vedic tone marks serve many scripts
			return none
		}
		return deva + int(r-0x900)>>7
	}
	i := sort.Search(len(scriptRanges), func(i int) bool { return scriptRanges[i].hi >= r })
	if i < len(scriptRanges) && scriptRanges[i].lo <= r {
		return scriptRanges[i].script
	}
	if unicode.IsLetter(r) && !unicode.Is(unicode.Common, r) {
		return other
	}
	return none
}

// scriptRanges lists, in order, where the scripts stand outside ASCII and the
// nine Brahmic blocks.
var scriptRanges = []struct {
	lo, hi rune
	script int
}{
	{0xAA, 0xAA, latn}, {0xBA, 0xBA, latn}, {0xC0, 0xD6, latn}, {0xD8, 0xF6, latn}, {0xF8, 0x2B8, latn}, {0x2E0, 0x2E4, latn},
	{0x600, 0x604, arab}, {0x606, 0x60B, arab}, {0x60D, 0x61A, arab}, {0x61C, 0x61E, arab}, {0x620, 0x63F, arab}, {0x641, 0x64A, arab},
	{0x656, 0x66F, arab}, {0x671, 0x6DC, arab}, {0x6DE, 0x6FF, arab}, {0x750, 0x77F, arab}, {0x870, 0x8E1, arab}, {0x8E3, 0x8FF, arab},
	{0x1C50, 0x1C7F, olck},
	{0x1D00, 0x1D25, latn}, {0x1D2C, 0x1D5C, latn}, {0x1D62, 0x1D65, latn}, {0x1D6B, 0x1D77, latn}, {0x1D79, 0x1DBE, latn}, {0x1E00, 0x1EFF, latn},
	{0x2071, 0x2071, latn}, {0x207F, 0x207F, latn}, {0x2090, 0x209C, latn}, {0x212A, 0x212B, latn}, {0x2132, 0x2132, latn},
	{0x214E, 0x214E, latn}, {0x2160, 0x2188, latn}, {0x2C60, 0x2C7F, latn},
	{0xA722, 0xA787, latn}, {0xA78B, 0xA7FF, latn}, {0xA8E0, 0xA8FF, deva}, {0xAAE0, 0xAAFF, mtei},
	{0xAB30, 0xAB5A, latn}, {0xAB5C, 0xAB64, latn}, {0xAB66, 0xAB69, latn}, {0xABC0, 0xABFF, mtei},
	{0xFB00, 0xFB06, latn}, {0xFB50, 0xFD3D, arab}, {0xFD40, 0xFDFF, arab}, {0xFE70, 0xFEFC, arab},
	{0xFF21, 0xFF3A, latn}, {0xFF41, 0xFF5A, latn},
	{0x10780, 0x107BA, latn}, {0x10E60, 0x10E7E, arab}, {0x10EC2, 0x10EFF, arab}, {0x11B00, 0x11B09, deva}, {0x11FC0, 0x11FFF, taml}, {0x1DF00, 0x1DFFF, latn}, {0x1EE00, 0x1EEFF, arab},
}

// count gives how many letters, and signs written on letters, text has of each
// script. Digits do not count: numbers tell little about the language around them.
func count(text string) (n [scriptCount]int) {
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		switch {
		case r < utf8.RuneSelf:
		case r == 0xE0 && i+2 < len(text) && text[i+1]&0xE0 == 0xA0 && text[i+2]&0xC0 == 0x80: // U+0800 to U+0FFF, without a call
			r, size = rune(text[i+1]&0x3F)<<6|rune(text[i+2]&0x3F), 3
		default:
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		i += size
		if r < rune(len(letterScripts)) {
			n[letterScripts[r]]++
		} else {
			n[letterIndex(r)]++
		}
	}
	n[none] = 0
	return n
}

// letterIndex gives the script of a letter or of a sign written on one; of all else none.
func letterIndex(r rune) int {
	if _, digit := DigitValue(r); digit {
		return none
	}
	return scriptIndex(r)
}

// letterScripts holds letterIndex of the runes up to the Brahmic blocks.
var letterScripts = func() (t [0xD80]uint8) {
	for r := range t {
		t[r] = uint8(letterIndex(rune(r)))
	}
	return t
}()

// ByScript gives the language that the script of a text is best known for:
// [Default] where text has no letters, or those of no language.
func ByScript(text string) Code {
	if written := ScriptOf(text).Languages(); len(written) > 0 {
		return written[0]
	}
	return Default
}

// ScriptOf gives the script that most letters of text are in, the one of
// several that comes first in the alphabet of codes when they are equal:
// [OtherScript] when that is none of this package's, empty when text has no
// letters. It allocates nothing, and looks at all of text.
func ScriptOf(text string) Script {
	n := count(text)
	var best Script
	most := 0
	for i, letters := range n {
		if letters > most || letters == most && letters > 0 && scriptCodes[i] < best {
			best, most = scriptCodes[i], letters
		}
	}
	return best
}

// ScriptShare is how much of a text is in a script.
type ScriptShare struct {
	Script  Script  `json:"script"`
	Letters int     `json:"letters"` // letters and the signs written on them
	Share   float64 `json:"share"`   // of all letters of the text, above 0 and at most 1
}

// Scripts gives the scripts of text, the most used first and equals by code.
// A text without letters gives nil.
func Scripts(text string) []ScriptShare {
	n := count(text)
	total := 0
	for _, letters := range n {
		total += letters
	}
	var shares []ScriptShare
	for i, letters := range n {
		if letters > 0 {
			shares = append(shares, ScriptShare{scriptCodes[i], letters, float64(letters) / float64(total)})
		}
	}
	slices.SortFunc(shares, func(a, b ScriptShare) int {
		return cmp.Or(cmp.Compare(b.Letters, a.Letters), cmp.Compare(a.Script, b.Script))
	})
	return shares
}
