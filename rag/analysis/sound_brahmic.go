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

// brahmic reads the sounds of a word in a script that is laid out after ISCII.
// flap is the sound of the letters ड़ and ढ़, which is heard as d and as r.
type brahmic struct {
	skeleton
	flap byte
	prev rune // the last consonant letter
}

// appendBrahmic appends the key of a word in NFC.
func appendBrahmic(dst []byte, word string, flap byte) []byte {
	b := brahmic{skeleton: skeleton{dst: dst, from: len(dst)}, flap: flap}
	for i, r := range word {
		if !isBrahmic(r) {
			continue
		}
		if s := scriptAt(r); i == 0 && (s == scriptTamil || s == scriptMalayalam) {
			b.dst = append(b.dst, coarseMark)
			b.from++
			b.coarse = true
		}
		b.rune(r)
	}
	return b.end()
}

func scriptAt(r rune) script { return scriptDevanagari + script((r-brahmicFirst)>>7) }

func (b *brahmic) rune(r rune) {
	off := r & 0x7F
	switch {
	case off == offCandrabindu, off == offAnusvara, r == 'ੰ':
		b.anusvara(r)
	case off == offVirama:
		b.virama()
	case off == offNukta:
		b.nukta(r)
	case 0x66 <= off && off <= 0x6F:
		b.raw('0' + byte(off-0x66))
	case off == 0x43, off == 0x44: // ृ ॄ
		b.consonant('r')
	case off == 0x0B, off == 0x60: // ऋ ॠ
		b.consonant('r')
	case 0x3E <= off && off <= 0x4C, off == 0x62, off == 0x63:
		b.vowel()
	case 0x04 <= off && off <= 0x14, off == 0x61, off == 0x72 && r != 'ੲ', r == 'ੲ', r == 'ੳ':
		b.vowel()
	default:
		b.letter(r)
	}
}

// anusvara adds the sign for a nasal. At the end it sounds n in the north, m in
// the south, ng in Bengali, where chandrabindu is hardly heard.
func (b *brahmic) anusvara(r rune) {
	switch scriptAt(r) {
	case scriptBengali:
		if r&0x7F == offAnusvara {
			b.nasal('g')
		}
	case scriptTelugu, scriptKannada, scriptMalayalam:
		b.nasal('m')
	default:
		b.nasal('n')
	}
}

// nukta turns the letter before it into the one that has a code point of its own elsewhere.
func (b *brahmic) nukta(r rune) {
	if n := len(b.dst); n > b.from {
		switch off := b.prev & 0x7F; {
		case off == 0x21, off == 0x22:
			b.dst[n-1] = b.flapSound(r)
		case off == 0x2F && b.dst[n-1] == 'j': // য়
			b.dst = b.dst[:n-1]
			b.vowel()
		}
	}
}

func (b *brahmic) flapSound(r rune) byte {
	if s := scriptAt(r); b.flap == 0 && (s == scriptBengali || s == scriptOriya || s == scriptGurmukhi) {
		return 'r'
	} else if b.flap == 0 {
		return 'd'
	}
	return b.flap
}

// letter adds a consonant letter.
func (b *brahmic) letter(r rune) {
	off := r & 0x7F
	c, s := brahmicSound[off], scriptAt(r)
	switch {
	case off >= 0x7A && s == scriptMalayalam: // chillu
		b.consonant("nnrllk"[off-0x7A])
		b.virama()
		b.prev = r
		return
	case off == 0x4E && s == scriptBengali: // ৎ
		b.consonant('t')
		b.virama()
		return
	case r == 'ৰ':
		c = 'r'
	case r == 'ৱ':
		c = 'v'
	case r == 'ੜ', off == 0x5C, off == 0x5D:
		c = b.flapSound(r)
	}
	prev := b.prev & 0x7F
	switch {
	case c == 0:
		return
	case off == 0x2F && s == scriptBengali && (b.empty() || !b.bare): // য, but not as a sign under another
		c = 'j'
	case off == 0x37 && prev == 0x15 && b.bare && s == scriptBengali: // ক্ষ is spoken kkh
		b.bare = false
		return
	case off == 0x1E && prev == 0x1C && b.bare && s < scriptTamil: // ज्ञ is spoken gy
		b.dst[len(b.dst)-1] = 'g'
		b.bare = false
		return
	case off == 0x31 && b.coarse && b.bare: // റ്റ, ന്റ, ற்ற, ன்ற
		b.alveolar(prev, s)
		b.prev = r
		return
	}
	b.consonant(c)
	b.schwa = true
	b.prev = r
}

// alveolar adds the sound of റ after a letter without vowel: t in Malayalam, tr in Tamil.
func (b *brahmic) alveolar(prev rune, s script) {
	if prev == 0x31 {
		b.dst[len(b.dst)-1] = 't'
	} else {
		b.bare = false
		b.consonant('t')
	}
	if s == scriptTamil {
		b.consonant('r')
	}
}
