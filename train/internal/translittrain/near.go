package main

import (
	"context"
	"maps"
	"path/filepath"
	"slices"

	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translit"
)

// neighbourhood gives the languages that share most words with a language: names,
// Sanskrit words and English ones, which their scripts write alike.
var neighbourhood = map[string][]lang.Code{
	"hi": {lang.Gujarati, lang.Marathi, lang.Punjabi, lang.Maithili, lang.Dogri, lang.Nepali},
}

// neighbours gives the words of a language's neighbours in its own script.
func neighbours(data, code string) (map[string]bool, error) {
	to := lang.Code(code).Script()
	convert := translit.New(&translit.Options{Language: lang.Code(code), Familiar: true})
	out := map[string]bool{}
	for _, other := range neighbourhood[code] {
		words, err := readWords(filepath.Join(data, "langid", "train.tsv.gz"), string(other))
		if err != nil {
			return nil, err
		}
		if slices.Contains(languages, string(other)) {
			typed, _, err := readSentences(data, string(other))
			if err != nil {
				return nil, err
			}
			words.addAll(typed)
		}
		for w := range words {
			native, err := convert.Transliterate(context.Background(), w, other.Script(), to)
			if err != nil {
				return nil, err
			}
			out[native] = true
		}
	}
	return out, nil
}

// lender gives the language whose lists a language borrows words from that has a
// short list or none.
var lender = map[string]lang.Code{"gu": lang.Hindi, "mr": lang.Hindi}

// borrow gives the words of the lender's lists in the language's script.
func borrow(dir, code string) (tally, error) {
	from, ok := lender[code]
	if !ok {
		return nil, nil
	}
	words, err := readLists(dir, string(from))
	if err != nil {
		return nil, err
	}
	convert := translit.New(&translit.Options{Language: lang.Code(code), Familiar: true})
	out := tally{}
	for _, w := range slices.Sorted(maps.Keys(words)) {
		native, err := convert.Transliterate(context.Background(), w, from.Script(), lang.Code(code).Script())
		if err != nil {
			return nil, err
		}
		out[native] += words[w]
	}
	return out, nil
}
