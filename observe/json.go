package observe

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string. Control characters are escaped, so
// that no value can start a line of its own in a log; bytes that are not UTF-8
// become U+FFFD.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' && c != 0x7f {
				i++
				continue
			}
			b = append(b, s[start:i]...)
			b = appendEscaped(b, c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b = append(append(b, s[start:i]...), `\ufffd`...)
		case r == '\u2028' || r == '\u2029' || (r >= 0x80 && r < 0xa0):
			b = append(append(b, s[start:i]...), '\\', 'u',
				hexDigits[r>>12&0xf], hexDigits[r>>8&0xf], hexDigits[r>>4&0xf], hexDigits[r&0xf])
		default:
			i += size
			continue
		}
		i += size
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

func appendEscaped(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
}

// stringLen gives the length of the JSON string, quotes included, that j begins with.
func stringLen(j []byte) int {
	for i := 1; i < len(j); i++ {
		switch j[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(j)
}

// unquote gives the text of a JSON string.
func unquote(j []byte) string {
	if bytes.IndexByte(j, '\\') < 0 {
		return string(j[1 : len(j)-1])
	}
	var s string
	if json.Unmarshal(j, &s) != nil {
		return string(j)
	}
	return s
}

// isID tells whether s is a UUID or a trace id: digits that are nobody's number.
func isID(s string) bool {
	if len(s) != 36 && len(s) != 32 {
		return false
	}
	for i := range len(s) {
		hyphen := len(s) == 36 && (i == 8 || i == 13 || i == 18 || i == 23)
		c := s[i]
		isHex := '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
		if hyphen != (c == '-') || !hyphen && !isHex {
			return false
		}
	}
	return true
}

// hasNumber tells whether s has four digits, or letters beyond ASCII, among
// which there are digits too.
func hasNumber(s string) bool {
	digits := 0
	for i := range len(s) {
		c := s[i]
		if '0' <= c && c <= '9' {
			digits++
		}
		if digits == 4 || c >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// isName tells whether k can be a name only: nothing in it that a number or an
// address is made of, or that JSON escapes.
func isName(k string) bool {
	for i := range len(k) {
		if c := k[i]; (c|0x20 < 'a' || c|0x20 > 'z') && c != '_' && c != '.' {
			return false
		}
	}
	return true
}
