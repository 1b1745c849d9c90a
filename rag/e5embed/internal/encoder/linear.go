package encoder

import (
	"github.com/akshara-go/akshara/rag/e5embed/internal/kernel"
)

// linear is a matrix of weights and a bias.
type linear interface {
	// apply gives in dst, for each row of src, the row's products with the
	// matrix's rows, the bias added.
	apply(k *kernel.Set, w *Workspace, dst, src []float32)
}

// fourBits is a matrix of weights of four bits.
type fourBits struct{ kernel.Linear }

func (l *fourBits) apply(k *kernel.Set, w *Workspace, dst, src []float32) {
	w.quantise(k, src, l.In)
	k.Multiply(dst, &w.activations, &l.Linear)
}

// quantise makes activations of rows of so many columns.
func (w *Workspace) quantise(k *kernel.Set, src []float32, columns int) {
	w.activations.Reset(len(src)/columns, columns)
	k.Quantise(&w.activations, src)
}

// eightBits is a matrix of weights of eight bits as the sum of two of four: a
// weight is 16 times that of high, plus that of low. The scales of high are 16
// times those of low, and its bias is zero.
type eightBits struct{ low, high kernel.Linear }

func (l *eightBits) apply(k *kernel.Set, w *Workspace, dst, src []float32) {
	w.quantise(k, src, l.low.In)
	k.Multiply(dst, &w.activations, &l.low)
	w.high = resize(w.high, len(dst))
	k.Multiply(w.high, &w.activations, &l.high)
	for i, x := range w.high {
		dst[i] += x
	}
}

// whole is a matrix of weights that are numbers of 32 bits: those of kernel.Lanes
// rows stand together, column for column.
type whole struct {
	in, out       int
	weights, bias []float32
}

func (l *whole) apply(k *kernel.Set, _ *Workspace, dst, src []float32) {
	rows := len(src) / l.in
	for row := 0; row < l.out; row += kernel.Lanes {
		k.Product(dst[row:], l.out, src, l.in, l.weights[row*l.in:], kernel.Lanes, rows, kernel.Lanes, l.in)
	}
	for ; len(dst) > 0; dst = dst[l.out:] {
		for i, x := range l.bias {
			dst[i] += x
		}
	}
}
