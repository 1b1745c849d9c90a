package analysis

// appendOlChiki appends the key of a word in the alphabet of Santali. flap is
// the sound of ᱲ, which is heard as d and as r.
func appendOlChiki(dst []byte, word string, flap byte) []byte {
	k := skeleton{dst: dst, from: len(dst)}
	for _, r := range word {
		switch {
		case 0x1C50 <= r && r <= 0x1C59:
			k.raw('0' + byte(r-0x1C50))
		case r == 0x1C78, r == 0x1C7A: // mu ttuddag, mu-gaahlaa ttuddaag
			k.nasal('n')
		case r == 'ᱲ' && flap != 0:
			k.letter(flap)
		case 0x1C5A <= r && r <= 0x1C77:
			k.letter(olChiki[r-0x1C5A])
		}
	}
	return k.end()
}

// letter adds a letter of an alphabet that writes its vowels.
func (k *skeleton) letter(c byte) {
	switch {
	case c == 'a':
		k.vowel()
	case c == 'h' && isStop(k.last()) && k.bare: // aspiration is written with the letter for h
	default:
		k.consonant(c)
		k.bare = true
	}
}

// olChiki gives the sounds of the letters from U+1C5A on, as Unicode names them.
var olChiki = [...]byte{
	'a', 't', 'g', 'n', 'l', // la at ag ang al
	'a', 'k', 'j', 'm', 'v', // laa aak aaj aam aaw
	'a', 's', 'h', 'n', 'r', // li is ih iny ir
	'a', 'c', 'd', 'n', 'y', // lu uc ud unn uy
	'a', 'p', 'd', 'n', 'd', // le ep edd en err
	'a', 't', 'b', 'v', 'h', // lo ott ob ov oh
}

// meetei gives the sounds of the letters of Meetei Mayek from U+ABC0 on: 'a' for a vowel.
var meetei = [...]byte{
	'k', 's', 'l', 'm', 'p', 'n', 'c', 't', 'k', 'n', 't', 'v', 'y', 'h', 'a', 'a', 'p', // kok ... pham
	'a', 'g', 'j', 'r', 'b', 'j', 'd', 'g', 'd', 'b', // atiya ... bham
	'k', 'l', 'm', 'p', 'n', 't', 'n', 'a', // lonsum
}

// appendMeetei appends the key of a word in Meetei Mayek.
func appendMeetei(dst []byte, word string) []byte {
	k := skeleton{dst: dst, from: len(dst)}
	for _, r := range word {
		switch {
		case 0xABF0 <= r && r <= 0xABF9:
			k.raw('0' + byte(r-0xABF0))
		case r == 0xABED: // apun iyek
			k.virama()
		case r == 0xABEA: // nung
			k.nasal('g')
		case 0xABE3 <= r && r <= 0xABE9:
			k.vowel()
		case 0xABC0 <= r && int(r-0xABC0) < len(meetei):
			c := meetei[r-0xABC0]
			if c == 'a' {
				k.vowel()
				continue
			}
			k.consonant(c)
			k.bare = r >= 0xABDB
		}
	}
	return k.end()
}
