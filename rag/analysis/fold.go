package analysis

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Normalize gives text in the one spelling that keys are made of: NFC, letters
// in lower case, digits as ASCII, and without the distinctions that writers of
// the Indian languages make or leave out at will: nukta, joiners, chandrabindu
// for anusvara, a nasal consonant for anusvara before a stop, Arabic vowel
// points and the Arabic forms of Urdu letters. What is no letter, mark or number
// is kept; bytes that are no UTF-8 become U+FFFD. It is idempotent.
func Normalize(text string) string {
	return string(fold(make([]byte, 0, len(text)+len(text)/8), text))
}

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

// fold appends the folded text to dst.
func fold(dst []byte, text string) []byte {
	if isASCII(text) {
		return foldASCII(dst, text)
	}
	text = composed(text)
	start := len(dst)
	for i, r := range text {
		r = foldRune(r)
		if r < 0 {
			continue
		}
		if isBrahmic(r) {
			if c, ok := nasalBefore(dst[start:], r); ok {
				dst = append(dst[:len(dst)-6], c...)
			}
		} else if r == ',' && betweenDigits(text, i) {
			continue
		}
		if full, virama := undead(r); virama != 0 {
			dst = utf8.AppendRune(dst, full)
			r = virama
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// undead gives the consonant and virama that a letter without vowel is another
// spelling of: a Malayalam chillu, the Bengali khanda ta.
func undead(r rune) (full, virama rune) {
	switch r {
	case 'ৎ':
		return 'ত', 0x09CD
	case 'ൻ':
		return 'ന', 0x0D4D
	case 'ർ', 'ൔ':
		return 'ര', 0x0D4D
	case 'ൽ':
		return 'ല', 0x0D4D
	case 'ൾ':
		return 'ള', 0x0D4D
	case 'ൺ':
		return 'ണ', 0x0D4D
	case 'ൿ':
		return 'ക', 0x0D4D
	}
	return 0, 0
}

// composed gives text in NFC.
func composed(text string) string {
	prev := composes
	for _, r := range text {
		next := composes
		if r < rune(len(compositions)) {
			next = compositions[r]
		}
		if next == composes || next == follows && prev == follows {
			return norm.NFC.String(text)
		}
		prev = next
	}
	return text
}

// composition is what a rune is to NFC.
type composition uint8

const (
	composes composition = iota // it may change, or change its neighbours
	stands                      // it stays as it is
	follows                     // it stays as it is unless another follows: a virama
)

var compositions = func() (t [0x0E00]composition) {
	for r := range t {
		s := string(rune(r))
		switch p := norm.NFC.PropertiesString(s); {
		case !norm.NFC.IsNormalString(s):
		case p.BoundaryBefore():
			t[r] = stands
		case isBrahmic(rune(r)) && r&0x7F == offVirama:
			t[r] = follows
		}
	}
	return t
}()

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func foldASCII(dst []byte, text string) []byte {
	for i := range len(text) {
		c := text[i]
		switch {
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case c == ',' && betweenDigits(text, i):
			continue
		case c == '\'' && i > 0 && i+1 < len(text) && isASCIILetter(text[i-1]) && isASCIILetter(text[i+1]):
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

func isASCIILetter(c byte) bool { c |= 0x20; return 'a' <= c && c <= 'z' }

func betweenDigits(text string, i int) bool {
	if i == 0 || i+1 >= len(text) {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	after, _ := utf8.DecodeRuneInString(text[i+1:])
	return unicode.IsDigit(before) && unicode.IsDigit(after)
}

// nasalBefore tells whether dst ends in a nasal consonant with virama that is
// another spelling of anusvara before the stop r, and gives that anusvara.
// Scripts that do not write it so (Bengali, Oriya, Tamil, Malayalam) are left alone.
func nasalBefore(dst []byte, r rune) (string, bool) {
	if len(dst) < 6 {
		return "", false
	}
	var anusvara string
	switch r &^ 0x7F {
	case 0x0900:
		anusvara = "ं"
	case 0x0A00:
		anusvara = "ਂ"
	case 0x0A80:
		anusvara = "ં"
	case 0x0C00:
		anusvara = "ం"
	case 0x0C80:
		anusvara = "ಂ"
	default:
		return "", false
	}
	// Runes of these blocks take three bytes.
	virama, _ := utf8.DecodeRune(dst[len(dst)-3:])
	nasal, _ := utf8.DecodeRune(dst[len(dst)-6:])
	if virama&^0x7F != r&^0x7F || virama&0x7F != offVirama || nasal&^0x7F != r&^0x7F {
		return "", false
	}
	stop := r & 0x7F
	switch nasal & 0x7F {
	case 0x19, 0x1E, 0x23, 0x28: // ङ ञ ण न
		return anusvara, 0x15 <= stop && stop <= 0x2D && stop != 0x19 && stop != 0x1E && stop != 0x23 && stop != 0x28
	case 0x2E: // म
		return anusvara, 0x2A <= stop && stop <= 0x2D
	}
	return "", false
}

// foldRune gives the rune that stands for r in keys, or -1 when there is none.
func foldRune(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	case isBrahmic(r):
		return foldBrahmic(r)
	case 0x0600 <= r && r <= 0x06FF || 0x0750 <= r && r <= 0x077F || 0xFB50 <= r && r <= 0xFDFF || 0xFE70 <= r && r <= 0xFEFC:
		return foldArabic(r)
	case r == '\u200c', r == '\u200d', r == '\u200b', r == '\u00ad', r == '\ufeff', r == '\u034f', r == '\u2060':
		return -1
	case r == '’', r == 'ʼ':
		return '\''
	}
	if unicode.IsDigit(r) {
		return foldDigit(r)
	}
	return unicode.ToLower(r)
}

// foldDigit gives the ASCII digit for a decimal digit of any script. Every run
// of them in Unicode begins with a zero and is ten long.
func foldDigit(r rune) rune {
	zero := r
	for zero > 0 && r-zero < 10 && unicode.IsDigit(zero-1) {
		zero--
	}
	if r-zero > 9 {
		return r
	}
	return '0' + r - zero
}

func foldBrahmic(r rune) rune {
	switch off := r & 0x7F; {
	case off == offCandrabindu:
		return r + 1
	case off == offNukta && r != 0x0D3C, off == offAvagraha:
		return -1
	case 0x66 <= off && off <= 0x6F:
		return '0' + off - 0x66
	}
	switch r {
	case 'ऩ':
		return 'न'
	case 'ऱ', 'ॼ':
		return 'र'
	case 'ऴ':
		return 'ळ'
	case 'ॲ', 'ऍ':
		return 'ए'
	case 'ऑ':
		return 'ओ'
	case 'ॅ':
		return 'े'
	case 'ॉ':
		return 'ो'
	case 'ৰ':
		return 'র'
	case 'ੰ':
		return 'ਂ'
	case 'ੱ':
		return -1
	}
	return r
}

func foldArabic(r rune) rune {
	switch {
	case 0x0610 <= r && r <= 0x061A, 0x064B <= r && r <= 0x065F, 0x06D6 <= r && r <= 0x06DC, 0x06DF <= r && r <= 0x06E8, r == 0x0670, r == 0x0640:
		return -1
	case 0x0660 <= r && r <= 0x0669:
		return '0' + r - 0x0660
	case 0x06F0 <= r && r <= 0x06F9:
		return '0' + r - 0x06F0
	}
	switch r {
	case 'آ', 'أ', 'إ', 'ٱ':
		return 'ا'
	case 'ي', 'ى', 'ئ':
		return 'ی'
	case 'ؤ':
		return 'و'
	case 'ك', 'ڪ':
		return 'ک'
	case 'ه', 'ة', 'ۀ', 'ۃ', 'ە':
		return 'ہ'
	case 'ء':
		return -1
	}
	return r
}
