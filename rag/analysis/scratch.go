package analysis

import (
	"hash/maphash"
	"sync"

	"github.com/akshara-go/akshara/translate/lang"
)

// numbering numbers strings by their first appearance, from 0 on: the part of a
// map that analysis needs, whose memory serves for the next text. slots is an
// open hash table, at most half full.
type numbering struct {
	keys  []string
	slots []slot
}

// slot is a number plus one, or zero where it is free, beside bits of the string's hash.
type slot struct{ hash, number uint32 }

var seed = maphash.MakeSeed()

// reset forgets all strings and makes room for about n.
func (d *numbering) reset(n int) {
	clear(d.keys)
	d.keys = d.keys[:0]
	size := 16
	for size < 2*n {
		size *= 2
	}
	if size > cap(d.slots) {
		d.slots = make([]slot, size)
		return
	}
	d.slots = d.slots[:size]
	clear(d.slots)
}

// find gives the slot that key has, or the free one that it would have.
func (d *numbering) find(key string) (at *slot, hash uint32) {
	hash = uint32(maphash.String(seed, key))
	mask := uint32(len(d.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		s := &d.slots[i]
		if s.number == 0 || s.hash == hash && d.keys[s.number-1] == key {
			return s, hash
		}
	}
}

// add numbers key, which has the free slot at.
func (d *numbering) add(key string, at *slot, hash uint32) int {
	n := len(d.keys)
	d.keys = append(d.keys, key)
	*at = slot{hash, uint32(n + 1)}
	if 2*len(d.keys) > len(d.slots) {
		d.grow()
	}
	return n
}

func (d *numbering) grow() {
	old := d.slots
	d.slots = make([]slot, 2*len(old))
	mask := uint32(len(d.slots) - 1)
	for _, s := range old {
		if s.number == 0 {
			continue
		}
		i := s.hash & mask
		for d.slots[i].number != 0 {
			i = (i + 1) & mask
		}
		d.slots[i] = s
	}
}

// memo remembers the tokens of the words of one language that were met last, in
// this text and in those before it: most words of a text are no news. Nothing
// of a text is kept but its words.
type memo struct {
	numbering         // words as they stand in texts
	tokens    []Token // of each, without its place
	arena     arena   // where their strings live
}

// maxMemo is how many words a memo remembers before it begins anew: 2 MB of them.
const maxMemo = 1 << 14

// firstWords is how many words a memo has room for at first.
const firstWords = 1 << 10

// scratch is what a text is analysed with.
type scratch struct {
	memos         map[lang.Code]*memo
	tokens        []Token
	words, sounds bag
}

// maxLanguages is how many languages a scratch has memos of.
const maxLanguages = 4

// Scratches are kept from one text to the next; they do not change what comes out.
var scratches = sync.Pool{New: func() any { return &scratch{memos: map[lang.Code]*memo{}} }}

// memo gives the memo of a language.
func (s *scratch) memo(code lang.Code) *memo {
	m := s.memos[code]
	if m == nil {
		if len(s.memos) == maxLanguages {
			clear(s.memos)
		}
		m = &memo{tokens: make([]Token, 0, firstWords)}
		m.keys = make([]string, 0, firstWords)
		m.reset(firstWords)
		s.memos[code] = m
	}
	return m
}

// maxScratch is how many tokens a scratch that is kept has room for.
const maxScratch = 1 << 13

// free keeps a scratch for the next text.
func (s *scratch) free() {
	if cap(s.tokens) > maxScratch || cap(s.sounds.keys) > maxScratch {
		s.tokens, s.words, s.sounds = nil, bag{}, bag{}
	}
	clear(s.tokens)
	s.tokens = s.tokens[:0]
	s.words.reset(0)
	s.sounds.reset(0)
	scratches.Put(s)
}
