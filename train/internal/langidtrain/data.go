package main

import (
	"fmt"
	"hash/fnv"
	"io"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/akshara-go/akshara/train/internal/devdata"
	"github.com/akshara-go/akshara/translate/detect/langmodel"
	"github.com/akshara-go/akshara/translate/lang"
)

// text is a text whose language is known.
type text struct {
	language lang.Code // langmodel.None for a language that is none of the 23
	script   lang.Script
	body     string
	key      string // what decides its part; texts that say the same have the same key
	source   source
}

// source is the kind of collection that a text comes from.
type source uint8

const (
	labelled  source = iota // the labelled texts: sentences and entries of lexicons
	romanised               // a sentence, in its own script or as somebody typed it in Latin letters
	retrieval               // sentences and questions of the retrieval data
	word                    // of a transliteration lexicon: for learning only
	own                     // by the authors: for learning only
)

// romanisedLanguages are those whose texts people often type in Latin letters.
var romanisedLanguages = []lang.Code{
	lang.Hindi, lang.Bengali, lang.Telugu, lang.Marathi, lang.Tamil, lang.Urdu,
	lang.Gujarati, lang.Kannada, lang.Malayalam, lang.Punjabi, lang.Sindhi,
}

// readData reads all texts below dir, the folder of the development data, and the authors' own.
func readData(dir string) ([]text, error) {
	var texts []text
	add := func(language lang.Code, script lang.Script, body, key string, from source) {
		body = strings.TrimSpace(langmodel.Normalize(body))
		if body != "" {
			texts = append(texts, text{language, script, body, normalKey(key), from})
		}
	}
	err := readTSV(filepath.Join(dir, "langid", "train.tsv.gz"), 3, func(f []string) {
		add(lang.Code(f[0]), lang.Script(f[1]), f[2], f[2], labelled)
	})
	if err != nil {
		return nil, err
	}
	for _, l := range romanisedLanguages {
		err := readTSV(filepath.Join(dir, "romanised", string(l)+".dev.tsv.gz"), 2, func(f []string) {
			add(l, l.Script(), f[0], f[0], romanised)
			add(l, lang.Latin, f[1], f[0], romanised)
		})
		if err != nil {
			return nil, err
		}
		err = readTSV(filepath.Join(dir, "translit", string(l)+".train.tsv.gz"), 3, func(f []string) {
			add(l, l.Script(), f[0], f[0], word)
			add(l, lang.Latin, f[1], f[1], word)
		})
		if err != nil {
			return nil, err
		}
	}
	for _, l := range []lang.Code{lang.Hindi, lang.English} {
		found, err := readXQuAD(dir, l)
		if err != nil {
			return nil, err
		}
		for _, body := range found {
			add(l, l.Script(), body, body, retrieval)
		}
	}
	err = readTSV(filepath.Join(dir, "retrieval", "distractors.hi.txt.gz"), 1, func(f []string) {
		add(lang.Hindi, lang.Devanagari, f[0], f[0], retrieval)
	})
	return texts, err
}

// readTSV calls line with the fields of each line of a zipped file; a line with fewer is an error.
func readTSV(name string, fields int, line func(fields []string)) error {
	lines, err := devdata.Lines(name)
	if err != nil {
		return err
	}
	for i, l := range lines {
		found := strings.SplitN(l, "\t", fields)
		if len(found) < fields {
			return fmt.Errorf("%s:%d: %d fields, not %d", name, i+1, len(found), fields)
		}
		line(found)
	}
	return nil
}

// readXQuAD gives the sentences and the questions of XQuAD in a language.
func readXQuAD(dir string, code lang.Code) ([]string, error) {
	articles, err := devdata.XQuAD(dir, code)
	if err != nil {
		return nil, err
	}
	var texts []string
	for _, article := range articles {
		for _, p := range article.Paragraphs {
			texts = append(texts, sentences(p.Context)...)
			for _, q := range p.Questions {
				texts = append(texts, q.Text)
			}
		}
	}
	return texts, nil
}

// sentences splits a paragraph at full stops that a space follows; a split at
// an abbreviation does no harm to counts of n-grams.
func sentences(paragraph string) []string {
	var found []string
	start := 0
	for i, r := range paragraph {
		if (r == '.' || r == '।' || r == '?') && strings.HasPrefix(paragraph[i+len(string(r)):], " ") {
			end := i + len(string(r))
			found = append(found, paragraph[start:end])
			start = end
		}
	}
	return append(found, paragraph[start:])
}

// normalKey reduces a text to its letters, marks and digits in lower case, words separated by one space.
func normalKey(body string) string {
	words := strings.FieldsFunc(strings.ToLower(langmodel.Normalize(body)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
	})
	return strings.Join(words, " ")
}

// part is a share of the data, which is one text's for good.
type part uint8

const (
	learnt     part = iota // seven tenths: weights are learnt from it
	calibrated             // one tenth: sharpness is fitted on it
	heldOut                // two tenths: figures are taken on it, and nothing else
)

// partOf gives the part of a text by FNV-1a of its key, modulo ten.
func partOf(key string) part {
	h := fnv.New32a()
	io.WriteString(h, key)
	switch h.Sum32() % 10 {
	case 0, 1:
		return heldOut
	case 2:
		return calibrated
	}
	return learnt
}

// divide gives the texts of each part. Words of lexicons and the authors' own
// texts are learnt from only. No text of an earlier part has half of its
// sequences of five words in common with the texts of a later one: such a text is left out.
func divide(texts []text) (parts [3][]text) {
	for _, t := range texts {
		switch p := partOf(t.key); {
		case t.source == own, t.source == word && p == learnt:
			parts[learnt] = append(parts[learnt], t)
		case t.source != word:
			parts[p] = append(parts[p], t)
		}
	}
	seen := make(map[uint64]bool)
	for p := len(parts) - 1; p >= 0; p-- {
		kept := parts[p][:0]
		for _, t := range parts[p] {
			if t.source == word || !repeats(t, seen) {
				kept = append(kept, t)
			}
		}
		parts[p] = kept
		for _, t := range kept {
			shingles(t, func(h uint64) { seen[h] = true })
		}
	}
	return parts
}

// repeats tells whether at least half of a text's shingles are among those seen.
func repeats(t text, seen map[uint64]bool) bool {
	n, common := 0, 0
	shingles(t, func(h uint64) {
		n++
		if seen[h] {
			common++
		}
	})
	return n > 0 && 2*common >= n
}

// shingles calls yield with a hash of every five successive words of a text in
// its script, or of all when they are fewer.
func shingles(t text, yield func(hash uint64)) {
	const size = 5
	words := strings.Fields(normalKey(t.body))
	for i := 0; i == 0 || i+size <= len(words); i++ {
		h := fnv.New64a()
		io.WriteString(h, string(t.language)+" "+string(t.script))
		for _, w := range words[i:min(i+size, len(words))] {
			io.WriteString(h, " "+w)
		}
		yield(h.Sum64())
	}
}
