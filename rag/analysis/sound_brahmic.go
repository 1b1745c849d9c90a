package analysis

import "unicode/utf8"

// brahmicSound gives the sound of what stands at an offset of a Brahmic block;
// 0 where nothing sounds. Lower-case letters are consonants, 'a' is a vowel,
// and the other values are signs.
var brahmicSound = [128]byte{
	offCandrabindu: signN, offAnusvara: signN, offVirama: signBare,
	0x04: 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'r', 'l', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', // ऄ अ ... ऋ ऌ ... औ
	0x15: 'k', 'k', 'g', 'g', 'n', // क ख ग घ ङ
	0x1A: 'c', 'c', 'j', 'j', 'n', // च छ ज झ ञ
	0x1F: 't', 't', 'd', 'd', 'n', // ट ठ ड ढ ण
	0x24: 't', 't', 'd', 'd', 'n', 'n', // त थ द ध न ऩ
	0x2A: 'p', 'p', 'b', 'b', 'm', // प फ ब भ म
	0x2F: 'y', 'r', 'r', 'l', 'l', 'l', 'v', // य र ऱ ल ळ ऴ व
	0x36: 's', 's', 's', 'h', // श ष स ह
	0x3E: 'a', 'a', 'a', 'a', 'a', 'r', 'r', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', // ा ... ृ ॄ ... ौ
	0x55: 'a', 'a', 'a', 'k', 'k', 'g', 'j', signFlap, signFlap, 'p', 'y', // length marks, क़ ख़ ग़ ज़ ड़ ढ़ फ़ य़
	0x60: 'r', 'l', 'l', 'l', // ॠ ॡ ॢ ॣ
	0x66: '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
}

// Signs of brahmicSound.
const (
	signN    = 'N' // a nasal that sounds n
	signM    = 'M' // a nasal that sounds m at the end of a word
	signNg   = 'G' // a nasal that sounds ng
	signBare = 'V' // virama
	signFlap = 'F' // ड़ and ढ़
)

// brahmicSounds is brahmicSound for each rune from brahmicFirst to brahmicLast.
var brahmicSounds = func() (t [brahmicLast - brahmicFirst + 1]byte) {
	for i := range t {
		t[i] = brahmicSound[i&0x7F]
		r := rune(brahmicFirst + i)
		switch s := scriptAt(r); {
		case t[i] != signN:
		case s == scriptBengali && i&0x7F == offAnusvara:
			t[i] = signNg
		case s == scriptBengali: // hardly heard
			t[i] = 0
		case s == scriptTelugu, s == scriptKannada, s == scriptMalayalam:
			t[i] = signM
		}
	}
	for r, c := range brahmicExtra {
		t[r-brahmicFirst] = c
	}
	return t
}()

// brahmicExtra holds what single scripts have beside the common layout.
var brahmicExtra = map[rune]byte{
	'ऺ': 'a', 'ऻ': 'a', 'ॎ': 'a', 'ॏ': 'a', 'ॲ': 'a', 'ॳ': 'a', 'ॴ': 'a', 'ॵ': 'a', 'ॶ': 'a', 'ॷ': 'a', // Kashmiri
	'ॸ': 'd', 'ॹ': 'j', 'ॺ': 'y', 'ॻ': 'g', 'ॼ': 'j', 'ॾ': 'd', 'ॿ': 'b', // Sindhi implosives
	'ৰ': 'r', 'ৱ': 'v', // Assamese
	'ੰ': signN, 'ੲ': 'a', 'ੳ': 'a', 'ੜ': signFlap, 'ੵ': 'y',
	'ૹ': 'j', 'ୱ': 'v', 'ୖ': 'a', 'ୗ': 'a',
	'ౘ': 'c', 'ౙ': 'j', 'ౚ': 'r', 'ೞ': 'l', 'ഩ': 'n', 'ഺ': 't', 'ൟ': 'a',
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
	for i := 0; i < len(word); {
		r, size := utf8.DecodeRuneInString(word[i:])
		i += size
		if !isBrahmic(r) {
			continue
		}
		if s := scriptAt(r); i == size && (s == scriptTamil || s == scriptMalayalam) {
			b.dst = append(b.dst, coarseMark)
			b.from++
			b.coarse = true
		}
		if next, n := utf8.DecodeRuneInString(word[i:]); next == r&^0x7F|offNukta {
			r = nuktaed(r)
			i += n
		}
		if full, virama := undead(r); virama != 0 {
			b.rune(full)
			r = virama
		}
		b.rune(r)
	}
	return b.end()
}

// nuktaed gives the letter that stands for r with nukta, where it sounds otherwise than r.
func nuktaed(r rune) rune {
	switch r & 0x7F {
	case 0x21, 0x22: // ड ढ
		return r + 0x3B
	case 0x2F: // য
		return r + 0x30
	}
	return r
}

func (b *brahmic) rune(r rune) {
	switch c := brahmicSounds[r-brahmicFirst]; c {
	case 0:
	case 'a':
		b.vowel()
	case signN:
		b.nasal('n')
	case signM:
		b.nasal('m')
	case signNg:
		b.nasal('g')
	case signBare:
		b.virama()
	case signFlap:
		b.letter(r, b.flapSound(r))
	default:
		switch {
		case c <= '9':
			b.raw(c)
		case r&0x7F < 0x15: // ऋ ऌ
			b.consonant(c)
		default:
			b.letter(r, c)
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

// letter adds a consonant letter of the sound c, as it sounds beside the last one.
func (b *brahmic) letter(r rune, c byte) {
	s, prev := scriptAt(r), b.prev&0x7F
	switch off := r & 0x7F; {
	case off == 0x2F && (s == scriptBengali || s == scriptOriya): // য is j, but under another than র only a sign
		if b.empty() || !b.bare || prev == 0x30 || b.prev == 'ৰ' {
			c = 'j'
		}
	case !b.bare:
	case off == 0x37 && prev == 0x15 && s == scriptBengali: // ক্ষ is spoken kkh
		b.bare = false
		return
	case off == 0x1E && prev == 0x1C && s < scriptTamil: // ज्ञ is spoken gy
		b.dst[len(b.dst)-1] = 'g'
		b.bare = false
		return
	case off == 0x19 && prev == 0x19 && s == scriptMalayalam: // ങ്ങ is written ng
		c = 'k'
	case off == 0x31 && b.coarse: // റ്റ, ന്റ, ற்ற, ன்ற
		b.alveolar(prev, s)
		b.prev = r
		return
	}
	b.consonant(c)
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
