package main

import (
	"hash/fnv"
	"io"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/akshara-go/akshara/translate/detect/langmodel"
	"github.com/akshara-go/akshara/translate/lang"
)

// sample is a text to learn from, as the rows of its features.
type sample struct {
	label  uint8
	weight float32
	rows   []uint32
}

const (
	sentenceWords = 5 // a text of fewer is an entry
	maxJoined     = 8
	windowsEach   = 3   // windows of each sentence
	ownRepeats    = 6   // of the authors' texts, which are few
	wordShare     = 0.3 // of the words of a lexicon, which are many
)

// compose gives the texts of each language as people will type them: sentences
// whole and in windows of one to eight words; entries of lexicons alone and
// joined by two to eight, so that languages known by entries only have texts of
// a sentence's length too. What is drawn depends on the texts alone, not on their order.
func compose(texts []text) []text {
	var all []text
	entries := make(map[group][]text)
	for _, t := range texts {
		words := strings.Fields(t.body)
		r := rand.New(rand.NewPCG(17, hash(t.body)))
		if t.source == word && r.Float64() >= wordShare {
			continue
		}
		all = append(all, t)
		windows := windowsEach
		if t.source == own {
			all = append(all, slices.Repeat([]text{t}, ownRepeats-1)...)
			windows *= ownRepeats
		}
		if len(words) < sentenceWords {
			g := group{t.language, t.script}
			entries[g] = append(entries[g], t)
			continue
		}
		for range windows {
			n := 1 + r.IntN(maxJoined)
			if t.language == langmodel.None {
				n += 2 // a word or two may be of any language
			}
			if n >= len(words) {
				continue
			}
			at := r.IntN(len(words) - n + 1)
			t.body = strings.Join(words[at:at+n], " ")
			all = append(all, t)
		}
	}
	for _, t := range texts {
		if found := entries[group{t.language, t.script}]; len(strings.Fields(t.body)) < sentenceWords && t.source != word {
			all = append(all, join(t, found))
		}
	}
	return all
}

// group is the texts of a language in one of its scripts.
type group struct {
	language lang.Code
	script   lang.Script
}

// join puts other entries of its language behind t.
func join(t text, entries []text) text {
	r := rand.New(rand.NewPCG(23, hash(t.body)))
	for range 1 + r.IntN(maxJoined-1) {
		t.body += " " + entries[r.IntN(len(entries))].body
	}
	return t
}

func hash(s string) uint64 {
	h := fnv.New64a()
	io.WriteString(h, s)
	return h.Sum64()
}

// samples gives the samples of the texts in a script, for a table of 1<<bits
// rows. Each label's samples weigh the same together, unless they are few:
// none weighs more than maxWeight times the mean.
func samples(texts []text, script lang.Script, labels []lang.Code, bits int) []sample {
	const maxWeight = 6
	index := make(map[lang.Code]uint8)
	for i, l := range labels {
		index[l] = uint8(i)
	}
	count := make([]int, len(labels))
	var found []sample
	for _, t := range texts {
		label, ok := index[t.language]
		if !ok || t.script != script {
			continue
		}
		s := sample{label: label}
		var hashes [langmodel.MaxFeatures]uint32
		langmodel.Words(t.body, script, func(_, _ int, word []rune) bool {
			for _, h := range langmodel.AppendFeatures(hashes[:0], word) {
				s.rows = append(s.rows, h>>(32-bits))
			}
			return true
		})
		if len(s.rows) > 0 {
			found = append(found, s)
			count[label]++
		}
	}
	mean := float64(len(found)) / float64(len(labels))
	for i := range found {
		found[i].weight = float32(min(maxWeight, mean/float64(count[found[i].label])))
	}
	return found
}
