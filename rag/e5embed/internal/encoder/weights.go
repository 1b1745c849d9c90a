package encoder

import (
	"encoding/binary"
	"math"

	"github.com/akshara-go/akshara/rag/e5embed/internal/kernel"
)

// Bits of a weight.
const (
	Four  = 4
	Eight = 8
	Whole = 32
)

// Largest is what no weight may be above: a block's scale is a float16.
const Largest = 65504

// most is the largest weight of eight bits in multiples of its block's scale: it is
// 16·7 + 7, two numbers of four bits.
const most = 119

// blockBytes gives what a block of kernel.Block weights of so many bits takes.
func blockBytes(bits int) int {
	if bits == Whole {
		return kernel.Block * 4
	}
	return 2 + kernel.Block*bits/8
}

// AppendWeights appends weights, whole blocks none of which is above [Largest], in
// the form of rows that [Matrix] tells. A block is quantised to the nearest
// multiples of its scale, which is chosen so that the largest of four bits is -8
// times it (as ggml's Q4_0), and of eight bits 119 times.
func AppendWeights(dst []byte, bits int, weights []float32) []byte {
	if bits == Whole {
		for _, x := range weights {
			dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(x))
		}
		return dst
	}
	for ; len(weights) > 0; weights = weights[kernel.Block:] {
		block, largest := weights[:kernel.Block], float32(0)
		for _, x := range block {
			if math.Abs(float64(x)) > math.Abs(float64(largest)) {
				largest = x
			}
		}
		scale := toHalf(float32(math.Abs(float64(largest))) / most)
		if bits == Four {
			scale = toHalf(largest / -8)
		}
		dst = binary.LittleEndian.AppendUint16(dst, scale)
		dst = appendBlock(dst, bits, block, FromHalf(scale))
	}
	return dst
}

func appendBlock(dst []byte, bits int, block []float32, scale float32) []byte {
	times := func(i int, least, most float64) int {
		if scale == 0 {
			return 0
		}
		return int(max(least, min(most, math.RoundToEven(float64(block[i]/scale)))))
	}
	if bits == Eight {
		for i := range block {
			dst = append(dst, byte(times(i, -most, most)))
		}
		return dst
	}
	for i := range kernel.Block / 2 {
		dst = append(dst, byte(times(i, -8, 7)+8|(times(i+kernel.Block/2, -8, 7)+8)<<4))
	}
	return dst
}

// readWeights gives the weights of a row in the form of [Matrix].
func readWeights(row []float32, bits int, b []byte) {
	if bits == Whole {
		for i := range row {
			row[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
		return
	}
	size := blockBytes(bits)
	for ; len(row) > 0; row, b = row[kernel.Block:], b[size:] {
		scale := FromHalf(binary.LittleEndian.Uint16(b))
		if bits == Eight {
			for i, x := range b[2:size] {
				row[i] = float32(int8(x)) * scale
			}
			continue
		}
		for i, pair := range b[2:size] {
			row[i] = float32(int(pair&15)-8) * scale
			row[i+kernel.Block/2] = float32(int(pair>>4)-8) * scale
		}
	}
}
