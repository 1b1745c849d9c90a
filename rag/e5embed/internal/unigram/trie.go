package unigram

import "encoding/binary"

// A trie is a double array of darts-clone (Yata, https://github.com/s-yata/darts-clone):
// little-endian units of 32 bits. A unit holds the label that leads to it in bits
// 0 to 7, whether a key ends at it in bit 8, and in bits 10 to 30 the offset to
// its children, eight bits higher where bit 9 is set; the child with label c of
// unit i is i ^ offset ^ c. The value of a key is a unit of its own, the child
// with label 0: bit 31, and the value in the bits below.
type trie []byte

const (
	isValue  = 1 << 31
	hasValue = 1 << 8
	unitSize = 4
)

// unit gives a unit, or one that no label leads to.
func (t trie) unit(i uint32) uint32 {
	if at := int(i) * unitSize; at <= len(t)-unitSize {
		return binary.LittleEndian.Uint32(t[at:])
	}
	return isValue
}

func offset(unit uint32) uint32 { return unit >> 10 << (unit & (1 << 9) >> 6) & (1<<29 - 1) }

// child gives where label leads to from unit i, whose content is u.
func (t trie) child(i, u uint32, label byte) (uint32, uint32, bool) {
	i ^= offset(u) ^ uint32(label)
	u = t.unit(i)
	return i, u, u&(isValue|0xff) == uint32(label) && label != 0
}

// value gives what the key that ends at unit i stands for.
func (t trie) value(i, u uint32) (int, bool) {
	if u&hasValue == 0 {
		return 0, false
	}
	v := t.unit(i ^ offset(u))
	return int(v &^ isValue), true
}

// longest gives the value and the length of the longest key that text begins with.
func (t trie) longest(text string) (value, length int, found bool) {
	i, u := uint32(0), t.unit(0)
	for at := 0; at < len(text); at++ {
		var ok bool
		if i, u, ok = t.child(i, u, text[at]); !ok {
			break
		}
		if v, ok := t.value(i, u); ok {
			value, length, found = v, at+1, true
		}
	}
	return value, length, found
}
