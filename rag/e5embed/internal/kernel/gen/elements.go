package main

import "math"

// numbers are the constants, with their bits.
func numbers() []number {
	return []number{
		{"size", 0x7fffffff}, // all but the sign
		{"roundTo", math.Float32bits(12582912)},
		{"lowest", math.Float32bits(-87)},
		{"log2E", math.Float32bits(1.44269504088896341)},
		{"ln2High", math.Float32bits(0.693359375)},
		{"ln2Low", math.Float32bits(-2.12194440e-4)},
		{"exp0", math.Float32bits(1.9875691500e-4)},
		{"exp1", math.Float32bits(1.3981999507e-3)},
		{"exp2", math.Float32bits(8.3334519073e-3)},
		{"exp3", math.Float32bits(4.1665795894e-2)},
		{"exp4", math.Float32bits(1.6666665459e-1)},
		{"exp5", math.Float32bits(5.0000001201e-1)},
		{"one", math.Float32bits(1)},
		{"half", math.Float32bits(.5)},
		{"halfRoot", math.Float32bits(0.70710678118654752)},
		{"erfcP", math.Float32bits(0.3275911)},
		{"erfc0", math.Float32bits(1.061405429)},
		{"erfc1", math.Float32bits(-1.453152027)},
		{"erfc2", math.Float32bits(1.421413741)},
		{"erfc3", math.Float32bits(-0.284496736)},
		{"erfc4", math.Float32bits(0.254829592)},
		{"most", math.Float32bits(127)},
		{"share", math.Float32bits(1. / 127)},
		{"tiny", math.Float32bits(1e-30)},
		{"minus", math.Float32bits(float32(math.Inf(-1)))},
		{"low4", 0x0f0f0f0f},
		{"ones16", 0x00010001},
	}
}

type number struct {
	name  constant
	value uint32
}

// constants writes as many equal numbers as the parts of a vector take memory:
// 16, under a name for each constant, or four, one constant after the other.
func (g *generator) constants() {
	for i, c := range numbers() {
		symbol, first, size := string(c.name), 0, 64
		if g.arm() {
			symbol, first, size = "constants", 16*i, 16
		} else {
			g.line("")
		}
		for at := first; at < first+size; at += 8 {
			g.line("DATA %s%s<>+%d(SB)/8, $0x%08x%08x", symbol, g.name, at, c.value, c.value)
		}
		if !g.arm() {
			g.line("GLOBL %s%s<>(SB), RODATA|NOPTR, $%d", symbol, g.name, size)
		}
	}
	if g.arm() {
		g.line("GLOBL constants%s<>(SB), RODATA|NOPTR, $%d", g.name, 16*len(numbers()))
	}
}

// exp makes e^x of x in a vector, which is not above 0; a, b and c are lost.
func (g *generator) exp(x, a, b, c v) {
	g.each("VMULPS", constant("log2E"), x, a)
	g.each("VADDPS", constant("roundTo"), a, a) // n, in the low bits
	g.each("VSUBPS", constant("roundTo"), a, b) // n
	g.each("VMULPS", constant("ln2High"), b, c)
	g.each("VSUBPS", c, x, c)
	g.each("VMULPS", constant("ln2Low"), b, b)
	g.each("VSUBPS", b, c, c) // r
	g.each("VMULPS", constant("exp0"), c, b)
	for _, term := range []constant{"exp1", "exp2", "exp3", "exp4"} {
		g.each("VADDPS", term, b, b)
		g.each("VMULPS", c, b, b)
	}
	g.each("VADDPS", constant("exp5"), b, b)
	g.each("VMULPS", c, b, b)
	g.each("VMULPS", c, b, b)
	g.each("VADDPS", c, b, b)
	g.each("VADDPS", constant("one"), b, b)
	g.each("VPSLLD", 23, a, a)
	g.each("VPADDD", a, b, b)
	if g.wide() {
		g.op("VCMPPS $0x0D, lowest%s<>+0(SB), Z%d, K1", g.name, x) // x ≥ lowest
		g.op("VMOVAPS.Z Z%d, K1, Z%d", b, x)
		return
	}
	g.each("VCMPPS $0x0D,", constant("lowest"), x, a)
	g.each("VANDPS", a, b, x)
}

// softmax makes weights of a row: see softmaxArgs.
func (g *generator) softmax() {
	g.function("softmax", "softmaxArgs")
	g.argument(0, "SI")
	g.argument(8, "CX")
	g.scalar("VMOVSS", at{"AX", 16}, v(4))
	g.spread(4)
	g.each("VMOVUPS", constant("minus"), v(5))
	g.copy("SI", "DI")
	g.copy("CX", "DX")
	g.line("\nscale:")
	g.each("VMULPS", at{"DI", 0}, v(4), v(0))
	g.each("VMOVUPS", v(0), at{"DI", 0})
	g.each("VMAXPS", v(0), v(5), v(5))
	g.after("DI", "DX", "scale")
	g.fold("VMAXPS", 5, 0)
	g.spread(5)
	g.zero(4)
	g.copy("SI", "DI")
	g.copy("CX", "DX")
	g.line("\npower:")
	g.each("VMOVUPS", at{"DI", 0}, v(0))
	g.each("VSUBPS", v(5), v(0), v(0))
	g.exp(0, 1, 2, 3)
	g.each("VMOVUPS", v(0), at{"DI", 0})
	g.each("VADDPS", v(0), v(4), v(4))
	g.after("DI", "DX", "power")
	g.fold("VADDPS", 4, 0)
	g.scalar("VMOVSS", constant("one"), v(0))
	g.scalar("VDIVSS", v(4), v(0), v(4))
	g.spread(4)
	g.line("\nshare:")
	g.each("VMULPS", at{"SI", 0}, v(4), v(0))
	g.each("VMOVUPS", v(0), at{"SI", 0})
	g.after("SI", "CX", "share")
	g.end()
}

// after goes on to the next vector at a register, while its counter is above 0.
func (g *generator) after(register, counter, label string) {
	g.add(64, register)
	g.next(counter, label)
}

// gelu makes x·Φ(x) of each number: see geluArgs.
func (g *generator) gelu() {
	g.function("gelu", "geluArgs")
	g.argument(0, "SI")
	g.argument(8, "CX")
	g.line("\nvector:")
	g.each("VMOVUPS", at{"SI", 0}, v(0))
	g.each("VANDPS", constant("size"), v(0), v(5))
	g.each("VMULPS", constant("halfRoot"), v(5), v(1)) // z
	g.each("VMULPS", constant("erfcP"), v(1), v(2))
	g.each("VADDPS", constant("one"), v(2), v(2))
	g.each("VMOVUPS", constant("one"), v(3))
	g.each("VDIVPS", v(2), v(3), v(4)) // t
	g.each("VMULPS", v(1), v(1), v(1))
	g.zero(2)
	g.each("VSUBPS", v(1), v(2), v(0)) // -z², as 0 - z²
	g.exp(0, 1, 2, 3)
	g.each("VMULPS", constant("erfc0"), v(4), v(1))
	for _, term := range []constant{"erfc1", "erfc2", "erfc3"} {
		g.each("VADDPS", term, v(1), v(1))
		g.each("VMULPS", v(4), v(1), v(1))
	}
	g.each("VADDPS", constant("erfc4"), v(1), v(1))
	g.each("VMULPS", v(4), v(1), v(1))
	g.each("VMULPS", v(0), v(1), v(1)) // erfc
	g.each("VMULPS", constant("half"), v(5), v(5))
	g.each("VMULPS", v(1), v(5), v(1))
	g.zero(2)
	g.each("VMOVUPS", at{"SI", 0}, v(3))
	g.each("VMAXPS", v(2), v(3), v(2))
	g.each("VSUBPS", v(1), v(2), v(2))
	g.each("VMOVUPS", v(2), at{"SI", 0})
	g.after("SI", "CX", "vector")
	g.end()
}

// addNorm adds a row to another and normalises it: see normArgs.
func (g *generator) addNorm() {
	g.function("addNorm", "normArgs")
	g.argument(0, "SI")
	g.argument(8, "DI")
	g.argument(16, "R8")
	g.argument(24, "R9")
	g.argument(32, "CX")
	g.zero(1)
	g.copy("SI", "R10")
	g.copy("CX", "DX")
	g.line("\nadd:")
	g.each("VMOVUPS", at{"R10", 0}, v(0))
	g.each("VADDPS", at{"DI", 0}, v(0), v(0))
	g.each("VMOVUPS", v(0), at{"R10", 0})
	g.each("VADDPS", v(0), v(1), v(1))
	g.add(64, "DI")
	g.after("R10", "DX", "add")
	g.fold("VADDPS", 1, 0)
	g.scalar("VMULSS", at{"AX", 40}, v(1), v(1))
	g.spread(1)
	g.zero(2)
	g.copy("SI", "R10")
	g.copy("CX", "DX")
	g.line("\nsquare:")
	g.each("VMOVUPS", at{"R10", 0}, v(0))
	g.each("VSUBPS", v(1), v(0), v(0))
	g.each("VMULPS", v(0), v(0), v(0))
	g.each("VADDPS", v(0), v(2), v(2))
	g.after("R10", "DX", "square")
	g.fold("VADDPS", 2, 0)
	g.scalar("VMULSS", at{"AX", 40}, v(2), v(2))
	g.scalar("VADDSS", at{"AX", 44}, v(2), v(2))
	g.scalar("VSQRTSS", v(2), v(2), v(2))
	g.scalar("VMOVSS", constant("one"), v(0))
	g.scalar("VDIVSS", v(2), v(0), v(2))
	g.spread(2)
	g.line("\nscale:")
	g.each("VMOVUPS", at{"SI", 0}, v(0))
	g.each("VSUBPS", v(1), v(0), v(0))
	g.each("VMULPS", v(2), v(0), v(0))
	g.each("VMULPS", at{"R8", 0}, v(0), v(0))
	g.each("VADDPS", at{"R9", 0}, v(0), v(0))
	g.each("VMOVUPS", v(0), at{"SI", 0})
	g.add(64, "R8")
	g.add(64, "R9")
	g.after("SI", "CX", "scale")
	g.end()
}
