// Package encoder is a transformer encoder of the BERT family (Devlin and others,
// 2018; Conneau and others, "XLM-R", 2020) that makes one vector of a text's
// pieces: embeddings, layers of attention and of a feed-forward network with
// normalisation behind each, and the mean of the last states, or the first of them.
//
// Its file is a container with these sections; N counts layers from 0, numbers are
// little-endian, matrices of four bits are in the layout of package kernel:
//
//	config            JSON, see [Config]
//	pieces.trie       the tokeniser, see package unigram
//	pieces.scores     float32 for each piece
//	pieces.chars      SentencePiece's precompiled_charsmap; empty: characters stay
//	words             for each piece Hidden weights, as [Matrix] tells
//	positions         float32, Tokens rows of Hidden: of a place in a text, the row of
//	                  the token type added; the first place is row 0
//	norm              float32, the weight and the bias of what follows the embeddings
//	N.qkv.nibbles     query, key and value in one matrix of 3·Hidden rows
//	N.qkv.scales      float16
//	N.qkv.bias        float32
//	N.out             likewise, as .nibbles, .scales and .bias: what follows attention
//	N.up, N.down      likewise: the feed-forward network
//	N.norm1, N.norm2  float32, weight and bias
//
// Matrices of eight bits are sums of two of four: in .nibbles is what is added to 16
// times what is in N.qkv.high and its like. Those of 32 bits have, in the place of
// .nibbles and .scales, .weights: float32, those of 16 rows together, column for column.
package encoder

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"

	"github.com/akshara-go/akshara/rag/e5embed/internal/kernel"
)

// Config is what a model's file says of its model.
type Config struct {
	Name    string `json:"name"`
	Layers  int    `json:"layers"`
	Hidden  int    `json:"hidden"`
	Heads   int    `json:"heads"`
	Inner   int    `json:"inner"`   // of the feed-forward network
	Pieces  int    `json:"pieces"`  // of the tokeniser
	Tokens  int    `json:"tokens"`  // the longest text, up to 512, the tokens that begin and end it included
	Pooling string `json:"pooling"` // "mean" of the states of all tokens, or the "first"

	Bits    int     `json:"bits"`    // of a weight: 4, 8 or 32; 4 in files that do not say it
	Epsilon float64 `json:"epsilon"` // of the normalisation

	Begin        int     `json:"begin"` // the piece before a text
	End          int     `json:"end"`   // the piece after it
	Unknown      int     `json:"unknown"`
	UnknownScore float64 `json:"unknown_score"` // of a character in no piece

	Query   string `json:"query"`   // what goes before a question
	Passage string `json:"passage"` // what goes before a passage
}

// Pooling.
const (
	Mean  = "mean"
	First = "first"
)

const (
	maxConfig = 1 << 16 // bytes

	// maxWords bounds the weights of all pieces: they have 576 MB at four bits, and
	// at 32 as many bytes as an int counts.
	maxWords = min(1<<30, math.MaxInt/4)
)

// readConfig reads a configuration and holds it against what can be computed.
func readConfig(b []byte) (*Config, error) {
	if len(b) > maxConfig {
		return nil, fmt.Errorf("a configuration of %d bytes", len(b))
	}
	var c Config
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return nil, fmt.Errorf("the configuration cannot be read: %w", err)
	}
	if c.Bits == 0 {
		c.Bits = Four
	}
	return &c, c.Check()
}

// Check tells whether a model of this configuration can be computed.
func (c *Config) Check() error {
	for _, n := range []struct {
		name               string
		value, least, most int
		of                 int // what it is a multiple of
	}{
		{"layers", c.Layers, 1, 64, 1},
		{"hidden", c.Hidden, kernel.Block, 4096, kernel.Block},
		{"heads", c.Heads, 1, 256, 1},
		{"inner", c.Inner, kernel.Block, 16384, kernel.Block},
		{"pieces", c.Pieces, 1, 1 << 21, 1},
		{"tokens", c.Tokens, 8, 512, 1},
		{"begin", c.Begin, 0, c.Pieces - 1, 1},
		{"end", c.End, 0, c.Pieces - 1, 1},
		{"unknown", c.Unknown, 0, c.Pieces - 1, 1},
		{"the size of a head", c.Hidden / max(c.Heads, 1), kernel.Lanes, 512, kernel.Lanes},
	} {
		if n.value < n.least || n.value > n.most || n.value%n.of != 0 {
			return fmt.Errorf("%s is %d, where %d to %d by %d can be computed", n.name, n.value, n.least, n.most, n.of)
		}
	}
	switch {
	case int64(c.Pieces)*int64(c.Hidden) > maxWords:
		return fmt.Errorf("%d pieces of %d weights", c.Pieces, c.Hidden)
	case c.Bits != Four && c.Bits != Eight && c.Bits != Whole:
		return fmt.Errorf("weights of %d bits", c.Bits)
	case c.Hidden%c.Heads != 0:
		return fmt.Errorf("%d heads of %d", c.Heads, c.Hidden)
	case c.Pooling != Mean && c.Pooling != First:
		return fmt.Errorf("the pooling %q is not known", c.Pooling)
	case !(c.Epsilon > 0 && c.Epsilon < 1):
		return fmt.Errorf("epsilon is %v", c.Epsilon)
	case math.IsNaN(c.UnknownScore) || math.IsInf(c.UnknownScore, 0):
		return fmt.Errorf("the score of unknown characters is %v", c.UnknownScore)
	case c.Name == "":
		return fmt.Errorf("the model has no name")
	case len(c.Query) > 256 || len(c.Passage) > 256:
		return fmt.Errorf("what goes before texts is too long")
	}
	return nil
}
