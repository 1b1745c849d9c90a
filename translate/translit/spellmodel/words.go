package spellmodel

import "slices"

const (
	// WordClasses is how many classes of frequency the words of a list fall into.
	WordClasses = 12
	// spareBits is how many bits of a word's hash are kept beyond those that number the words.
	spareBits = 9
)

// words is a set of words. Of each there are so many bits of a hash, in order, and
// how frequent it is: much less than what the words themselves would take. One in
// 256 to 512 of the words that are not of the set is taken for one that is.
type words struct {
	bits    int
	hashes  []uint32
	classes []byte
}

// HashBits gives how many bits of a hash a list of n words keeps of each.
func HashBits(n int) int {
	bits := spareBits
	for ; n > 1; n /= 2 {
		bits++
	}
	return bits
}

// HashWord gives so many bits, at most 32, of a word's hash: FNV-1a, mixed once more.
func HashWord(word string, bits int) uint32 {
	h := uint64(14695981039346656037)
	for i := range len(word) {
		h = (h ^ uint64(word[i])) * 1099511628211
	}
	h = (h ^ h>>32) * 0x9E3779B97F4A7C15
	return uint32(h >> (64 - bits))
}

// class gives how frequent a word is, from 0.
func (w *words) class(word string) (int, bool) {
	i, ok := slices.BinarySearch(w.hashes, HashWord(word, w.bits))
	if !ok {
		return 0, false
	}
	return int(w.classes[i]), true
}

// words reads a list: how many words there are, the bits of a hash, the low byte of what lies between
// the hashes of one and the next, then the rest of it, then the classes.
func (r *reader) words() words {
	n := r.count()
	w := words{bits: int(r.bytes(1)[0]), hashes: make([]uint32, n)}
	if w.bits > 32 {
		r.fail()
		return words{}
	}
	low := r.bytes(n)
	next, end := uint64(0), uint64(1)<<w.bits
	for i := range w.hashes {
		next += uint64(low[i]) | uint64(r.number(1<<24))<<8
		if next >= end || r.failed {
			r.fail()
			return words{}
		}
		w.hashes[i] = uint32(next)
		next++
	}
	w.classes = r.bytes(n)
	for _, c := range w.classes {
		if c >= WordClasses {
			r.fail()
			return words{}
		}
	}
	return w
}
