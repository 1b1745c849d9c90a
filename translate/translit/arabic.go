package translit

import (
	"strings"

	"github.com/akshara-go/akshara/translate/lang"
)

// Perso-Arabic writing leaves short vowels out, and و and ی are each a consonant
// and several vowels: reading it is a guess, made here by what stands around a
// letter. Urdu, Sindhi and Kashmiri have letters of their own, and Sindhi reads
// ک otherwise (as kh, for its k is ڪ).

// arabicLetters are consonants, with nukta where Devanagari writes them so.
var arabicLetters = map[rune]string{
	'ب': "ब", 'پ': "प", 'ت': "त", 'ٹ': "ट", 'ث': "स", 'ج': "ज", 'چ': "च", 'ح': "ह", 'خ': "ख़", 'د': "द", 'ڈ': "ड", 'ذ': "ज़", 'ر': "र", 'ڑ': "ड़",
	'ز': "ज़", 'ژ': "झ़", 'س': "स", 'ش': "श", 'ص': "स", 'ض': "ज़", 'ط': "त", 'ظ': "ज़", 'غ': "ग़", 'ف': "फ़", 'ق': "क़", 'ک': "क", 'ك': "क", 'گ': "ग",
	'ل': "ल", 'م': "म", 'ن': "न", 'ہ': "ह", 'ه': "ह", 'ة': "त", 'ۃ': "त",
	// Sindhi
	'ٻ': "ॿ", 'ڀ': "भ", 'ٿ': "थ", 'ٽ': "ट", 'ٺ': "ठ", 'ڄ': "ॼ", 'ڃ': "ञ", 'ڇ': "छ", 'ڌ': "ध", 'ڏ': "ॾ", 'ڊ': "ड", 'ڍ': "ढ", 'ڙ': "ड़", 'ڦ': "फ", 'ڪ': "क",
	'ڳ': "ॻ", 'ڱ': "ङ", 'ڻ': "ण",
	// Kashmiri
	'ؠ': "य",
}

// arabicMarks are vowels that are written: diacritics, and letters that Kashmiri has.
var arabicMarks = map[rune]rune{
	'\u064E': 'अ', '\u0650': 'इ', '\u064F': 'उ', '\u0670': 'आ', '\u0656': 'ई', '\u0657': 'ऊ',
	'ٲ': 'ॴ', 'ٳ': 'ॶ', 'ۆ': 'ऒ', 'ۄ': 'ऑ', 'ێ': 'ऎ', '\u0654': 'ॳ', '\u0655': 'ॶ', '\u065A': 'ऎ', '\u065F': 'ॷ',
}

// arabicWords are Urdu words of one or two letters, which letters alone read wrongly.
var arabicWords = map[string]string{
	"ہے": "है", "ہیں": "हैं", "میں": "में", "اور": "और", "یہ": "यह", "وہ": "वह", "نہیں": "नहीं", "ہو": "हो", "جو": "जो", "تو": "तो", "کو": "को", "نہ": "न", "کہ": "कि",
	"اس": "इस", "ان": "इन", "ہوں": "हूँ", "کیا": "क्या", "کوئی": "कोई", "لئے": "लिए", "لیے": "लिए", "ایک": "एक", "ہی": "ही", "بھی": "भी", "پر": "पर", "ہم": "हम", "۽": "ऐं", "۾": "में",
}

// sindhi tells whether a text has letters that only Sindhi uses.
func sindhi(text string) bool {
	return strings.ContainsAny(text, "ٻڀٿٽٺڄڃڇڌڏڊڍڙڦڪڳڱڻ۾۽")
}

// arabicReader reads a word.
type arabicReader struct {
	word   []rune
	out    []rune
	start  int
	sindhi bool
}

// arabicToPivot appends a run, without spaces, of Perso-Arabic text to dst.
func arabicToPivot(dst []rune, run string, sindhi bool) []rune {
	if w, ok := arabicWords[run]; ok && !sindhi || ok && len([]rune(run)) == 1 {
		return append(dst, []rune(w)...)
	}
	a := &arabicReader{word: []rune(run), out: dst, start: len(dst), sindhi: sindhi}
	for i := 0; i < len(a.word); i++ {
		i += a.letter(i)
	}
	return a.out
}

// at gives the letter at i, 0 outside the word.
func (a *arabicReader) at(i int) rune {
	if i < 0 || i >= len(a.word) {
		return 0
	}
	return a.word[i]
}

// last gives the last pivot rune of the word.
func (a *arabicReader) last() rune {
	if len(a.out) == a.start {
		return 0
	}
	return a.out[len(a.out)-1]
}

// afterConsonant tells whether a vowel would be a sign.
func (a *arabicReader) afterConsonant() bool { return isConsonant(a.last()) || a.last() == nukta }

// vowel appends an independent vowel, as a sign after a consonant.
func (a *arabicReader) vowel(v rune) {
	switch sign := signOf[v]; {
	case !a.afterConsonant():
		a.out = append(a.out, v)
	case sign != 0:
		a.out = append(a.out, sign)
	case v >= 'ॳ':
		a.out = append(a.out, []rune("ऺऻॏॖॗ")[v-'ॳ'])
	}
}

// arabicOf are the nasal of a word's end and the stops.
var arabicOf = map[rune]rune{'۔': '।', '،': ',', '؟': '?', '؛': ';', 'ں': anusvara}

// arabicSilent are carriers of what follows, and marks that say nothing of sounds.
const arabicSilent = "ئء\u0652\u0640\u0653ۍ"

// letter reads the letter at i, and tells how many more it has read.
func (a *arabicReader) letter(i int) int {
	r := a.word[i]
	switch r {
	case 'آ':
		a.vowel('आ')
	case 'ؤ':
		a.vowel('ओ')
	case 'ے':
		a.vowel('ए')
	case 'ا', 'أ', 'إ', 'ٱ':
		return a.alef(i)
	case 'ع':
		return a.ain(i)
	case 'و':
		a.waw(i)
	case 'ی', 'ي', 'ى':
		a.yeh(i)
	case 'ھ':
		a.aspirate()
	case '\u0651':
		a.double()
	default:
		a.consonant(i, r)
	}
	return 0
}

// consonant reads what is always read alike, but for ہ at a word's end and ک in Sindhi.
func (a *arabicReader) consonant(i int, r rune) {
	switch {
	case arabicOf[r] != 0:
		a.out = append(a.out, arabicOf[r])
	case strings.ContainsRune(arabicSilent, r):
	case (r == 'ہ' || r == 'ه') && i == len(a.word)-1 && i > 0 && a.afterConsonant():
		a.vowel('आ')
	case r == 'ک' && a.sindhi:
		a.out = append(a.out, 'ख')
	default:
		a.other(r)
	}
}

// other reads a consonant, a written vowel or a digit; anything else stays.
func (a *arabicReader) other(r rune) {
	switch {
	case arabicLetters[r] != "":
		for _, p := range arabicLetters[r] {
			a.out = append(a.out, decompose(p)...)
		}
	case arabicMarks[r] != 0:
		a.vowel(arabicMarks[r])
	case '۰' <= r && r <= '۹':
		a.out = append(a.out, '०'+r-'۰')
	case '٠' <= r && r <= '٩':
		a.out = append(a.out, '०'+r-'٠')
	default:
		a.out = append(a.out, r)
	}
}

// alef reads ا: a carrier at the beginning of a word, else ā.
func (a *arabicReader) alef(i int) int {
	if i > 0 && a.last() != 0 {
		a.vowel('आ')
		return 0
	}
	next := a.at(i + 1)
	switch {
	case arabicMarks[next] != 0:
		a.vowel(arabicMarks[next])
		return 1
	case next == 'و':
		a.out = append(a.out, 'ओ')
		return 1
	case next == 'ی' || next == 'ي':
		a.out = append(a.out, 'ए')
		return 1
	}
	a.out = append(a.out, 'अ')
	return 0
}

// ain reads ع, which is not heard: a vowel by itself only where a word begins.
func (a *arabicReader) ain(i int) int {
	if a.last() != 0 {
		if a.afterConsonant() && i < len(a.word)-1 && a.at(i+1) != 'ا' && a.at(i+1) != 'ی' && a.at(i+1) != 'و' {
			a.vowel('आ')
		}
		return 0
	}
	if a.at(i+1) == 'ا' {
		a.out = append(a.out, 'आ')
		return 1
	}
	return a.alef(i)
}

// waw reads و: v before a vowel and at the beginning, else o.
func (a *arabicReader) waw(i int) {
	next := a.at(i + 1)
	if a.last() == 0 || !a.afterConsonant() && next != 0 || next == 'ا' || next == 'ی' && i+2 < len(a.word) || next == 'ے' {
		a.out = append(a.out, 'व')
		return
	}
	a.vowel('ओ')
}

// yeh reads ی: y before a vowel and at the beginning, else ī.
func (a *arabicReader) yeh(i int) {
	next := a.at(i + 1)
	if a.last() == 0 || next == 'ا' || next == 'و' && a.afterConsonant() {
		a.out = append(a.out, 'य')
		return
	}
	a.vowel('ई')
}

// aspirate reads ھ, which aspirates the stop before it.
func (a *arabicReader) aspirate() {
	i := len(a.out) - 1
	if i > a.start && a.out[i] == nukta && a.out[i-1] == 'ड' {
		a.out[i-1] = 'ढ'
		return
	}
	if l := aspirated(a.last()); l != 0 {
		a.out[i] = l
		return
	}
	if a.afterConsonant() { // mh, nh, lh
		a.out = append(a.out, virama)
	}
	a.out = append(a.out, 'ह')
}

// double reads tashdid, which doubles the consonant before it.
func (a *arabicReader) double() {
	from := len(a.out) - 1
	if from > a.start && a.out[from] == nukta {
		from--
	}
	if from >= a.start && isConsonant(a.out[from]) {
		letter := append([]rune{virama}, a.out[from:]...)
		a.out = append(a.out, letter...)
	}
}

// arabicFrom is what Urdu writes for a consonant; with nukta, arabicDotted.
var arabicFrom = map[rune]string{
	'क': "ک", 'ख': "کھ", 'ग': "گ", 'घ': "گھ", 'ङ': "ن", 'च': "چ", 'छ': "چھ", 'ज': "ج", 'झ': "جھ", 'ञ': "ن",
	'ट': "ٹ", 'ठ': "ٹھ", 'ड': "ڈ", 'ढ': "ڈھ", 'ण': "ن", 'त': "ت", 'थ': "تھ", 'द': "د", 'ध': "دھ", 'न': "ن",
	'प': "پ", 'फ': "پھ", 'ब': "ب", 'भ': "بھ", 'म': "م", 'य': "ی", 'र': "ر", 'ल': "ل", 'ळ': "ل", 'व': "و", 'श': "ش", 'ष': "ش", 'स': "س", 'ह': "ہ",
	'ॻ': "گ", 'ॼ': "ج", 'ॾ': "ڈ", 'ॿ': "ب",
}

var arabicDotted = map[rune]string{'क': "ق", 'ख': "خ", 'ग': "غ", 'ज': "ز", 'झ': "ژ", 'ड': "ڑ", 'ढ': "ڑھ", 'फ': "ف"}

// sindhiFrom is what Sindhi writes otherwise than Urdu.
var sindhiFrom = map[rune]string{
	'क': "ڪ", 'ख': "ک", 'ङ': "ڱ", 'छ': "ڇ", 'ञ': "ڃ", 'ट': "ٽ", 'ठ': "ٺ", 'ड': "ڊ", 'ढ': "ڍ", 'ण': "ڻ", 'थ': "ٿ", 'ध': "ڌ", 'फ': "ڦ", 'भ': "ڀ", 'य': "ي", 'ह': "ه",
	'ॻ': "ڳ", 'ॼ': "ڄ", 'ॾ': "ڏ", 'ॿ': "ٻ",
}

// arabicFromPivot appends a pivot word in Perso-Arabic letters. Short vowels and
// viramas are left out, double consonants written once.
func arabicFromPivot(dst []byte, p []rune, code lang.Code) []byte {
	for i := 0; i < len(p); i++ {
		r := p[i]
		end := i == len(p)-1
		begins := i == 0 || !isConsonant(p[i-1]) && !isSign(p[i-1]) && !isVowel(p[i-1]) && p[i-1] != nukta && p[i-1] != anusvara && p[i-1] != candra
		switch {
		case isConsonant(r):
			dotted := i+1 < len(p) && p[i+1] == nukta
			if doubles(p, i) && plain(r) == r {
				if dotted {
					i++
				}
				i++ // the virama; the second is written
				continue
			}
			dst = append(dst, arabicConsonant(r, dotted, code)...)
			if dotted {
				i++
			}
		case isVowel(r):
			dst = append(dst, arabicVowel(r, begins, end || i+2 == len(p) && p[i+1] == anusvara)...)
		case isSign(r):
			dst = append(dst, arabicSign(r, end)...)
		case r == anusvara || r == candra:
			if end {
				dst = append(dst, "ں"...)
			} else {
				dst = append(dst, "ن"...)
			}
		case r == visarga:
			dst = append(dst, "ہ"...)
		case r == virama || r == nukta || r == zwj || r == zwnj:
		case '०' <= r && r <= '९':
			dst = append(dst, string(arabicZero(code)+r-'०')...)
		case r == '।':
			dst = append(dst, "۔"...)
		default:
			dst = append(dst, string(r)...)
		}
	}
	return dst
}

func arabicZero(code lang.Code) rune {
	if code == lang.Sindhi {
		return '٠'
	}
	return '۰'
}

func arabicConsonant(r rune, dotted bool, code lang.Code) string {
	if dotted && arabicDotted[r] != "" {
		if code == lang.Sindhi && r == 'ड' {
			return "ڙ"
		}
		return arabicDotted[r]
	}
	if code == lang.Sindhi && sindhiFrom[r] != "" {
		return sindhiFrom[r]
	}
	if a := arabicFrom[r]; a != "" {
		return a
	}
	return string(r)
}

// arabicLong are the letters that long vowels have.
var arabicLong = map[rune]string{'ई': "ی", 'ए': "ی", 'ऐ': "ی", 'ऍ': "ی", 'ऎ': "ی", 'ऊ': "و", 'ओ': "و", 'औ': "و", 'ऑ': "ا", 'ऒ': "و"}

// arabicVowel writes an independent vowel: with ا where a word begins, behind
// another vowel on a hamza.
func arabicVowel(r rune, begins, end bool) string {
	long := arabicLong[r]
	if end && (r == 'ए' || r == 'ऐ') {
		long = "ے"
	}
	switch {
	case r == 'आ' && begins, r == 'ऑ' && begins:
		return "آ"
	case r == 'आ':
		return "ا"
	case r == 'ऋ':
		return "ر"
	case begins:
		return "ا" + long
	case r == 'अ':
		return "ا"
	case r == 'उ' || r == 'ऊ' || r == 'ओ' || r == 'औ' || r == 'ऒ':
		return "ؤ"
	}
	return "ئ" + long
}

// arabicSign writes a dependent vowel, which is nothing for a short one.
func arabicSign(r rune, end bool) string {
	switch r {
	case 'ा', 'ॉ':
		return "ا"
	case 'ी':
		return "ی"
	case 'े', 'ै', 'ॅ', 'ॆ':
		if end {
			return "ے"
		}
		return "ی"
	case 'ू', 'ो', 'ौ', 'ॊ':
		return "و"
	case 'ृ':
		return "ر"
	case 'ि':
		if end {
			return "ی"
		}
	case 'ु':
		if end {
			return "و"
		}
	}
	return ""
}
