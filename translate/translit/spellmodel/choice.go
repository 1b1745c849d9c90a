package spellmodel

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The model of choice is log-linear: which emission a typed word has next, from
// its end to its beginning, given the letters around and the two units behind.
// Its features are hashed into ChoiceBits bits.
const (
	ChoiceBits  = 20
	ChoiceSteps = 16 // of a weight in a file make 1
)

// choice holds its weights in steps, a signed byte each.
type choice []byte

// Place is where a typed word is being read: Left letters are not read yet, and
// the tokens of the two units behind are known, 0 for the word's end.
type Place struct {
	Letters         string
	Left            int
	Behind, Behind2 uint16
}

// feature mixes the numbers of a feature.
func feature(template int, values ...uint32) uint32 {
	h := uint32(template+1) * 2654435761
	for _, v := range values {
		h = (h ^ v) * 0x9E3779B1
		h ^= h >> 15
	}
	return h >> (32 - ChoiceBits)
}

// window packs n letters of a word from at, going by step, into a number; ok is
// false where the word does not reach so far before its beginning: what a
// lexicon that is cut off in the alphabet begins with says nothing about beginnings.
func window(letters string, at, step, n int) (v uint32, ok bool) {
	for range n {
		switch {
		case at < 0:
			return 0, false
		case at >= len(letters):
			v = v<<5 | 31
		default:
			v = v<<5 | uint32(letters[at]&31)
		}
		at += step
	}
	return v, true
}

// Features appends to dst the numbers of the weights that decide on an emission
// of size letters at a place.
func Features(dst []uint32, p *Place, emission uint16, unit string, size int) []uint32 {
	return p.unitFeatures(p.letterFeatures(dst, emission, classOf(unit), size), emission, size)
}

// classOf gives what kind of unit one is, for what can be said about a word's
// beginning of units that no word of a cut-off lexicon begins with.
func classOf(unit string) uint32 {
	r, _ := utf8.DecodeRuneInString(unit)
	switch {
	case strings.ContainsRune("اآأإعوی", r), unicode.IsLetter(r) && 0x900 <= r && r < 0xD80 && r&0x7F < 0x15:
		return 1 // a vowel or what carries one
	case unicode.IsLetter(r):
		return 2
	}
	return 3
}

// letterFeatures are those that the letters decide.
func (p *Place) letterFeatures(dst []uint32, emission uint16, class uint32, size int) []uint32 {
	e, before := uint32(emission), p.Left-size-1
	if before < 0 && size > 0 {
		first, second := uint32(p.Letters[0]&31), uint32(0)
		if size > 1 {
			second = uint32(p.Letters[1] & 31)
		}
		dst = append(dst, feature(24, class, first), feature(25, class, first, second), feature(26, class, uint32(size)))
	}
	right1, _ := window(p.Letters, p.Left, 1, 1)
	right2, _ := window(p.Letters, p.Left, 1, 2)
	for n := range 5 {
		right, _ := window(p.Letters, p.Left, 1, n)
		dst = append(dst, feature(n, e, right))
		left, ok := window(p.Letters, before, -1, n)
		if !ok || n == 0 {
			continue
		}
		dst = append(dst, feature(5+n, e, left))
		if n < 3 {
			dst = append(dst, feature(10+n, e, left, right1), feature(13+n, e, left, right2))
		}
	}
	return dst
}

// unitFeatures are those that the units behind decide.
func (p *Place) unitFeatures(dst []uint32, emission uint16, size int) []uint32 {
	e, before := uint32(emission), p.Left-size-1
	b, b2 := uint32(p.Behind), uint32(p.Behind2)
	dst = append(dst, feature(20, e, b), feature(21, e, b, b2))
	for n := 1; n < 3; n++ {
		if left, ok := window(p.Letters, before, -1, n); ok {
			dst = append(dst, feature(21+n, e, b, left))
		}
	}
	return dst
}

// sum adds up the weights of features.
func (c choice) sum(features []uint32) int32 {
	s := int32(0)
	for _, f := range features {
		s += int32(int8(c[f]))
	}
	return s
}

// option is an emission that may be next.
type option struct {
	emission uint16
	size     uint8
	fixed    int32 // what the letters say for it
}

// options gives the emissions that may end at the left-th letter, those without letters first.
func (d *decoder) options(left int) []option {
	d.found = d.found[:0]
	p := Place{Letters: d.letters, Left: left}
	for size := 0; size <= min(MaxEmitted, left); size++ {
		for _, e := range d.byLetters[d.letters[left-size:left]] {
			d.features = p.letterFeatures(d.features[:0], e, d.emissions[e].class, size)
			d.found = append(d.found, option{emission: e, size: uint8(size), fixed: d.choice.sum(d.features)})
		}
	}
	return d.found
}

// choose gives the logarithms of the options' probabilities before the units of a partial.
func (d *decoder) choose(left int, behind, behind2 uint16) []float32 {
	for i := range d.chosen {
		if c := &d.chosen[i]; c.behind == behind && c.behind2 == behind2 {
			return c.logp
		}
	}
	if n := len(d.chosen); n < cap(d.chosen) {
		d.chosen = d.chosen[:n+1]
	} else {
		d.chosen = append(d.chosen, chosen{})
	}
	c := &d.chosen[len(d.chosen)-1]
	c.behind, c.behind2, c.logp = behind, behind2, c.logp[:0]
	p := Place{Letters: d.letters, Left: left, Behind: behind, Behind2: behind2}
	best := float32(math.Inf(-1))
	for i := range d.found {
		o := &d.found[i]
		d.features = p.unitFeatures(d.features[:0], o.emission, int(o.size))
		s := float32(o.fixed+d.choice.sum(d.features)) / ChoiceSteps
		c.logp = append(c.logp, s)
		best = max(best, s)
	}
	sum := 0.
	for _, s := range c.logp {
		if s > best-12 {
			sum += math.Exp(float64(s - best))
		}
	}
	total := best + float32(math.Log(sum))
	for i := range c.logp {
		c.logp[i] -= total
	}
	return c.logp
}

// chosen is what choose has found for two units at a place.
type chosen struct {
	behind, behind2 uint16
	logp            []float32
}
