package localstore

import (
	"context"
	"runtime"
	"sync"

	"github.com/akshara-go/akshara/rag/internal/quant"
)

func (v *vectors) mean() []float32 {
	m := make([]float32, v.dim)
	for j, x := range v.sum {
		m[j] = float32(x / float64(len(v.slots)))
	}
	return m
}

// coded tells whether there are enough rows for codes.
func (v *vectors) coded() bool { return len(v.slots) >= quant.MinRows && v.dim >= quant.MinDims }

// code fills the codes with those of all rows, on all processors.
func (v *vectors) code(ctx context.Context, known knownCodes) error {
	blocks := len(v.codes.Blocks)
	var wg sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), blocks)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < blocks && ctx.Err() == nil; i += workers {
				v.codeBlock(i, known)
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

// newCodes gives codes of rows that are still to be filled in, around a mean
// that parts have codes around, where one is near enough.
func (v *vectors) newCodes(parts []*part) *quant.Codes {
	return &quant.Codes{Mean: v.around(parts), Words: quant.Words(v.dim), Blocks: make([]quant.Block, (len(v.slots)+quant.BlockRows-1)/quant.BlockRows)}
}

// codeBlock makes the codes of a block's rows, or takes them over from where they are known.
func (v *vectors) codeBlock(block int, known knownCodes) {
	r := make([]float32, v.dim)
	b := &v.codes.Blocks[block]
	from, to := block*quant.BlockRows, min(len(v.slots), (block+1)*quant.BlockRows)
	b.Reserve(to-from, v.codes.Words)
	for row := from; row < to; row++ {
		if known != nil {
			if c, at := known(row); c != nil {
				b.Take(c, at)
				continue
			}
		}
		b.Add(v.row(int32(row)), v.codes.Mean, r)
	}
}
