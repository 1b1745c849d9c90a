package suggest

import "unicode/utf8"

// Offsets within a block of 128 code points that is laid out after ISCII.
const (
	offCandrabindu = 0x01
	offAnusvara    = 0x02
	offVisarga     = 0x03
	offNukta       = 0x3C
	offVirama      = 0x4D
)

// The blocks that are read in a way of their own.
const (
	blockBengali   = 0x0980
	blockTamil     = 0x0B80
	blockMalayalam = 0x0D00
)

// brahmicConsonants gives the sound of the letter at an offset; 0 where none stands.
var brahmicConsonants = [128]byte{
	0x15: 'k', 'K', 'g', 'G', 'n', // क ख ग घ ङ
	0x1A: 'c', 'C', 'j', 'J', 'n', // च छ ज झ ञ
	0x1F: 't', 'T', 'd', 'D', 'n', // ट ठ ड ढ ण
	0x24: 't', 'T', 'd', 'D', 'n', 'n', // त थ द ध न ऩ
	0x2A: 'p', 'P', 'b', 'B', 'm', // प फ ब भ म
	0x2F: 'y', 'r', 'r', 'l', 'l', 'L', 'v', // य र ऱ ल ळ ऴ व
	0x36: 'S', 'S', 's', 'h', // श ष स ह
	0x58: 'k', 'K', 'g', 'z', 'R', 'R', 'f', 'y', // क़ ख़ ग़ ज़ ड़ ढ़ फ़ य़
	0x7B: 'g', 'j', 0, 'd', 'b', // ॻ ॼ ॾ ॿ
}

// brahmicVowels gives the vowel of the letter or sign at an offset; 0 where none stands.
var brahmicVowels = [128]byte{
	0x04: 'a', 'a', 'A', 'i', 'I', 'u', 'U', // ऄ अ आ इ ई उ ऊ
	0x0D: 'e', 'e', 'e', 'E', 'o', 'o', 'o', 'O', // ऍ ऎ ए ऐ ऑ ऒ ओ औ
	0x3E: 'A', 'i', 'I', 'u', 'U', // ा ि ी ु ू
	0x45: 'e', 'e', 'e', 'E', 'o', 'o', 'o', 'O', // ॅ ॆ े ै ॉ ॊ ो ौ
	0x57: 'O',
	0x62: 'i', 'i', // ॢ ॣ
}

// brahmicReader reads a word in a script that is laid out after ISCII.
type brahmicReader struct {
	*speller
	schwa bool // the last sound is a consonant without a vowel as yet
	bare  bool // behind a virama
	ng    bool // the last sounds are those of ng, of which k or g behind them takes the g away
}

func (s *speller) brahmic(word string) {
	b := brahmicReader{speller: s}
	if r, _ := utf8.DecodeRuneInString(word); len(s.dst) == 0 && (r&^0x7F == blockTamil || r&^0x7F == blockMalayalam) {
		s.coarse = true
	}
	for _, r := range word {
		if len(s.dst) >= maxSounds {
			return
		}
		if r >= 0x0900 && r < 0x0D80 {
			b.rune(r, int(r&0x7F), r&^0x7F)
		}
	}
	b.inherent()
}

// last gives the last sound of the word, or 0.
func (b *brahmicReader) last() byte {
	if len(b.dst) == b.from {
		return 0
	}
	return b.dst[len(b.dst)-1]
}

// inherent writes the vowel that the last consonant has when nothing says otherwise.
func (b *brahmicReader) inherent() {
	if b.schwa {
		b.vowel('@')
	}
	b.schwa, b.bare = false, false
}

func (b *brahmicReader) rune(r rune, off int, block rune) {
	switch v := brahmicVowels[off]; {
	case off == offVirama:
		b.bare, b.schwa = true, false
	case off == offNukta:
		b.nukta(block)
	case off == offAnusvara, off == offCandrabindu, r == 'ੰ':
		b.nasal(off, block)
	case off == offVisarga:
		if b.inherent(); b.last() != 0 {
			b.consonant('h')
		}
	case off == 0x43, off == 0x44: // ृ ॄ
		b.schwa, b.bare = false, false
		b.dst = append(b.dst, 'r', 'i')
	case off == 0x0B, off == 0x60: // ऋ ॠ
		b.inherent()
		b.dst = append(b.dst, 'r', 'i')
	case 0x66 <= off && off <= 0x6F:
		b.inherent()
		b.dst = append(b.dst, '0'+byte(off-0x66))
	case v != 0 && off >= 0x3E:
		b.schwa, b.bare = false, false
		b.vowel(v)
	case v != 0:
		b.inherent()
		b.vowel(v)
	default:
		b.letter(r, off, block)
	}
}

// nasal adds anusvara or chandrabindu; anusvara sounds ng in Bengali.
func (b *brahmicReader) nasal(off int, block rune) {
	b.inherent()
	switch {
	case block == blockBengali && off == offAnusvara:
		b.dst = append(b.dst, 'N', 'g')
		b.ng = true
	default:
		b.dst = append(b.dst, 'N')
	}
}

// nukta turns the consonant before it into the one that it marks.
func (b *brahmicReader) nukta(block rune) {
	n := len(b.dst)
	if n == b.from {
		return
	}
	switch c := &b.dst[n-1]; *c {
	case 'd', 'D':
		*c = 'R'
	case 'j', 'J':
		*c = 'z'
		if block == blockBengali { // য়
			*c = 'y'
		}
	case 'P':
		*c = 'f'
	case 's':
		*c = 'S'
	}
}

// letter adds a consonant letter.
func (b *brahmicReader) letter(r rune, off int, block rune) {
	c := brahmicConsonants[off]
	switch {
	case block == blockMalayalam && 0x7A <= off: // chillu
		b.inherent()
		b.consonant("nnrllk"[off-0x7A])
		b.bare = true
		return
	case r == 'ৎ':
		b.inherent()
		b.consonant('t')
		b.bare = true
		return
	case r == 'ৰ':
		c = 'r'
	case r == 'ৱ':
		c = 'v'
	case c == 0:
		return
	}
	bare, ng := b.bare, b.ng
	b.inherent()
	b.ng = false
	switch {
	case ng && b.afterNg(off):
	case off == 0x19: // ङ
		b.dst = append(b.dst, 'N', 'g')
		b.ng = true
	case bare && b.cluster(off, block):
	case block == blockBengali && off == 0x2F && (!bare || b.last() == 'r'): // য, but not as a sign under another
		b.consonant('j')
	default:
		b.consonant(c)
	}
	b.schwa = true
}

// afterNg adds a consonant that ends the sound ng, and tells whether it is one.
func (b *brahmicReader) afterNg(off int) bool {
	last := &b.dst[len(b.dst)-1]
	switch c := brahmicConsonants[off]; {
	case *last != 'g' || off != 0x19 && c != 'k' && c != 'K' && c != 'g' && c != 'G':
		return false
	case off != 0x19:
		*last = c
	}
	return true
}

// cluster adds the second letter of a conjunct that is not spoken as written,
// and tells whether it was one.
func (b *brahmicReader) cluster(off int, block rune) bool {
	last, n := b.last(), len(b.dst)
	switch {
	case last == 0:
		return false
	case off == 0x1E && last == 'j': // ज्ञ is spoken gy
		b.dst[n-1] = 'g'
		b.consonant('y')
	case off == 0x1A && last == 't':
		b.dst[n-1] = 'c'
	case off == 0x37 && last == 'k' && block == blockBengali: // ক্ষ is spoken kkh
		b.dst[n-1] = 'K'
	case off == 0x2C && block == blockBengali && last != 'm' && last != 'r' && last != 'b': // ব under another is silent
	case off == 0x31 && last == 'r' && block == blockTamil: // ற்ற
		b.dst[n-1] = 't'
		b.consonant('r')
	case off == 0x31 && last == 'r' && block == blockMalayalam: // റ്റ
		b.dst[n-1] = 't'
	case off == 0x31 && last == 'n' && block == blockTamil: // ன்ற
		b.dst = append(b.dst, 't', 'r')
	case off == 0x31 && last == 'n' && block == blockMalayalam: // ന്റ
		b.consonant('t')
	default:
		return false
	}
	return true
}
