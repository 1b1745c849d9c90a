package encoder

import (
	"encoding/binary"
	"fmt"

	"github.com/akshara-go/akshara/rag/e5embed/internal/kernel"
	"github.com/akshara-go/akshara/rag/e5embed/internal/unigram"
)

// An Encoder is a model that was opened. It may be used concurrently.
type Encoder struct {
	Config    *Config
	Tokenizer *unigram.Tokenizer

	words     []byte
	positions []float32
	norm      norm
	layers    []layer
}

type norm struct{ weight, bias []float32 }

type layer struct {
	qkv, out, up, down linear
	norm1, norm2       norm
}

// Open gives the encoder that a file's sections hold. Embeddings of pieces, weights
// of four and eight bits, the trie and the map of characters are used where they are,
// and must stay there.
func Open(sections map[string][]byte) (*Encoder, error) {
	c, err := readConfig(sections["config"])
	if err != nil {
		return nil, err
	}
	r := reader{sections: sections}
	e := &Encoder{
		Config:    c,
		words:     r.bytes("words", c.Pieces*c.Hidden/kernel.Block*blockBytes(c.Bits)),
		positions: r.floats("positions", c.Tokens*c.Hidden),
		norm:      r.norm("norm", c.Hidden),
		layers:    make([]layer, c.Layers),
	}
	for i := range e.layers {
		l, name := &e.layers[i], func(part string) string { return fmt.Sprintf("%d.%s", i, part) }
		l.qkv = r.linear(name("qkv"), c.Bits, 3*c.Hidden, c.Hidden)
		l.out = r.linear(name("out"), c.Bits, c.Hidden, c.Hidden)
		l.up = r.linear(name("up"), c.Bits, c.Inner, c.Hidden)
		l.down = r.linear(name("down"), c.Bits, c.Hidden, c.Inner)
		l.norm1, l.norm2 = r.norm(name("norm1"), c.Hidden), r.norm(name("norm2"), c.Hidden)
	}
	scores := r.floats("pieces.scores", c.Pieces)
	if r.err != nil {
		return nil, r.err
	}
	e.Tokenizer, err = unigram.New(unigram.Tables{
		Trie: sections["pieces.trie"], Scores: scores, Unknown: c.Unknown, UnknownScore: c.UnknownScore, CharsMap: sections["pieces.chars"],
	})
	return e, err
}

// reader takes sections apart, and keeps the first error.
type reader struct {
	sections map[string][]byte
	err      error
}

func (r *reader) bytes(name string, size int) []byte {
	b, ok := r.sections[name]
	if r.err == nil && (!ok || len(b) != size) {
		r.err = fmt.Errorf("the section %q has %d bytes, where the configuration asks for %d", name, len(b), size)
	}
	if r.err != nil {
		return nil
	}
	return b
}

func (r *reader) floats(name string, n int) []float32 {
	b := r.bytes(name, 4*n)
	f := make([]float32, len(b)/4)
	readWeights(f, Whole, b)
	return f
}

func (r *reader) halves(name string, n int) []float32 {
	b := r.bytes(name, 2*n)
	f := make([]float32, len(b)/2)
	for i := range f {
		f[i] = FromHalf(binary.LittleEndian.Uint16(b[2*i:]))
	}
	return f
}

func (r *reader) norm(name string, n int) norm {
	f := r.floats(name, 2*n)
	return norm{f[:len(f)/2], f[len(f)/2:]}
}

func (r *reader) linear(name string, bits, out, in int) linear {
	bias := r.floats(name+".bias", out)
	if bits == Whole {
		return &whole{in: in, out: out, weights: r.floats(name+".weights", out*in), bias: bias}
	}
	low := kernel.Linear{
		In: in, Out: out,
		Nibbles: r.bytes(name+".nibbles", out*in/2),
		Scales:  r.halves(name+".scales", out*in/kernel.Block),
		Bias:    bias,
	}
	if bits == Four {
		return &fourBits{low}
	}
	high := low
	high.Nibbles, high.Scales, high.Bias = r.bytes(name+".high", out*in/2), make([]float32, len(low.Scales)), make([]float32, out)
	for i, s := range low.Scales {
		high.Scales[i] = 16 * s
	}
	return &eightBits{low, high}
}
