// Package modeltest makes small models of random weights for tests, and compares
// vectors. The same seed makes the same model on every machine.
package modeltest

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
	"github.com/akshara-go/akshara/rag/e5embed/internal/kernel"
	"github.com/akshara-go/akshara/rag/e5embed/internal/unigram"
)

// letters are the pieces of one letter; each is one with a mark before it, too.
const letters = "abcdefghijklmnopqrstuvwxyz?.:, कखगघचछजझटडतदनपबमयरलवशसहािीुूेोंँ्था"

// special are the pieces before those of letters.
var special = []string{"<s>", "<pad>", "</s>", "<unk>"}

// Config is the model's: two layers of 64 numbers in two heads, and 40 tokens.
func Config() encoder.Config {
	return encoder.Config{
		Name: "random", Layers: 2, Hidden: 64, Heads: 2, Inner: 128, Tokens: 40, Pooling: encoder.Mean, Bits: encoder.Four, Epsilon: 1e-12,
		Begin: 0, End: 2, Unknown: 3, Query: "query: ", Passage: "passage: ",
	}
}

// New makes a model. Its weights are what four bits hold.
func New(seed uint64) *encoder.Tensors {
	rng := rand.New(rand.NewPCG(seed, 8))
	t := &encoder.Tensors{Config: Config(), Scores: make([]float32, len(special))}
	c := &t.Config
	add := func(text string, score float64) {
		t.Found = append(t.Found, unigram.Piece{Text: text, ID: len(t.Scores), Score: score})
		t.Scores = append(t.Scores, float32(score))
	}
	add(unigram.Mark, -3)
	seen := " "
	for _, letter := range letters {
		if !strings.ContainsRune(seen, letter) {
			seen += string(letter)
			add(string(letter), -4)
			add(unigram.Mark+string(letter), -5)
		}
	}
	c.Pieces = len(t.Scores)
	t.Words = rows(rng, c.Pieces, c.Hidden)
	t.Positions = vector(rng, c.Tokens*c.Hidden, 0)
	t.Norm = norm(rng, c.Hidden)
	for range c.Layers {
		matrix := func(out, in int) encoder.Matrix {
			return encoder.Matrix{Rows: rows(rng, out, in), Bias: vector(rng, out, 0)}
		}
		t.Layers = append(t.Layers, encoder.LayerTensors{
			Query: matrix(c.Hidden, c.Hidden), Key: matrix(c.Hidden, c.Hidden), Value: matrix(c.Hidden, c.Hidden),
			Out: matrix(c.Hidden, c.Hidden), Up: matrix(c.Inner, c.Hidden), Down: matrix(c.Hidden, c.Inner),
			Norm1: norm(rng, c.Hidden), Norm2: norm(rng, c.Hidden),
		})
	}
	return t
}

// halves are float16 numbers from 1/64 to 1/16.
var halves = []uint16{0x2400, 0x2500, 0x2600, 0x2700, 0x2800, 0x2900, 0x2a00, 0x2b00, 0x2c00}

// rows gives random blocks of Q4_0.
func rows(rng *rand.Rand, n, columns int) []byte {
	var b []byte
	for range n * columns / kernel.Block {
		b = binary.LittleEndian.AppendUint16(b, halves[rng.IntN(len(halves))])
		for range kernel.Block / 2 {
			b = append(b, byte(rng.Uint32()))
		}
	}
	return b
}

// vector gives random numbers around a mean.
func vector(rng *rand.Rand, n int, mean float32) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = mean + (rng.Float32()-.5)*.4
	}
	return v
}

func norm(rng *rand.Rand, n int) []float32 { return append(vector(rng, n, 1), vector(rng, n, 0)...) }

// Texts are pieces of texts of one token to as many as the model takes.
func Texts() [][]int32 {
	rng, c := rand.New(rand.NewPCG(2, 8)), New(1).Config
	var texts [][]int32
	for _, n := range []int{2, 3, 7, 16, 17, c.Tokens} {
		text := make([]int32, n)
		for i := range text {
			text[i] = int32(rng.IntN(c.Pieces))
		}
		text[0], text[n-1] = int32(c.Begin), int32(c.End)
		texts = append(texts, text)
	}
	return texts
}

// Cosine is that of the angle between two vectors, which may have any length but 0.
func Cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	return ab / math.Sqrt(aa*bb)
}

// Floats gives the numbers that blocks of Q4_0 stand for.
func Floats(rows []byte) []float32 {
	var out []float32
	for len(rows) > 0 {
		scale := encoder.FromHalf(binary.LittleEndian.Uint16(rows))
		block := make([]float32, kernel.Block)
		for i, pair := range rows[2:18] {
			block[i] = float32(int(pair&15)-8) * scale
			block[i+16] = float32(int(pair>>4)-8) * scale
		}
		out, rows = append(out, block...), rows[18:]
	}
	return out
}
