package parse

import (
	"bytes"
	"fmt"
	"mime"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"

	"github.com/akshara-go/akshara/observe/fault"
)

var utf8BOM = []byte("\xef\xbb\xbf")

// utf16BOM gives the encoding that a byte order mark of UTF-16 announces, or nil.
func utf16BOM(data []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM)
	}
	return nil
}

// utf8Head decodes the beginning of a UTF-16 file as well as it can be.
func utf8Head(head []byte) []byte {
	out, _ := utf16BOM(head).NewDecoder().Bytes(head[:len(head)&^1])
	return out
}

// decodeText gives a plain text as UTF-8: by its byte order mark, else as UTF-8,
// else by the charset that the sender claims. A text that is none of these is
// an error with the offset of the first byte that does not fit, since a guess
// would store garbage that looks like a document.
func decodeText(data []byte, contentType string) (string, error) {
	if enc := utf16BOM(data); enc != nil {
		return decodeUTF16(enc, data)
	}
	data = bytes.TrimPrefix(data, utf8BOM)
	if utf8.Valid(data) {
		return string(data), nil
	}
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		if enc, name := charset.Lookup(params["charset"]); enc != nil && name != "utf-8" {
			if out, err := enc.NewDecoder().Bytes(data); err == nil {
				return string(out), nil
			}
		}
	}
	at := firstInvalid(data)
	return "", failed(nil, fmt.Sprintf("the text is not UTF-8: byte %d does not fit", at), fault.Details{"reason": "encoding", "offset": at})
}

// decodeUTF16 refuses what the decoder would silently replace: an odd byte at the end, half a surrogate pair.
func decodeUTF16(enc encoding.Encoding, data []byte) (string, error) {
	if len(data)%2 != 0 {
		return "", failed(nil, fmt.Sprintf("the text is not UTF-16: byte %d stands alone", len(data)-1), fault.Details{"reason": "encoding", "offset": len(data) - 1})
	}
	lo := 0
	if data[0] == 0xfe {
		lo = 1
	}
	for i := 2; i < len(data); i += 2 {
		switch data[i+1-lo] & 0xfc {
		case 0xd8:
			if i+3 < len(data) && data[i+3-lo]&0xfc == 0xdc {
				i += 2
				continue
			}
		case 0xdc:
		default:
			continue
		}
		return "", failed(nil, fmt.Sprintf("the text is not UTF-16: byte %d begins half a character", i), fault.Details{"reason": "encoding", "offset": i})
	}
	out, err := enc.NewDecoder().Bytes(data)
	if err != nil {
		return "", failed(err, "the text is not UTF-16", fault.Details{"reason": "encoding"})
	}
	return string(out), nil
}

func firstInvalid(data []byte) int {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(data)
}

// decodeHTML gives a page as UTF-8, as a browser would: it never fails, and what
// does not fit becomes U+FFFD. The WHATWG order (byte order mark, header, meta
// element) is changed in one place: bytes that are UTF-8 from beginning to end
// are UTF-8, since many pages in Indian languages declare nothing, or wrongly.
func decodeHTML(data []byte, contentType string) []byte {
	if utf16BOM(data) == nil && mostlyUTF8(data) {
		return bytes.ToValidUTF8(bytes.TrimPrefix(data, utf8BOM), []byte("\ufffd"))
	}
	enc, _, _ := charset.DetermineEncoding(data, contentType)
	out, err := enc.NewDecoder().Bytes(data)
	if err != nil {
		out = data
	}
	return bytes.ToValidUTF8(out, []byte("\ufffd"))
}

// mostlyUTF8 tells whether data is UTF-8, but for one broken place in fifty characters beyond ASCII.
func mostlyUTF8(data []byte) bool {
	if utf8.Valid(data) {
		return true
	}
	good, bad := 0, 0
	for i := 0; i < len(data); {
		if data[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		i += n
	}
	return good >= 50*bad
}
