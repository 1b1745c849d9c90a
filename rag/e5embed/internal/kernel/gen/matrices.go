package main

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

// tile is how many rows of activations a multiplication takes at most: as package
// kernel's.
const tile = 32

// ahead is how many blocks of weights before they are needed they are asked for.
const ahead = 8

// multiply writes a multiplication of 16 rows of weights with a tile of rows of
// activations: see multiplyArgs. A block of weights is unpacked once for all of
// them, which are taken four at a time. Their sums are on the stack, at DI, behind
// what unpack may keep there; SI, DX, BX, R8 and R9 are where a block, its scales,
// and the values, scales and offsets of its activations are.
func (g *generator) multiply(unpacked int, unpack func(), block func(rows int)) {
	g.frame("multiply"+g.name, "multiplyArgs", unpacked+64*tile+64)
	for i, register := range []string{"SI", "DX", "CX", "BX", "R8", "R9"} {
		g.argument(8*i, register)
	}
	g.argument(64, "R13")
	g.argument(72, "CX")
	g.argument(80, "R15")
	g.op("SUBQ R13, R15")
	g.op("SHLQ $2, R15") // from the end of the tile to its next block, of scales and offsets
	g.op("MOVQ R15, R14")
	g.op("SHLQ $3, R14") // the same of values
	g.op("LEAQ 63(SP), DI")
	g.op("ANDQ $-64, DI")
	g.zero(0)
	g.eachRow("clear", unpacked, func() { g.each("VMOVUPS", v(0), at{"R11", 0}) })
	g.line("\nblock:")
	for line := range 4 {
		g.op("PREFETCHT0 %d(SI)", ahead*256+64*line)
	}
	g.op("PREFETCHT0 %d(DX)", ahead*64)
	unpack()
	g.op("LEAQ %d(DI), R11", unpacked)
	g.op("MOVQ R13, R10")
	for _, rows := range []int{4, 1} {
		after := map[int]string{4: "rows1", 1: "next"}[rows]
		g.line("\nrows%d:", rows)
		g.op("CMPQ R10, $%d", rows)
		g.op("JLT %s", after)
		block(rows)
		g.op("ADDQ $%d, BX", 32*rows)
		g.op("ADDQ $%d, R8", 4*rows)
		g.op("ADDQ $%d, R9", 4*rows)
		g.op("ADDQ $%d, R11", 64*rows)
		g.op("SUBQ $%d, R10", rows)
		g.op("JMP rows%d", rows)
	}
	g.line("\nnext:")
	g.op("ADDQ $256, SI")
	g.op("ADDQ $64, DX")
	g.op("ADDQ R14, BX")
	g.op("ADDQ R15, R8")
	g.op("ADDQ R15, R9")
	g.next("CX", "block")
	g.op("MOVQ a+0(FP), AX")
	g.argument(16, "CX")
	g.argument(48, "SI")
	g.argument(56, "DX")
	g.each("VMOVUPS", at{"CX", 0}, v(1))
	g.eachRow("finish", unpacked, func() {
		g.each("VADDPS", at{"R11", 0}, v(1), v(0))
		g.each("VMOVUPS", v(0), at{"SI", 0})
		g.op("ADDQ DX, SI")
	})
	g.end()
}

// eachRow writes what is done with the sums of each row, at R11.
func (g *generator) eachRow(label string, unpacked int, do func()) {
	g.op("LEAQ %d(DI), R11", unpacked)
	g.op("MOVQ R13, R10")
	g.line("\n%s:", label)
	do()
	g.after("R11", "R10", label)
}

// multiplyWide multiplies with the instruction VPDPBUSD, which adds four products of
// eight bits to a number of 32. Z0 to Z3 are products of four rows, Z16 to Z23 a
// block of weights, four columns each, Z24 its scales.
func (g *generator) multiplyWide() {
	g.multiply(0, func() {
		for i := range 4 {
			g.op("VMOVDQU32 %d(SI), Z%d", 64*i, 17+2*i)
			g.op("VPANDD low4%s<>(SB), Z%d, Z%d", g.name, 17+2*i, 16+2*i)
			g.op("VPSRLD $4, Z%d, Z%d", 17+2*i, 17+2*i)
			g.op("VPANDD low4%s<>(SB), Z%d, Z%d", g.name, 17+2*i, 17+2*i)
		}
		g.op("VMOVUPS (DX), Z24")
	}, func(rows int) {
		for j := range rows {
			g.op("VPBROADCASTD %d(R9), Z%d", 4*j, j)
		}
		for step := range 8 {
			for j := range rows {
				g.op("VPDPBUSD.BCST %d(BX), Z%d, Z%d", 32*j+4*step, 16+step, j)
			}
		}
		for j := range rows {
			g.op("VCVTDQ2PS Z%d, Z%d", j, j)
			g.op("VMULPS Z24, Z%d, Z%d", j, j)
			g.op("VMULPS.BCST %d(R8), Z%d, Z%d", 4*j, j, j)
			g.op("VADDPS %d(R11), Z%d, Z%d", 64*j, j, j)
			g.op("VMOVUPS Z%d, %d(R11)", j, 64*j)
		}
	})
}

// multiplyNarrow multiplies without it. Y0 to Y7 are the products of four rows of
// activations in a block, in 16 bits at first, Y8 and Y9 weights, four columns
// each. A block of weights is on the stack.
func (g *generator) multiplyNarrow() {
	g.multiply(512, func() {
		g.op("VMOVDQU ones16%s<>(SB), Y14", g.name)
		g.op("VMOVDQU low4%s<>(SB), Y15", g.name)
		for i := range 8 {
			g.op("VMOVDQU %d(SI), Y8", 32*i)
			g.op("VPSRLD $4, Y8, Y9")
			g.op("VPAND Y15, Y8, Y8")
			g.op("VPAND Y15, Y9, Y9")
			g.op("VMOVDQU Y8, %d(DI)", 128*(i/2)+32*(i%2))
			g.op("VMOVDQU Y9, %d(DI)", 128*(i/2)+32*(i%2)+64)
		}
	}, func(rows int) {
		for step := range 8 {
			g.op("VMOVDQU %d(DI), Y8", 64*step)
			g.op("VMOVDQU %d(DI), Y9", 64*step+32)
			for j := range rows {
				g.step(step, j)
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
			g.each("VADDPS", at{"R11", 64 * j}, v(j), v(j))
			g.each("VMOVUPS", v(j), at{"R11", 64 * j})
		}
	})
}

// step multiplies four columns of weights with those of row j of the activations,
// and adds what they give to the row's products.
func (g *generator) step(step, j int) {
	g.op("VPBROADCASTD %d(BX), Y12", 32*j+4*step)
	if step == 0 {
		g.op("VPMADDUBSW Y12, Y8, Y%d", 2*j)
		g.op("VPMADDUBSW Y12, Y9, Y%d", 2*j+1)
		return
	}
	g.op("VPMADDUBSW Y12, Y9, Y13")
	g.op("VPMADDUBSW Y12, Y8, Y12")
	g.op("VPADDW Y13, Y%d, Y%d", 2*j+1, 2*j+1)
	g.op("VPADDW Y12, Y%d, Y%d", 2*j, 2*j)
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
