package suggest

import "unicode/utf8"

// arabic adds a word in the Arabic script, as Urdu, Sindhi and Kashmiri write it.
func (s *speller) arabic(word string) {
	for i := 0; i < len(word) && len(s.dst) < maxSounds; {
		r, n := utf8.DecodeRuneInString(word[i:])
		i += n
		next, _ := utf8.DecodeRuneInString(word[i:])
		start := len(s.dst) == s.from
		switch c := arabicSound(r); {
		case c == 0:
		case r == 'ھ' && !start:
			if last := &s.dst[len(s.dst)-1]; 'a' <= *last && *last <= 'z' && traits[*last].aspirates {
				*last -= 'a' - 'A'
			} else {
				s.arabicConsonant('h')
			}
		case c == 'w' && (start || next == 'ا' || next == 'آ' || next == 'ی' || next == 'ي'):
			s.arabicConsonant('v')
		case c == 'Y' && start:
			s.vowel('y')
		case c == 'A' && start && r != 'آ':
			s.vowel('x')
		case c == 'w', c == 'Y', c == 'A', c == 'e', c == 'N', c == '*', '0' <= c && c <= '9':
			s.dst = append(s.dst, c)
		default:
			s.arabicConsonant(c)
		}
	}
}

// arabicConsonant adds a consonant, with the short vowel that may stand before it unwritten.
func (s *speller) arabicConsonant(c byte) {
	if n := len(s.dst); n > s.from && traits[s.dst[n-1]].consonant {
		s.vowel('*')
	}
	s.dst = append(s.dst, c)
}

// arabicSound gives the sound of a letter; 0 when it has none of its own.
func arabicSound(r rune) byte {
	switch r {
	case 'ا', 'أ', 'إ', 'ٱ', 'آ', 'ٲ', 'ٳ', 'ع':
		return 'A'
	case 'ی', 'ي', 'ى', 'ئ', 'ې', 'ۍ', 'ێ':
		return 'Y'
	case 'ے', 'ۓ':
		return 'e'
	case 'و', 'ؤ', 'ۆ', 'ۄ', 'ۏ':
		return 'w'
	case 'ں':
		return 'N'
	case 'ب', 'ٻ':
		return 'b'
	case 'ڀ':
		return 'B'
	case 'پ':
		return 'p'
	case 'ڦ':
		return 'P'
	case 'ف':
		return 'f'
	case 'ت', 'ٹ', 'ط', 'ٽ':
		return 't'
	case 'ٿ', 'ٺ':
		return 'T'
	case 'ث', 'س', 'ص':
		return 's'
	case 'ش':
		return 'S'
	case 'ج', 'ڄ':
		return 'j'
	case 'ز', 'ذ', 'ض', 'ظ', 'ژ':
		return 'z'
	case 'چ':
		return 'c'
	case 'ڇ':
		return 'C'
	case 'ح', 'ہ', 'ه', 'ھ', 'ۃ', 'ة', 'ە', 'ۂ', 'ۀ':
		return 'h'
	case 'خ':
		return 'K'
	case 'ک', 'ك', 'ق', 'ڪ':
		return 'k'
	case 'د', 'ڈ', 'ڊ', 'ڏ':
		return 'd'
	case 'ڌ', 'ڍ':
		return 'D'
	case 'ر':
		return 'r'
	case 'ڑ', 'ڙ':
		return 'R'
	case 'غ', 'گ', 'ڳ':
		return 'g'
	case 'ل', 'ݪ':
		return 'l'
	case 'م':
		return 'm'
	case 'ن', 'ڻ', 'ڱ', 'ڃ':
		return 'n'
	}
	switch {
	case '۰' <= r && r <= '۹':
		return '0' + byte(r-'۰')
	case '٠' <= r && r <= '٩':
		return '0' + byte(r-'٠')
	}
	return 0
}

// alphabetic adds a word in Ol Chiki or Meetei Mayek.
func (s *speller) alphabetic(word string) {
	for _, r := range word {
		if len(s.dst) >= maxSounds {
			return
		}
		var c byte
		switch {
		case 0x1C50 <= r && r <= 0x1C59:
			c = '0' + byte(r-0x1C50)
		case r == 0x1C78, r == 0x1C7A, r == 0xABEA: // mu ttuddag, mu-gaahlaa ttuddaag, nung
			c = 'N'
		case 0x1C5A <= r && r <= 0x1C77:
			c = olChikiSounds[r-0x1C5A]
		case 0xABF0 <= r && r <= 0xABF9:
			c = '0' + byte(r-0xABF0)
		case 0xABC0 <= r && int(r-0xABC0) < len(meeteiSounds):
			c = meeteiSounds[r-0xABC0]
		}
		switch n := len(s.dst); {
		case c == 0:
		case c == 'h' && n > s.from && traits[s.dst[n-1]].aspirates: // aspiration is written with the letter for h
			s.dst[n-1] -= 'a' - 'A'
		case traits[c].consonant:
			s.consonant(c)
		default:
			s.dst = append(s.dst, c)
		}
	}
}

// olChikiSounds gives the sounds of the letters from U+1C5A on, as Unicode names them.
var olChikiSounds = [...]byte{
	'o', 't', 'g', 'n', 'l', // la at ag ang al
	'A', 'k', 'j', 'm', 'v', // laa aak aaj aam aaw
	'i', 's', 'h', 'n', 'r', // li is ih iny ir
	'u', 'c', 'd', 'n', 'y', // lu uc ud unn uy
	'e', 'p', 'd', 'n', 'R', // le ep edd en err
	'o', 't', 'b', 'v', 'h', // lo ott ob ov oh
}

// meeteiSounds gives the sounds of the letters and signs of Meetei Mayek from
// U+ABC0 on. The inherent vowel of its letters is left to the matcher.
var meeteiSounds = [...]byte{
	'k', 's', 'l', 'm', 'p', 'n', 'c', 't', 'K', 'n', 'T', 'v', 'y', 'h', 'u', 'i', 'P', 'a', // kok ... pham atiya
	'g', 'J', 'r', 'b', 'j', 'd', 'G', 'D', 'B', // gok ... bham
	'k', 'l', 'm', 'p', 'n', 't', 'n', 'i', // lonsum
	'o', 'i', 'A', 'e', 'o', 'u', 'O', // onap inap aatap yenap sounap unap cheinap
}
