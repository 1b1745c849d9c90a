package llmrerank

import (
	"strings"

	"github.com/akshara-go/akshara/translate/lang"
)

// maxAnswer is how many bytes of an answer are read.
const maxAnswer = 64 << 10

// parse gives the places, from 0, that an answer names among n passages, each
// once, in its order. It takes numbers in brackets ("[2] > [1]", "[2, 1]") and
// where there are none of use, all numbers ("2, 1", "2 > 1", a number a line), in
// the digits of any script. What a reasoning model thinks aloud is passed over,
// and so is a number that names no passage.
func parse(text string, n int) []int {
	if at := strings.LastIndex(text, "</think>"); at >= 0 {
		text = text[at:]
	}
	text = text[:min(len(text), maxAnswer)]
	if named := numbers(text, n, true); len(named) > 0 {
		return named
	}
	return numbers(text, n, false)
}

// numbers gives the places that the numbers of a text name; bracketed says
// that only those between square brackets count.
func numbers(text string, n int, bracketed bool) []int {
	var named []int
	seen := make([]bool, n)
	value, digits, open := 0, false, false
	take := func() {
		if digits && (open || !bracketed) && value >= 1 && value <= n && !seen[value-1] {
			seen[value-1] = true
			named = append(named, value-1)
		}
		value, digits = 0, false
	}
	for _, r := range text {
		if d, ok := lang.DigitValue(r); ok {
			value, digits = min(value*10+d, n+1), true
			continue
		}
		take()
		switch r {
		case '[':
			open = true
		case ']':
			open = false
		}
	}
	take()
	return named
}
