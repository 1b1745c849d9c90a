package localstore

import (
	"slices"

	"github.com/akshara-go/akshara/rag/internal/quant"
)

// Codes say what a vector differs in from a mean. Any mean near the vectors' own
// does, so that parts of a tenant share one: a part is coded around the mean of
// the part with the most vectors, and a segment that is made of parts takes their
// codes over as they are. Each part keeps the mean its codes are around. One whose
// own mean is farther away than meanDrift allows is coded around that.

// meanDrift bounds how far, squared, the mean of codes may be from that of the
// vectors, by how far those are from theirs. It adds as much to what is estimated,
// and so half as much to the errors: at the bound, 50,000 sentence embeddings
// have the recall that they have around their own mean.
const meanDrift = 0.02

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
	var away, square float64
	for j, x := range own {
		d := float64(x) - float64(most.codes.Mean[j])
		away += d * d
		square += float64(x) * float64(x)
	}
	if away <= meanDrift*(1-square) { // the vectors have length 1
		return slices.Clone(most.codes.Mean) // which may be of a file that goes
	}
	return own
}
