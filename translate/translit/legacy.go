package translit

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translit/spellmodel"
)

// Font is a font from before Unicode, whose texts are bytes of other meaning:
// they look right in that font only, and like "Hkkjr" or "ÖæÚUÌ" in all others.
type Font string

// The fonts that are known.
const (
	KrutiDev Font = "Kruti Dev 010" // and its kin that have the same layout: DevLys 010
	Chanakya Font = "Chanakya"      // as Walkman-Chanakya has it
)

const (
	iMark    = '\uE000' // stands where a font writes ि, before its syllable
	rephMark = '\uE001' // stands where a font writes र्, behind its syllable
)

// legacyFont is how a font writes Devanagari.
type legacyFont struct {
	rows    [][2]string // what the font has, and what it means
	decode  map[string]string
	encode  map[string]string
	longest int // bytes of the longest key of decode
	i, reph string
	ra      string // ्र below or beside a letter
	halant  string
	filler  string // what only completes the letter before it
}

var legacyFonts = sync.OnceValue(func() map[Font]*legacyFont {
	return map[Font]*legacyFont{
		KrutiDev: newLegacyFont(&legacyFont{rows: krutiDevRows, i: "f", reph: "Z", ra: "z", halant: "~"}),
		Chanakya: newLegacyFont(&legacyFont{rows: chanakyaRows, i: "ç", reph: "ü", ra: "ý", halant: "÷", filler: "¤U"}),
	}
})

func newLegacyFont(f *legacyFont) *legacyFont {
	f.decode, f.encode = map[string]string{}, map[string]string{}
	for _, row := range f.rows {
		native := norm.NFC.String(row[1])
		f.decode[row[0]] = native
		if _, ok := f.encode[native]; !ok { // the first row of a meaning is the one to write
			f.encode[native] = row[0]
		}
		f.longest = max(f.longest, len(row[0]))
	}
	f.decode[f.i], f.decode[f.reph] = string(iMark), string(rephMark)
	return f
}

// DecodeLegacy gives text, written for the font, as Unicode. Whatever the font
// has no meaning for stays. A font that is not known gives text itself. The
// result is at most [MaxGrowth] times as long as text.
func DecodeLegacy(text string, font Font) string {
	f := legacyFonts()[font]
	if f == nil {
		return text
	}
	out := make([]rune, 0, len(text))
	for i := 0; i < len(text); {
		native, n := f.longestAt(text[i:])
		if n == 0 {
			r, size := utf8.DecodeRuneInString(text[i:])
			if r == utf8.RuneError && size == 1 {
				r = invalidByte + rune(text[i])
			}
			if !strings.ContainsRune(f.filler, r) || f.filler == "" {
				out = append(out, r)
			}
			i += size
			continue
		}
		out = append(out, []rune(native)...)
		i += n
	}
	out = moveReph(moveI(out))
	return encodeRunes(colons(out))
}

// invalidByte and up stand for bytes that are no UTF-8 while a text is runes.
const invalidByte = utf8.MaxRune + 1

func encodeRunes(runes []rune) string {
	out := make([]byte, 0, 3*len(runes))
	for _, r := range runes {
		if r >= invalidByte {
			out = append(out, byte(r-invalidByte))
			continue
		}
		out = utf8.AppendRune(out, r)
	}
	return string(out)
}

func (f *legacyFont) longestAt(text string) (string, int) {
	for n := min(f.longest, len(text)); n > 0; n-- {
		if native, ok := f.decode[text[:n]]; ok {
			return native, n
		}
	}
	return "", 0
}

// moveI puts ि behind the consonants of its syllable.
func moveI(in []rune) []rune {
	out := make([]rune, 0, len(in))
	for i := 0; i < len(in); i++ {
		if in[i] != iMark {
			out = append(out, in[i])
			continue
		}
		end := clusterEnd(in, i+1)
		out = append(out, in[i+1:end]...)
		out = append(out, 'ि')
		i = end - 1
	}
	return out
}

// clusterEnd gives the end of the joined consonants at from.
func clusterEnd(in []rune, from int) int {
	end := from
	for end < len(in) && isConsonant(in[end]) {
		end++
		if end < len(in) && in[end] == nukta {
			end++
		}
		if end+1 >= len(in) || in[end] != virama || !isConsonant(in[end+1]) {
			break
		}
		end++
	}
	return end
}

// moveReph puts र् before the consonants of its syllable.
func moveReph(in []rune) []rune {
	out := make([]rune, 0, len(in)+8)
	for _, r := range in {
		if r != rephMark {
			out = append(out, r)
			continue
		}
		at := len(out)
		for at > 0 && (isSign(out[at-1]) || out[at-1] == anusvara || out[at-1] == candra || out[at-1] == nukta) {
			at--
		}
		for at > 0 && isConsonant(out[at-1]) {
			at--
			back := at
			if back > 0 && out[back-1] == virama {
				back--
				if back > 0 && out[back-1] == nukta {
					back--
				}
			}
			if back == at || back == 0 || !isConsonant(out[back-1]) {
				break
			}
			at = back
		}
		out = slices.Insert(out, at, 'र', virama)
	}
	return out
}

// visargaWords end in a visarga; behind any other word the same sign is a colon.
var visargaWords = map[string]bool{
	"अत": true, "प्राय": true, "पुन": true, "स्वत": true, "अंतत": true, "संभवत": true, "मुख्यत": true, "सामान्यत": true, "विशेषत": true, "पूर्णत": true,
	"वस्तुत": true, "क्रमश": true, "अंशत": true, "फलत": true, "मूलत": true, "साधारणत": true, "शत": true, "प्रात": true, "नम": true, "छ": true, "अन्तत": true, "सम्भवत": true, "नि": true,
}

// colons makes a visarga that ends a word a colon, unless the word has one, and
// behind a number the percent sign that its key is on other keyboards.
func colons(in []rune) []rune {
	start := 0
	for i, r := range in {
		if r == visarga && (i+1 == len(in) || !isDevanagari(in[i+1])) && !visargaWords[string(in[start:i])] {
			in[i] = ':'
			if i > 0 && unicode.IsDigit(in[i-1]) {
				in[i] = '%'
			}
		}
		if !isDevanagari(r) {
			start = i + 1
		}
	}
	return in
}

func isDevanagari(r rune) bool { return pivotFirst <= r && r <= pivotLast && r != '।' && r != '॥' }

// EncodeLegacy writes Unicode Devanagari for the font, the other way than
// [DecodeLegacy]; it is there to make test data, and for printers that have
// only the font. Straight quotes become curved, and dashes hyphens. Latin letters
// stay, and come back as something else: no text in these fonts can hold them. ZWJ and ZWNJ are left out.
func EncodeLegacy(text string, font Font) string {
	f := legacyFonts()[font]
	if f == nil {
		return text
	}
	in := decomposed(text)
	out := make([]byte, 0, len(text))
	for i := 0; i < len(in); {
		if !isConsonant(in[i]) {
			n, s := f.other(f.straight(in, i))
			out = append(out, s...)
			i += n
			continue
		}
		i += f.syllable(&out, in[i:])
	}
	return string(out)
}

// straight gives what to write at i: for a sign that the font does not have and
// uses for something else, what stands nearest.
func (f *legacyFont) straight(in []rune, i int) []rune {
	if f.writes(in[i]) {
		return in[i:]
	}
	opens := i == 0 || in[i-1] == ' '
	for _, like := range likeSigns {
		if in[i] == like.sign && f.writes(like.opens) {
			if opens {
				return []rune{like.opens}
			}
			return []rune{like.closes}
		}
	}
	return in[i:]
}

// writes tells whether a sign can be written: the font has it, or leaves it as it is.
func (f *legacyFont) writes(r rune) bool {
	s := string(r)
	return f.encode[s] != "" || f.decode[s] == ""
}

// likeSigns are what stands in for a sign, before a word and elsewhere.
var likeSigns = []struct{ sign, opens, closes rune }{
	{'\'', '‘', '’'}, {'"', '“', '”'}, {'‘', '\'', '\''}, {'’', '\'', '\''}, {'“', '"', '"'}, {'”', '"', '"'},
	{':', 'ः', 'ः'}, {'%', 'ः', 'ः'}, {'–', '-', '-'}, {'—', '-', '-'},
}

// decomposed gives the runes of a text with nuktas apart and joiners left out.
func decomposed(text string) []rune {
	var out []rune
	for _, r := range text {
		switch {
		case r == zwj || r == zwnj:
		case isDevanagari(r):
			out = append(out, decompose(r)...)
		default:
			out = append(out, r)
		}
	}
	return out
}

// other writes what is no consonant: the longest key at the front.
func (f *legacyFont) other(in []rune) (int, string) {
	for n := min(3, len(in)); n > 0; n-- {
		if s, ok := f.encode[string(in[:n])]; ok {
			return n, s
		}
	}
	return 1, string(in[0])
}

// syllable writes the joined consonants at the front of in with their vowel
// sign, and gives how many runes that was.
func (f *legacyFont) syllable(dst *[]byte, in []rune) int {
	end, from := clusterEnd(in, 0), 0
	reph := end > 2 && in[0] == 'र' && in[1] == virama
	if reph {
		from = 2
	}
	cluster := in[from:end]
	open := end < len(in) && in[end] == virama // a virama behind the last one
	if !open && end < len(in) && in[end] == 'ि' {
		*dst = append(*dst, f.i...)
	}
	for i := 0; i < len(cluster); {
		n, s := f.joined(cluster[i:])
		*dst = append(*dst, s...)
		i += n
	}
	switch {
	case open:
		*dst = append(*dst, f.halant...)
		end++
	case end < len(in) && in[end] == 'ि':
		end++
	case end < len(in) && isSign(in[end]):
		n, s := f.other(in[end : end+1])
		*dst = append(*dst, s...)
		end += n
	}
	if reph {
		*dst = append(*dst, f.reph...)
	}
	return end
}

// joined writes the longest part of a cluster that the font has, or one
// consonant with the mark that joins it to what follows.
func (f *legacyFont) joined(in []rune) (int, string) {
	for n := min(6, len(in)); n > 0; n-- {
		if s, ok := f.encode[string(in[:n])]; ok && (n == len(in) || in[n] != nukta) && (n == len(in) || in[n-1] == virama || in[n] == virama) {
			if in[n-1] == virama && n < len(in) && in[n] == 'र' && f.encode[string(in[:n-1])] != "" {
				continue // the letter whole, and ्र
			}
			if n == len(in) || in[n-1] == virama {
				return n, s
			}
			if n+1 < len(in) && in[n+1] == 'र' && (n+2 == len(in) || in[n+2] != nukta) {
				return n + 2, s + f.ra
			}
			return n + 1, s + f.halant
		}
	}
	if s := f.encode[string(in[0])]; s != "" && len(in) > 1 && in[1] == nukta {
		s += f.encode[string(nukta)]
		if len(in) > 2 && in[2] == virama {
			return 3, s + f.halant
		}
		return 2, s
	}
	return 1, string(in[0])
}

// IsLegacy tells which font a text was written for, and how sure that is, above
// 0 and at most 1: the share of it that is spelt like Hindi when it is read so. It
// is false for Unicode text in any language, and for texts that are too short
// to tell. At most the first 4,000 bytes are looked at.
//
// Read as a font's, what was not written for it gives Devanagari in an order that
// no Hindi word has; the model that ranks typed words knows how unlikely that is. Text
// with Devanagari in it, or letters beyond Windows' Latin table, is none.
func IsLegacy(text string) (Font, float64) {
	if len(text) > maxLegacySample {
		text = text[:maxLegacySample]
	}
	if !plausible(text) {
		return "", 0
	}
	m, err := learnt[lang.Hindi]()
	if err != nil {
		return "", 0
	}
	var best Font
	share := 0.
	for _, font := range []Font{KrutiDev, Chanakya} {
		if s := legacyShare(text, font, m); s > share {
			best, share = font, s
		}
	}
	if share < minLegacyShare {
		return "", 0
	}
	return best, share
}

const (
	maxLegacySample = 4000 // bytes
	minLegacyShare  = .4
	minLegacyWords  = 2  // that are spelt like Hindi
	minLegacyRunes  = 10 // of them together
	minLikeness     = -3 // of Hindi words 92 % are above it, of other text read as a font's 1 %
)

// plausible tells whether text has nothing that a font from before Unicode
// cannot have written: letters beyond Windows' Latin table.
func plausible(text string) bool {
	for _, r := range text {
		switch {
		case r < 0x180, r == utf8.RuneError, unicode.IsSpace(r), r == '\u200b':
		case !strings.ContainsRune("ƒˆ˜–—‘’‚“”„†‡•…‰‹›€™", r):
			return false
		}
	}
	return true
}

// legacyShare gives the share of a text, by letters, that is spelt like Hindi
// when it is read as the font's; 0 when that is too little to tell by.
func legacyShare(text string, font Font, m *spellmodel.Model) float64 {
	words, like, all := 0, 0, 0
	for token := range strings.FieldsFuncSeq(DecodeLegacy(text, font), func(r rune) bool { return !isDevanagari(r) && !unicode.IsLetter(r) }) {
		n := utf8.RuneCountInString(token)
		all += n
		if n > 1 && m.Likeness(norm.NFC.String(token)) >= minLikeness {
			words++
			like += n
		}
	}
	if words < minLegacyWords || like < minLegacyRunes {
		return 0
	}
	return float64(like) / float64(all)
}
