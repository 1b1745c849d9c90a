package suggest

import "slices"

// trait is what is known of one letter of Sounds.
type trait struct {
	base      byte // what differs least from it: lower case for an aspirate
	consonant bool
	aspirates bool // may be followed by the sign for aspiration
	key       byte // in a key; 0 when it is left out
	coarse    byte // in a key of a script that does not tell voiced from voiceless
}

// traits holds the letters of Sounds.
var traits = func() (t [256]trait) {
	for _, c := range []byte("kgcjtdpbmnshyrlvzfSRLNq") {
		t[c] = trait{base: c, consonant: true, key: c, coarse: c}
	}
	for _, c := range []byte("kgcjtdpb") {
		t[c].aspirates = true
		t[c-'a'+'A'] = trait{base: c, consonant: true, key: c, coarse: c}
	}
	for _, pair := range []string{"zj", "fp", "Ss", "Rd", "Ll", "Nn", "qk"} {
		t[pair[0]].key, t[pair[0]].coarse = pair[1], pair[1]
	}
	for _, c := range []byte("zfS") {
		t[c].base = t[c].key
	}
	for _, pair := range []string{"gk", "Gk", "dt", "Dt", "Rt", "bp", "Bp", "sc", "Sc", "jc", "Jc", "zc", "Kk", "Cc", "Tt", "Pp"} {
		t[pair[0]].coarse = pair[1]
	}
	t['h'].key, t['h'].coarse = 0, 0
	t['y'].key, t['y'].coarse = 0, 0
	for _, c := range []byte("@aAiIuUeEoO*xwY") {
		t[c].base = c
	}
	for c := byte('0'); c <= '9'; c++ {
		t[c] = trait{base: c, key: c, coarse: c}
	}
	return t
}()

// Keys gives the keys that a text is found by: its consonants, those that are
// aspirated, retroflex or hardly heard taken for the plain ones, and "a" for a
// vowel at the beginning. A flap, heard as d and as r, gives two. A key of a
// script that does not write voice begins with "~" and has other consonants.
func (s Sounds) Keys() []string {
	if s == "" {
		return nil
	}
	if s[0] == coarse {
		return some(string(appendKey([]byte{coarse}, s[1:], true, 0)))
	}
	keys := some(string(appendKey(nil, s, false, 0)))
	if other := string(appendKey(nil, s, false, 'r')); len(keys) > 0 && other != keys[0] {
		keys = append(keys, other)
	}
	return keys
}

func some(key string) []string {
	if key == "" || key == string(coarse) {
		return nil
	}
	return []string{key}
}

// maxPrefixes bounds how many ways of going on are looked up.
const maxPrefixes = 8

// Prefixes gives what the key of a text begins with that begins with s, for
// scripts that write voice and for those that do not. Where people spell one
// sound in several ways, there are several of each.
func (s Sounds) Prefixes() []string {
	if s != "" && s[0] == coarse {
		s = s[1:]
	}
	if s == "" {
		return nil
	}
	spellings := []string{""}
	if len(s) > 1 && s[0] == 's' && traits[s[1]].consonant { // "station", in some scripts with a vowel before it
		spellings = append(spellings, "x")
	}
	for i := range len(s) {
		begun := spellings
		spellings = nil
		for _, sound := range s.alternatives(i) {
			for _, b := range begun {
				if len(spellings) < maxPrefixes {
					spellings = append(spellings, b+string(sound))
				}
			}
		}
	}
	var list []string
	for _, spelt := range spellings {
		list = append(list, some(string(appendKey(nil, Sounds(spelt), false, 0)))...)
		list = append(list, some(string(appendKey(nil, Sounds(spelt), false, 'r')))...)
		list = append(list, some(string(appendKey([]byte{coarse}, Sounds(spelt), true, 0)))...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// alternatives gives the sounds that the one at i may have been typed for, itself first.
func (s Sounds) alternatives(i int) string {
	var next byte
	if i+1 < len(s) {
		next = s[i+1]
	}
	labial := traits[next].base == 'b' || traits[next].base == 'p'
	switch c := s[i]; {
	case c == 'q':
		return "kcs"
	case c == 'v':
		return "vb"
	case c == 'g' && (next == 'e' || next == 'i'):
		return "gj"
	case c == 'm' && (next == 0 || traits[next].consonant && !labial && next != 'm'):
		return "mn"
	case c == 'n' && (next == 0 || labial):
		return "nm"
	}
	return string(s[i : i+1])
}

// appendKey appends the key of s to dst. flap is what a flap is taken for, 0 for d.
func appendKey(dst []byte, s Sounds, coarse bool, flap byte) []byte {
	from := len(dst)
	for i := range len(s) {
		c := s[i]
		k := traits[c].key
		switch {
		case coarse:
			k = traits[c].coarse
		case c == 'R' && flap != 0:
			k = flap
		}
		if c == 'N' && i+1 < len(s) {
			k = nasalBefore(traits[s[i+1]].base, k)
		}
		if k == 0 && i == 0 {
			k = 'a'
			if c == 'h' {
				k = 'h'
			}
		}
		if k != 0 && !(i > 0 && len(dst) > from && dst[len(dst)-1] == k && traits[s[i-1]].consonant) {
			dst = append(dst, k)
		}
	}
	return dst
}

// nasalBefore gives the key of a nasal sign before a consonant, which is k where
// no rule says otherwise.
func nasalBefore(next, k byte) byte {
	switch next {
	case 'b', 'p':
		return 'm'
	case 'm', 'n': // it only doubles them
		return 0
	}
	return k
}
