//go:build amd64 || arm64

package kernel

// tileRows is how many rows of activations meet a block of weights together.
const tileRows = 32

// functions are those of an instruction set.
type functions struct {
	quantise func(*quantiseArgs)
	multiply func(*multiplyArgs)
	product  func(*productArgs)
	softmax  func(*softmaxArgs)
	gelu     func(*geluArgs)
	addNorm  func(*normArgs)
}

// The arguments of the functions in assembly, which know their offsets.
type (
	quantiseArgs struct {
		row         *float32 // 0
		values      *int8    // 8
		scales      *float32 // 16
		offsets     *int32   // 24
		blocks      int      // 32
		valueStride int      // 40, in bytes from block to block
		stride      int      // 48, the same of scales and offsets
	}
	multiplyArgs struct {
		nibbles   *byte    // 0
		scales    *float32 // 8
		bias      *float32 // 16
		values    *int8    // 24
		rowScales *float32 // 32
		offsets   *int32   // 40
		dst       *float32 // 48
		dstStride int      // 56, in bytes
		rows      int      // 64, of activations, tileRows at most
		blocks    int      // 72
		stride    int      // 80, from block to block of activations, in rows
	}
	productArgs struct {
		dst       *float32 // 0
		dstStride int      // 8, in bytes, as the others
		a         *float32 // 16
		aStride   int      // 24
		b         *float32 // 32
		bStride   int      // 40
		rows      int      // 48
		depth     int      // 56
	}
	softmaxArgs struct {
		row     *float32 // 0
		vectors int      // 8, of Lanes numbers
		scale   float32  // 16
	}
	geluArgs struct {
		x       *float32 // 0
		vectors int      // 8
	}
	normArgs struct {
		x       *float32 // 0
		y       *float32 // 8
		weight  *float32 // 16
		bias    *float32 // 24
		vectors int      // 32
		share   float32  // 40, 1 by the count of numbers
		eps     float32  // 44
	}
)

// assembled gives the arithmetic of an instruction set. What is sliced here are
// the bounds that the assembly does not check.
func assembled(name string, f *functions) *Set {
	return &Set{
		Name:     name,
		Quantise: f.quantiseAll,
		Multiply: f.multiplyAll,
		Product:  f.productAll,
		Softmax:  f.softmaxAll,
		GELU: func(x []float32) {
			if len(x) >= Lanes {
				f.gelu(&geluArgs{&x[0], len(x) / Lanes})
			}
		},
		AddNorm: f.addNormAll,
	}
}

func (f *functions) quantiseAll(a *Activations, x []float32) {
	n := a.Rows * a.Blocks
	if n == 0 {
		return
	}
	x, values, scales, offsets := x[:n*Block], a.Values[:n*Block], a.Scales[:n], a.Offsets[:n]
	args := quantiseArgs{blocks: a.Blocks, valueStride: a.Rows * Block, stride: 4 * a.Rows}
	for t := range a.Rows {
		args.row, args.values, args.scales, args.offsets = &x[t*a.Blocks*Block], &values[t*Block], &scales[t], &offsets[t]
		f.quantise(&args)
	}
}

func (f *functions) softmaxAll(x []float32, columns int, scale float32) {
	args := softmaxArgs{vectors: columns / Lanes, scale: scale}
	for ; columns >= Lanes && len(x) >= columns; x = x[columns:] {
		args.row = &x[0]
		f.softmax(&args)
	}
}

func (f *functions) addNormAll(x, y, weight, bias []float32, eps float32) {
	n := len(weight)
	if n < Lanes {
		return
	}
	args := normArgs{weight: &weight[0], bias: &bias[:n][0], vectors: n / Lanes, share: 1 / float32(n), eps: eps}
	for ; len(x) >= n; x, y = x[n:], y[n:] {
		args.x, args.y = &x[0], &y[:n][0]
		f.addNorm(&args)
	}
}

func (f *functions) multiplyAll(dst []float32, a *Activations, w *Linear) {
	n := a.Rows * a.Blocks
	if n == 0 || w.Out == 0 {
		return
	}
	dst, bias := dst[:a.Rows*w.Out], w.Bias[:w.Out]
	nibbles, scales := w.Nibbles[:w.Out*a.Blocks*Block/2], w.Scales[:w.Out*a.Blocks]
	values, rowScales, offsets := a.Values[:n*Block], a.Scales[:n], a.Offsets[:n]
	args := multiplyArgs{dstStride: 4 * w.Out, blocks: a.Blocks, stride: a.Rows}
	for row := 0; row < w.Out; row += Lanes {
		group := row / Lanes * a.Blocks
		args.nibbles, args.scales, args.bias = &nibbles[group*BlockBytes], &scales[group*Lanes], &bias[row]
		for t := 0; t < a.Rows; t += tileRows {
			args.values, args.rowScales, args.offsets = &values[t*Block], &rowScales[t], &offsets[t]
			args.dst, args.rows = &dst[t*w.Out+row], min(tileRows, a.Rows-t)
			f.multiply(&args)
		}
	}
}

func (f *functions) productAll(dst []float32, dstStride int, a []float32, aStride int, b []float32, bStride int, rows, columns, depth int) {
	if rows == 0 || columns == 0 || depth == 0 {
		return
	}
	_, _, _ = dst[(rows-1)*dstStride+columns-1], a[(rows-1)*aStride+depth-1], b[(depth-1)*bStride+columns-1]
	args := productArgs{
		dstStride: 4 * dstStride, a: &a[0], aStride: 4 * aStride, bStride: 4 * bStride, rows: rows, depth: depth,
	}
	for column := 0; column < columns; column += Lanes {
		args.dst, args.b = &dst[column], &b[column]
		f.product(&args)
	}
}
