package guard

import (
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// view is a way to read a text, and what it says that it has to be read so.
type view struct {
	text string
	more float64
}

// views gives the ways to read a text: as it stands, with what hides taken away,
// and what it holds in codes.
func views(text string) []view {
	plain, hidden := visible(text)
	out := []view{{plain, hidden}}
	if tags := tagged(text); tags != "" {
		out = append(out, view{tags, .6})
	}
	if i := strings.IndexRune(text, '\u202e'); i >= 0 {
		out = append(out, view{reversed(plain), .3})
	}
	if leet := unleet(plain); leet != plain {
		out = append(out, view{leet, .1})
	}
	if joined := unspaced(plain); joined != plain {
		out = append(out, view{joined, .2})
	}
	for _, d := range decoded(text) {
		if p, _ := visible(d); p != "" {
			out = append(out, view{p, .3})
		}
	}
	if turned := rotated(plain); turned != "" {
		out = append(out, view{turned, .2})
	}
	return out
}

// visible gives a text in compatibility form without characters that are not seen,
// with letters of other alphabets that look Latin as Latin inside Latin words; and
// what it says that there were some.
func visible(text string) (string, float64) {
	var b strings.Builder
	b.Grow(len(text))
	unseen := 0
	latin, mostly := false, looksLatin(text)
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf:
			latin = r|0x20 >= 'a' && r|0x20 <= 'z'
		case unseenInside(r):
			if latin {
				unseen++
			}
			continue
		case mostly && homoglyphs[r] != 0:
			r = homoglyphs[r]
		default:
			latin = false
		}
		b.WriteRune(r)
	}
	plain := norm.NFKC.String(b.String())
	if unseen > 2 {
		return plain, .2
	}
	return plain, 0
}

// unseenInside tells whether a rune is not seen. ZWJ and ZWNJ are part of how words
// are spelt in many scripts, and next to Latin letters are not seen either.
func unseenInside(r rune) bool {
	return unicode.Is(unicode.Cf, r) || r == '\u034f' || r == '\u115f' || r == '\u3164' || 0xFE00 <= r && r <= 0xFE0F
}

// looksLatin tells whether most of what begins a text is ASCII: homoglyphs are
// folded there alone, since Greek and Russian are languages, too.
func looksLatin(text string) bool {
	ascii, other := 0, 0
	for i := range min(len(text), 400) {
		if text[i] < utf8.RuneSelf {
			ascii++
		} else {
			other++
		}
	}
	return ascii > other/2
}

// homoglyphs are letters that look like small Latin ones: of the confusables of
// Unicode Technical Standard 39 the Cyrillic, Greek and Armenian letters that are alike in print.
var homoglyphs = func() map[rune]rune {
	m := map[rune]rune{}
	for _, pair := range []string{
		"аa", "еe", "оo", "рp", "сc", "хx", "уy", "іi", "јj", "ѕs", "һh", "ԁd", "ԛq", "ԝw", "ɡg", "ӏl", "вb", "нh", "кk", "мm", "тt", "пn", "гr", "ѵv", "оo",
		"АA", "ВB", "ЕE", "КK", "МM", "НH", "ОO", "РP", "СC", "ТT", "ХX", "УY", "ІI", "Ѕs", "ЈJ",
		"αa", "οo", "νv", "ρp", "τt", "υu", "ιi", "κk", "εe", "ηn", "ΑA", "ΒB", "ΕE", "ΖZ", "ΗH", "ΙI", "ΚK", "ΜM", "ΝN", "ΟO", "ΡP", "ΤT", "ΥY", "ΧX",
		"օo", "սu", "հh", "ցg", "նu", "ոn", "ѡw", "ıi", "ɑa", "ʟl", "ɪi", "ɴn", "ʀr", "ᴏo", "ᴛt", "ᴇe", "ᴀa", "ꜱs", "ᴜu", "ᴄc", "ᴘp", "ᴍm", "ᴅd",
	} {
		r := []rune(pair)
		m[r[0]] = r[1]
	}
	return m
}()

// tagged gives what a text says in the tags of U+E0000, which are ASCII that is not seen.
func tagged(text string) string {
	if !strings.Contains(text, "\xf3\xa0") {
		return ""
	}
	var b strings.Builder
	for _, r := range text {
		if 0xE0020 <= r && r <= 0xE007E {
			b.WriteByte(byte(r - 0xE0000))
		}
	}
	if b.Len() < 8 { // as in the flags of parts of countries
		return ""
	}
	return b.String()
}

func reversed(text string) string {
	r := []rune(text)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	return string(r)
}

// leets are the letters that digits and signs stand for.
var leets = map[byte]byte{'0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', '$': 's', '!': 'i', '8': 'b', '9': 'g'}

// unleet gives a text with the digits and signs that stand inside words as letters.
func unleet(text string) string {
	b := []byte(text)
	changed := false
	for i := 1; i+1 < len(b); i++ {
		l, ok := leets[b[i]]
		if ok && isASCIILetter(b[i-1]) && (isASCIILetter(b[i+1]) || leets[b[i+1]] != 0) {
			b[i], changed = l, true
		}
	}
	for i := len(b) - 2; i >= 0; i-- { // those that begin a word
		if l, ok := leets[b[i]]; ok && isASCIILetter(b[i+1]) && (i == 0 || b[i-1] == ' ') {
			b[i], changed = l, true
		}
	}
	if !changed {
		return text
	}
	return string(b)
}

func isASCIILetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// leastSpaced is how many letters that stand alone, one after the other, are a word.
const leastSpaced = 4

// unspaced joins letters that stand alone with the same single sign between each
// two: "i g n o r e" is "ignore", with its marks. A longer gap ends a word.
func unspaced(text string) string {
	var b strings.Builder
	done := 0
	for i := 0; i < len(text); {
		letters, end := spacedRun(text[i:])
		if letters == "" {
			i += end
			continue
		}
		b.WriteString(text[done:i])
		b.WriteString(segmented(letters))
		i += end
		done = i
	}
	if done == 0 {
		return text
	}
	return b.String() + text[done:]
}

// spacedRun reads the run of letters that stand alone that text begins with: the
// letters, and where it ends. Without one it gives the end of the first word, or gap.
func spacedRun(text string) (letters string, end int) {
	var b strings.Builder
	n, sign := 0, rune(0)
	for {
		size := letterSize(text[end:])
		if size == 0 {
			break
		}
		after, gap := utf8.DecodeRuneInString(text[end+size:])
		last := gap == 0 || !isSpacer(after) || sign != 0 && after != sign
		if last && (unicode.IsLetter(after) || unicode.IsDigit(after)) {
			break // the letter begins a word
		}
		b.WriteString(text[end : end+size])
		n++
		if end += size; last {
			break
		}
		sign = after
		if letterSize(text[end+gap:]) == 0 {
			break
		}
		end += gap
	}
	if n >= leastSpaced {
		return b.String(), end
	}
	return "", max(end, wordOrGap(text))
}

// longWord is from how many bytes on a word in Latin letters may be several.
const longWord = 10

// segmented cuts a long word of Latin letters at the words of orders in it, the
// longest first: letters that all stand alone do not tell where a word ends.
func segmented(letters string) string {
	if len(letters) < longWord || letters[0] >= utf8.RuneSelf {
		return letters
	}
	key := sounded(strings.ToLower(letters))
	var b strings.Builder
	for key != "" {
		n := min(len(key), longestKey)
		for n > 1 && len(words.whole[key[:n]]) == 0 {
			n--
		}
		if n > 2 {
			b.WriteString(" " + key[:n] + " ")
		} else {
			n = 1
			b.WriteString(key[:1])
		}
		key = key[n:]
	}
	return b.String()
}

// longestKey bounds the words that segmented looks for, in bytes.
const longestKey = 16

func isSpacer(r rune) bool { return strings.ContainsRune(" ._*|/-", r) }

// letterSize gives the size of the letter with its marks that text begins with, or 0.
func letterSize(text string) int {
	r, size := utf8.DecodeRuneInString(text)
	if !unicode.IsLetter(r) {
		return 0
	}
	for size < len(text) {
		m, n := utf8.DecodeRuneInString(text[size:])
		if !unicode.IsMark(m) {
			break
		}
		size += n
	}
	return size
}

// wordOrGap gives the end of the letters, or of the one other rune, that text begins with.
func wordOrGap(text string) int {
	for i, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			return max(i, utf8.RuneLen(r))
		}
	}
	return len(text)
}

// Bounds on what is decoded.
const (
	maxCoded   = 16
	maxDecoded = 64 << 10
)

// codes finds what may be base64 or hexadecimal, and escapes of the web.
var codes = regexp.MustCompile(`[A-Za-z0-9+/_-]{20,}={0,2}|(?:%[0-9A-Fa-f]{2}[\w.+-]*){4,}`)

// decoded gives the texts that a text holds in base64, in hexadecimal or in escapes.
func decoded(text string) []string {
	if len(text) < 20 {
		return nil
	}
	var out []string
	for _, c := range codes.FindAllString(text, maxCoded) {
		c = c[:min(len(c), maxDecoded)]
		for _, plain := range [][]byte{fromBase64(c), fromHex(c), fromEscapes(c)} {
			if readableText(plain) {
				out = append(out, string(plain))
			}
		}
	}
	return out
}

func fromBase64(s string) []byte {
	s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	if len(s)%4 == 1 {
		s = s[:len(s)-1]
	}
	b, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	return b
}

func fromHex(s string) []byte {
	b, err := hex.DecodeString(s[:len(s)&^1])
	if err != nil {
		return nil
	}
	return b
}

func fromEscapes(s string) []byte {
	if !strings.Contains(s, "%") {
		return nil
	}
	var b []byte
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if d, err := hex.DecodeString(s[i+1 : i+3]); err == nil {
				b = append(b, d[0])
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return []byte(strings.ReplaceAll(string(b), "+", " "))
}

// readableText tells whether bytes are a text: UTF-8 of letters, marks, digits and
// the usual signs, with a space in it.
func readableText(b []byte) bool {
	if len(b) < 8 || !utf8.Valid(b) {
		return false
	}
	spaces, odd := 0, 0
	for _, r := range string(b) {
		switch {
		case r == ' ' || r == '\n':
			spaces++
		case unicode.IsControl(r), !unicode.IsPrint(r):
			odd++
		}
	}
	return spaces > 0 && odd == 0
}

// turned are parts of words of orders in rot13: without one of them no text is read so.
var turned = []string{"vafgehpg", "cebzcg", "vtaber", "flfgrz", "ceriv", "qvfertneq", "sbetrg", "erirny", "ehyrf", "aveqrf", "avlnz"}

// rotated gives a text in rot13, or nothing for one that does not look like it.
func rotated(text string) string {
	lower := strings.ToLower(text)
	for _, t := range turned {
		if strings.Contains(lower, t) {
			return strings.Map(rot13, lower)
		}
	}
	return ""
}

func rot13(r rune) rune {
	if 'a' <= r && r <= 'z' {
		return 'a' + (r-'a'+13)%26
	}
	return r
}
