package localstore

import "bytes"

// scored is a record of a part with its score on one leg.
type scored struct {
	part, slot uint32
	score      float32
}

// top keeps the best k of what is pushed, in a heap with the worst on top. Of
// equal scores the smaller chunk id is better, so that an answer does not depend
// on the order of writing.
type top struct {
	k     int
	parts []*part
	part  uint32 // that what is pushed is of
	items []scored
}

func newTop(k int, parts []*part) *top { return &top{k: k, parts: parts} }

// wants tells whether push would keep the record.
func (t *top) wants(slot uint32, score float32) bool {
	return len(t.items) < t.k || score > t.items[0].score ||
		score == t.items[0].score && t.worse(t.items[0], scored{t.part, slot, score})
}

func (t *top) worse(a, b scored) bool {
	return a.score < b.score || a.score == b.score && bytes.Compare(t.parts[a.part].ids.at(a.slot), t.parts[b.part].ids.at(b.slot)) > 0
}

// push keeps a record that wants said yes to.
func (t *top) push(slot uint32, score float32) {
	it := scored{t.part, slot, score}
	if len(t.items) < t.k {
		t.items = append(t.items, it)
		i := len(t.items) - 1
		for i > 0 && t.worse(it, t.items[(i-1)/2]) {
			t.items[i] = t.items[(i-1)/2]
			i = (i - 1) / 2
		}
		t.items[i] = it
		return
	}
	i, n := 0, len(t.items)
	for {
		c := 2*i + 1
		if c >= n {
			break
		}
		if c+1 < n && t.worse(t.items[c+1], t.items[c]) {
			c++
		}
		if !t.worse(t.items[c], it) {
			break
		}
		t.items[i] = t.items[c]
		i = c
	}
	t.items[i] = it
}
