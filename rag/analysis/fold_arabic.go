package analysis

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// foldArabic gives the rune that stands for a rune of the Arabic blocks, or -1:
// no vowel points, hamza or tatweel, and the Urdu letter for its Arabic forms.
// The signs that Kashmiri vowels have are left out, as most writers do.
func foldArabic(r rune) rune {
	switch {
	case isArabicMark(r), r == 0x0640:
		return -1
	case 0x0660 <= r && r <= 0x0669:
		return '0' + r - 0x0660
	case 0x06F0 <= r && r <= 0x06F9:
		return '0' + r - 0x06F0
	}
	switch r {
	case 'آ', 'أ', 'إ', 'ٱ', 'ٲ', 'ٳ':
		return 'ا'
	case 'ي', 'ى', 'ئ', 'ې', 'ۍ', 'ێ', 'ؠ':
		return 'ی'
	case 'ۓ':
		return 'ے'
	case 'ؤ', 'ۆ', 'ۄ', 'ۏ':
		return 'و'
	case 'ك', 'ڪ':
		return 'ک'
	case 'ه', 'ة', 'ۀ', 'ۂ', 'ۃ', 'ە':
		return 'ہ'
	case '٫':
		return '.'
	case 'ء':
		return -1
	}
	return r
}

// isArabicMark tells whether r is a vowel point or another mark above or below a letter.
func isArabicMark(r rune) bool {
	return 0x0610 <= r && r <= 0x061A || 0x064B <= r && r <= 0x065F || r == 0x0670 || 0x06D6 <= r && r <= 0x06DC || 0x06DF <= r && r <= 0x06ED && r != 0x06E5 && r != 0x06E6 && r != 0x06E9
}

// heh gives the letter that ھ or ه stands for behind a word's beginning. The
// first marks aspiration, which only follows a consonant; the second marks it
// in Sindhi, behind ج and گ.
func heh(before []byte, r rune) rune {
	last, _ := utf8.DecodeLastRune(before)
	switch {
	case r == 'ه' && (last == 'ج' || last == 'گ'):
		return 'ھ'
	case r == 'ھ' && last != 'ڑ' && last != 'ڙ' && arabicSound(last) <= 'a':
		return 'ہ'
	}
	return r
}

// isPresentation tells whether r is a letter in the shape it has in a word. The
// ligatures for whole words from U+FDF0 on are not meant.
func isPresentation(r rune) bool {
	return 0xFB50 <= r && r < 0xFDF0 || 0xFE70 <= r && r <= 0xFEFC
}

// foldPresentation appends what stands for the letters of a presentation form.
func foldPresentation(dst []byte, r rune) []byte {
	if 0xFE70 <= r && r < 0xFE80 { // vowel points by themselves
		return dst
	}
	for _, letter := range norm.NFKC.String(string(r)) {
		if letter < rune(len(folded)) {
			letter = folded[letter]
		}
		if letter >= 0 {
			dst = utf8.AppendRune(dst, letter)
		}
	}
	return dst
}
