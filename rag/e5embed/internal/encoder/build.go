package encoder

import (
	"encoding/json"
	"fmt"

	"github.com/akshara-go/akshara/rag/e5embed/internal/container"
	"github.com/akshara-go/akshara/rag/e5embed/internal/unigram"
)

// Tensors are a model as importers read it. Config.UnknownScore is computed.
type Tensors struct {
	Config    Config
	Found     []unigram.Piece // the pieces that texts are cut into
	Scores    []float32       // of all pieces, by id
	Lowest    float64         // of the scores of pieces that were left out
	CharsMap  []byte
	Words     []byte    // Rows of Config.Pieces times Config.Hidden
	Positions []float32 // the row of the token type added
	Norm      []float32 // weight, then bias
	Layers    []LayerTensors
}

// LayerTensors are a layer.
type LayerTensors struct {
	Query, Key, Value, Out, Up, Down Matrix
	Norm1, Norm2                     []float32 // weight, then bias
}

// Matrix is a matrix of weights and its bias. A row is blocks of kernel.Block
// weights, one after the other. With four bits each is a float16 scale, then 16
// bytes, whose low halves are the first 16 weights; 0 to 15 stand for -8 to 7
// (ggml's Q4_0). With eight it is a float16 scale, then 32 bytes, which stand for
// -119 to 119 (its Q8_0 but for the range). With 32 it is float32 numbers.
type Matrix struct {
	Rows []byte
	Bias []float32
}

// Sections gives what a model's file holds, after it has been held against the
// configuration as [Open] does.
func (t *Tensors) Sections() ([]container.Section, error) {
	c := t.Config
	trie, unknown, err := unigram.BuildPieces(t.Found, t.lowest())
	if err != nil {
		return nil, err
	}
	c.UnknownScore = unknown
	if err := c.Check(); err != nil {
		return nil, err
	}
	if len(t.Layers) != c.Layers {
		return nil, fmt.Errorf("%d layers of %d", len(t.Layers), c.Layers)
	}
	config, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	sections := []container.Section{
		{Name: "config", Data: config},
		{Name: "pieces.trie", Data: trie},
		{Name: "pieces.scores", Data: floats(t.Scores)},
		{Name: "pieces.chars", Data: t.CharsMap},
		{Name: "words", Data: t.Words},
		{Name: "positions", Data: floats(t.Positions)},
		{Name: "norm", Data: floats(t.Norm)},
	}
	for i := range t.Layers {
		l, name := &t.Layers[i], func(part string) string { return fmt.Sprintf("%d.%s", i, part) }
		qkv := Matrix{append(append(append([]byte{}, l.Query.Rows...), l.Key.Rows...), l.Value.Rows...),
			append(append(append([]float32{}, l.Query.Bias...), l.Key.Bias...), l.Value.Bias...)}
		sections = append(sections, pack(name("qkv"), &qkv, c.Bits, c.Hidden)...)
		sections = append(sections, pack(name("out"), &l.Out, c.Bits, c.Hidden)...)
		sections = append(sections, pack(name("up"), &l.Up, c.Bits, c.Hidden)...)
		sections = append(sections, pack(name("down"), &l.Down, c.Bits, c.Inner)...)
		sections = append(sections, container.Section{Name: name("norm1"), Data: floats(l.Norm1)}, container.Section{Name: name("norm2"), Data: floats(l.Norm2)})
	}
	_, err = Open(container.ByName(sections))
	return sections, err
}

func floats(f []float32) []byte {
	return AppendWeights(make([]byte, 0, 4*len(f)), Whole, f)
}
