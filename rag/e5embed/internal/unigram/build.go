package unigram

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

const (
	block     = 256     // units that are added at a time; any set of labels fits into an empty one
	open      = 16      // blocks at the end that free units are looked for in
	maxUnits  = 1 << 21 // what an offset can bridge without its low bits
	maxKey    = 1 << 10 // bytes
	maxValues = 1 << 22
)

type key struct {
	text  string
	value int
}

// builder makes a trie of sorted keys, children before grandchildren.
type builder struct {
	units []uint32
	taken []bool // units
	based []bool // bases: no two units may share one, as a child knows its label alone
}

// buildTrie makes the trie of keys, none of which may be empty, hold a zero byte
// or stand twice.
func buildTrie(keys []key) (trie, error) {
	keys = slices.Clone(keys)
	slices.SortFunc(keys, func(a, b key) int { return strings.Compare(a.text, b.text) })
	for i, k := range keys {
		switch {
		case k.text == "" || len(k.text) > maxKey || strings.IndexByte(k.text, 0) >= 0:
			return nil, fmt.Errorf("unigram: a key of %d bytes, or one with a zero byte", len(k.text))
		case k.value < 0 || k.value >= maxValues:
			return nil, fmt.Errorf("unigram: the value %d is out of range", k.value)
		case i > 0 && k.text == keys[i-1].text:
			return nil, fmt.Errorf("unigram: the key %q stands twice", k.text)
		}
	}
	var b builder
	b.grow()
	b.taken[0] = true
	if len(keys) > 0 {
		if err := b.place(0, keys, 0); err != nil {
			return nil, err
		}
	}
	t := make(trie, 0, unitSize*len(b.units))
	for _, u := range b.units {
		t = binary.LittleEndian.AppendUint32(t, u)
	}
	return t, nil
}

func (b *builder) grow() {
	b.units = append(b.units, make([]uint32, block)...)
	b.taken = append(b.taken, make([]bool, block)...)
	b.based = append(b.based, make([]bool, block)...)
}

// place gives unit i its children: keys agree in their first depth bytes.
func (b *builder) place(i uint32, keys []key, depth int) error {
	var labels []byte
	var groups [][]key
	for rest := keys; len(rest) > 0; {
		label, n := byte(0), 1
		if len(rest[0].text) > depth {
			label = rest[0].text[depth]
			for n < len(rest) && rest[n].text[depth] == label {
				n++
			}
		}
		labels, groups = append(labels, label), append(groups, rest[:n])
		rest = rest[n:]
	}
	base := b.free(labels)
	if len(b.units) > maxUnits {
		return fmt.Errorf("unigram: more than %d units", maxUnits)
	}
	b.based[base] = true
	b.units[i] |= (i ^ base) << 10
	for j, label := range labels {
		at := base ^ uint32(label)
		b.taken[at] = true
		if label == 0 {
			b.units[i] |= hasValue
			b.units[at] = isValue | uint32(groups[j][0].value)
		} else {
			b.units[at] = uint32(label)
		}
	}
	for j, label := range labels {
		if label != 0 {
			if err := b.place(base^uint32(label), groups[j], depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// free finds a base whose units for all labels are free.
func (b *builder) free(labels []byte) uint32 {
	for at := max(0, len(b.units)-open*block); at < len(b.units); at++ {
		if b.taken[at] {
			continue
		}
		base := uint32(at) ^ uint32(labels[0])
		if !b.based[base] && !slices.ContainsFunc(labels, func(l byte) bool { return b.taken[base^uint32(l)] }) {
			return base
		}
	}
	at := uint32(len(b.units))
	b.grow()
	return at
}
