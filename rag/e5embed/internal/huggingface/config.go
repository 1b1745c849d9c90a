package huggingface

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
)

// config is what config.json says, as far as it matters.
type config struct {
	Type       string  `json:"model_type"`
	Hidden     int     `json:"hidden_size"`
	Layers     int     `json:"num_hidden_layers"`
	Heads      int     `json:"num_attention_heads"`
	Inner      int     `json:"intermediate_size"`
	Activation string  `json:"hidden_act"`
	Positions  int     `json:"max_position_embeddings"`
	Places     string  `json:"position_embedding_type"`
	Types      int     `json:"type_vocab_size"`
	Epsilon    float64 `json:"layer_norm_eps"`
	Pad        int     `json:"pad_token_id"`
	Vocabulary int     `json:"vocab_size"`
	Decoder    bool    `json:"is_decoder"`
}

const (
	bert       = "bert"
	xlmRoberta = "xlm-roberta"
)

const (
	maxTokens = 512     // of a text, whatever the model takes
	maxRows   = 1 << 22 // of embeddings
)

func readConfig(folder fs.FS) (*config, error) {
	b, err := whole(folder, configName, maxConfig)
	if err != nil {
		return nil, err
	}
	c, err := parseConfig(b)
	return c, in(configName, err)
}

// parseConfig reads a configuration. Sizes are held against what can be computed later.
func parseConfig(b []byte) (*config, error) {
	c := config{Places: "absolute", Pad: 1, Activation: "gelu"}
	if err := json.Unmarshal(b, &c); err != nil {
		return nil, err
	}
	switch {
	case c.Type != bert && c.Type != xlmRoberta:
		return nil, fmt.Errorf("model_type is %q, where %q and %q can be computed", c.Type, bert, xlmRoberta)
	case c.Decoder:
		return nil, errors.New("it is a decoder")
	case c.Activation != "gelu":
		return nil, fmt.Errorf("hidden_act is %q, where \"gelu\" can be computed", c.Activation)
	case c.Places != "absolute":
		return nil, fmt.Errorf("position_embedding_type is %q, where \"absolute\" can be computed", c.Places)
	case c.Types < 1 || c.Types > maxRows || c.Vocabulary > maxRows:
		return nil, fmt.Errorf("type_vocab_size is %d, and vocab_size %d", c.Types, c.Vocabulary)
	case c.Pad < 0 || c.Pad > maxRows || c.Positions <= c.first() || c.Positions > maxRows:
		return nil, fmt.Errorf("max_position_embeddings is %d, and pad_token_id %d", c.Positions, c.Pad)
	}
	return &c, nil
}

// first gives the row of the first place of a text. XLM-R keeps those before it for
// what is padded.
func (c *config) first() int {
	if c.Type == xlmRoberta {
		return c.Pad + 1
	}
	return 0
}

// encoder gives the configuration of the model but for what the tokeniser has.
func (c *config) encoder(opts Options) encoder.Config {
	m := encoder.Config{
		Name: opts.Name, Layers: c.Layers, Hidden: c.Hidden, Heads: c.Heads, Inner: c.Inner,
		Tokens: min(maxTokens, c.Positions-c.first()), Bits: opts.Bits, Epsilon: c.Epsilon,
	}
	switch path.Base(opts.Name) {
	case "multilingual-e5-small", "multilingual-e5-base", "multilingual-e5-large":
		m.Pooling, m.Query, m.Passage = encoder.Mean, "query: ", "passage: "
	case "paraphrase-multilingual-MiniLM-L12-v2":
		m.Pooling = encoder.Mean
	case "bge-m3":
		m.Pooling = encoder.First
	}
	m.Query, m.Passage = cmp.Or(opts.Query, m.Query), cmp.Or(opts.Passage, m.Passage)
	return m
}

// pooling reads how states become a vector where a file says it, and refuses models
// in which more follows than that and the scaling to length 1.
func pooling(folder fs.FS, t *encoder.Tensors) error {
	var modules []struct {
		Type string `json:"type"`
	}
	if found, err := optional(folder, modulesName, &modules); err != nil {
		return err
	} else if found {
		for _, m := range modules {
			switch path.Ext(m.Type) {
			case ".Transformer", ".Pooling", ".Normalize":
			default:
				return in(modulesName, fmt.Errorf("the module %q cannot be computed", m.Type))
			}
		}
	}
	var p map[string]any
	found, err := optional(folder, poolingName, &p)
	switch {
	case err != nil:
		return err
	case !found && t.Config.Pooling == "":
		return in(poolingName, errors.New("it is needed for a model that is none of the known"))
	case !found:
		return nil
	}
	t.Config.Pooling, err = parsePooling(p)
	return in(poolingName, err)
}

func parsePooling(p map[string]any) (string, error) {
	const mean, first = "pooling_mode_mean_tokens", "pooling_mode_cls_token"
	on := map[string]bool{}
	for name, value := range p {
		if yes, ok := value.(bool); ok && yes && name != "include_prompt" {
			on[name] = true
		}
	}
	switch {
	case len(on) == 1 && on[mean]:
		return encoder.Mean, nil
	case len(on) == 1 && on[first]:
		return encoder.First, nil
	}
	return "", fmt.Errorf("it says neither %s nor %s alone", mean, first)
}

// optional reads a file of JSON that need not be there.
func optional(folder fs.FS, name string, v any) (found bool, err error) {
	b, err := whole(folder, name, maxConfig)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, in(name, json.Unmarshal(b, v))
}
