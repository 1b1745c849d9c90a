package unigram

import (
	"slices"
	"unicode/utf8"
)

// word is what is being read of a text: one word, normalised, and how many marks
// without a word stand before it. They count when a word follows.
type word struct {
	text  []byte
	marks int
	nodes []node
}

// node is the best way to cut the text before a byte.
type node struct {
	score float64
	from  int32 // where its last piece begins; -1: there is no way
	id    int32
}

// flush appends the ids of the word, and empties it.
func (t *Tokenizer) flush(dst []int32, w *word, end int) []int32 {
	switch {
	case len(w.text) == 0:
		return dst
	case string(w.text) == Mark:
		w.marks++
	default:
		for ; w.marks > 0 && len(dst) < end; w.marks-- {
			dst = t.cut(dst, w, []byte(Mark))
		}
		dst = t.cut(dst, w, w.text)
	}
	w.text = w.text[:0]
	return dst
}

// cut appends the ids of the pieces with the highest sum of scores. Of two ways
// that are as good the one whose last piece is longer counts.
func (t *Tokenizer) cut(dst []int32, w *word, text []byte) []int32 {
	if cap(w.nodes) <= len(text) {
		w.nodes = make([]node, len(text)+1+len(text)/2)
	}
	nodes := w.nodes[:len(text)+1]
	for i := range nodes {
		nodes[i].from = -1
	}
	nodes[0].score = 0
	for at := 0; at < len(text); {
		_, size := utf8.DecodeRune(text[at:])
		if !t.reach(nodes, text, at, size) {
			nodes[at+size].take(nodes[at].score+t.unknownScore, at, t.unknown)
		}
		at += size
	}
	begin := len(dst)
	for at := int32(len(text)); at > 0; at = nodes[at].from {
		id := nodes[at].id
		if id != t.unknown || len(dst) == begin || dst[len(dst)-1] != id {
			dst = append(dst, id)
		}
	}
	slices.Reverse(dst[begin:])
	return dst
}

// reach tries all pieces that begin at a character, and tells whether the
// character alone is one.
func (t *Tokenizer) reach(nodes []node, text []byte, at, size int) (known bool) {
	score := nodes[at].score
	i, u := uint32(0), t.pieces.unit(0)
	for end := at + 1; end <= len(text); end++ {
		var ok bool
		if i, u, ok = t.pieces.child(i, u, text[end-1]); !ok {
			break
		}
		if id, ok := t.pieces.value(i, u); ok && id < len(t.scores) {
			nodes[end].take(score+float64(t.scores[id]), at, int32(id))
			known = known || end == at+size
		}
	}
	return known
}

// take makes a way the node's if it is better.
func (n *node) take(score float64, from int, id int32) {
	if n.from < 0 || score > n.score {
		*n = node{score, int32(from), id}
	}
}
