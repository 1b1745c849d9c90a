// Command golden writes the model of package modeltest with seed 1 as Hugging
// Face's files into a folder, and pieces of texts, for an implementation that is
// not ours; see ../../encoder/testdata/candle.
package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"

	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
	"github.com/akshara-go/akshara/rag/e5embed/internal/modeltest"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: golden FOLDER")
	}
	if err := write(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func write(folder string) error {
	t := modeltest.New(1)
	c := t.Config
	config, err := json.Marshal(map[string]any{
		"vocab_size": c.Pieces, "hidden_size": c.Hidden, "num_hidden_layers": c.Layers, "num_attention_heads": c.Heads,
		"intermediate_size": c.Inner, "hidden_act": "gelu", "hidden_dropout_prob": 0, "max_position_embeddings": c.Tokens,
		"type_vocab_size": 1, "initializer_range": 0.02, "layer_norm_eps": c.Epsilon, "pad_token_id": 1,
		"position_embedding_type": "absolute", "use_cache": true, "model_type": "bert",
	})
	if err != nil {
		return err
	}
	ids, err := json.Marshal(modeltest.Texts())
	if err != nil {
		return err
	}
	for name, data := range map[string][]byte{"config.json": config, "ids.json": ids, "model.safetensors": safetensors(t)} {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// file is a file of tensors being made.
type file struct {
	directory map[string]any
	data      []byte
}

func (f *file) add(name string, values []float32, shape ...int) {
	start := len(f.data)
	for _, v := range values {
		f.data = binary.LittleEndian.AppendUint32(f.data, math.Float32bits(v))
	}
	f.directory[name] = map[string]any{"dtype": "F32", "shape": shape, "data_offsets": []int{start, len(f.data)}}
}

func (f *file) linear(name string, m *encoder.Matrix, out, in int) {
	f.add(name+".weight", modeltest.Floats(m.Rows), out, in)
	f.add(name+".bias", m.Bias, out)
}

func (f *file) norm(name string, n []float32) {
	half := len(n) / 2
	f.add(name+".weight", n[:half], half)
	f.add(name+".bias", n[half:], half)
}

// safetensors gives the model's tensors. The token type's row, which is in the
// positions already, is taken off and given by itself.
func safetensors(t *encoder.Tensors) []byte {
	c, f := t.Config, &file{directory: map[string]any{}}
	kind := make([]float32, c.Hidden)
	for i := range kind {
		kind[i] = .25
	}
	positions := make([]float32, len(t.Positions))
	for i, p := range t.Positions {
		positions[i] = p - kind[i%c.Hidden]
	}
	f.add("embeddings.word_embeddings.weight", modeltest.Floats(t.Words), c.Pieces, c.Hidden)
	f.add("embeddings.position_embeddings.weight", positions, c.Tokens, c.Hidden)
	f.add("embeddings.token_type_embeddings.weight", kind, 1, c.Hidden)
	f.norm("embeddings.LayerNorm", t.Norm)
	for i := range t.Layers {
		l, name := &t.Layers[i], fmt.Sprintf("encoder.layer.%d.", i)
		f.linear(name+"attention.self.query", &l.Query, c.Hidden, c.Hidden)
		f.linear(name+"attention.self.key", &l.Key, c.Hidden, c.Hidden)
		f.linear(name+"attention.self.value", &l.Value, c.Hidden, c.Hidden)
		f.linear(name+"attention.output.dense", &l.Out, c.Hidden, c.Hidden)
		f.norm(name+"attention.output.LayerNorm", l.Norm1)
		f.linear(name+"intermediate.dense", &l.Up, c.Inner, c.Hidden)
		f.linear(name+"output.dense", &l.Down, c.Hidden, c.Inner)
		f.norm(name+"output.LayerNorm", l.Norm2)
	}
	head, err := json.Marshal(f.directory)
	if err != nil {
		log.Fatal(err) // strings and numbers
	}
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(head))), head...), f.data...)
}
