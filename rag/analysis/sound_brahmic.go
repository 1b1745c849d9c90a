package analysis

// brahmicSound gives the consonant that stands at an offset of a Brahmic block; 0 where none does.
var brahmicSound = [128]byte{
	0x15: 'k', 'k', 'g', 'g', 'n', // क ख ग घ ङ
	0x1A: 'c', 'c', 'j', 'j', 'n', // च छ ज झ ञ
	0x1F: 't', 't', 'd', 'd', 'n', // ट ठ ड ढ ण
	0x24: 't', 't', 'd', 'd', 'n', 'n', // त थ द ध न ऩ
	0x2A: 'p', 'p', 'b', 'b', 'm', // प फ ब भ म
	0x2F: 'y', 'r', 'r', 'l', 'l', 'l', 'v', // य र ऱ ल ळ ऴ व
	0x36: 's', 's', 's', 'h', // श ष स ह
	0x58: 'k', 'k', 'g', 'j', 'd', 'd', 'p', 'y', // क़ ख़ ग़ ज़ ड़ ढ़ फ़ य़
}

// appendBrahmic appends the key of a word in a script laid out after ISCII.
func appendBrahmic(dst []byte, word string) []byte {
	k := skeleton{dst: dst, from: len(dst)}
	for _, r := range word {
		off := r & 0x7F
		switch {
		case !isBrahmic(r):
		case off == offCandrabindu, off == offAnusvara, r == 'ੰ':
			k.nasal()
		case off == offVirama:
			k.virama()
		case 0x66 <= off && off <= 0x6F:
			k.raw('0' + byte(off-0x66))
		case 0x3E <= off && off <= 0x4C:
			k.vowel(off == 0x3E)
		case 0x04 <= off && off <= 0x14, off == 0x60, off == 0x61, off == 0x72, r == 'ੲ', r == 'ੳ':
			k.initial()
		case brahmicSound[off] != 0:
			k.consonant(brahmicSound[off])
		}
	}
	return k.end()
}
