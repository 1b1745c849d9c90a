package huggingface

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
)

// readWeights reads the tensors of a model whose configuration was held against
// what can be computed.
func readWeights(folder fs.FS, c *config, t *encoder.Tensors) error {
	f, err := folder.Open(weightsName)
	if err != nil {
		return err
	}
	defer f.Close() // it was only read
	info, err := f.Stat()
	if err != nil {
		return err
	}
	at, ok := f.(io.ReaderAt)
	if !ok || !info.Mode().IsRegular() {
		return errors.New("it is no file that can be read at any place")
	}
	file, err := openTensors(at, info.Size())
	if err != nil {
		return err
	}
	m := model{file, c, &t.Config, ""}
	for _, prefix := range []string{"bert.", "roberta."} {
		if _, ok := file.entries[prefix+words]; ok {
			m.prefix = prefix
		}
	}
	m.embeddings(t)
	for i := 0; i < c.Layers && file.err == nil; i++ {
		t.Layers = append(t.Layers, m.layer(i))
	}
	return file.err
}

const words = "embeddings.word_embeddings.weight"

// model reads tensors by their names.
type model struct {
	*tensors
	from   *config
	to     *encoder.Config
	prefix string // before all names
}

// embeddings reads what stands before the layers. The row of the first token type
// is added to each place.
func (m *model) embeddings(t *encoder.Tensors) {
	h := m.to.Hidden
	t.Words = m.rows(words, m.from.Vocabulary, m.to.Pieces, h)
	m.read(m.prefix+"embeddings.position_embeddings.weight", []int{m.from.Positions, h}, m.from.first(), m.to.Tokens, func(numbers []float32) {
		t.Positions = append(t.Positions, numbers...)
	})
	var kind []float32
	m.read(m.prefix+"embeddings.token_type_embeddings.weight", []int{m.from.Types, h}, 0, 1, func(numbers []float32) {
		kind = append(kind, numbers...)
	})
	t.Norm = m.norm("embeddings.LayerNorm")
	if m.err != nil {
		return
	}
	for i := range t.Positions {
		t.Positions[i] += kind[i%h]
	}
}

func (m *model) layer(i int) encoder.LayerTensors {
	h, inner, name := m.to.Hidden, m.to.Inner, fmt.Sprintf("encoder.layer.%d.", i)
	return encoder.LayerTensors{
		Query: m.matrix(name+"attention.self.query", h, h),
		Key:   m.matrix(name+"attention.self.key", h, h),
		Value: m.matrix(name+"attention.self.value", h, h),
		Out:   m.matrix(name+"attention.output.dense", h, h),
		Norm1: m.norm(name + "attention.output.LayerNorm"),
		Up:    m.matrix(name+"intermediate.dense", inner, h),
		Down:  m.matrix(name+"output.dense", h, inner),
		Norm2: m.norm(name + "output.LayerNorm"),
	}
}

// rows gives the first of a matrix's rows, quantised.
func (m *model) rows(name string, all, rows, columns int) (b []byte) {
	m.read(m.prefix+name, []int{all, columns}, 0, rows, func(numbers []float32) {
		b = encoder.AppendWeights(b, m.to.Bits, numbers)
	})
	return b
}

func (m *model) vector(name string, n int) (v []float32) {
	m.read(m.prefix+name, []int{n}, 0, n, func(numbers []float32) { v = append(v, numbers...) })
	return v
}

func (m *model) matrix(name string, out, in int) encoder.Matrix {
	return encoder.Matrix{Rows: m.rows(name+".weight", out, out, in), Bias: m.vector(name+".bias", out)}
}

func (m *model) norm(name string) []float32 {
	return append(m.vector(name+".weight", m.to.Hidden), m.vector(name+".bias", m.to.Hidden)...)
}
