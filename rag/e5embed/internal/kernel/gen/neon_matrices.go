package main

import "fmt"

// element writes an instruction with one of the four parts of register m.
func (g *generator) element(word uint32, name, shape, part string, m, index, n, d int) {
	word |= uint32(index&1)<<21 | uint32(m)<<16 | uint32(index>>1)<<11 | uint32(n)<<5 | uint32(d)
	g.word(word, "%s v%d.4s, v%d.%s, v%d.%s[%d]", name, d, n, shape, m, part, index)
}

// scale multiplies four numbers with one of register m.
func (g *generator) scale(m, index, n, d int) {
	g.element(0x4f809000, "fmul", "4s", "s", m, index, n, d)
}

// rowPointers are where rows of a result go.
var rowPointers = [...]string{"R15", "R19", "R21", "R22"}

// tilesNEON writes a multiplication with 16 rows of weights, for tiles of rows of
// activations, as many as fit of each size: see multiplyArgs. The sums are where
// the result goes. V31 is a mask.
func (g *generator) tilesNEON(sizes []int, block func(rows int)) {
	// values, scales and offsets of the tile, dst, its stride, rows that are left
	for i, r := range []string{"R3", "R4", "R5", "R6", "R7", "R8"} {
		g.op("MOVD %d(R0), %s", 24+8*i, r)
	}
	g.op("MOVD 80(R0), R13")
	g.op("LSL $2, R13, R14") // from block to block of scales and offsets
	g.op("LSL $5, R13")      // of values
	g.load(place("low4"), table, 31)
	for i, rows := range sizes {
		after := "done"
		if i+1 < len(sizes) {
			after = fmt.Sprintf("tile%d", sizes[i+1])
		}
		g.line("\ntile%d:", rows)
		g.op("CMP $%d, R8", rows)
		g.op("BLT %s", after)
		g.begin(rows)
		g.line("\nblock%d:", rows)
		block(rows)
		g.op("ADD $256, R1")
		g.op("ADD $64, R2")
		g.op("ADD R13, R10")
		g.op("ADD R14, R11")
		g.op("ADD R14, R12")
		g.op("SUBS $1, R9")
		g.op("BNE block%d", rows)
		g.finish(rows)
		g.op("SUB $%d, R8", rows)
		g.op("B tile%d", rows)
	}
	g.line("\ndone:")
	g.end()
}

// begin clears the sums of a tile and goes to the first block.
func (g *generator) begin(rows int) {
	g.op("VEOR V0.B16, V0.B16, V0.B16")
	for j, r := range rowPointers[:rows] {
		g.op("MOVD R6, %s", r)
		g.op("ADD R7, R6")
		for q := range 4 {
			g.store(0, 16*q, rowPointers[j])
		}
	}
	g.op("MOVD 0(R0), R1")
	g.op("MOVD 8(R0), R2")
	g.op("MOVD R3, R10")
	g.op("MOVD R4, R11")
	g.op("MOVD R5, R12")
	g.op("MOVD 72(R0), R9")
}

// finish adds the bias to the sums of a tile and goes to the next one.
func (g *generator) finish(rows int) {
	g.op("MOVD 16(R0), R9")
	for q := range 4 {
		g.load(16*q, "R9", 4+q)
	}
	for _, r := range rowPointers[:rows] {
		for q := range 4 {
			g.load(16*q, r, q)
			g.quad("VADDPS", 4+q, q, q)
			g.store(q, 16*q, r)
		}
	}
	g.op("ADD $%d, R3", 32*rows)
	g.op("ADD $%d, R4", 4*rows)
	g.op("ADD $%d, R5", 4*rows)
}

// unpack makes eight bits of the eight columns of weights number i: V16 to V19 are
// the first four of them, V20 to V23 the others.
func (g *generator) unpack(i int) {
	for q := range 4 {
		g.load(64*i+16*q, "R1", 16+q)
	}
	for q := range 4 {
		g.op("VUSHR $4, V%d.B16, V%d.B16", 16+q, 20+q)
		g.op("VAND V31.B16, V%d.B16, V%d.B16", 16+q, 16+q)
	}
}

// some loads as many numbers of 32 bits.
func (g *generator) some(n int, register string, to int) {
	g.op("%s (%s), F%d", map[int]string{1: "FMOVS", 2: "FMOVD", 4: "FMOVQ"}[n], register, to)
}

// sum adds products in registers, four for each row from where first says, to the
// sums of the rows, after it has multiplied them with their scales.
func (g *generator) sum(rows int, first func(j int) int) {
	for q := range 4 {
		g.load(16*q, "R2", 16+q)
	}
	g.some(rows, "R11", 28)
	for j := range rows {
		for q := range 4 {
			r := first(j) + q
			g.load(16*q, rowPointers[j], 24+q)
			g.quad("VCVTDQ2PS", r, r)
			g.quad("VMULPS", 16+q, r, r)
			g.scale(28, j, r, r)
			g.quad("VADDPS", r, 24+q, 24+q)
			g.store(24+q, 16*q, rowPointers[j])
		}
	}
}

// multiplyDotProd multiplies with the instruction sdot, which adds four products of
// eight bits to a number of 32. V0 to V15 are the products of four rows of
// activations in a block, V24 to V27 values of the rows.
func (g *generator) multiplyDotProd() {
	g.frame("multiplyDotProd", "multiplyArgs", 0)
	g.tilesNEON([]int{4, 1}, func(rows int) {
		g.some(rows, "R12", 28)
		for r := range 4 * rows {
			g.op("VDUP V28.S[%d], V%d.S4", r/4, r)
		}
		for i := range 4 {
			if i%2 == 0 {
				for j := range rows {
					g.load(32*j+8*i, "R10", 24+j)
				}
			}
			g.unpack(i)
			for half := range 2 {
				for r := range 4 * rows {
					g.element(0x4f80e000, "sdot", "16b", "4b", 24+r/4, i%2*2+half, 16+4*half+r%4, r)
				}
			}
		}
		g.sum(rows, func(j int) int { return 4 * j })
	})
}

// multiplyNEON multiplies without it. V0 to V15 are the products of two rows of
// activations in a block, in 16 bits at first, V24 and V25 values of the rows.
func (g *generator) multiplyNEON() {
	g.function("multiply", "multiplyArgs")
	g.tilesNEON([]int{2, 1}, func(rows int) {
		for i := range 4 {
			if i%2 == 0 {
				for j := range rows {
					g.load(32*j+8*i, "R10", 24+j)
				}
			}
			g.unpack(i)
			for half := range 2 {
				for j := range rows {
					g.op("VDUP V%d.S[%d], V%d.S4", 24+j, i%2*2+half, 26+j)
					g.products(i+half == 0, 16+4*half, 26+j, 8*j)
				}
			}
		}
		g.some(rows, "R12", 28)
		for j := range rows {
			g.op("VDUP V28.S[%d], V29.S4", j)
			for q := range 4 {
				r := 8*j + 2*q
				for half := range 2 {
					g.word(0x4e602800|uint32(r+half)<<5|uint32(r+half), "saddlp v%d.4s, v%d.8h", r+half, r+half)
				}
				g.op("VADDP V%d.S4, V%d.S4, V%d.S4", r+1, r, 8*j+q)
				g.quad("VPADDD", 29, 8*j+q, 8*j+q)
			}
		}
		g.sum(rows, func(j int) int { return 8 * j })
	})
}

// products multiplies four registers of weights with values, and adds what they
// give to eight registers, or makes them of it.
func (g *generator) products(first bool, weights, values, sums int) {
	word, name := uint32(0x0e208000), "smlal"
	if first {
		word, name = 0x0e20c000, "smull"
	}
	for q := range 4 {
		word := word | uint32(values)<<16 | uint32(weights+q)<<5 | uint32(sums+2*q)
		g.word(word, "%s v%d.8h, v%d.8b, v%d.8b", name, sums+2*q, weights+q, values)
		g.word(word|1<<30|1, "%s2 v%d.8h, v%d.16b, v%d.16b", name, sums+2*q+1, weights+q, values)
	}
}

// productNEON multiplies rows with 16 columns: see productArgs.
func (g *generator) productNEON() {
	g.function("product", "productArgs")
	for i, r := range []string{"R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8"} {
		g.op("MOVD %d(R0), %s", 8*i, r)
	}
	for _, rows := range []int{4, 1} {
		after := map[int]string{4: "rows1", 1: "done"}[rows]
		g.line("\nrows%d:", rows)
		g.op("CMP $%d, R7", rows)
		g.op("BLT %s", after)
		for j, r := range rowPointers[:rows] {
			g.op("MOVD R3, %s", r)
			g.op("ADD R4, R3")
			for q := range 4 {
				g.op("VEOR V%[1]d.B16, V%[1]d.B16, V%[1]d.B16", 4*j+q)
			}
		}
		g.op("MOVD R5, R9")
		g.op("MOVD R8, R10")
		g.line("\ndepth%d:", rows)
		g.depth(rows)
		g.op("ADD R6, R9")
		g.op("SUBS $1, R10")
		g.op("BNE depth%d", rows)
		for j := range rows {
			for q := range 4 {
				g.store(4*j+q, 16*q, "R1")
			}
			g.op("ADD R2, R1")
		}
		g.op("SUB $%d, R7", rows)
		g.op("B rows%d", rows)
	}
	g.line("\ndone:")
	g.end()
}

// depth adds to rows what one row of the second matrix gives.
func (g *generator) depth(rows int) {
	for q := range 4 {
		g.load(16*q, "R9", 16+q)
	}
	for j, r := range rowPointers[:rows] {
		g.op("FMOVS.P 4(%s), F%d", r, 20+j)
	}
	for r := range 4 * rows {
		g.scale(20+r/4, 0, 16+r%4, 24+r%8)
		g.quad("VADDPS", 24+r%8, r, r)
	}
}
