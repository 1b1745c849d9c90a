package lang

import "unicode/utf8"

// DigitValue gives the value, 0 to 9, of a decimal digit: European, of any of
// the languages' scripts, or Arabic-Indic. False for every other rune.
func DigitValue(r rune) (int, bool) {
	if r < 0x80 {
		return int(r - '0'), '0' <= r && r <= '9'
	}
	if 0x900 <= r && r < 0xD80 { // the digits of every Brahmic block stand at the same place
		d := int(r&0x7F) - 0x66
		return d, 0 <= d && d <= 9
	}
	for _, zero := range [...]rune{'٠', '۰', '᱐', '꯰'} {
		if d := int(r - zero); 0 <= d && d <= 9 {
			return d, true
		}
	}
	return 0, false
}

// Digits gives s with its European digits written in the language's own; every
// other byte, digits of other scripts included, stays. It gives s itself when c
// is not one of the 23 or uses European digits.
func Digits(c Code, s string) string {
	l := find(c)
	if l == nil || l.Zero == '0' {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		if b := s[i]; '0' <= b && b <= '9' {
			out = utf8.AppendRune(out, l.Zero+rune(b-'0'))
		} else {
			out = append(out, b)
		}
	}
	return string(out)
}
