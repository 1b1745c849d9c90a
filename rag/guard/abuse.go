package guard

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/corpus"
)

// Rating says how bad a word is.
type Rating int

// The ratings.
const (
	Mild   Rating = 1 // rude: what angry people say of a thing or of somebody
	Strong Rating = 2 // obscene, or an insult of the worst kind
	Slur   Rating = 3 // against a group of people
)

// abuseList has a word a line: rating, language, its spelling in Latin letters and
// in Devanagari, where several are between spaces. Letters are mirrored, a for z and
// क for ह, so that nobody reads them unasked; mirror gives them back, as
//
//	go test -run AbuseList -v ./rag/guard
//
// prints. What is somebody's name, caste or place as well is not on it.
//
//go:embed abuse.tsv
var abuseList string

// abuses holds the list by the keys of its words.
type abuses struct {
	english map[string]Rating // by spelling
	hindi   map[string]Rating // in Latin letters, by ear
	latin   map[string]Rating // both, by spelling
	native  map[string]Rating // in Devanagari, by stem
}

var badWords = sync.OnceValue(func() *abuses {
	l := &abuses{map[string]Rating{}, map[string]Rating{}, map[string]Rating{}, map[string]Rating{}}
	for line := range strings.Lines(abuseList) {
		row := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		rating, err := strconv.Atoi(row[0])
		if err != nil || len(row) != 4 {
			continue // a test reads every line
		}
		latin, native := mirror(row[2]), mirror(row[3])
		l.latin[latin] = Rating(rating)
		switch {
		case row[1] == "en":
			l.english[latin] = Rating(rating)
		case latin != "":
			l.hindi[byEar(latin)] = Rating(rating)
		}
		for _, w := range strings.Fields(native) {
			l.native[nativeKey(w)] = Rating(rating)
		}
	}
	return l
})

// mirror turns letters round within the Latin alphabet and within the consonants of
// Devanagari. Done twice it changes nothing.
func mirror(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return 'a' + 'z' - r
		case 'क' <= r && r <= 'ह':
			return 'क' + 'ह' - r
		}
		return r
	}, s)
}

// Abuse gives where abuse of at least a rating stands: whole words, in the
// spellings by which they are hidden: repeated, spaced, starred and l33t letters,
// and Hindi in Latin letters as it is heard.
func Abuse(text string, least Rating) []corpus.Span {
	var out []corpus.Span
	for i := 0; i < len(text); {
		if letters, end := spacedRun(text[i:]); letters != "" {
			if badWords().rating(letters) >= least {
				out = append(out, corpus.Span{Start: i, End: i + len(strings.TrimRight(text[i:i+end], " "))})
			}
			i += end
			continue
		}
		end := i + abuseWordEnd(text[i:])
		if end == i {
			_, size := utf8.DecodeRuneInString(text[i:])
			i += size
			continue
		}
		if badWords().rating(text[i:end]) >= least {
			out = append(out, corpus.Span{Start: i, End: end})
		}
		i = end
	}
	return out
}

// abuseWordEnd gives the end of the word that text begins with: letters, marks and
// digits, and between them, a $ before them too, the signs that stand for letters.
func abuseWordEnd(text string) int {
	end := 0
	for i, r := range text {
		switch {
		case unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || unicode.Is(unicode.Cf, r):
			end = i + utf8.RuneLen(r)
		case i == 0 && r == '$' || i > 0 && end == i && strings.ContainsRune("*@$!#", r):
			end = i + 1
		default:
			return len(strings.TrimRight(text[:end], "!#"))
		}
	}
	return len(strings.TrimRight(text[:end], "!#"))
}

// maxAbuse bounds the bytes of a word that is looked up.
const maxAbuse = 96

// rating gives the rating of a word, or 0.
func (l *abuses) rating(word string) Rating {
	if len(word) < 3 || len(word) > maxAbuse {
		return 0
	}
	plain, _ := visible(word)
	plain = strings.ToLower(plain)
	if plain == "" || plain[0] >= utf8.RuneSelf {
		return l.native[nativeKey(once(plain, 1))]
	}
	if strings.ContainsAny(plain, "*#") {
		return l.starred(plain)
	}
	best := Rating(0)
	for _, w := range []string{plain, unleet(plain)} {
		for _, repeated := range []int{1, 2} {
			w := once(w, repeated)
			best = max(best, l.hindi[byEar(w)])
			for _, ending := range endings {
				if stem, ok := strings.CutSuffix(w, ending); ok {
					best = max(best, l.english[stem])
				}
			}
		}
	}
	return best
}

// endings are those that English words of the list take.
var endings = []string{"", "s", "es", "ed", "er", "ers", "ing", "in", "y"}

// starred gives the rating of a word with signs in the place of some of its letters.
// It has to keep its first letter and another one.
func (l *abuses) starred(word string) Rating {
	best := Rating(0)
	for listed, r := range l.latin {
		if fits(word, listed) {
			best = max(best, r)
		}
	}
	return best
}

func fits(word, listed string) bool {
	if len(word) != len(listed) || listed == "" || word[0] != listed[0] {
		return false
	}
	kept := 0
	for i := range len(word) {
		switch word[i] {
		case listed[i]:
			kept++
		case '*', '#':
		default:
			return false
		}
	}
	return kept >= 2
}

// once gives a word in which no letter stands more often than n times in a row,
// where it stood three times or more; any letter of another alphabet than Latin
// stands once.
func once(word string, n int) string {
	runes := []rune(word)
	var b strings.Builder
	for i := 0; i < len(runes); {
		j := i + 1
		for j < len(runes) && runes[j] == runes[i] {
			j++
		}
		times := j - i
		if times > 2 || runes[i] >= utf8.RuneSelf {
			times = min(times, n)
		}
		for range times {
			b.WriteRune(runes[i])
		}
		i = j
	}
	return b.String()
}

// byEar gives Hindi in Latin letters as it is heard, closer than [analysis.SoundKey]:
// the vowels count, but not how they are spelt.
func byEar(word string) string {
	return ear.Replace(sounded(word))
}

var ear = strings.NewReplacer("iya", "ia", "iye", "ie", "ye", "e", "ou", "u", "ai", "e", "au", "o", "ae", "e", "aa", "a", "f", "p")

// nativeKey gives the stem of a word of Devanagari; of others it finds none.
func nativeKey(word string) string {
	tokens := analysis.Tokens(word, "hi")
	if len(tokens) != 1 {
		return ""
	}
	return tokens[0].Word
}

func maskAbuse(text string, least Rating) string { return maskSpans(text, Abuse(text, least)) }

// maskSpans writes an asterisk for each letter of the spans.
func maskSpans(text string, spans []corpus.Span) string {
	if len(spans) == 0 {
		return text
	}
	var b strings.Builder
	done := 0
	for _, s := range spans {
		b.WriteString(text[done:s.Start])
		for range utf8.RuneCountInString(s.In(text)) {
			b.WriteByte('*')
		}
		done = s.End
	}
	b.WriteString(text[done:])
	return b.String()
}
