package main

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
	"github.com/akshara-go/akshara/rag/e5embed/internal/unigram"
	"github.com/akshara-go/akshara/translate/lang"
)

// need collects the pieces that are needed.
type need struct {
	model     *encoder.Tensors
	tokenizer *unigram.Tokenizer
	most      int
	ids       map[int]bool // that are in texts
	buffer    []int32
}

// newNeed gives what is needed by rule.
func newNeed(model *encoder.Tensors, most int) (*need, error) {
	tokenizer, err := model.Tokenizer()
	if err != nil {
		return nil, err
	}
	n := &need{model: model, tokenizer: tokenizer, most: most, ids: map[int]bool{}}
	for i := range model.Found {
		if p := &model.Found[i]; byRule(p.Text) {
			n.ids[p.ID] = true
		}
	}
	return n, nil
}

// add adds the pieces of a text, as long as there is room.
func (n *need) add(text string) {
	for _, id := range n.cut(text) {
		if len(n.ids) < n.most && int(id) != n.model.Config.Unknown {
			n.ids[int(id)] = true
		}
	}
}

// addTexts adds the pieces of texts, or of one half of them.
func (n *need) addTexts(texts []text, half bool) {
	for _, t := range texts {
		if !half || t.half() == 0 {
			n.add(t.text)
		}
	}
}

func (n *need) cut(text string) []int32 {
	n.buffer = n.tokenizer.AppendIDs(n.buffer[:0], text, math.MaxInt32)
	return n.buffer
}

// report prints how many of a hundred pieces of the half that nothing was learnt
// from were left out, and how many of a hundred texts have one.
func (n *need) report(w io.Writer, texts []text) {
	type share struct{ pieces, texts, leftOut, changed int }
	shares := map[string]*share{}
	for _, t := range texts {
		if t.half() == 0 {
			continue
		}
		s := shares[t.source]
		if s == nil {
			s = new(share)
			shares[t.source] = s
		}
		before := s.leftOut
		for _, id := range n.cut(t.text) {
			s.pieces++
			if int(id) != n.model.Config.Unknown && !n.ids[int(id)] {
				s.leftOut++
			}
		}
		s.texts++
		if s.leftOut > before {
			s.changed++
		}
	}
	for _, source := range slices.Sorted(maps.Keys(shares)) {
		s := shares[source]
		fmt.Fprintf(w, "%-24s %6.3f of 100 pieces, %5.1f of 100 texts\n", source,
			100*float64(s.leftOut)/float64(max(s.pieces, 1)), 100*float64(s.changed)/float64(s.texts))
	}
}

// byRule tells whether a piece is needed whatever texts hold.
func byRule(piece string) bool {
	text := strings.TrimPrefix(piece, unigram.Mark)
	letter, single := lang.ScriptOfRune(firstLetter(text)), utf8.RuneCountInString(text) <= 1
	for _, r := range text {
		if s := lang.ScriptOfRune(r); s != "" && s != letter {
			return false // two scripts
		}
	}
	switch letter {
	case lang.OtherScript:
		return false
	case "":
		return single || !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
	case lang.Latin, lang.Arabic: // written for more languages than these
		return single
	}
	return true
}

// firstLetter gives the first character that is of some script, or 0.
func firstLetter(text string) rune {
	for _, r := range text {
		if lang.ScriptOfRune(r) != "" {
			return r
		}
	}
	return 0
}

func capital(word string) string {
	first, size := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(first)) + word[size:]
}
