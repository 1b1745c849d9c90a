package analysis

// skeleton builds a phonetic key from the sounds of a word, whatever script
// they were read from, and keeps the conventions of the key in one place.
type skeleton struct {
	dst     []byte
	from    int  // where the key begins in dst
	bare    bool // the last consonant has no vowel: it carries virama, or an inherent one that may be silent
	pending bool // a nasal that takes the place of the sound that follows
}

// consonant adds a consonant.
func (k *skeleton) consonant(c byte) {
	if k.pending {
		k.pending = false
		k.add('n')
	}
	if n := len(k.dst); n > k.from {
		switch last := k.dst[n-1]; {
		case c == 'y':
			return
		case k.bare && last == c:
			return
		case k.bare && last == 'm' && (c == 'b' || c == 'p'):
			k.dst[n-1] = 'n'
		case k.bare && last == 'j' && c == 'n':
			k.dst[n-1] = 'g'
			return
		}
	}
	k.add(c)
	k.bare = false
}

func (k *skeleton) add(c byte) { k.dst = append(k.dst, c) }

// raw adds a digit.
func (k *skeleton) raw(c byte) { k.add(c); k.bare = false }

// nasal adds an anusvara.
func (k *skeleton) nasal() { k.pending = true }

// virama says that the last consonant has no vowel.
func (k *skeleton) virama() { k.bare = true }

// vowel says that the last consonant is followed by a vowel.
func (k *skeleton) vowel(bool) { k.bare = false }

// initial adds a vowel that stands by itself; only one at the beginning is kept.
func (k *skeleton) initial() {
	if len(k.dst) == k.from {
		k.add('a')
	}
	k.bare = false
}

func (k *skeleton) end() []byte {
	// A nasal at the end is a matter of taste in Latin letters.
	if k.pending {
		k.pending = false
	}
	if n := len(k.dst); n-k.from > 1 && k.dst[n-1] == 'h' {
		k.dst = k.dst[:n-1]
	}
	return k.dst
}
