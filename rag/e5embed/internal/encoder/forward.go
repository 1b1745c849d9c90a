package encoder

import (
	"math"
	"slices"

	"github.com/akshara-go/akshara/rag/e5embed/internal/kernel"
)

// A Workspace is the memory that computing takes. It is used by one goroutine at a time.
type Workspace struct {
	states, part, qkv, mixed, inner []float32
	activations                     kernel.Activations
	keys, weights                   []float32
	high                            []float32
}

// Encode gives the vector of each text of a pack, before it is scaled to length 1.
// A text is its pieces, with those that begin and end it, at least one and at
// most Config.Tokens, all of the model. A text has the same vector in every pack.
func (e *Encoder) Encode(k *kernel.Set, w *Workspace, pack [][]int32) [][]float32 {
	e.States(k, w, pack)
	return e.pool(w, pack)
}

// States gives the last states of the pieces of a pack's texts, Config.Hidden
// numbers each, as [Encoder.Encode] takes them. They are w's, until it is used again.
func (e *Encoder) States(k *kernel.Set, w *Workspace, pack [][]int32) []float32 {
	n, c := 0, e.Config
	for _, text := range pack {
		n += len(text)
	}
	w.states, w.part = resize(w.states, n*c.Hidden), resize(w.part, n*c.Hidden)
	w.qkv, w.mixed = resize(w.qkv, 3*n*c.Hidden), resize(w.mixed, n*c.Hidden)
	w.inner = resize(w.inner, n*c.Inner)

	e.embed(k, w, pack)
	for i := range e.layers {
		l := &e.layers[i]
		l.qkv.apply(k, w, w.qkv, w.states)
		start := 0
		for _, text := range pack {
			e.attend(k, w, start, len(text))
			start += len(text)
		}
		l.out.apply(k, w, w.part, w.mixed)
		k.AddNorm(w.states, w.part, l.norm1.weight, l.norm1.bias, float32(e.Config.Epsilon))
		l.up.apply(k, w, w.inner, w.states)
		k.GELU(w.inner)
		l.down.apply(k, w, w.part, w.inner)
		k.AddNorm(w.states, w.part, l.norm2.weight, l.norm2.bias, float32(e.Config.Epsilon))
	}
	return w.states
}

func resize(f []float32, n int) []float32 { return slices.Grow(f[:0], n)[:n] }

// embed makes the first states, of pieces and places.
func (e *Encoder) embed(k *kernel.Set, w *Workspace, pack [][]int32) {
	size, t := e.Config.Hidden, 0
	bytes := size / kernel.Block * blockBytes(e.Config.Bits)
	for _, text := range pack {
		for place, id := range text {
			row := w.states[t*size:][:size]
			readWeights(row, e.Config.Bits, e.words[int(id)*bytes:][:bytes])
			k.AddNorm(row, e.positions[place*size:][:size], e.norm.weight, e.norm.bias, float32(e.Config.Epsilon))
			t++
		}
	}
}

// attend mixes the values of a text's n tokens, which begin at token start.
func (e *Encoder) attend(k *kernel.Set, w *Workspace, start, n int) {
	size, stride := e.Config.Hidden/e.Config.Heads, 3*e.Config.Hidden
	padded := (n + kernel.Lanes - 1) / kernel.Lanes * kernel.Lanes
	w.keys, w.weights = resize(w.keys, size*padded), resize(w.weights, n*padded)
	clear(w.keys) // for what transpose leaves
	scale := float32(1 / math.Sqrt(float64(size)))
	for head := range e.Config.Heads {
		query := w.qkv[start*stride+head*size:]
		transpose(w.keys, query[e.Config.Hidden:], stride, n, padded)
		k.Product(w.weights, padded, query, stride, w.keys, padded, n, padded, size)
		for t := range n {
			row := w.weights[t*padded:][:padded]
			for i := n; i < padded; i++ {
				row[i] = float32(math.Inf(-1))
			}
		}
		k.Softmax(w.weights, padded, scale)
		k.Product(w.mixed[start*e.Config.Hidden+head*size:], e.Config.Hidden, w.weights, padded, query[2*e.Config.Hidden:], stride, n, size, n)
	}
}

// transpose makes columns of n rows, four at once. Up to a multiple of four they are
// padded with the last row; what is behind stays.
func transpose(dst, src []float32, stride, n, padded int) {
	size := len(dst) / padded
	row := func(t int) []float32 { return src[min(t, n-1)*stride:][:size] }
	for t := 0; t < n; t += 4 {
		a, b, c, d := row(t), row(t+1), row(t+2), row(t+3)
		for i, x := range a {
			to := dst[i*padded+t:][:4]
			to[0], to[1], to[2], to[3] = x, b[i], c[i], d[i]
		}
	}
}

// pool makes one vector of the states of each text.
func (e *Encoder) pool(w *Workspace, pack [][]int32) [][]float32 {
	size, at := e.Config.Hidden, 0
	vectors := make([][]float32, len(pack))
	for i, text := range pack {
		vector, n := make([]float32, size), len(text)
		if e.Config.Pooling == First {
			n = 1
		}
		for t := range n {
			for j, x := range w.states[(at+t)*size:][:size] {
				vector[j] += x
			}
		}
		for j := range vector {
			vector[j] /= float32(n)
		}
		vectors[i] = vector
		at += len(text)
	}
	return vectors
}
