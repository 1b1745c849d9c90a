package spellmodel

import "encoding/binary"

// reader takes values from the front of its bytes. After a failure every value is zero.
type reader struct {
	rest   []byte
	text   string // the same bytes from their beginning, to take strings from without copying
	failed bool
}

func (r *reader) fail() { r.failed, r.rest = true, nil }

// number reads a number of at most limit.
func (r *reader) number(limit int) int {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || n > uint64(limit) {
		r.fail()
		return 0
	}
	r.rest = r.rest[size:]
	return int(n)
}

// count reads a number of bytes, or of things that take a byte each at least.
func (r *reader) count() int { return r.number(len(r.rest)) }

// tokens reads how many units or emissions there are.
func (r *reader) tokens() int { return r.number(min(len(r.rest), 1<<15-1)) }

func (r *reader) string() string {
	n := r.count()
	at := len(r.text) - len(r.rest)
	if n > len(r.rest) {
		r.fail()
		return ""
	}
	r.rest = r.rest[n:]
	return r.text[at : at+n]
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.rest) {
		r.fail()
		return make([]byte, n)
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

// choice reads the weights that are not 0: how many there are, the number of
// zeros before each, and each as a signed byte of steps.
func (r *reader) choice() choice {
	c := make(choice, 1<<ChoiceBits)
	at := make([]uint32, r.count())
	next := 0
	for i := range at {
		if next += r.number(len(c)); next >= len(c) {
			r.fail()
			return nil
		}
		at[i] = uint32(next)
		next++
	}
	for i, v := range r.bytes(len(at)) {
		c[at[i]] = v
	}
	return c
}
