// Package spellmodel holds the learnt models with which package translit reads
// words that are typed in Latin letters. Three models speak on a native
// spelling of a word: which native words there are (spelling), how their units are typed
// (typing), and which unit the letters at hand stand for (choice). A list of words tells what stands in texts, and how often.
//
// Both the program that learns them, train/internal/translittrain, and the
// reader of texts use this package, so that both cut words and number features alike.
package spellmodel

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

const (
	// Format begins a file of weights. It changes whenever the features do.
	Format = "AKTL3\n"
	// MaxLetters is how many letters of a word are read; longer ones are no words.
	MaxLetters = 48
	// MaxEmitted is how many letters a native unit is typed with at most: छ
	// before an unwritten a may be "chha".
	MaxEmitted = 4

	maxUnpacked = 8 << 20    // bytes of the weights when they are unpacked
	unknown     = -255. / 16 // a logarithm that says there is no probability
)

// ErrFormat is what Parse's errors wrap.
var ErrFormat = errors.New("no spelling model")

// Model is what is learnt of a language. Tokens of its n-gram models are 0 for a
// word's end, 1 and up for the units, and then the emissions. It may be used concurrently.
type Model struct {
	mix       Mix
	units     []string
	numbers   map[string]uint16 // tokens of the units
	emissions []emission
	byLetters map[string][]uint16 // emissions by their letters
	typing    ngrams
	spelling  ngrams
	choice    choice
	words     words // that stand in texts
}

// Mix is how much each part counts: the logarithms of the three models' probabilities
// are multiplied by theirs, each unit of a spelling adds Unit, and a word of the
// list adds Word, and Common times the class of its frequency.
type Mix struct{ Spelling, Typing, Choice, Unit, Word, Common float32 }

// emission is a native unit with the letters that it is typed with, which may be none.
type emission struct {
	letters string
	unit    uint16 // its token
	class   uint32 // of the unit
}

// Parse reads a file of weights: the format's name, the length of the rest when
// unpacked (4 bytes, little-endian) and the rest, deflated. Numbers are varints
// and strings have their length before them. The rest is: the mix, six
// little-endian float32; the number of units, and each; the number of emissions,
// and the unit and letters of each; the models of spelling and typing; the weights
// of the model of choice; the words. Anything else is an error that wraps [ErrFormat].
func Parse(packed []byte) (*Model, error) {
	head := len(Format) + 4
	if len(packed) < head || string(packed[:len(Format)]) != Format {
		return nil, fmt.Errorf("%w: it begins otherwise", ErrFormat)
	}
	size := binary.LittleEndian.Uint32(packed[len(Format):])
	if size > maxUnpacked {
		return nil, fmt.Errorf("%w: %d bytes are too many", ErrFormat, size)
	}
	raw, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed[head:])), int64(size)+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	r := &reader{rest: raw, text: string(raw), failed: len(raw) != int(size)}
	m := r.model()
	if r.failed || len(r.rest) > 0 {
		return nil, fmt.Errorf("%w: it is damaged", ErrFormat)
	}
	return m, nil
}

func (r *reader) model() *Model {
	m := &Model{numbers: map[string]uint16{}, byLetters: map[string][]uint16{}}
	for _, v := range []*float32{&m.mix.Spelling, &m.mix.Typing, &m.mix.Choice, &m.mix.Unit, &m.mix.Word, &m.mix.Common} {
		*v = math.Float32frombits(binary.LittleEndian.Uint32(r.bytes(4)))
		r.failed = r.failed || !(*v >= -100 && *v <= 100)
	}
	m.units = make([]string, r.tokens())
	for i := range m.units {
		m.units[i] = r.string()
		m.numbers[m.units[i]] = uint16(i + 1)
	}
	m.emissions = make([]emission, r.tokens())
	for i := range m.emissions {
		e := emission{unit: uint16(r.count()), letters: r.string()}
		if e.unit == 0 || int(e.unit) > len(m.units) || len(e.letters) > MaxEmitted {
			r.fail()
			return nil
		}
		e.class = classOf(m.units[e.unit-1])
		m.emissions[i] = e
		m.byLetters[e.letters] = append(m.byLetters[e.letters], uint16(i))
	}
	m.spelling = r.ngrams(1 + len(m.units))
	m.typing = r.ngrams(1 + len(m.units) + len(m.emissions))
	m.choice = r.choice()
	m.words = r.words()
	return m
}

// Has tells whether a word, in NFC, stood in the texts that the model is learnt
// from. Of others, one in 256 to 512 is said to be there, too.
func (m *Model) Has(word string) bool {
	_, ok := m.words.class(word)
	return ok
}

// With gives the model with its parts mixed otherwise.
func (m *Model) With(mix Mix) *Model {
	other := *m
	other.mix = mix
	return &other
}

// Likeness gives the mean logarithm of the probability of a word's units: about -2
// for what is spelt like words of the language, below -4 for what is not.
func (m *Model) Likeness(word string) float64 {
	units := Units(word)
	node, sum := m.spelling.follow(0, 0), float32(0)
	for _, u := range slices.Backward(units) {
		token, ok := m.numbers[u]
		if !ok {
			sum += unknown
			node = 0
			continue
		}
		sum += m.spelling.next(node, token)
		node = m.spelling.follow(node, token)
	}
	return float64(sum+m.spelling.next(node, 0)) / float64(len(units)+1)
}
