package pii

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// hint is what a word near a number says about it.
type hint uint8

const (
	hintNone    hint = iota
	hintOther        // order, invoice, application...: an identifier of a thing
	hintMoney        // an amount
	hintSelf         // I, my: somebody speaks of himself
	hintBorn         // born, without saying that a date of birth follows
	hintBirth        // date of birth
	hintAccount      // account number, IFSC
	hintOfKind       // and from here on, one hint for each kind
)

func hintFor(k Kind) hint {
	switch k {
	case DateOfBirth:
		return hintBirth
	case BankAccount:
		return hintAccount
	}
	return hintOfKind + hint(k.number())
}

// hints are the hints to the left of a place.
type hints struct {
	at      int    // the place
	known   bool   // they were looked for since the last finding
	nearest hint   // the last one before the place, hintSelf left aside
	seen    uint64 // bits of all
}

func (h *hints) has(x hint) bool { return h.seen>>x&1 == 1 }

const (
	wordsMax     = 24 // words that are looked at
	wordsLongest = 72 // bytes of the longest phrase in the table
	tagMax       = 40 // bytes of the longest tag, a vault's included
)

// hintsAt gives the hints of the words before byte i, at most leftMax bytes
// back and not beyond the finding before, whose kind, or whose tag in masked
// text, is the last hint.
func (s *scan) hintsAt(i int) *hints {
	h := &s.hints
	if h.known && h.at == i {
		return h
	}
	*h = hints{at: i, known: true}
	low, wall, bound := max(0, i-leftMax), i-leftMax+tagMax, hintNone
	if s.last != "" && s.barrier >= low {
		if low = s.barrier; low >= wall {
			bound = hintFor(s.last)
		}
	}
	for low < i && !utf8.RuneStart(s.text[low]) {
		low++
	}
	window := s.text[low:i]
	if k, end := lastTag(window); low+end > wall && end > 0 {
		window, bound = window[end:], hintFor(k)
	} else if cut := min(wall-low, len(window)); cut > 0 { // what may be the end of a tag that the window cuts
		window = window[strings.LastIndexByte(window[:cut], ']')+1:]
	}
	var k keys
	k.fill(window)
	for j := range k.n {
		if h.nearest != hintNone && h.nearest != hintBorn {
			return h // what is further away matters to a birth alone
		}
		if x := k.hint(j); x != hintNone {
			h.note(x)
		} else if w := k.words[j]; w.End-w.Start == 4 && len(window) >= w.Start+11 && ifsc(window[w.Start:]) {
			h.note(hintAccount)
		}
	}
	h.note(bound)
	return h
}

func (h *hints) note(x hint) {
	if x == hintNone {
		return
	}
	h.seen |= 1 << x
	if h.nearest == hintNone && x != hintSelf {
		h.nearest = x
	}
}

// lastTag finds the last tag of a kind in masked text and gives its end, 0 without one.
func lastTag(window string) (Kind, int) {
	for end := strings.LastIndexByte(window, ']'); end > 0; end = strings.LastIndexByte(window[:end], ']') {
		open := strings.LastIndexByte(window[:end], '[')
		if open < 0 {
			return "", 0
		}
		name, _, _ := strings.Cut(window[open+1:end], ":")
		if k := Kind(name); k.number() >= 0 {
			return k, end + 1
		}
	}
	return "", 0
}

// wordsBackwards finds the words of window, the last first. A word is a run of
// letters and marks; a capital after a small letter begins another.
func wordsBackwards(window string, words *[wordsMax]Span) int {
	n, end, after := 0, -1, rune(0)
	for i := len(window); i > 0 && n < wordsMax; {
		r, size := rune(window[i-1]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeLastRuneInString(window[:i])
		}
		inside := wordRune(r)
		switch {
		case end < 0 && inside:
			end = i
		case end >= 0 && !inside, end >= 0 && 'a' <= r && r <= 'z' && 'A' <= after && after <= 'Z':
			words[n] = Span{i, end}
			n++
			end = -1
			if inside {
				end = i
			}
		}
		i -= size
		after = r
		if i == 0 && end >= 0 && n < wordsMax {
			words[n] = Span{0, end}
			n++
		}
	}
	return n
}

func wordRune(r rune) bool {
	if r < 0x80 {
		return 'a' <= r|0x20 && r|0x20 <= 'z'
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsMark(r) || ignored(r))
}

// keys are the words of a window, the last first, as the table of words has them.
type keys struct {
	words [wordsMax]Span
	n     int
	text  [2*leftMax + 4]byte // the words without what is between them, the first first
	at    [wordsMax + 1]int   // where each word begins in text; at[0] is the end
}

func (k *keys) fill(window string) {
	k.n = wordsBackwards(window, &k.words)
	b := k.text[:0]
	for j := k.n - 1; j >= 0; j-- {
		k.at[j+1] = len(b)
		b = appendKey(b, k.words[j].In(window))
	}
	k.at[0] = len(b)
}

// hint gives the hint of word j, or of the phrase of two to four words that it ends.
func (k *keys) hint(j int) hint {
	end := k.at[j]
	for n := min(4, k.n-j); n > 0; n-- {
		phrase := k.text[k.at[j+n]:end]
		if len(phrase) > wordsLongest {
			continue
		}
		if h := hintWords[string(phrase)]; h != hintNone {
			return h
		}
	}
	word := k.text[k.at[j+1]:end]
	if len(word) == 0 || word[0] < 0x80 {
		return hintNone
	}
	for len(word) > 6 { // endings of case and number, and words written together
		_, size := utf8.DecodeLastRune(word)
		word = word[:len(word)-size]
		if utf8.RuneCount(word) < 3 {
			break
		}
		if h := hintWords[string(word)]; h != hintNone {
			return h
		}
	}
	return hintNone
}

// appendKey appends a word as the table of words has it: small letters, no
// nukta, no joiners, one spelling of the Arabic letters that come in two.
func appendKey(b []byte, word string) []byte {
	for _, r := range word {
		if r < 0x80 {
			b = append(b, byte(r)|0x20)
			continue
		}
		switch r {
		case 0x93C, 0x9BC, 0xA3C, 0xABC, 0xB3C:
			continue
		case 'ي', 'ى':
			r = 'ی'
		case 'ك':
			r = 'ک'
		case 'ۃ', 'ة', 'ۂ':
			r = 'ہ'
		}
		if 0x958 <= r && r <= 0x95F { // letters that hold their nukta
			r = [...]rune{'क', 'ख', 'ग', 'ज', 'ड', 'ढ', 'फ', 'य'}[r-0x958]
		}
		if 0x64B <= r && r <= 0x652 || ignored(r) {
			continue
		}
		b = utf8.AppendRune(b, unicode.ToLower(r))
	}
	return b
}

// gluedWord tells whether the letters before byte i, which stand next to it, are
// a word that says what the number is: tel98..., aadhaar23....
func (s *scan) gluedWord(i int) bool {
	from := i
	for from > max(s.barrier, i-20) && isLetter(asciiUnit(s.text[from-1])) {
		from--
	}
	var key [24]byte
	if from == i || from > 0 && from > s.barrier && isAlnum(asciiUnit(s.text[from-1])) {
		return false
	}
	return hintWords[string(appendKey(key[:0], s.text[from:i]))] >= hintBirth
}

// rightWords looks at the words after byte i, up to the one with the first
// digit, @ or bracket and at most rightMax bytes on, and tells whether one of
// them gives want. What may be masked itself is left out: it would be gone from
// a text that is masked already.
func (s *scan) rightWords(i int, want hint) bool {
	end := i
	for end < i+rightMax {
		u, size := unitAt(s.text, end, s.final)
		if u == unitEnd {
			s.short = s.short || !s.final
			break
		}
		if isDigit(u) || u == '[' || u == '@' {
			end = i + lastWhole(s.text[i:end])
			break
		}
		if u == '\n' {
			break
		}
		end += size
	}
	var k keys
	k.fill(s.text[i:end])
	for j := range k.n {
		if k.hint(j) == want {
			return true
		}
	}
	return false
}

// lastWhole gives the end of the last word of window that is not part of what
// comes after: past the last space, and past single letters before it.
func lastWhole(window string) int {
	n := strings.LastIndexByte(window, ' ')
	for n >= 2 && isAlnum(window[n-1]) && window[n-2] == ' ' {
		n -= 2
	}
	return n + 1
}
