package suggest

// Unit is what a cost of 1 is: about two vowels spelt in another way.
const Unit = 20

// The costs of differences that are of one kind, in parts of Unit.
const (
	costless    = 0
	slight      = 2  // an unwritten vowel, z for j
	spelling    = 5  // aspiration, length
	noticeable  = 8  // i for e, u for o
	vowelChange = 14 // any other vowel
	extraVowel  = 12
	extraSound  = 24 // a consonant too many or too few
	otherSound  = 32 // one consonant for another
)

// Matcher compares what was typed with words. It may be used concurrently.
type Matcher struct {
	typed Sounds
	limit uint16 // what a word that fits may cost
}

// NewMatcher gives a Matcher for what was typed; see [Typed].
func NewMatcher(typed Sounds) Matcher {
	if typed != "" && typed[0] == coarse {
		typed = typed[1:]
	}
	typed = typed[:min(len(typed), maxSounds)]
	return Matcher{typed, uint16(Unit/2 + Unit/5*len(typed))}
}

// Match gives by how much the typed text differs from the beginning of the word
// that it fits best, in parts of [Unit], how many sounds of the word are still
// to come, and whether it fits at all: a difference of half a unit and a fifth
// for each sound is too much. It is the edit distance of V. Levenshtein with
// weights by how likely one sound is spelt as the other, and the end of the word
// left out.
func (m Matcher) Match(word Sounds) (cost, rest int, fits bool) {
	table := &voiced
	if word != "" && word[0] == coarse {
		word, table = word[1:], &voiceless
	}
	whole := word
	word = word[:min(len(word), maxSounds, 2*len(m.typed)+2)]
	var row [maxSounds + 1]uint16
	for j := range len(word) {
		row[j+1] = row[j] + uint16(missing[word[j]])
	}
	for i := range len(m.typed) {
		if !m.step(m.typed[i], word, table, &row) {
			return 0, 0, false
		}
	}
	at := 0
	for j := range len(word) {
		if row[j+1] <= row[at] {
			at = j + 1
		}
	}
	for i := at; i < len(whole); i++ {
		if c := whole[i]; c != '@' && c != '*' {
			rest++
		}
	}
	return int(row[at]), rest, row[at] <= m.limit
}

// step adds a typed sound to the distances from the word's beginnings, and tells
// whether any of them is within the limit.
func (m Matcher) step(typed byte, word Sounds, table *costs, row *[maxSounds + 1]uint16) bool {
	costs, more := &table[typed], uint16(added[typed])
	diagonal := row[0]
	row[0] += more
	least := row[0]
	for j := range len(word) {
		c := word[j] & 0x7F
		best := min(diagonal+uint16(costs[c]), row[j]+uint16(missing[c]), row[j+1]+more)
		diagonal, row[j+1] = row[j+1], best
		least = min(least, best)
	}
	return least <= m.limit
}

// costs says what it costs that the first sound was typed for the second. Bytes
// that are no sounds cost nothing: nothing begins with them.
type costs [256][256]uint8

var (
	voiced    = substitutions(false)
	voiceless = substitutions(true)
	missing   = omissions(2, 1)
	added     = omissions(extraVowel, extraVowel)
)

// omissions gives what it costs to leave a sound out.
func omissions(inherent, unwritten uint8) (t [256]uint8) {
	for c := range t {
		switch {
		case traits[c].consonant:
			t[c] = extraSound
		default:
			t[c] = extraVowel
		}
	}
	t['@'], t['*'] = inherent, unwritten
	t['a'] = min(t['a'], spelling+1)
	for _, c := range []byte("hyNY") {
		t[c] = noticeable
	}
	return t
}

// substitutions gives the costs of one sound for another.
func substitutions(coarse bool) (t costs) {
	for a := range 128 {
		for b := range 128 {
			t[a][b] = substitution(byte(a), byte(b), coarse)
		}
	}
	near := func(cost uint8, pairs ...string) {
		for _, p := range pairs {
			t[p[0]][p[1]], t[p[1]][p[0]] = cost, cost
		}
	}
	near(slight, "zj", "fP", "Nn", "nN", "Rr", "Rd", "RD", "Ll", "Lz", "cC", "sS", "yY", "yi", "vw", "oO", "eE")
	near(spelling, "Nm", "fp", "yI", "ye", "vu", "vo", "lL", "zJ", "zs")
	near(noticeable, "nm", "vb", "vB", "sc", "hk", "jy", "zd", "zD")
	for _, v := range []byte("aAiIuUeEoO") {
		near(slight, string([]byte{v, '*'}), string([]byte{v, 'x'}))
	}
	near(costless, "*a", "xa", "xi", "xu")
	near(slight, "*@", "x@", "xA")
	for _, v := range []byte("uUoOv") {
		near(slight, string([]byte{v, 'w'}))
	}
	for _, v := range []byte("iIeEy") {
		near(slight, string([]byte{v, 'Y'}))
	}
	for _, c := range []byte("kcs") {
		t['q'][c] = costless
	}
	t['q']['C'], t['q']['S'] = slight, slight
	return t
}

// substitution gives what it costs that a was typed for b, where no rule of its own says so.
func substitution(a, b byte, coarse bool) uint8 {
	x, y := traits[a], traits[b]
	switch {
	case a == b:
		return costless
	case x.consonant != y.consonant:
		return 2 * otherSound
	case x.consonant && x.base == y.base:
		return spelling
	case x.consonant && x.coarse == y.coarse && coarse:
		return slight
	case x.consonant && x.coarse == y.coarse:
		return vowelChange
	case x.consonant:
		return otherSound
	}
	return vowelCost(a, b)
}

// vowelCost gives what it costs that one vowel was typed for another. Of a long
// and a short one that is little, and less when the short one was typed.
func vowelCost(a, b byte) uint8 {
	short := func(c byte) byte {
		if 'A' <= c && c <= 'Z' {
			return c - 'A' + 'a'
		}
		return c
	}
	switch x, y := short(a), short(b); {
	case a == 'a' && b == '@':
		return costless
	case a == 'a' && b == 'A', a == 'i' && b == 'I', a == 'u' && b == 'U':
		return 1
	case x == y:
		return slight + 1
	case b == '@' && a == 'A':
		return spelling + 1
	case b == '@' && a == 'o', a == '@' && x != y:
		return spelling
	case x == 'i' && y == 'e', x == 'e' && y == 'i', x == 'u' && y == 'o', x == 'o' && y == 'u':
		return noticeable
	case y == '@' && x == 'e':
		return noticeable
	}
	return vowelChange
}
