package localstore

import (
	"slices"

	"github.com/akshara-go/akshara/rag/internal/quant"
)

// Codes say what a vector differs in from a mean. Any mean near the vectors' own
// does, so that parts of a tenant share one: a part is coded around the mean of
// the part with the most vectors, and a segment that is made of parts takes their
// codes over as they are. Each part keeps the mean its codes are around. One whose
// own mean is farther away (see [quant.Near]) is coded around that.

// knownCodes gives the code of a row, around the mean that is asked for, where
// there is one: as row at of from. from is nil where there is none.
type knownCodes func(row int) (from *quant.Codes, at int32)

// around gives the mean to code v around: that of the part with the most vectors
// if it is near, else v's own.
func (v *vectors) around(parts []*part) []float32 {
	own := v.mean()
	var most *vectors
	for _, p := range parts {
		if o := &p.vecs; o.codes != nil && o.dim == v.dim && (most == nil || len(o.slots) > len(most.slots)) {
			most = o
		}
	}
	if most == nil {
		return own
	}
	if quant.Near(most.codes.Mean, own) {
		return slices.Clone(most.codes.Mean) // which may be of a file that goes
	}
	return own
}
