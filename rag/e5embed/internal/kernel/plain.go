package kernel

import "math"

// Plain is the arithmetic in Go.
func Plain() *Set {
	return &Set{
		Name: "plain", Quantise: quantise, Multiply: multiply, Product: product,
		Softmax: softmax, GELU: gelu, AddNorm: addNorm,
	}
}

// tiny is the least scale of a block that is not taken for zero.
const tiny = 1e-30

// roundTo is 1.5·2²³: a number below 2²² that it is added to is rounded to the
// nearest whole one, halves to the even one.
const roundTo = 12582912

func round(x float32) float32 { return x + roundTo - roundTo }

func quantise(a *Activations, x []float32) {
	for t := range a.Rows {
		quantiseRow(a, t, x[t*a.Blocks*Block:])
	}
}

func quantiseRow(a *Activations, t int, row []float32) {
	for b := range a.Blocks {
		block := row[b*Block:][:Block]
		largest := float32(0)
		for _, x := range block {
			largest = max(largest, float32(math.Abs(float64(x))))
		}
		at := b*a.Rows + t
		scale, inverse := float32(largest*(1./127)), float32(0)
		if scale >= tiny {
			inverse = 127 / largest
		} else {
			scale = 0
		}
		values, sum := a.Values[at*Block:][:Block], int32(0)
		for i, x := range block {
			v := int8(round(float32(x * inverse)))
			values[i] = v
			sum += int32(v)
		}
		a.Scales[at], a.Offsets[at] = scale, -zero*sum
	}
}

func multiply(dst []float32, a *Activations, w *Linear) {
	for t := range a.Rows {
		clear(dst[t*w.Out:][:w.Out])
	}
	var columns [Block]column
	for group := range w.Out / Lanes {
		for b := range a.Blocks {
			at := group*a.Blocks + b
			unpack(&columns, w.Nibbles[at*BlockBytes:][:BlockBytes])
			scales := w.Scales[at*Lanes:][:Lanes]
			for t := range a.Rows {
				from := b*a.Rows + t
				products := dot(&columns, a.Values[from*Block:][:Block])
				out := dst[t*w.Out+group*Lanes:][:Lanes]
				for i, p := range products {
					out[i] += float32(float32(float32(p+a.Offsets[from])*scales[i]) * a.Scales[from])
				}
			}
		}
		bias := w.Bias[group*Lanes:][:Lanes]
		for t := range a.Rows {
			for i, x := range bias {
				dst[t*w.Out+group*Lanes+i] += x
			}
		}
	}
}

// column is a weight of each of Lanes rows, four in a number, 16 bits apart: a
// product with it is four products, and the sums of half a block of them fit into
// 16 bits with their signs, as 16·128·15 is below 2¹⁵.
type column [Lanes / 4]int64

func unpack(columns *[Block]column, nibbles []byte) {
	*columns = [Block]column{}
	for row := range Lanes {
		for i := range Block / 8 {
			for j, pair := range nibbles[64*i+4*row:][:4] {
				columns[8*i+j][row/4] |= int64(pair&15) << (row % 4 * 16)
				columns[8*i+4+j][row/4] |= int64(pair>>4) << (row % 4 * 16)
			}
		}
	}
}

// dot gives the products of a block of values with one of each of Lanes rows.
func dot(columns *[Block]column, values []int8) (products [Lanes]int32) {
	for start := 0; start < Block; start += Block / 2 {
		var sums column
		for i := start; i < start+Block/2; i++ {
			v, c := int64(values[i]), &columns[i]
			sums[0] += v * c[0]
			sums[1] += v * c[1]
			sums[2] += v * c[2]
			sums[3] += v * c[3]
		}
		for i, s := range sums {
			for j := range 4 {
				low := int16(s)
				products[4*i+j] += int32(low)
				s = (s - int64(low)) >> 16
			}
		}
	}
	return products
}

func product(dst []float32, dstStride int, a []float32, aStride int, b []float32, bStride int, rows, columns, depth int) {
	for i := range rows {
		out, from := dst[i*dstStride:][:columns], a[i*aStride:][:depth]
		clear(out)
		for k, x := range from {
			for j, y := range b[k*bStride:][:columns] {
				out[j] += float32(x * y)
			}
		}
	}
}

func softmax(x []float32, columns int, scale float32) {
	for ; columns > 0 && len(x) >= columns; x = x[columns:] {
		softmaxRow(x[:columns], scale)
	}
}

func softmaxRow(row []float32, scale float32) {
	largest := float32(math.Inf(-1))
	for i, x := range row {
		row[i] = float32(x * scale)
		largest = max(largest, row[i])
	}
	var sums [Lanes]float32
	for i, x := range row {
		row[i] = exp(x - largest)
		sums[i%Lanes] += row[i]
	}
	inverse := 1 / fold(&sums)
	for i := range row {
		row[i] *= inverse
	}
}

// fold adds the parts of a sum: the second half to the first, and so on.
func fold(sums *[Lanes]float32) float32 {
	for n := Lanes / 2; n > 0; n /= 2 {
		for i := range n {
			sums[i] += sums[i+n]
		}
	}
	return sums[0]
}

// What exp computes with: e^x = 2^n · e^r with r below ln 2 / 2, and a polynomial
// for the second (Moshier, Cephes, expf). Below lowest it is 0.
const (
	lowest  = -87
	log2E   = 1.44269504088896341
	ln2High = 0.693359375
	ln2Low  = -2.12194440e-4
)

var expTerms = [...]float32{1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1}

// exp gives e^x for x not above 0.
func exp(x float32) float32 {
	if !(x >= lowest) {
		return 0
	}
	shifted := float32(x*log2E) + roundTo
	n := shifted - roundTo
	r := x - float32(n*ln2High)
	r -= float32(n * ln2Low)
	y := expTerms[0]
	for _, term := range expTerms[1:] {
		y = float32(y*r) + term
	}
	y = float32(float32(y*r)*r) + r + 1
	return math.Float32frombits(math.Float32bits(y) + math.Float32bits(shifted)<<23)
}

// What gelu computes with: erfc(z) = t·(a1 + a2·t + …)·e^(-z²) with t = 1/(1+p·z),
// to 1.5e-7 (Abramowitz and Stegun, 7.1.26).
const (
	halfRoot = 0.70710678118654752
	erfcP    = 0.3275911
)

var erfcTerms = [...]float32{1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592}

func gelu(x []float32) {
	for i, v := range x {
		size := float32(math.Abs(float64(v)))
		z := float32(size * halfRoot)
		t := 1 / (1 + float32(z*erfcP))
		y := erfcTerms[0]
		for _, term := range erfcTerms[1:] {
			y = float32(y*t) + term
		}
		erfc := float32(float32(y*t) * exp(-float32(z*z)))
		x[i] = max(v, 0) - float32(float32(size*.5)*erfc)
	}
}

func addNorm(x, y, weight, bias []float32, eps float32) {
	for n := len(weight); n > 0 && len(x) >= n; x, y = x[n:], y[n:] {
		addNormRow(x[:n], y, weight, bias, eps)
	}
}

func addNormRow(x, y, weight, bias []float32, eps float32) {
	var sums [Lanes]float32
	for i := range x {
		x[i] += y[i]
		sums[i%Lanes] += x[i]
	}
	share := 1 / float32(len(x))
	mean := float32(fold(&sums) * share)
	sums = [Lanes]float32{}
	for i, v := range x {
		d := v - mean
		sums[i%Lanes] += float32(d * d)
	}
	inverse := 1 / float32(math.Sqrt(float64(float32(fold(&sums)*share)+eps)))
	for i, v := range x {
		x[i] = float32(float32((v-mean)*inverse)*weight[i]) + bias[i]
	}
}
