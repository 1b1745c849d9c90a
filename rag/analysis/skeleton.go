package analysis

// skeleton builds a phonetic key from the sounds of a word, whatever script
// they were read from, and keeps the conventions of the key in one place:
//
//   - a key is consonants; vowels only separate them, and the one a word begins
//     with is "a", as is a "y" there ("ek" and "yek")
//   - aspirated and plain, dental and retroflex, z and j, f and p are one
//   - a doubled consonant is written once
//   - a nasal before a consonant of its own place is n: "sambandh", "sanbandh"
//   - an h at the end is silent
type skeleton struct {
	dst  []byte
	from int // where the key begins in dst

	bare    bool // nothing is spoken after the last consonant: virama, or no vowel letter
	schwa   bool // the last consonant has its inherent vowel, which may be silent
	repeat  bool // the last consonant repeats the one before it, which had its inherent vowel
	pending byte // a nasal sign whose sound depends on what follows
	coarse  bool // voiced and voiceless are one: the key of scripts that do not tell them apart
}

func (k *skeleton) empty() bool { return len(k.dst) == k.from }

func (k *skeleton) last() byte {
	if k.empty() {
		return 0
	}
	return k.dst[len(k.dst)-1]
}

// consonant adds a consonant. What follows says whether it is bare.
func (k *skeleton) consonant(c byte) {
	if k.coarse {
		c = merged(c)
	}
	k.settle(c)
	bare, schwa, last := k.bare, k.schwa, k.last()
	k.bare, k.schwa, k.repeat = false, false, false
	switch {
	case c == 'y':
		if k.empty() {
			k.add('a')
		}
		return
	case bare && last == c:
		return
	case bare && last == 'm' && (c == 'b' || c == 'p'):
		k.dst[len(k.dst)-1] = 'n'
	}
	k.repeat = schwa && last == c && len(k.dst)-k.from > 1
	k.add(c)
}

// merged gives the sound that stands for c where voice is not written.
func merged(c byte) byte {
	switch c {
	case 'g':
		return 'k'
	case 'd':
		return 't'
	case 'b':
		return 'p'
	case 's', 'j':
		return 'c'
	}
	return c
}

// settle writes the nasal sign that stood before c; before another nasal it is only its doubling.
func (k *skeleton) settle(c byte) {
	n := k.pending
	k.pending = 0
	switch {
	case n == 0, c == 'n', c == 'm':
	case n == 'm' && isStop(c):
		k.add('n')
	case n == 'g':
		k.add('n')
		if c != 'k' && c != 'g' {
			k.add('g')
		}
	default:
		k.add(n)
	}
}

func isStop(c byte) bool {
	switch c {
	case 'k', 'g', 'c', 'j', 't', 'd', 'p', 'b':
		return true
	}
	return false
}

func (k *skeleton) add(c byte) { k.dst = append(k.dst, c) }

// raw adds a digit.
func (k *skeleton) raw(c byte) {
	k.settle(0)
	k.add(c)
	k.bare, k.schwa, k.repeat = false, false, false
}

// nasal adds a nasal sign: n or m, as it sounds at the end of a word, or g for
// one that sounds "ng".
func (k *skeleton) nasal(sound byte) { k.pending = sound }

// virama says that the last consonant has no vowel.
func (k *skeleton) virama() { k.bare, k.schwa = true, false }

// vowel adds a vowel after a consonant, or one that stands by itself; of the
// latter only the first of a word counts.
func (k *skeleton) vowel() {
	switch {
	case k.empty():
		k.add('a')
	case k.repeat: // "इससे" is spoken isse: the inherent vowel is silent before the same consonant with a vowel
		k.dst = k.dst[:len(k.dst)-1]
	}
	k.bare, k.schwa, k.repeat = false, false, false
}

// end finishes the key and gives it.
func (k *skeleton) end() []byte {
	k.settle(0)
	for n := len(k.dst); n-k.from > 1 && k.dst[n-1] == 'h'; n-- {
		k.dst = k.dst[:n-1]
	}
	return k.dst
}
