package lang

import (
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/akshara-go/akshara/observe/fault"
)

// maxParse bounds what Parse looks at, in bytes. The longest tag that BCP 47
// asks software to hold has 35 characters; names in Indian scripts take three bytes each.
const maxParse = 128

// Parse finds the language that s names, whatever its case: a code of the
// contract, ISO 639-1, 639-2 or 639-3, a BCP 47 tag with script, region and
// more behind the language ("hi-Deva-IN", "pa_Guru"), an alias such as bo for
// Bodo, or the English or native name. Space around it does not matter, and
// subtags behind the language are not looked up, only checked for their form.
//
// Anything else, the empty string and [Auto] included, is a fault with the code
// INVALID_LANGUAGE whose details hold the field "language" and the codes that are supported.
func Parse(s string) (Code, error) {
	if len(s) > maxParse {
		return "", unsupported(s)
	}
	key := strings.ToLower(norm.NFC.String(strings.TrimSpace(s)))
	if c, ok := names[key]; ok {
		return c, nil
	}
	tag, rest, more := strings.Cut(strings.ReplaceAll(key, "_", "-"), "-")
	if more && wellFormed(rest) {
		if c, ok := tags[tag]; ok {
			return c, nil
		}
	}
	return "", unsupported(s)
}

// ParseOrAuto is [Parse] for a request that may leave the language open: the
// empty string and "auto" are [Auto].
func ParseOrAuto(s string) (Code, error) {
	if t := strings.TrimSpace(s); t == "" || strings.EqualFold(t, string(Auto)) {
		return Auto, nil
	}
	return Parse(s)
}

// wellFormed tells whether rest looks like the subtags of a BCP 47 tag:
// between hyphens one to eight ASCII letters or digits. rest is lower-case.
func wellFormed(rest string) bool {
	for sub := range strings.SplitSeq(rest, "-") {
		if len(sub) < 1 || len(sub) > 8 {
			return false
		}
		for i := range len(sub) {
			if c := sub[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
				return false
			}
		}
	}
	return true
}

// maxShown is how many runes of an unknown language an error repeats.
const maxShown = 32

func unsupported(s string) error {
	shown := 0
	for i := range s {
		if shown++; shown > maxShown {
			s = s[:i] + "…"
			break
		}
	}
	return fault.New(fault.InvalidLanguage, fmt.Sprintf("language %q is not supported", s),
		fault.Details{"field": "language", "supported": Codes()})
}

// tags maps what may stand first in a tag to its language, names everything
// that may stand alone. The keys are lower-case and in NFC.
var tags, names = func() (map[string]Code, map[string]Code) {
	tags, names := make(map[string]Code), make(map[string]Code)
	for i := range languages {
		l := &languages[i]
		for _, tag := range []string{string(l.Code), l.ISO1, l.ISO2, l.ISO3} {
			if tag != "" {
				tags[tag], names[tag] = l.Code, l.Code
			}
		}
		for _, name := range append([]string{l.English, l.Native}, l.Aliases...) {
			key := strings.ToLower(norm.NFC.String(name))
			names[key] = l.Code
			if len(key) <= 3 { // a code, not a name
				tags[key] = l.Code
			}
		}
	}
	return tags, names
}()
