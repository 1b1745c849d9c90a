package modeltest

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
	"github.com/akshara-go/akshara/rag/e5embed/internal/unigram"
)

// Files gives a model of four bits as Hugging Face's files, by their names: a BERT
// of float32 weights. The token type's row, which is in the positions already, is
// taken off and given by itself.
func Files(t *encoder.Tensors) (map[string][]byte, error) {
	c := t.Config
	config, err := json.Marshal(map[string]any{
		"vocab_size": c.Pieces, "hidden_size": c.Hidden, "num_hidden_layers": c.Layers, "num_attention_heads": c.Heads,
		"intermediate_size": c.Inner, "hidden_act": "gelu", "hidden_dropout_prob": 0, "max_position_embeddings": c.Tokens,
		"type_vocab_size": 1, "initializer_range": 0.02, "layer_norm_eps": c.Epsilon, "pad_token_id": 1,
		"position_embedding_type": "absolute", "use_cache": true, "model_type": "bert",
	})
	if err != nil {
		return nil, err
	}
	tokenizer, err := tokenizer(t)
	if err != nil {
		return nil, err
	}
	pooling := fmt.Sprintf(`{"pooling_mode_mean_tokens": %t, "pooling_mode_cls_token": %t}`, c.Pooling == encoder.Mean, c.Pooling == encoder.First)
	weights, err := safetensors(t)
	return map[string][]byte{
		"config.json": config, "model.safetensors": weights, "tokenizer.json": tokenizer, "1_Pooling/config.json": []byte(pooling),
	}, err
}

// tokenizer gives tokenizer.json. Pieces that are in no text are named by their ids
// but for those that begin and end a text.
func tokenizer(t *encoder.Tensors) ([]byte, error) {
	c := t.Config
	vocabulary := make([][2]any, c.Pieces)
	for id := range vocabulary {
		vocabulary[id] = [2]any{fmt.Sprintf("<%d>", id), t.Scores[id]}
	}
	for _, p := range t.Found {
		vocabulary[p.ID][0] = p.Text
	}
	vocabulary[c.Begin][0], vocabulary[c.End][0] = "<s>", "</s>"
	added := []map[string]any{}
	found := map[int]bool{}
	for _, p := range t.Found {
		found[p.ID] = true
	}
	for id := range vocabulary {
		if !found[id] {
			added = append(added, map[string]any{"id": id, "content": vocabulary[id][0], "special": true})
		}
	}
	return json.Marshal(map[string]any{
		"added_tokens": added,
		"normalizer": map[string]any{"type": "Sequence", "normalizers": []map[string]any{
			{"type": "Precompiled", "precompiled_charsmap": t.CharsMap},
			{"type": "Replace", "pattern": map[string]any{"Regex": " {2,}"}, "content": " "},
		}},
		"pre_tokenizer": map[string]any{"type": "Metaspace", "replacement": unigram.Mark, "prepend_scheme": "always"},
		"model":         map[string]any{"type": "Unigram", "unk_id": c.Unknown, "vocab": vocabulary},
	})
}

// file is a file of tensors being made.
type file struct {
	directory map[string]any
	data      []byte
}

func (f *file) add(name string, values []float32, shape ...int) {
	start := len(f.data)
	f.data = encoder.AppendWeights(f.data, encoder.Whole, values)
	f.directory[name] = map[string]any{"dtype": "F32", "shape": shape, "data_offsets": []int{start, len(f.data)}}
}

func (f *file) linear(name string, m *encoder.Matrix, out, in int) {
	f.add(name+".weight", Floats(m.Rows), out, in)
	f.add(name+".bias", m.Bias, out)
}

func (f *file) norm(name string, n []float32) {
	half := len(n) / 2
	f.add(name+".weight", n[:half], half)
	f.add(name+".bias", n[half:], half)
}

// safetensors gives the model's tensors.
func safetensors(t *encoder.Tensors) ([]byte, error) {
	c, f := t.Config, &file{directory: map[string]any{}}
	kind := make([]float32, c.Hidden)
	for i := range kind {
		kind[i] = .25
	}
	positions := make([]float32, len(t.Positions))
	for i, p := range t.Positions {
		positions[i] = p - kind[i%c.Hidden]
	}
	f.add("embeddings.word_embeddings.weight", Floats(t.Words), c.Pieces, c.Hidden)
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
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(head))), head...), f.data...), err
}
