package unigram

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// A charsMap replaces characters, as SentencePiece's precompiled_charsmap says: the
// length of a trie in bytes (uint32, little-endian), the trie, and texts that end
// with a zero byte each, to whose beginnings the trie's values point.
type charsMap struct {
	keys  trie
	texts string
}

func openCharsMap(b []byte) (charsMap, error) {
	if len(b) == 0 {
		return charsMap{}, nil
	}
	if len(b) < 4 {
		return charsMap{}, fmt.Errorf("unigram: a map of characters of %d bytes", len(b))
	}
	n, rest := uint64(binary.LittleEndian.Uint32(b)), b[4:]
	if n > uint64(len(rest)) || n%unitSize != 0 {
		return charsMap{}, fmt.Errorf("unigram: a map of characters whose trie of %d bytes is not in it", n)
	}
	return charsMap{keys: trie(rest[:n]), texts: string(rest[n:])}, nil
}

// BuildCharsMap makes a map of characters in SentencePiece's form from texts and
// what replaces each; neither may hold a zero byte.
func BuildCharsMap(replacements map[string]string) ([]byte, error) {
	var texts strings.Builder
	keys := make([]key, 0, len(replacements))
	at := map[string]int{}
	for _, from := range slices.Sorted(maps.Keys(replacements)) {
		to := replacements[from]
		if strings.IndexByte(to, 0) >= 0 || len(to) >= maxReplacement {
			return nil, fmt.Errorf("unigram: %d bytes, or a zero byte, replace %q", len(to), from)
		}
		if _, ok := at[to]; !ok {
			at[to] = texts.Len()
			texts.WriteString(to)
			texts.WriteByte(0)
		}
		keys = append(keys, key{from, at[to]})
	}
	t, err := buildTrie(keys)
	if err != nil {
		return nil, err
	}
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(t)))
	return append(append(b, t...), texts.String()...), nil
}

const replacement = string(utf8.RuneError)

// maxReplacement bounds what one text of the map becomes, in bytes. The longest in
// SentencePiece's own maps has 33.
const maxReplacement = 256

// next gives what the beginning of text becomes, and its length: the longest text
// of the map, or one character. A byte that is no part of valid UTF-8 becomes U+FFFD.
func (m *charsMap) next(text string) (to string, length int) {
	if value, n, found := m.keys.longest(text); found && value <= len(m.texts) {
		to = m.texts[value:min(len(m.texts), value+maxReplacement)]
		if end := strings.IndexByte(to, 0); end >= 0 {
			return to[:end], n
		}
	}
	r, n := utf8.DecodeRuneInString(text)
	if r == utf8.RuneError && n == 1 {
		return replacement, 1
	}
	return text[:n], n
}
