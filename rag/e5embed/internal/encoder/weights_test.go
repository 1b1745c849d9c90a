package encoder

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// All numbers of 16 bits come back, and what lies between two becomes the nearest.
func TestHalves(t *testing.T) {
	for h := range uint16(1<<16 - 1) {
		x, next := FromHalf(h), FromHalf(h+1)
		if x != x {
			continue
		}
		same := toHalf(x) == h
		if h&0x7fff < 0x7bff { // the next is a number, too
			between := (float64(x) + float64(next)) / 2
			near, far := between+(float64(x)-between)*.01, between+(float64(next)-between)*.01
			same = same && toHalf(float32(between)) == h+h&1 && toHalf(float32(near)) == h && toHalf(float32(far)) == h+1
		}
		if !same {
			t.Fatalf("%#x", h)
		}
	}
	require.Equal(t, uint16(0x7bff), toHalf(65519))
	require.Equal(t, uint16(0x7c00), toHalf(65520))
	require.Equal(t, uint16(0xfc00), toHalf(float32(math.Inf(-1))))
}

// A weight comes back as near as its bits allow: half a step of its block.
func TestWeightsComeBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 8))
	for _, size := range []float32{1e-9, 1e-6, 1e-3, 1, 1000, Largest} {
		row := make([]float32, 96)
		for i := range row[:64] { // the last block is zero
			row[i] = (rng.Float32()*2 - 1) * size
		}
		row[5], row[40] = size, -size
		for bits, step := range map[int]float64{Four: 1. / 8, Eight: 1. / most, Whole: 0} {
			b := AppendWeights([]byte{7}, bits, row)
			require.Len(t, b[1:], 3*blockBytes(bits))
			got := make([]float32, len(row))
			readWeights(got, bits, b[1:])
			for i := range row {
				near := step * float64(size) / 2
				if bits == Four {
					near *= 2 // 7 is the largest of the other sign
				}
				require.InDelta(t, row[i], got[i], near*1.001+4e-6, "%d bits, %v", bits, size)
			}
			require.Equal(t, make([]float32, 32), got[64:])
		}
	}
}

// A number of eight bits is 16 times one of four, plus one of four.
func TestEightBitsAreTwiceFour(t *testing.T) {
	for w := -most; w <= most; w++ {
		block := make([]byte, blockBytes(Eight))
		block[2+9] = byte(w)
		low, high := lowOfEight(block, 9), highOfEight(block, 9)
		require.Less(t, low, byte(16))
		require.Less(t, high, byte(16))
		require.Equal(t, w, 16*(int(high)-8)+int(low)-8)
	}
}
