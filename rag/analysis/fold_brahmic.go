package analysis

import "unicode/utf8"

// Brahmic blocks of 128 code points that are laid out alike, after ISCII.
const (
	brahmicFirst = 0x0900 // Devanagari
	brahmicLast  = 0x0D7F // Malayalam
)

// Offsets within such a block.
const (
	offCandrabindu = 0x01
	offAnusvara    = 0x02
	offVisarga     = 0x03
	offNukta       = 0x3C
	offAvagraha    = 0x3D
	offVirama      = 0x4D
)

func isBrahmic(r rune) bool { return r >= brahmicFirst && r <= brahmicLast }

// foldBrahmic gives the rune that stands for a rune of the Brahmic blocks, or
// -1. Nukta, avagraha, visarga and aytham, the Gurmukhi addak, and candrabindu
// in the scripts where it is heard little are left out; elsewhere candrabindu is
// anusvara, as tippi is bindi. Letters for sounds of other languages or of old
// spelling are those that writers put in their place.
func foldBrahmic(r rune) rune {
	switch off, s := r&0x7F, scriptAt(r); {
	case off == offCandrabindu && (s == scriptDevanagari || s == scriptGurmukhi || s == scriptGujarati):
		return r + 1
	case off == offCandrabindu, off == offVisarga, off == offAvagraha, off == offNukta && s != scriptMalayalam, r == 'ੱ':
		return -1
	case 0x66 <= off && off <= 0x6F:
		return '0' + off - 0x66
	}
	if to, ok := brahmicLetter[r]; ok {
		return to
	}
	if plain := withNukta(r); plain != 0 {
		return plain
	}
	return r
}

// brahmicLetter gives the letters that others are written for.
var brahmicLetter = map[rune]rune{
	'ऩ': 'न', 'ऱ': 'र', 'ऴ': 'ळ', 'ॻ': 'ग', 'ॼ': 'ज', 'ॾ': 'ड', 'ॿ': 'ब', 'ॠ': 'ऋ', 'ॄ': 'ृ',
	'ॲ': 'ए', 'ऍ': 'ए', 'ऎ': 'ए', 'ऑ': 'ओ', 'ऒ': 'ओ', 'ॅ': 'े', 'ॆ': 'े', 'ॉ': 'ो', 'ॊ': 'ो',
	'ৰ': 'র', 'ৱ': 'ব', 'ੰ': 'ਂ',
	'ઍ': 'એ', 'ઑ': 'ઓ', 'ૅ': 'ે', 'ૉ': 'ો', 'ଵ': 'ବ',
	'ஶ': 'ஸ', 'ఱ': 'ర', 'ౘ': 'చ', 'ౙ': 'జ', 'ಱ': 'ರ', 'ೞ': 'ಳ', 'ൌ': 'ൗ',
}

// joinBrahmic appends what stands for r to dst[start:], in one of the spellings
// that it can have together with what stands before it:
//
//   - a nasal consonant before a stop of its own place is anusvara where the
//     script writes both: "सम्बन्ध" and "संबंध", "বাঙ্গালী" and "বাংগালী"
//   - a consonant is not doubled after reph nor before another consonant:
//     "कर्त्ता" and "कर्ता", "तत्त्व" and "तत्व", "পূর্ব্ব" and "পূর্ব"
//   - Devanagari ए, इ and ई after a vowel have the glide: "गई" and "गयी"
//   - a Malayalam chillu, the Bengali khanda ta are the consonant with virama;
//     Malayalam u with virama, the old spelling of the half u, is virama
func joinBrahmic(dst []byte, start int, r rune) []byte {
	virama := rune(0)
	if full, v := undead(r); v != 0 {
		r, virama = full, v
	} else if r = folded[r]; r < 0 {
		return dst
	}
	switch off := r & 0x7F; {
	case r < utf8.RuneSelf:
		return appendASCII(dst, start, byte(r))
	case isConsonant(off):
		if len(dst)-start < 6 || dst[len(dst)-1] != viramaEnd {
			break
		}
		dst = dst[:start+single(dst[start:], r)]
		if anusvara := nasalBefore(dst[start:], r); anusvara != 0 {
			dst = utf8.AppendRune(dst[:len(dst)-6], anusvara)
		}
	case r == 'ए' || r == 'इ' || r == 'ई':
		if before := lastBrahmic(dst[start:], 0); isVowelled(before) {
			dst = append(dst, "य"...)
			r = glided(r)
		}
	case r == 0x0D4D:
		for lastBrahmic(dst[start:], 0) == 'ു' {
			dst = dst[:len(dst)-3]
		}
	}
	dst = utf8.AppendRune(dst, r)
	if virama != 0 {
		dst = utf8.AppendRune(dst, virama)
	}
	return dst
}

// viramaEnd is the last byte of a virama in each of the scripts.
const viramaEnd = 0x8D

func isConsonant(off rune) bool { return 0x15 <= off && off <= 0x39 }

// isVowelled tells whether a word that goes on with a vowel has one before it, r.
func isVowelled(r rune) bool {
	off := r & 0x7F
	return r != 0 && r <= 0x097F && (isConsonant(off) || 0x05 <= off && off <= 0x14 || 0x3E <= off && off <= 0x4C)
}

// glided gives the vowel sign for ए, इ and ई.
func glided(r rune) rune {
	switch r {
	case 'ए':
		return 'े'
	case 'इ':
		return 'ि'
	}
	return 'ी'
}

// lastBrahmic gives the rune of dst that n runes stand behind, when it and they
// are of the Brahmic blocks, whose runes take three bytes; else 0.
func lastBrahmic(dst []byte, n int) rune {
	at := len(dst) - 3*(n+1)
	if at < 0 {
		return 0
	}
	r, size := utf8.DecodeRune(dst[at:])
	if size != 3 || !isBrahmic(r) {
		return 0
	}
	return r
}

// single gives how much of dst stays when r follows: without a consonant that
// is only doubled.
func single(dst []byte, r rune) int {
	end := len(dst)
	x, v := lastBrahmic(dst, 1), lastBrahmic(dst, 0)
	if scriptAt(r) > scriptOriya || x == 0 || v != r&^0x7F|offVirama || x&^0x7F != r&^0x7F {
		return end
	}
	before, v := lastBrahmic(dst, 3), lastBrahmic(dst, 2)
	switch {
	case v != r&^0x7F|offVirama:
	case before == x: // तत्त्व
		return end - 6
	case before&0x7F == 0x30 && before&^0x7F == r&^0x7F && doubles(x&0x7F, r&0x7F): // कर्त्ता, वर्द्धन
		return end - 6
	}
	return end
}

// doubles tells whether the consonant x doubles r: it is the same, or r with its aspiration.
func doubles(x, r rune) bool {
	if x == r {
		return true
	}
	switch x {
	case 0x15, 0x17, 0x1A, 0x1C, 0x1F, 0x21, 0x24, 0x26, 0x2A, 0x2C:
		return r == x+1
	}
	return false
}

// nasalBefore gives the anusvara that a nasal consonant with virama at the end
// of dst is another spelling of before the stop r, or 0. In Bengali and Oriya
// only ṅ is, in Tamil and Malayalam none.
func nasalBefore(dst []byte, r rune) rune {
	nasal, block := lastBrahmic(dst, 1), r&^0x7F
	if nasal == 0 || lastBrahmic(dst, 0) != block|offVirama || nasal&^0x7F != block {
		return 0
	}
	anusvara, stop := block|offAnusvara, r&0x7F
	switch s := scriptAt(r); {
	case s == scriptTamil, s == scriptMalayalam, stop > 0x2D:
	case s == scriptBengali, s == scriptOriya:
		if nasal&0x7F == 0x19 && stop <= 0x18 {
			return anusvara
		}
	case stop == 0x19, stop == 0x1E, stop == 0x23, stop == 0x28, stop == 0x29:
	case nasal&0x7F == 0x2E: // म
		if stop >= 0x2A {
			return anusvara
		}
	case nasal&0x7F == 0x19, nasal&0x7F == 0x1E, nasal&0x7F == 0x23, nasal&0x7F == 0x28: // ङ ञ ण न
		return anusvara
	}
	return 0
}

// undead gives the consonant and virama that a letter without vowel is another
// spelling of: a Malayalam chillu or dot reph, the Bengali khanda ta.
func undead(r rune) (full, virama rune) {
	switch {
	case r == 'ৎ':
		return 'ত', 0x09CD
	case r < 'ൎ':
	case r == 'ൎ':
		return 'ര', 0x0D4D
	case 'ൔ' <= r && r <= 'ൖ':
		return [...]rune{'മ', 'യ', 'ഴ'}[r-'ൔ'], 0x0D4D
	case 'ൺ' <= r && r <= 'ൿ':
		return [...]rune{'ണ', 'ന', 'ര', 'ല', 'ള', 'ക'}[r-'ൺ'], 0x0D4D
	}
	return 0, 0
}
