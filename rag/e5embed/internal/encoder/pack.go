package encoder

import (
	"github.com/akshara-go/akshara/rag/e5embed/internal/container"
	"github.com/akshara-go/akshara/rag/e5embed/internal/kernel"
)

// pack gives a matrix of in columns in the form of a model's file.
func pack(name string, m *Matrix, bits, in int) []container.Section {
	size := in / kernel.Block * blockBytes(bits)
	p := packer{rows: m.Rows, bits: bits, in: in, out: len(m.Rows) / size / kernel.Lanes * kernel.Lanes}
	section := func(part string, data []byte) container.Section {
		return container.Section{Name: name + part, Data: data}
	}
	sections := []container.Section{section(".bias", floats(m.Bias))}
	switch bits {
	case Whole:
		return append(sections, section(".weights", p.weights()))
	case Eight:
		sections = append(sections, section(".high", p.nibbles(highOfEight)), section(".nibbles", p.nibbles(lowOfEight)))
	default:
		sections = append(sections, section(".nibbles", p.nibbles(four)))
	}
	return append(sections, section(".scales", p.scales()))
}

// packer is a matrix in the form of [Matrix].
type packer struct {
	rows          []byte
	bits, in, out int
}

// block gives block b of a row.
func (p *packer) block(row, b int) []byte {
	size := blockBytes(p.bits)
	return p.rows[(row*(p.in/kernel.Block)+b)*size:][:size]
}

// nibbles gives numbers of four bits, where is weight i of a block, in the layout
// of package kernel: see [kernel.Linear].
func (p *packer) nibbles(weight func(block []byte, i int) byte) []byte {
	packed, blocks := make([]byte, p.out*p.in/2), p.in/kernel.Block
	for row := range p.out {
		group, lane := row/kernel.Lanes, row%kernel.Lanes
		for b := range blocks {
			block := p.block(row, b)
			dst := packed[(group*blocks+b)*kernel.BlockBytes:][:kernel.BlockBytes]
			for i := range kernel.Block / 8 {
				for j := range 4 {
					dst[64*i+4*lane+j] = weight(block, 8*i+j) | weight(block, 8*i+4+j)<<4
				}
			}
		}
	}
	return packed
}

// scales gives the scales of blocks, likewise.
func (p *packer) scales() []byte {
	blocks := p.in / kernel.Block
	packed := make([]byte, p.out*blocks*2)
	for row := range p.out {
		group, lane := row/kernel.Lanes, row%kernel.Lanes
		for b := range blocks {
			copy(packed[2*((group*blocks+b)*kernel.Lanes+lane):], p.block(row, b)[:2])
		}
	}
	return packed
}

// weights gives weights of 32 bits: see [whole].
func (p *packer) weights() []byte {
	packed := make([]byte, 4*p.out*p.in)
	for row := range p.out {
		group, lane := row/kernel.Lanes, row%kernel.Lanes
		for i := range p.in {
			copy(packed[4*((group*p.in+i)*kernel.Lanes+lane):], p.rows[4*(row*p.in+i):][:4])
		}
	}
	return packed
}

// four gives weight i of a block of four bits.
func four(block []byte, i int) byte {
	const half = kernel.Block / 2
	if i < half {
		return block[2+i] & 15
	}
	return block[2+i-half] >> 4
}

// lowOfEight gives the lower of the two numbers of four bits that weight i of a
// block of eight is made of, 0 to 15 for -8 to 7.
func lowOfEight(block []byte, i int) byte { return (block[2+i] + 8) & 15 }

// highOfEight gives the higher one, likewise: the weight is 16 times it, plus the lower.
func highOfEight(block []byte, i int) byte {
	weight, low := int(int8(block[2+i])), int(lowOfEight(block, i))-8
	return byte((weight-low)/16 + 8)
}
