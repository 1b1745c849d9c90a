package analysis

// appendArabic appends the key of a word in the Arabic script, as Urdu, Sindhi and Kashmiri write it.
func appendArabic(dst []byte, word string) []byte {
	k := skeleton{dst: dst, from: len(dst)}
	prevAlef := false
	for _, r := range word {
		alef := false
		switch c := arabicSound(r); {
		case r == 'ا' || r == 'آ' || r == 'أ' || r == 'إ' || r == 'ع':
			alef = true
			k.initial()
		case r == 'ں':
			k.nasal()
		case r == 'و':
			if len(k.dst) == k.from || prevAlef {
				k.consonant('v')
			} else {
				k.vowel(true)
			}
		case r == 'ی' || r == 'ي' || r == 'ى' || r == 'ئ' || r == 'ے':
			if len(k.dst) == k.from {
				k.consonant('y')
			} else {
				k.vowel(true)
			}
		case r == 'ھ':
		case '۰' <= r && r <= '۹':
			k.raw('0' + byte(r-'۰'))
		case '٠' <= r && r <= '٩':
			k.raw('0' + byte(r-'٠'))
		case c != 0:
			k.consonant(c)
		}
		prevAlef = alef
	}
	return k.end()
}

// arabicSound gives the consonant of a letter; 0 when it has none.
func arabicSound(r rune) byte {
	switch r {
	case 'ب', 'ڀ', 'ٻ':
		return 'b'
	case 'پ', 'ف', 'ڦ':
		return 'p'
	case 'ت', 'ٹ', 'ط', 'ٿ', 'ٽ', 'ٺ', 'ة':
		return 't'
	case 'ث', 'س', 'ش', 'ص':
		return 's'
	case 'ج', 'ز', 'ذ', 'ض', 'ظ', 'ژ', 'ڄ':
		return 'j'
	case 'ڃ':
		return 'n'
	case 'چ', 'ڇ':
		return 'c'
	case 'ح', 'ہ', 'ه', 'ۃ':
		return 'h'
	case 'خ', 'ک', 'ك', 'ق', 'ڪ':
		return 'k'
	case 'د', 'ڈ', 'ڌ', 'ڊ', 'ڏ', 'ڍ', 'ڑ':
		return 'd'
	case 'ر', 'ڙ':
		return 'r'
	case 'غ', 'گ', 'ڳ', 'ڱ':
		return 'g'
	case 'ل':
		return 'l'
	case 'م':
		return 'm'
	case 'ن', 'ڻ':
		return 'n'
	}
	return 0
}
