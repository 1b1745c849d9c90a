package encoder

import "math"

// fromHalf gives the number that 16 bits hold (IEEE 754, binary16).
func fromHalf(h uint16) float32 {
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
