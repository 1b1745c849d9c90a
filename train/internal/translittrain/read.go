package main

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/akshara-go/akshara/train/internal/devdata"
)

// pair is a word in native script and as somebody typed it.
type pair struct {
	native, roman string
}

// readLexicon reads rows of native TAB roman TAB annotators. A row counts once
// however many annotators gave it: the figures count it once too.
func readLexicon(path string) ([]pair, error) {
	var pairs []pair
	err := rows(path, 3, func(f []string) {
		roman := letters(f[1])
		if native := norm.NFC.String(f[0]); roman != "" && native != "" {
			pairs = append(pairs, pair{native, roman})
		}
	})
	return pairs, err
}

// letters keeps the letters a to z of a typed word.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r = unicode.ToLower(r); 'a' <= r && r <= 'z' {
			return r
		}
		return -1
	}, s)
}

// readWords counts the words that the running text of a language has.
func readWords(path, code string) (tally, error) {
	words := tally{}
	err := rows(path, 3, func(f []string) {
		if f[0] == code {
			words.add(f[2], code, 1)
		}
	})
	return words, err
}

// cut gives the runs of letters and marks of a text, in NFC.
func cut(text string) []string {
	return strings.FieldsFunc(norm.NFC.String(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '\u200c' && r != '\u200d'
	})
}

// rows calls each with the columns of every line of a gzipped TSV file that has so many at least.
func rows(path string, least int, each func(columns []string)) error {
	lines, err := devdata.Lines(path)
	if err != nil {
		return fmt.Errorf("translittrain: %w", err)
	}
	for _, line := range lines {
		if columns := strings.Split(line, "\t"); len(columns) >= least {
			each(columns)
		}
	}
	return nil
}
