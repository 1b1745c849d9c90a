package main

import (
	"fmt"
	"strings"
)

// general are the registers that stand for those of AMD64; R0 is AX.
var general = map[string]string{
	"AX": "R0", "SI": "R1", "DI": "R2", "CX": "R3", "DX": "R4", "R8": "R5", "R9": "R6", "R10": "R7", "R11": "R8",
}

// table is where the constants are.
const table = "R20"

// spare is the first of four registers that no vector takes; the last holds a constant.
const spare = 28

// instruction is one of NEON. Go's assembler does not know those with a word, which
// are written as numbers with what a disassembler makes of them.
type instruction struct {
	word  uint32 // with registers 0
	name  string
	shape string // of the registers
}

// instructions are those that stand for one of AVX, on four numbers.
var instructions = map[string]instruction{
	"VADDPS":        {0x4e20d400, "fadd", "4s"},
	"VSUBPS":        {0x4ea0d400, "fsub", "4s"},
	"VMULPS":        {0x6e20dc00, "fmul", "4s"},
	"VDIVPS":        {0x6e20fc00, "fdiv", "4s"},
	"VMAXPS":        {0x4e20f400, "fmax", "4s"},
	"VCMPPS $0x0D,": {0x6e20e400, "fcmge", "4s"},
	"VCVTPS2DQ":     {0x4e21a800, "fcvtns", "4s"},
	"VCVTDQ2PS":     {0x4e21d800, "scvtf", "4s"},
	"VANDPS":        {0, "VAND", "B16"},
	"VXORPS":        {0, "VEOR", "B16"},
	"VPADDD":        {0, "VADD", "S4"},
	"VPSLLD":        {0, "VSHL", "S4"},

	"VMOVSS":  {0, "FMOVS", ""},
	"VADDSS":  {0, "FADDS", ""},
	"VMULSS":  {0, "FMULS", ""},
	"VDIVSS":  {0, "FDIVS", ""},
	"VSQRTSS": {0, "FSQRTS", ""},
}

// word writes an instruction as a number.
func (g *generator) word(word uint32, format string, args ...any) {
	g.op("WORD $0x%08x // "+format, append([]any{word}, args...)...)
}

// quad writes an instruction for registers, those that it takes before the one that
// it makes, as Go orders them.
func (g *generator) quad(name string, registers ...int) {
	i := instructions[name]
	if i.word == 0 {
		operands := make([]string, len(registers))
		for j, r := range registers {
			operands[j] = fmt.Sprintf("V%d.%s", r, i.shape)
		}
		g.op("%s %s", i.name, strings.Join(operands, ", "))
		return
	}
	word, text := i.word, ""
	for j := range registers {
		r := registers[len(registers)-1-j]
		word |= uint32(r) << [3]int{0, 5, 16}[j]
		text += fmt.Sprintf(", v%d.%s", r, i.shape)
	}
	g.word(word, "%s %s", i.name, text[2:])
}

// load and store move 16 bytes between a register and memory.
func (g *generator) load(bytes int, register string, to int) {
	g.op("FMOVQ %d(%s), F%d", bytes, register, to)
}

func (g *generator) store(from, bytes int, register string) {
	g.op("FMOVQ F%d, %d(%s)", from, bytes, register)
}

// place is where a constant is in the table.
func place(c constant) int {
	for i, n := range numbers() {
		if n.name == c {
			return 16 * i
		}
	}
	panic("no constant " + c)
}

// quads does what each does.
func (g *generator) quads(name string, operands []any) {
	if name == "VMOVUPS" {
		g.move(operands[0], operands[1])
		return
	}
	for _, o := range operands {
		if c, ok := o.(constant); ok {
			g.load(place(c), table, spare+3)
		}
	}
	for part := range g.registers {
		registers, shift := []int{}, ""
		for i, o := range operands {
			switch o := o.(type) {
			case v:
				registers = append(registers, 4*int(o)+part)
			case at:
				g.load(o.displacement+16*part, general[o.register], spare+i)
				registers = append(registers, spare+i)
			case constant:
				registers = append(registers, spare+3)
			case int:
				shift = fmt.Sprintf("$%d, ", o)
			}
		}
		if shift != "" {
			g.op("VSHL %sV%d.S4, V%d.S4", shift, registers[0], registers[1])
			continue
		}
		g.quad(name, registers...)
	}
}

// move loads a vector, or stores it.
func (g *generator) move(from, to any) {
	for part := range g.registers {
		switch from := from.(type) {
		case at:
			g.load(from.displacement+16*part, general[from.register], 4*int(to.(v))+part)
		case constant:
			g.load(place(from), table, 4*int(to.(v))+part)
		case v:
			to := to.(at)
			g.store(4*int(from)+part, to.displacement+16*part, general[to.register])
		}
	}
}

// single does what scalar does.
func (g *generator) single(name string, operands []any) {
	text, registers := []string{}, []int{}
	for _, o := range operands {
		var memory string
		switch o := o.(type) {
		case v:
			registers = append(registers, 4*int(o))
			text = append(text, fmt.Sprintf("F%d", 4*o))
			continue
		case at:
			memory = fmt.Sprintf("%d(%s)", o.displacement, general[o.register])
		case constant:
			memory = fmt.Sprintf("%d(%s)", place(o), table)
		}
		if name != "VMOVSS" {
			g.op("FMOVS %s, F%d", memory, spare)
			memory = fmt.Sprintf("F%d", spare)
		}
		text = append(text, memory)
	}
	switch i := instructions[name]; {
	case i.shape != "":
		g.quad(name, registers...)
	case name == "VSQRTSS":
		g.op("%s %s", i.name, strings.Join(text[1:], ", "))
	default:
		g.op("%s %s", i.name, strings.Join(text, ", "))
	}
}

// foldQuads does what fold does.
func (g *generator) foldQuads(op string, r, scratch int) {
	name := strings.Replace(op, "SS", "PS", 1)
	g.quad(name, r+2, r, r)
	g.quad(name, r+3, r+1, r+1)
	g.quad(name, r+1, r, r)
	for _, bytes := range []int{8, 4} {
		g.op("VEXT $%d, V%d.B16, V%d.B16, V%d.B16", bytes, r, r, scratch)
		g.quad(name, scratch, r, r)
	}
}
