package encoder

import "math"

// FromHalf gives the number that 16 bits hold (IEEE 754, binary16).
func FromHalf(h uint16) float32 {
	sign, exponent, fraction := uint32(h>>15)<<31, uint32(h>>10&31), uint32(h&1023)
	switch exponent {
	case 0: // zero and what is below the normal numbers
		v := float32(fraction) * (1. / (1 << 24))
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 31: // infinite, or no number
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}

// toHalf gives the 16 bits that hold what is nearest to a number, and of two that
// are as near the even one.
func toHalf(x float32) uint16 {
	const normal = 1. / (1 << 14) // the least that is not below the normal numbers
	sign := uint16(math.Float32bits(x) >> 16 & 0x8000)
	size := math.Abs(float64(x))
	switch {
	case size < normal:
		return sign | uint16(math.RoundToEven(size*(1<<24)))
	case size >= 65520:
		return sign | 31<<10
	}
	fraction, exponent := math.Frexp(size) // fraction from 1/2 to 1
	return sign + uint16(exponent+14)<<10 + uint16(math.RoundToEven((fraction*2-1)*1024))
}
