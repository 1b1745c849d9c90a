package analysis

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// appendLatin appends the key of a word in Latin letters, read as romanised
// Indian languages, and the English words within them, are.
func appendLatin(dst []byte, word string, coarse bool) []byte {
	l := latin{w: latinLetters(word)}
	l.dst, l.from, l.coarse = dst, len(dst), coarse
	if coarse {
		l.dst = append(l.dst, coarseMark)
		l.from++
	}
	for i := 0; i < len(l.w); {
		i += l.sound(i)
	}
	return l.end()
}

// latinLetters gives the ASCII letters and digits of a word in lower case, without accents.
func latinLetters(word string) string {
	if isLowerASCII(word) {
		return word
	}
	if !isASCII(word) {
		word = norm.NFD.String(word)
	}
	return strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		}
		return -1
	}, word)
}

func isLowerASCII(word string) bool {
	for i := range len(word) {
		if c := word[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// latin reads the sounds of letters.
type latin struct {
	skeleton
	w string
}

func (l *latin) at(i int) byte {
	if i < 0 || i >= len(l.w) {
		return 0
	}
	return l.w[i]
}

// sound adds the sound at w[i] and gives how many letters it took.
func (l *latin) sound(i int) int {
	switch c, next := l.w[i], l.at(i+1); c {
	case 'a', 'e', 'i', 'o', 'u':
		l.vowel()
		return 1
	case 'y', 'h':
		l.consonant(c)
		return 1
	case 'c':
		return l.c(i)
	case 'x':
		l.closed('k')
		l.closed('s')
		return 1
	case 'q':
		l.closed('k')
		if next == 'u' && isVowel(l.at(i+2)) {
			l.closed('v')
			return 2
		}
		return 1 + l.aspirate(i+1)
	case 'w':
		if isVowel(l.at(i-1)) && !isVowel(next) && next != 'y' { // "town"
			l.vowel()
			return 1
		}
	case 't', 's', 'd', 'g', 'z':
		if n := l.cluster(i); n > 0 {
			return n
		}
	}
	return l.plain(i)
}

// cluster adds the sound of letters that together have another than one by one,
// and gives how many there are; 0 when w[i] has its own.
func (l *latin) cluster(i int) int {
	rest := l.w[i:]
	switch {
	case strings.HasPrefix(rest, "trtr") && l.coarse: // a spelling of ற்ற
		return 2
	case strings.HasPrefix(rest, "tion"):
		l.closed('s')
		return 2
	case strings.HasPrefix(rest, "tch"):
		return 1
	case strings.HasPrefix(rest, "sch") && i == 0: // "school"
		l.closed('s')
		l.closed('k')
		return 3
	case strings.HasPrefix(rest, "zh") && l.coarse: // the ழ of Tamil and Malayalam
		l.closed('l')
		return 2
	case (rest[0] == 'd' || rest[0] == 'g') && l.gya(i) > 0:
		l.closed('g')
		return l.gya(i)
	}
	return 0
}

// gya gives how many letters of "gny" or "dny", spellings of ज्ञ, stand at i before the y.
func (l *latin) gya(i int) int {
	if l.at(i+1) == 'n' && l.at(i+2) == 'y' && !l.coarse {
		return 2
	}
	return 0
}

// c adds the sound of a c.
func (l *latin) c(i int) int {
	switch next := l.at(i + 1); {
	case next == 'h':
		l.closed('c')
		return 1 + l.aspirate(i+1)
	case next == 'c' && l.at(i+2) == 'h': // "ucch"
		return 1
	case next == 'e', next == 'i', next == 'y':
		l.closed('s')
	default:
		l.closed('k')
	}
	return 1
}

// plain adds the sound of a letter that has only one, with the h that marks its aspiration.
func (l *latin) plain(i int) int {
	c := l.w[i]
	if c >= 'a' {
		l.closed(latinSound[c-'a'])
	} else {
		l.raw(c)
	}
	switch c {
	case 'l', 'm', 'n', 'v':
		return 1

	}
	return 1 + l.aspirate(i+1)
}

// aspirate counts the letters h at i.
func (l *latin) aspirate(i int) (n int) {
	for l.at(i+n) == 'h' {
		n++
	}
	return n
}

// closed adds a consonant that is bare unless a vowel letter follows.
func (l *latin) closed(c byte) {
	l.consonant(c)
	l.bare = true
}

func isVowel(c byte) bool {
	switch c {
	case 'a', 'e', 'i', 'o', 'u':
		return true
	}
	return false
}

// latinSound gives the sound of each consonant letter from 'a'.
var latinSound = [26]byte{
	'b' - 'a': 'b', 'd' - 'a': 'd', 'f' - 'a': 'p', 'g' - 'a': 'g', 'j' - 'a': 'j', 'k' - 'a': 'k', 'l' - 'a': 'l',
	'm' - 'a': 'm', 'n' - 'a': 'n', 'p' - 'a': 'p', 'r' - 'a': 'r', 's' - 'a': 's', 't' - 'a': 't', 'v' - 'a': 'v',
	'w' - 'a': 'v', 'z' - 'a': 'j',
}
