package translit

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// toPivot appends a run of the script's text to dst. Canonically equivalent
// spellings give the same.
func (b *brahmic) toPivot(dst []rune, run string) []rune {
	if !b.surelyNormal(run) {
		run = norm.NFC.String(run)
	}
	start, doubled := len(dst), false
	for _, r := range run {
		if uint32(r-b.block) >= 128 {
			if n := highStop(r); n > 0 && b.highStops {
				dst = raise(dst, start, r, n)
				continue
			}
			dst = append(dst, r)
			continue
		}
		switch p := b.read[r-b.block]; {
		case p == nil:
			dst = append(dst, r)
		case p[0] == nukta && len(dst) > start && b.afterDot[dst[len(dst)-1]] != 0:
			dst[len(dst)-1] = b.afterDot[dst[len(dst)-1]]
		default:
			doubled = doubled || p[0] == addak
			dst = append(dst, p...)
		}
	}
	if b.highStops {
		dst = joinAytham(dst, start)
	}
	if doubled {
		dst = double(dst, start)
	}
	return dst
}

// surelyNormal tells whether a run is in NFC at a glance: it has no letter that
// NFC writes otherwise or may join to the one before, and no mark but virama.
func (b *brahmic) surelyNormal(run string) bool {
	for _, r := range run {
		switch i := uint32(r - b.block); {
		case i < 128 && b.plain[i], r == zwj, r == zwnj:
		default:
			return false
		}
	}
	return true
}

// fromPivot appends a pivot text to dst in the script.
func (b *brahmic) fromPivot(dst []byte, p []rune) []byte {
	for i := 0; i < len(p); {
		if uint32(p[i]-pivotFirst) >= 128 {
			dst = utf8.AppendRune(dst, p[i])
			i++
			continue
		}
		n := b.ownWay(&dst, p, i)
		if n == 0 {
			n = b.ordinary(&dst, p[i:])
		}
		i += n
	}
	return dst
}

// ownWay writes what stands at i where the script has a way of its own, and
// tells how many runes that was; 0 where it has none.
func (b *brahmic) ownWay(dst *[]byte, p []rune, i int) int {
	size := 1
	if i+1 < len(p) && p[i+1] == nukta {
		size = 2
	}
	switch {
	case b.highStops:
		if n := b.writeTamil(dst, p[i:]); n > 0 {
			return n
		}
	case b.addak && doubles(p, i):
		*dst = append(*dst, "ੱ"...)
		return size + 1 // with the virama
	case b.addak && p[i] == anusvara:
		*dst = append(*dst, b.nasal(p, i)...)
		return 1
	}
	if i+size+1 >= len(p) || p[i+size] != virama || p[i+size+1] != zwj {
		return 0
	}
	letter := p[i]
	if size == 2 {
		if letter != 'ळ' {
			return 0
		}
		letter = 'ऴ'
	}
	f := b.final[letter]
	if f == "" {
		return 0
	}
	*dst = append(*dst, f...)
	return size + 2
}

// ordinary writes the letter at the beginning of p with its nukta, and tells how many runes that was.
func (b *brahmic) ordinary(dst *[]byte, p []rune) int {
	if len(p) < 2 || p[1] != nukta {
		*dst = b.letter(*dst, p[0])
		return 1
	}
	if d := b.dotted[p[0]]; d != "" {
		*dst = append(*dst, d...)
	} else {
		*dst = append(b.letter(*dst, p[0]), b.dot...)
	}
	return 2
}

// letter appends one pivot letter in the script.
func (b *brahmic) letter(dst []byte, r rune) []byte {
	if w := b.write[r-pivotFirst]; w != "" {
		return append(dst, w...)
	}
	return utf8.AppendRune(dst, r)
}

// plain gives the unaspirated stop that Gurmukhi doubles an aspirated one with.
func plain(r rune) rune {
	switch r {
	case 'ख', 'घ', 'छ', 'झ', 'ठ', 'ढ', 'थ', 'ध', 'फ', 'भ':
		return r - 1
	}
	return r
}

// double writes out the consonants before which an addak stands in dst[start:].
func double(dst []rune, start int) []rune {
	run := append([]rune(nil), dst[start:]...)
	dst = dst[:start]
	for i, r := range run {
		if r != addak || i+1 == len(run) || !isConsonant(run[i+1]) {
			dst = append(dst, r)
			continue
		}
		dst = append(dst, plain(run[i+1]))
		if i+2 < len(run) && run[i+2] == nukta {
			dst = append(dst, nukta)
		}
		dst = append(dst, virama)
	}
	return dst
}

// doubles tells whether the consonant at i is one that an addak stands for.
func doubles(p []rune, i int) bool {
	if !isConsonant(p[i]) || i > 0 && p[i-1] == virama {
		return false
	}
	size := 1
	if i+1 < len(p) && p[i+1] == nukta {
		size = 2
	}
	next := i + size + 1
	if next >= len(p) || p[i+size] != virama || plain(p[next]) != p[i] {
		return false
	}
	return size == 2 == (next+1 < len(p) && p[next+1] == nukta)
}

// nasal chooses between tippi and bindi, as Punjabi spelling does by what stands before.
func (b *brahmic) nasal(p []rune, i int) string {
	if i > 0 && (isConsonant(p[i-1]) || p[i-1] == nukta || p[i-1] == 'ि' || p[i-1] == 'ु' || p[i-1] == 'ू' || p[i-1] == 'अ' || p[i-1] == 'इ') {
		return "ੰ"
	}
	return "ਂ"
}

// Tamil has one letter for the four stops of a row. Scholars tell the others
// from the first by a number: க² ख, க³ ग, க⁴ घ, after the vowel sign.

// highStop gives the number that a superscript is; 0 for what is none.
func highStop(r rune) rune {
	switch r {
	case '²', '³':
		return r - '²' + 2
	case '⁴':
		return 4
	}
	return 0
}

// raise makes the stop before a superscript the one that is meant.
func raise(dst []rune, start int, r, n rune) []rune {
	i := len(dst) - 1
	if i > start && (isSign(dst[i]) || dst[i] == virama) {
		i--
	}
	if i >= start {
		switch dst[i] {
		case 'क', 'च', 'ट', 'त', 'प':
			dst[i] += n - 1
			return dst
		}
	}
	return append(dst, r)
}

// joinAytham makes ஃப and ஃஜ what Tamil writes with them: फ़ and ज़.
func joinAytham(dst []rune, start int) []rune {
	out := dst[:start]
	for i := start; i < len(dst); i++ {
		r := dst[i]
		if r == visarga && i+1 < len(dst) {
			switch next := dst[i+1]; {
			case next == 'प':
				out = append(out, 'फ', nukta)
				i++
				continue
			case next == 'ज':
				out = append(out, 'ज', nukta)
				i++
				continue
			case next == zwnj && i+2 < len(dst) && (dst[i+2] == 'प' || dst[i+2] == 'ज'):
				i++
			}
		}
		out = append(out, r)
	}
	return out
}

// writeTamil writes what stands at the beginning of p where Tamil has a way of
// its own, and tells how many runes that was; 0 where it has none.
func (b *brahmic) writeTamil(dst *[]byte, p []rune) int {
	r := p[0]
	dotted := len(p) > 1 && p[1] == nukta
	switch {
	case r == visarga && len(p) > 1 && (p[1] == 'प' || p[1] == 'ज'):
		*dst = append(*dst, "ஃ\u200c"...)
		return 1
	case r == anusvara && b.familiar:
		*dst = append(*dst, homorganic(p)...)
		return 1
	case dotted && b.dotted[r] != "":
		return 0
	}
	base, n := row(r)
	if n < 2 || r == 'ज' {
		return 0
	}
	*dst = b.letter(*dst, base)
	used := 1
	if dotted {
		used++
	}
	if used < len(p) && (isSign(p[used]) || p[used] == virama) && b.write[p[used]-pivotFirst] != "" && p[used] != 'ृ' && p[used] != 'ॄ' && p[used] != 'ॢ' && p[used] != 'ॣ' {
		*dst = b.letter(*dst, p[used])
		used++
	}
	if !b.familiar {
		*dst = append(*dst, [...]string{"²", "³", "⁴"}[n-2]...)
	}
	return used
}

// row gives the first stop of a stop's row, and its number in it, 1 to 4; 0 for what is no stop.
func row(r rune) (base, n rune) {
	for _, base := range [...]rune{'क', 'च', 'ट', 'त', 'प'} {
		if base <= r && r < base+4 {
			return base, r - base + 1
		}
	}
	return 0, 0
}

// homorganic gives the nasal that an anusvara is before p[1:].
func homorganic(p []rune) string {
	if len(p) > 1 {
		switch base, _ := row(p[1]); base {
		case 'क':
			return "ங்"
		case 'च':
			return "ஞ்"
		case 'ट':
			return "ண்"
		case 'त':
			return "ந்"
		}
	}
	return "ம்"
}
