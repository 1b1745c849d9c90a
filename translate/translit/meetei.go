package translit

// Meetei Mayek is a Brahmic script with letters of its own for consonants that
// end a syllable (lonsum). It joins consonants with the apun sign, ꯭. In the
// pivot a lonsum is its consonant with virama, and ZWNJ behind it where another
// consonant follows; ꯠ is with ZWJ, like the Bengali khanda ta that Manipuri in
// Bengali letters has in its place.

var meeteiLetters = map[rune]string{
	'ꯀ': "क", 'ꯁ': "स", 'ꯂ': "ल", 'ꯃ': "म", 'ꯄ': "प", 'ꯅ': "न", 'ꯆ': "च", 'ꯇ': "त", 'ꯈ': "ख", 'ꯉ': "ङ", 'ꯊ': "थ", 'ꯋ': "व", 'ꯌ': "य",
	'ꯍ': "ह", 'ꯎ': "उ", 'ꯏ': "इ", 'ꯐ': "फ", 'ꯑ': "अ", 'ꯒ': "ग", 'ꯓ': "झ", 'ꯔ': "र", 'ꯕ': "ब", 'ꯖ': "ज", 'ꯗ': "द", 'ꯘ': "घ", 'ꯙ': "ध", 'ꯚ': "भ",
	'ꫢ': "छ", 'ꫣ': "ञ", 'ꫤ': "ट", 'ꫥ': "ठ", 'ꫦ': "ड", 'ꫧ': "ढ", 'ꫨ': "ण", 'ꫩ': "श", 'ꫪ': "ष",
	'ꯣ': "ो", 'ꯤ': "ि", 'ꯥ': "ा", 'ꯦ': "े", 'ꯧ': "ौ", 'ꯨ': "ु", 'ꯩ': "ै", 'ꯪ': "ं", 'ꫫ': "ी", 'ꫬ': "ू", 'ꯢ': "इ", '꫶': "्", '꯭': "्", 'ꫵ': "ः", '꯫': "।",
}

var meeteiLonsum = map[rune]rune{'ꯛ': 'क', 'ꯜ': 'ल', 'ꯝ': 'म', 'ꯞ': 'प', 'ꯟ': 'न', 'ꯠ': 'त', 'ꯡ': 'ङ'}

// meeteiVowels are independent vowels, which are ꯑ with a sign.
var meeteiVowels = map[rune]string{
	'अ': "ꯑ", 'आ': "ꯑꯥ", 'इ': "ꯏ", 'ई': "ꯑꫫ", 'उ': "ꯎ", 'ऊ': "ꯑꫬ", 'ए': "ꯑꯦ", 'ऐ': "ꯑꯩ", 'ओ': "ꯑꯣ", 'औ': "ꯑꯧ",
	'ऋ': "ꯔꯤ", 'ॠ': "ꯔꫫ", 'ऍ': "ꯑꯦ", 'ऑ': "ꯑꯣ", 'ऎ': "ꯑꯦ", 'ऒ': "ꯑꯣ", 'ॲ': "ꯑꯦ",
	'ृ': "꯭ꯔꯤ", 'ॄ': "꯭ꯔꫫ", 'ॅ': "ꯦ", 'ॉ': "ꯣ", 'ॆ': "ꯦ", 'ॊ': "ꯣ", 'ळ': "ꯂ", candra: "ꯪ",
}

// meeteiFrom is how a pivot letter is written, and meeteiFinal how a consonant
// is that ends a syllable.
var meeteiFrom, meeteiFinal = func() (from map[rune]string, final map[rune]string) {
	from, final = map[rune]string{}, map[rune]string{}
	for m, p := range meeteiLetters {
		if m != 'ꯢ' && m != '꫶' && m != '꯫' {
			from[[]rune(p)[0]] = string(m)
		}
	}
	for r, text := range meeteiVowels {
		from[r] = text
	}
	for m, p := range meeteiLonsum {
		final[p] = string(m)
	}
	return from, final
}()

// meeteiToPivot appends a run of Meetei Mayek to dst.
func meeteiToPivot(dst []rune, run string) []rune {
	letters := []rune(run)
	for i := 0; i < len(letters); i++ {
		r := letters[i]
		if r == 'ꯑ' && i+1 < len(letters) {
			if s := []rune(meeteiLetters[letters[i+1]]); len(s) == 1 && vowelOf[s[0]] != 0 {
				dst = append(dst, vowelOf[s[0]])
				i++
				continue
			}
		}
		switch final := meeteiLonsum[r]; {
		case r == 'ꯠ':
			dst = append(dst, final, virama, zwj)
		case final != 0:
			dst = append(dst, final, virama)
			if i+1 < len(letters) && meeteiConsonant(letters[i+1]) {
				dst = append(dst, zwnj)
			}
		case '꯰' <= r && r <= '꯹':
			dst = append(dst, '०'+r-'꯰')
		case meeteiLetters[r] != "":
			dst = append(dst, []rune(meeteiLetters[r])...)
		default:
			dst = append(dst, r)
		}
	}
	return dst
}

// meeteiConsonant tells whether r is a consonant, of either kind.
func meeteiConsonant(r rune) bool {
	p := []rune(meeteiLetters[r])
	return len(p) == 1 && isConsonant(p[0]) || meeteiLonsum[r] != 0
}

// meeteiFromPivot appends a pivot text in Meetei Mayek. Nukta is left out.
func meeteiFromPivot(dst []byte, p []rune) []byte {
	for i := 0; i < len(p); i++ {
		r := p[i]
		if isConsonant(r) {
			if text, used := meeteiEnd(p[i:]); used > 0 {
				dst = append(dst, text...)
				i += used - 1
				continue
			}
		}
		text, known := meeteiFrom[r]
		switch {
		case r == nukta:
		case '०' <= r && r <= '९':
			dst = append(dst, string('꯰'+r-'०')...)
		case r == '।':
			dst = append(dst, "꯫"...)
		case known:
			dst = append(dst, text...)
		default:
			dst = append(dst, string(r)...)
		}
	}
	return dst
}

// meeteiEnd gives the letter for a consonant at the front of p that ends a
// syllable, and how many runes it stands for; 0 when it ends none.
func meeteiEnd(p []rune) (string, int) {
	n := 1
	if n < len(p) && p[n] == nukta {
		n++
	}
	final := meeteiFinal[p[0]]
	if final == "" || n >= len(p) || p[n] != virama {
		return "", 0
	}
	n++
	switch {
	case n == len(p):
	case p[n] == zwj && p[0] == 'त', p[n] == zwnj:
		n++
	case isConsonant(p[n]):
		return "", 0
	}
	return final, n
}
