package localstore

// table holds byte strings, one after the other; string i ends where i+1 begins.
type table struct {
	starts []uint64 // one more than there are strings, or none
	bytes  []byte
}

func (t *table) len() int { return max(0, len(t.starts)-1) }

// at gives a string. It is good as long as the part it belongs to is held.
func (t *table) at(i uint32) []byte { return t.bytes[t.starts[i]:t.starts[i+1]] }

func (t *table) add(s string) {
	if t.starts == nil {
		t.starts = []uint64{0}
	}
	t.bytes = append(t.bytes, s...)
	t.starts = append(t.starts, uint64(len(t.bytes)))
}

// valid tells whether every string lies within the bytes.
func (t *table) valid() bool {
	if len(t.starts) == 0 {
		return len(t.bytes) == 0
	}
	return t.starts[0] == 0 && ascending(t.starts, uint64(len(t.bytes)))
}

// ascending tells whether list never falls and ends with last.
func ascending(list []uint64, last uint64) bool {
	for i := 1; i < len(list); i++ {
		if list[i] < list[i-1] {
			return false
		}
	}
	return len(list) > 0 && list[len(list)-1] == last
}

// hashIndex finds a string of a table: its number plus one stands where its hash
// says, or behind that; 0 ends the search.
type hashIndex []uint32

func newHashIndex(t *table) hashIndex {
	if t.len() == 0 {
		return nil
	}
	size := 4
	for size < 2*t.len() {
		size *= 2
	}
	x := make(hashIndex, size)
	for i := range uint32(t.len()) {
		at := hashOf(t.at(i)) & uint64(size-1)
		for x[at] != 0 {
			at = (at + 1) & uint64(size-1)
		}
		x[at] = i + 1
	}
	return x
}

// find gives the number of a string that has a hash.
func (x hashIndex) find(t *table, s string, hash uint64) (uint32, bool) {
	if len(x) == 0 {
		return 0, false
	}
	mask := uint64(len(x) - 1)
	at := hash & mask
	for range x {
		i := x[at]
		if i == 0 {
			return 0, false
		}
		if string(t.at(i-1)) == s {
			return i - 1, true
		}
		at = (at + 1) & mask
	}
	return 0, false
}

// valid tells whether x is an index of at most n strings.
func (x hashIndex) valid(n int) bool { return len(x)&(len(x)-1) == 0 && below(x, uint32(n)+1) }

// below tells whether every number of a list is less than a limit.
func below(list []uint32, limit uint32) bool {
	for _, n := range list {
		if n >= limit {
			return false
		}
	}
	return true
}

// hashOf is FNV-1a, its halves folded.
func hashOf[T string | []byte](s T) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h ^ h>>32
}
