package analysis

// skeleton builds a phonetic key from the sounds of a word, whatever script
// they were read from, and keeps the conventions of the key in one place:
//
//   - a key is consonants; vowels only separate them, and the one a word begins
//     with is "a", as is a "y" there ("ek" and "yek")
//   - aspirated and plain, dental and retroflex, z and j, f and p, v and b are
//     one: Bengali, Assamese and Odia write b for both of the last
//   - a consonant that follows itself is written once, since the vowel between
//     is silent, unwritten or left out: "ghatta", "ghatata", "घटता"; but not the
//     first of a word ("kaka")
//   - a nasal before a consonant of its own place is n: "sambandh", "sanbandh",
//     and "ng" before k as well: "angka"
//   - an h at the end is silent
type skeleton struct {
	dst  []byte
	from int // where the key begins in dst

	bare    bool // nothing is spoken after the last consonant: virama, or no vowel letter
	pending byte // a nasal sign whose sound depends on what follows
	coarse  bool // voiced and voiceless are one: the key of scripts that do not tell them apart
}

func (k *skeleton) empty() bool { return len(k.dst) == k.from }

// inside tells whether the last consonant is not the first sound of the word.
func (k *skeleton) inside() bool { return len(k.dst)-k.from > 1 }

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
	} else if c == 'v' {
		c = 'b'
	}
	k.settle(c)
	bare, last := k.bare, k.last()
	k.bare = false
	switch {
	case c == 'y':
		if k.empty() {
			k.add('a')
		}
		return
	case last == c && (bare || k.inside()):
		return
	case bare && last == 'm' && k.place(c):
		k.dst[len(k.dst)-1] = 'n'
	case bare && last == 'g' && c == 'k' && k.inside() && k.dst[len(k.dst)-2] == 'n':
		k.dst = k.dst[:len(k.dst)-1]
	}
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
	case n == 'g':
		k.addNasal()
		if c != 'k' && c != 'g' {
			k.add('g')
		}
	case n == 'n', isStop(c):
		k.addNasal()
	default:
		k.add(n)
	}
}

// addNasal adds an n that does not double the one before it.
func (k *skeleton) addNasal() {
	if k.last() != 'n' || !k.inside() {
		k.add('n')
	}
}

// place tells whether an m is spoken n before c.
func (k *skeleton) place(c byte) bool {
	return c == 'b' || c == 'p' || k.coarse && isStop(c)
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
	k.bare = false
}

// nasal adds a nasal sign: n or m, as it sounds at the end of a word, or g for
// one that sounds "ng".
func (k *skeleton) nasal(sound byte) { k.pending = sound }

// virama says that the last consonant has no vowel.
func (k *skeleton) virama() { k.bare = true }

// vowel adds a vowel after a consonant, or one that stands by itself; of the
// latter only the first of a word counts.
func (k *skeleton) vowel() {
	if k.empty() {
		k.add('a')
	}
	k.bare = false
}

// end finishes the key and gives it.
func (k *skeleton) end() []byte {
	k.settle(0)
	for n := len(k.dst); n-k.from > 1 && k.dst[n-1] == 'h'; n-- {
		k.dst = k.dst[:n-1]
	}
	return k.dst
}
