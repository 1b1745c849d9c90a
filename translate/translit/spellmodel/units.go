package spellmodel

import "unicode"

// Units cuts a native word into units: a letter with its nukta, and with the
// virama that joins it to the letter before; any other code point alone.
func Units(word string) []string {
	var units []string
	start, open := 0, false
	for i, r := range word {
		switch {
		case i == 0:
			open = isVirama(r)
		case isVirama(r):
			units = append(units, word[start:i])
			start, open = i, true
		case isNukta(r):
		case open && unicode.IsLetter(r):
			open = false
		default:
			units = append(units, word[start:i])
			start, open = i, false
		}
	}
	if start < len(word) {
		units = append(units, word[start:])
	}
	return units
}

func isVirama(r rune) bool { return 0x900 <= r && r < 0xD80 && r&0x7F == 0x4D }
func isNukta(r rune) bool  { return 0x900 <= r && r < 0xD80 && r&0x7F == 0x3C }
