package main

import (
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// readSentences counts the words of the sentences that people typed, and gives the
// distinct pairs of one of those words with how it was typed.
func readSentences(data, code string) (tally, []pair, error) {
	words, seen := tally{}, map[pair]bool{}
	var typed []pair
	err := rows(filepath.Join(data, "romanised", code+".dev.tsv.gz"), 2, func(f []string) {
		words.add(f[0], code, 1)
		for _, p := range typedWords(f[0], f[1]) {
			if words[p.native] > 0 && !seen[p] {
				seen[p] = true
				typed = append(typed, p)
			}
		}
	})
	return words, typed, err
}

// addRetrieval adds the words of the Hindi sentences of the retrieval data.
func addRetrieval(words tally, data string) error {
	return rows(filepath.Join(data, "retrieval", "distractors.hi.txt.gz"), 1, func(f []string) {
		words.add(f[0], "hi", 1)
	})
}

// typedWords pairs the words of a sentence with how they were typed, by their
// places, when there are as many of both. Those of which one has more than two
// letters above thrice the other's are no pair; what else is none, the alignment
// drops, as its letters are rare for its units.
func typedWords(native, roman string) []pair {
	words, typed := strings.Fields(native), strings.Fields(roman)
	if len(words) != len(typed) {
		return nil
	}
	var pairs []pair
	for i, w := range words {
		parts, r := cut(w), letters(typed[i])
		if len(parts) != 1 || r == "" {
			continue
		}
		n, m := utf8.RuneCountInString(parts[0]), len(r)
		if m <= 3*n+2 && n <= 3*m+2 {
			pairs = append(pairs, pair{parts[0], r})
		}
	}
	return pairs
}
