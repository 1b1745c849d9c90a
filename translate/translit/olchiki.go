package translit

// Ol Chiki is an alphabet: every vowel has its letter, and consonants have
// none of their own. Its ᱚ is the a that a Brahmic consonant has by itself.

var olChikiLetters = map[rune]rune{
	'ᱛ': 'त', 'ᱜ': 'ग', 'ᱝ': anusvara, 'ᱞ': 'ल', 'ᱠ': 'क', 'ᱡ': 'ज', 'ᱢ': 'म', 'ᱣ': 'व', 'ᱥ': 'स', 'ᱦ': 'ह', 'ᱧ': 'ञ', 'ᱨ': 'र',
	'ᱪ': 'च', 'ᱫ': 'द', 'ᱬ': 'ण', 'ᱭ': 'य', 'ᱯ': 'प', 'ᱰ': 'ड', 'ᱱ': 'न', 'ᱲ': 'ड', 'ᱴ': 'ट', 'ᱵ': 'ब', 'ᱸ': candra,
	'ᱚ': 'अ', 'ᱟ': 'आ', 'ᱤ': 'इ', 'ᱩ': 'उ', 'ᱮ': 'ए', 'ᱳ': 'ओ',
}

// olChikiFrom gives what Ol Chiki writes for a pivot letter. It has no letters
// for long i and u, for ai and au, nor for the sounds of श and ष.
var olChikiFrom = map[rune]string{
	'अ': "ᱚ", 'आ': "ᱟ", 'इ': "ᱤ", 'ई': "ᱤ", 'उ': "ᱩ", 'ऊ': "ᱩ", 'ए': "ᱮ", 'ऐ': "ᱚᱭ", 'ओ': "ᱳ", 'औ': "ᱚᱣ", 'ऋ': "ᱨᱤ",
	'ऍ': "ᱮ", 'ऑ': "ᱳ", 'ऎ': "ᱮ", 'ऒ': "ᱳ", 'ॲ': "ᱮ", 'ॠ': "ᱨᱤ", 'ऌ': "ᱞᱤ", 'ॡ': "ᱞᱤ",
	'क': "ᱠ", 'ख': "ᱠᱷ", 'ग': "ᱜ", 'घ': "ᱜᱷ", 'ङ': "ᱝ", 'च': "ᱪ", 'छ': "ᱪᱷ", 'ज': "ᱡ", 'झ': "ᱡᱷ", 'ञ': "ᱧ",
	'ट': "ᱴ", 'ठ': "ᱴᱷ", 'ड': "ᱰ", 'ढ': "ᱰᱷ", 'ण': "ᱬ", 'त': "ᱛ", 'थ': "ᱛᱷ", 'द': "ᱫ", 'ध': "ᱫᱷ", 'न': "ᱱ",
	'प': "ᱯ", 'फ': "ᱯᱷ", 'ब': "ᱵ", 'भ': "ᱵᱷ", 'म': "ᱢ", 'य': "ᱭ", 'र': "ᱨ", 'ल': "ᱞ", 'ळ': "ᱞ", 'व': "ᱣ",
	'श': "ᱥ", 'ष': "ᱥ", 'स': "ᱥ", 'ह': "ᱦ", anusvara: "ᱝ", candra: "ᱸ", visarga: "ᱦ",
}

// olChikiToPivot appends a run of Ol Chiki to dst. The mark ᱹ, which changes a
// vowel, becomes a nukta behind it; other marks stay.
func olChikiToPivot(dst []rune, run string) []rune {
	start := len(dst)
	open := false // a consonant waits for its vowel
	for _, r := range run {
		p, known := olChikiLetters[r]
		switch {
		case '᱐' <= r && r <= '᱙':
			p, known = '०'+r-'᱐', true
		case r == 'ᱹ' && !open && len(dst) > start:
			p, known = nukta, true
		case r == 'ᱷ' && open:
			if l := dst[len(dst)-1]; aspirated(l) != 0 {
				dst[len(dst)-1] = aspirated(l)
				continue
			}
		}
		switch {
		case !known:
			dst = closeConsonant(dst, open)
			dst, open = append(dst, r), false
		case isConsonant(p):
			dst = closeConsonant(dst, open)
			dst, open = append(dst, p), true
			if r == 'ᱲ' {
				dst = append(dst, nukta)
			}
		case isVowel(p) && open:
			if sign := signOf[p]; sign != 0 {
				dst = append(dst, sign)
			}
			open = false
		default:
			dst = closeConsonant(dst, open)
			dst, open = append(dst, p), false
		}
	}
	return closeConsonant(dst, open)
}

func closeConsonant(dst []rune, open bool) []rune {
	if open {
		return append(dst, virama)
	}
	return dst
}

// aspirated gives the aspirated letter of a stop, 0 for what has none.
func aspirated(r rune) rune {
	switch r {
	case 'क', 'ग', 'च', 'ज', 'ट', 'ड', 'त', 'द', 'प', 'ब':
		return r + 1
	}
	return 0
}

// olChikiFromPivot appends a pivot text in Ol Chiki.
func olChikiFromPivot(dst []byte, p []rune) []byte {
	for i := 0; i < len(p); i++ {
		r := p[i]
		if v := vowelOf[r]; v != 0 {
			r = v
		}
		text, known := olChikiFrom[r]
		switch {
		case '०' <= r && r <= '९':
			dst = append(dst, string('᱐'+r-'०')...)
			continue
		case r == nukta && i > 0 && (isVowel(p[i-1]) || isSign(p[i-1])):
			dst = append(dst, "ᱹ"...)
			continue
		case r == virama || r == nukta:
			continue
		case !known:
			dst = append(dst, string(r)...)
			continue
		}
		dotted := i+1 < len(p) && p[i+1] == nukta && isConsonant(r)
		if dotted {
			i++
			switch r {
			case 'ड':
				text = "ᱲ"
			case 'ढ':
				text = "ᱲᱷ"
			}
		}
		dst = append(dst, text...)
		if isConsonant(r) && (i+1 == len(p) || !isSign(p[i+1]) && p[i+1] != virama) {
			dst = append(dst, "ᱚ"...)
		}
	}
	return dst
}
