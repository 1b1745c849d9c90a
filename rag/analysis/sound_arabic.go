package analysis

import "unicode/utf8"

// appendArabic appends the key of a word in the Arabic script, as Urdu, Sindhi
// and Kashmiri write it. flap is the sound of ڑ and ڙ, which are heard as d and as r.
func appendArabic(dst []byte, word string, flap byte) []byte {
	k := skeleton{dst: dst, from: len(dst)}
	prev := rune(0)
	for i, r := range word {
		switch c := arabicSound(r); {
		case r == 'و' && k.isVav(prev, word[i+2:]):
			k.bare = prev == 'م'
			k.consonant('v')
		case c == 'a', r == 'و':
			k.vowel()
		case r == 'ں', r == '\u064B': // noon ghunna, tanween
			k.nasal('n')
		case r == 'ھ', r == 'ه' && (prev == 'ج' || prev == 'گ'):
			if !isStop(k.last()) {
				k.consonant('h')
			}
		case '۰' <= r && r <= '۹':
			k.raw('0' + byte(r-'۰'))
		case '٠' <= r && r <= '٩':
			k.raw('0' + byte(r-'٠'))
		case r == 'ڑ', r == 'ڙ':
			if flap == 0 {
				flap = 'r'
			}
			k.consonant(flap)
		case c != 0:
			k.bare = prev == 'م' && k.inside() // "اسمبلی" is spoken asembli
			k.consonant(c)
		}
		prev = r
	}
	return k.end()
}

// isVav tells whether و between prev and the rest of a word is a consonant: as
// the first of a word, before a vowel letter, and behind alef before a consonant.
// With a hamza it is a vowel.
func (k *skeleton) isVav(prev rune, rest string) bool {
	switch next, _ := utf8.DecodeRuneInString(rest); {
	case next == 0x0654:
		return false
	case k.empty(), isAlef(next), next == 'ی', next == 'ي', next == 'ے':
		return true
	default:
		return isAlef(prev) && k.inside() && arabicSound(next) > 'a'
	}
}

func isAlef(r rune) bool { return r == 'ا' || r == 'آ' }

// arabicSound gives the consonant of a letter, 'a' for a vowel, 0 when it has no sound of its own.
func arabicSound(r rune) byte {
	if r < 0x0600 || r > 0x077F {
		return 0
	}
	return arabicSounds[r-0x0600]
}

// arabicSounds holds the sounds of the runes from U+0600 to U+077F.
var arabicSounds = func() (t [0x0180]byte) {
	for i := range t {
		t[i] = soundOfArabic(rune(0x0600 + i))
	}
	return t
}()

func soundOfArabic(r rune) byte {
	switch r {
	case 'ا', 'آ', 'أ', 'إ', 'ٱ', 'ع', 'ی', 'ي', 'ى', 'ئ', 'ے', 'ۓ', 'ؤ', 'ې', 'ۍ', 'ؠ', 'ێ', 'ۆ', 'ۄ', 'ٲ', 'ٳ', 'ۏ':
		return 'a'
	case 'ب', 'ڀ', 'ٻ':
		return 'b'
	case 'پ', 'ف', 'ڦ':
		return 'p'
	case 'ت', 'ٹ', 'ط', 'ٿ', 'ٽ', 'ٺ':
		return 't'
	case 'ث', 'س', 'ش', 'ص':
		return 's'
	case 'ج', 'ز', 'ذ', 'ض', 'ظ', 'ژ', 'ڄ', 'ڃ':
		return 'j'
	case 'چ', 'ڇ':
		return 'c'
	case 'ح', 'ہ', 'ه', 'ۃ', 'ة', 'ە', 'ۂ', 'ۀ':
		return 'h'
	case 'خ', 'ک', 'ك', 'ق', 'ڪ':
		return 'k'
	case 'د', 'ڈ', 'ڌ', 'ڊ', 'ڏ', 'ڍ':
		return 'd'
	case 'ر':
		return 'r'
	case 'غ', 'گ', 'ڳ', 'ڱ':
		return 'g'
	case 'ل', 'ݪ':
		return 'l'
	case 'م':
		return 'm'
	case 'ن', 'ڻ':
		return 'n'
	}
	return 0
}
