// Package kernel is the arithmetic of an encoder, over numbers of 32 bits and
// weights of four. The plain functions say what is computed, in which order and
// with which roundings: products are rounded before they are added, and sums over
// a row are kept in [Lanes] parts, added as [fold] does. Those in assembly
// give the same bits, so that a text has one vector on every processor.
//
// Weights are numbers of four bits with a scale for each [Block] along a row;
// activations are quantised to eight bits when they meet them, with a scale for
// each block too (as in ggml's Q4_0 and Q8_0, https://github.com/ggml-org/ggml).
package kernel

const (
	Lanes = 16 // numbers that are looked at together
	Block = 32 // numbers that share a scale

	// BlockBytes is what a block of Lanes rows of weights takes.
	BlockBytes = Lanes * Block / 2

	// zero is what weights are stored more than they are: 0 to 15 stand for -8 to 7.
	zero = 8
)

// Linear is a matrix of weights and a bias. Out is a multiple of [Lanes], In of
// [Block]. Lanes rows stand together, their blocks one after the other: in a
// block, byte 64·i + 4·row + j holds weight 8·i + j of the row in its low half
// and weight 8·i + 4 + j in its high one.
type Linear struct {
	In, Out int
	Nibbles []byte    // Out·In / 2
	Scales  []float32 // for each Lanes rows, for each block, for each row
	Bias    []float32 // Out
}

// Activations are rows of numbers, quantised, block for block: block b of row t
// stands at b·Rows + t. A number is its value times its block's scale.
type Activations struct {
	Rows, Blocks int
	Values       []int8    // Block for each block
	Scales       []float32 // of each block
	Offsets      []int32   // of each block, the sum of its values times -8
}

// Reset makes room for rows of a number of columns, which is a multiple of [Block].
func (a *Activations) Reset(rows, columns int) {
	a.Rows, a.Blocks = rows, columns/Block
	n := rows * a.Blocks
	if cap(a.Scales) < n {
		a.Values, a.Scales, a.Offsets = make([]int8, n*Block), make([]float32, n), make([]int32, n)
	}
	a.Values, a.Scales, a.Offsets = a.Values[:n*Block], a.Scales[:n], a.Offsets[:n]
}

// Set is the arithmetic, made for a processor. All functions may be used
// concurrently on different memory.
type Set struct {
	Name string

	// Quantise makes the rows of a, which has room for them, of those of x.
	Quantise func(a *Activations, x []float32)

	// Multiply gives, for each row of a, a row of w.Out numbers in dst.
	Multiply func(dst []float32, a *Activations, w *Linear)

	// Product gives dst[i][j] = Σ a[i][k]·b[k][j] for rows i, columns j and depth
	// k, in the order of k. Rows begin a stride apart; columns are a multiple of Lanes.
	Product func(dst []float32, dstStride int, a []float32, aStride int, b []float32, bStride int, rows, columns, depth int)

	// Softmax makes weights that sum to 1 of the numbers of each row of x, times a
	// scale. The columns are a multiple of Lanes; numbers that are -Inf become 0, and
	// one at least of each row is not.
	Softmax func(x []float32, columns int, scale float32)

	// GELU makes x·Φ(x) of each x, with an error below 1e-6. Their count is a
	// multiple of Lanes.
	GELU func(x []float32)

	// AddNorm adds y to x, and makes the mean of each row 0 and its variance 1 before
	// it multiplies it by weight and adds bias, whose count is a multiple of Lanes.
	AddNorm func(x, y, weight, bias []float32, eps float32)
}

// Fastest gives the fastest arithmetic that the processor has.
func Fastest() *Set { return Sets()[0] }

// Named gives the arithmetic with a name, if the processor has it.
func Named(name string) (*Set, bool) {
	for _, s := range Sets() {
		if s.Name == name {
			return s, true
		}
	}
	return nil, false
}
