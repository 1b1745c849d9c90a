package main

import "fmt"

// quantise makes eight bits of the blocks of a row: see quantiseArgs.
func (g *generator) quantise() {
	if g.registers == 2 {
		g.line("")
		for i, pair := range []uint64{0x0000000400000000, 0x0000000500000001, 0x0000000600000002, 0x0000000700000003} {
			g.line("DATA order%s<>+%d(SB)/8, $0x%016x", g.name, 8*i, pair)
		}
		g.line("GLOBL order%s<>(SB), RODATA|NOPTR, $32", g.name)
	}
	g.function("quantise", "quantiseArgs")
	for i, register := range []string{"SI", "DI", "R8", "R9", "CX", "R10", "R11"} {
		g.argument(8*i, register)
	}
	if g.registers == 2 {
		g.op("VMOVDQU order%s<>(SB), Y12", g.name)
	}
	g.line("\nblock:")
	g.each("VMOVUPS", at{"SI", 0}, v(0))
	g.each("VMOVUPS", at{"SI", 64}, v(1))
	g.each("VANDPS", constant("size"), v(0), v(2))
	g.each("VANDPS", constant("size"), v(1), v(3))
	g.each("VMAXPS", v(3), v(2), v(2))
	g.fold("VMAXPS", 2, 3)
	g.scalar("VMULSS", constant("share"), v(2), v(3))
	g.scalar("VMOVSS", constant("most"), v(4))
	g.scalar("VDIVSS", v(2), v(4), v(4))
	g.orNothing(3, 4, 5)
	g.scalar("VMOVSS", v(3), at{"R8", 0})
	g.spread(4)
	g.each("VMULPS", v(4), v(0), v(0))
	g.each("VMULPS", v(4), v(1), v(1))
	g.each("VCVTPS2DQ", v(0), v(0))
	g.each("VCVTPS2DQ", v(1), v(1))
	g.each("VPADDD", v(0), v(1), v(2))
	g.narrow()
	g.fold("VPADDD", 2, 3)
	g.offset(2)
	g.add(128, "SI")
	g.add("R10", "DI")
	g.add("R11", "R8")
	g.add("R11", "R9")
	g.next("CX", "block")
	g.end()
}

// orNothing clears a scale, and its inverse, that is too small.
func (g *generator) orNothing(scale, inverse, mask v) {
	switch g.registers {
	case 1:
		g.scalar("VMOVSS", constant("tiny"), mask)
		g.scalar("VCMPSS $0x0D,", mask, scale, mask)
	case 2:
		g.scalar("VCMPSS $0x0D,", constant("tiny"), scale, mask)
	case 4:
		g.scalar("VMOVSS", constant("tiny"), mask)
		g.quad("VCMPPS $0x0D,", int(4*mask), int(4*scale), int(4*mask))
	}
	g.scalar("VANDPS", mask, scale, scale)
	g.scalar("VANDPS", mask, inverse, inverse)
}

// narrow stores what vectors 0 and 1 have in 32 bits in eight.
func (g *generator) narrow() {
	switch g.registers {
	case 1:
		g.op("VPMOVSDB Z0, (DI)")
		g.op("VPMOVSDB Z1, 16(DI)")
	case 2:
		g.op("VPACKSSDW Y1, Y0, Y0")
		g.op("VPACKSSDW Y3, Y2, Y2")
		g.op("VPACKSSWB Y2, Y0, Y0")
		g.op("VPERMD Y0, Y12, Y0")
		g.op("VMOVDQU Y0, (DI)")
	case 4:
		for i := 0; i < 8; i += 2 {
			g.op("VUZP1 V%d.H8, V%d.H8, V%d.H8", i+1, i, i)
		}
		for i := 0; i < 8; i += 4 {
			g.op("VUZP1 V%d.B16, V%d.B16, V%d.B16", i+2, i, i)
			g.op("FMOVQ F%d, %d(%s)", i, 4*i, general["DI"])
		}
	}
}

// offset stores -8 times the first number of a vector.
func (g *generator) offset(sum v) {
	four, _ := g.first(sum)
	if g.arm() {
		g.op("FMOVS F%d, R15", 4*sum)
		g.op("LSL $3, R15")
		g.op("NEGW R15, R15")
		g.op("MOVW R15, (%s)", general["R9"])
		return
	}
	g.op("VMOVD %s, DX", four)
	g.op("SHLL $3, DX")
	g.op("NEGL DX")
	g.op("MOVL DX, (R9)")
}

// tiles loads the arguments of a multiplication and writes the code for tiles of
// rows of activations, as many as fit of each size.
func (g *generator) tiles(sizes []int, block func(rows int), finish func(rows int)) {
	frame := 0
	if !g.wide() {
		frame = 64*sizes[0] + 32
	}
	g.frame("multiply"+g.name, "multiplyArgs", frame)
	g.op("MOVQ 24(AX), R10") // values of the tile
	g.op("MOVQ 32(AX), R11") // scales of the tile
	g.op("MOVQ 40(AX), R12") // offsets of the tile
	g.op("MOVQ 48(AX), DI")
	g.op("MOVQ 64(AX), R13") // rows that are left
	g.op("MOVQ R13, R14")
	g.op("SHLQ $5, R14") // from block to block of values
	g.op("MOVQ R13, R15")
	g.op("SHLQ $2, R15") // of scales and offsets
	if !g.wide() {
		g.op("VMOVDQU ones16%s<>(SB), Y14", g.name)
		g.op("VMOVDQU low4%s<>(SB), Y15", g.name)
	}
	for i, rows := range sizes {
		after := "done"
		if i+1 < len(sizes) {
			after = fmt.Sprintf("tile%d", sizes[i+1])
		}
		g.line("\ntile%d:", rows)
		g.op("CMPQ R13, $%d", rows)
		g.op("JLT %s", after)
		g.op("MOVQ a+0(FP), AX")
		g.op("MOVQ 0(AX), SI")
		g.op("MOVQ 8(AX), DX")
		g.op("MOVQ R10, BX")
		g.op("MOVQ R11, R8")
		g.op("MOVQ R12, R9")
		g.op("MOVQ 72(AX), CX")
		g.clear(rows)
		g.line("\nblock%d:", rows)
		block(rows)
		g.op("ADDQ $256, SI")
		g.op("ADDQ $64, DX")
		g.op("ADDQ R14, BX")
		g.op("ADDQ R15, R8")
		g.op("ADDQ R15, R9")
		g.op("DECQ CX")
		g.op("JNZ block%d", rows)
		g.op("MOVQ a+0(FP), CX")
		g.op("MOVQ 56(CX), DX")
		g.op("MOVQ 16(CX), CX")
		finish(rows)
		g.op("ADDQ $%d, R10", 32*rows)
		g.op("ADDQ $%d, R11", 4*rows)
		g.op("ADDQ $%d, R12", 4*rows)
		g.op("SUBQ $%d, R13", rows)
		g.op("JMP tile%d", rows)
	}
	g.line("\ndone:")
	g.end()
}

// clear begins the sums of rows of activations, which are in registers, or on the
// stack, whose place AX becomes, at a whole number of registers.
func (g *generator) clear(rows int) {
	if g.wide() {
		for j := range rows {
			g.zero(v(j))
		}
		return
	}
	g.op("LEAQ 31(SP), AX")
	g.op("ANDQ $-32, AX")
	g.zero(0)
	for j := range rows {
		g.each("VMOVUPS", v(0), at{"AX", 64 * j})
	}
}

// multiplyWide multiplies with 16 rows of weights: see multiplyArgs. Z0 to Z15 are
// the sums of 16 rows of activations, Z16 to Z23 a block of weights, four columns
// each, Z24 its scales, Z25 to Z28 products of four rows.
func (g *generator) multiplyWide() {
	g.tiles([]int{16, 8, 4, 2, 1}, func(rows int) {
		if rows == 16 {
			g.op("PREFETCHT0 1024(SI)")
			g.op("PREFETCHT0 1088(SI)")
			g.op("PREFETCHT0 1152(SI)")
			g.op("PREFETCHT0 1216(SI)")
		}
		for i := range 4 {
			g.op("VMOVDQU32 %d(SI), Z%d", 64*i, 17+2*i)
			g.op("VPANDD low4%s<>(SB), Z%d, Z%d", g.name, 17+2*i, 16+2*i)
			g.op("VPSRLD $4, Z%d, Z%d", 17+2*i, 17+2*i)
			g.op("VPANDD low4%s<>(SB), Z%d, Z%d", g.name, 17+2*i, 17+2*i)
		}
		g.op("VMOVUPS (DX), Z24")
		for start := 0; start < rows; start += 4 {
			n := min(4, rows-start)
			for j := range n {
				g.op("VPBROADCASTD %d(R9), Z%d", 4*(start+j), 25+j)
			}
			for step := range 8 {
				for j := range n {
					g.op("VPDPBUSD.BCST %d(BX), Z%d, Z%d", 32*(start+j)+4*step, 16+step, 25+j)
				}
			}
			for j := range n {
				g.op("VCVTDQ2PS Z%d, Z%d", 25+j, 25+j)
				g.op("VMULPS Z24, Z%d, Z%d", 25+j, 25+j)
				g.op("VMULPS.BCST %d(R8), Z%d, Z%d", 4*(start+j), 25+j, 25+j)
				g.op("VADDPS Z%d, Z%d, Z%d", 25+j, start+j, start+j)
			}
		}
	}, func(rows int) {
		g.op("VMOVUPS (CX), Z24")
		for j := range rows {
			g.op("VADDPS Z24, Z%d, Z%d", j, j)
			g.op("VMOVUPS Z%d, (DI)", j)
			g.op("ADDQ DX, DI")
		}
	})
}

// multiplyNarrow multiplies with 16 rows of weights: see multiplyArgs. Y0 to Y7 are
// the products of four rows of activations in a block, in 16 bits at first, Y8 to
// Y11 weights, four columns each. The sums are on the stack, at AX.
func (g *generator) multiplyNarrow() {
	g.tiles([]int{4, 2, 1}, func(rows int) {
		for i := range 4 {
			g.op("VMOVDQU %d(SI), Y8", 64*i)
			g.op("VMOVDQU %d(SI), Y9", 64*i+32)
			g.op("VPSRLD $4, Y8, Y10")
			g.op("VPSRLD $4, Y9, Y11")
			for weights := 8; weights < 12; weights++ {
				g.op("VPAND Y15, Y%d, Y%d", weights, weights)
			}
			for j := range rows {
				g.steps(i, j)
			}
		}
		for j := range rows {
			g.op("VPBROADCASTD %d(R9), Y12", 4*j)
			g.op("VBROADCASTSS %d(R8), Y13", 4*j)
			g.each("VPMADDWD Y14,", v(j), v(j))
			g.each("VPADDD Y12,", v(j), v(j))
			g.each("VCVTDQ2PS", v(j), v(j))
			g.each("VMULPS", at{"DX", 0}, v(j), v(j))
			g.each("VMULPS Y13,", v(j), v(j))
			g.each("VADDPS", at{"AX", 64 * j}, v(j), v(j))
			g.each("VMOVUPS", v(j), at{"AX", 64 * j})
		}
	}, func(rows int) {
		for j := range rows {
			g.each("VMOVUPS", at{"AX", 64 * j}, v(j))
			g.each("VADDPS", at{"CX", 0}, v(j), v(j))
			g.each("VMOVUPS", v(j), at{"DI", 0})
			g.op("ADDQ DX, DI")
		}
	})
}

// steps multiplies four columns of weights, and the four after them, with those of
// row j of the activations, and adds what they give to the row's products.
func (g *generator) steps(i, j int) {
	for half := range 2 {
		g.op("VPBROADCASTD %d(BX), Y12", 32*j+8*i+4*half)
		if i+half == 0 {
			g.op("VPMADDUBSW Y12, Y8, Y%d", 2*j)
			g.op("VPMADDUBSW Y12, Y9, Y%d", 2*j+1)
			continue
		}
		g.op("VPMADDUBSW Y12, Y%d, Y13", 9+2*half)
		g.op("VPMADDUBSW Y12, Y%d, Y12", 8+2*half)
		g.op("VPADDW Y13, Y%d, Y%d", 2*j+1, 2*j+1)
		g.op("VPADDW Y12, Y%d, Y%d", 2*j, 2*j)
	}
}

// product multiplies rows with 16 columns: see productArgs.
func (g *generator) product() {
	g.function("product", "productArgs")
	for i, register := range []string{"DI", "R8", "SI", "R9", "BX", "R10", "CX", "DX"} {
		g.op("MOVQ %d(AX), %s", 8*i, register)
	}
	g.line("\nfour:")
	g.op("CMPQ CX, $4")
	g.op("JLT one")
	g.rows(4, "depth4")
	g.op("LEAQ (SI)(R9*4), SI")
	g.op("SUBQ $4, CX")
	g.op("JMP four")
	g.line("\none:")
	g.op("TESTQ CX, CX")
	g.op("JZ done")
	g.rows(1, "depth1")
	g.op("ADDQ R9, SI")
	g.op("DECQ CX")
	g.op("JMP one")
	g.line("\ndone:")
	g.end()
}

// rows multiplies n rows, and stores what they give.
func (g *generator) rows(n int, label string) {
	g.op("MOVQ SI, R11")
	g.op("LEAQ (SI)(R9*1), R12")
	g.op("MOVQ BX, R13")
	g.op("MOVQ DX, R15")
	for j := range n {
		g.zero(v(j))
	}
	g.line("\n%s:", label)
	g.each("VMOVUPS", at{"R13", 0}, v(4))
	for j, place := range []string{"(R11)", "(R11)(R9*1)", "(R11)(R9*2)", "(R12)(R9*2)"}[:n] {
		if g.wide() {
			g.op("VMULPS.BCST %s, Z4, Z%d", place, 5+j)
		} else {
			g.op("VBROADCASTSS %s, Y15", place)
			g.op("VMULPS Y8, Y15, Y10")
			g.op("VMULPS Y9, Y15, Y11")
		}
		product := v(5 + j)
		if !g.wide() {
			product = 5
		}
		g.each("VADDPS", product, v(j), v(j))
	}
	g.op("ADDQ $4, R11")
	g.op("ADDQ $4, R12")
	g.op("ADDQ R10, R13")
	g.op("DECQ R15")
	g.op("JNZ %s", label)
	for j := range n {
		g.each("VMOVUPS", v(j), at{"DI", 0})
		g.op("ADDQ R8, DI")
	}
}
