package localstore

import (
	"context"
	"encoding/binary"
	"math"
	"slices"

	"github.com/akshara-go/akshara/rag"
)

// blockRows is how many vectors share a piece of memory: growing an index then
// copies no more than one piece, and a small tenant needs no more than its own.
const blockRows = 1 << 12

// vectors holds the vectors of a tenant, scaled to length 1, a row each. Rows of
// removed records stay behind until a copy is made.
type vectors struct {
	dim    int
	blocks [][]float32 // of blockRows rows, the last of fewer
	slots  []uint32    // by row
	live   int         // rows of live records
	sum    []float64   // of all rows, dead ones included: for their mean
	codes  *codes      // nil while there are few rows
}

func (v *vectors) empty(rows int) vectors {
	return vectors{dim: v.dim, slots: make([]uint32, 0, rows)}
}

func (v *vectors) row(i int32) []float32 {
	b := v.blocks[i/blockRows]
	at := int(i%blockRows) * v.dim
	return b[at : at+v.dim : at+v.dim]
}

// grow makes room for one more row.
func (v *vectors) grow(slot uint32) int32 {
	i := int32(len(v.slots))
	v.slots = append(v.slots, slot)
	v.live++
	if i%blockRows == 0 {
		v.blocks = append(v.blocks, nil)
	}
	b := &v.blocks[i/blockRows]
	n := len(*b) + v.dim
	if n > cap(*b) {
		rows := min(blockRows, max(8, 2*(len(*b)/v.dim)))
		next := make([]float32, len(*b), rows*v.dim)
		copy(next, *b)
		*b = next
	}
	*b = (*b)[:n]
	return i
}

// add appends an encoded vector and gives its row.
func (v *vectors) add(slot uint32, encoded []byte) int32 {
	v.dim = len(encoded) / 4
	i := v.grow(slot)
	row := v.row(i)
	for j := range row {
		row[j] = math.Float32frombits(binary.LittleEndian.Uint32(encoded[4*j:]))
	}
	normalize(row)
	v.coded(row)
	return i
}

// coded counts a new row in, and appends its code where the others have one.
func (v *vectors) coded(row []float32) {
	if v.sum == nil {
		v.sum = make([]float64, v.dim)
	}
	for j, x := range row {
		v.sum[j] += float64(x)
	}
	if v.codes != nil {
		v.codes.append(row)
	}
}

// copy appends a row of another's.
func (v *vectors) copy(slot uint32, from *vectors, row int32) int32 {
	i := v.grow(slot)
	copy(v.row(i), from.row(row))
	v.coded(v.row(i))
	return i
}

// normalize scales a vector to length 1; one of length 0 stays.
func normalize(row []float32) {
	if n := norm(row); n > 0 {
		for j, x := range row {
			row[j] = float32(float64(x) / n)
		}
	}
}

func norm(v []float32) float64 {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum)
}

// dotPlain gives the inner product of two vectors of one length. Eight sums let
// the processor work on eight products at once.
func dotPlain(a, b []float32) float32 {
	var s0, s1, s2, s3, s4, s5, s6, s7 float32
	for len(a) >= 8 && len(b) >= 8 {
		s0 += float32(a[0] * b[0])
		s1 += float32(a[1] * b[1])
		s2 += float32(a[2] * b[2])
		s3 += float32(a[3] * b[3])
		s4 += float32(a[4] * b[4])
		s5 += float32(a[5] * b[5])
		s6 += float32(a[6] * b[6])
		s7 += float32(a[7] * b[7])
		a, b = a[8:], b[8:]
	}
	for i := range min(len(a), len(b)) {
		s0 += float32(a[i] * b[i])
	}
	return (s0 + s4) + (s1 + s5) + (s2 + s6) + (s3 + s7)
}

// search gives the best k of the records that pass, by cosine. Few vectors, and
// those of named documents, are compared each; otherwise their codes are.
func (v *vectors) search(ctx context.Context, q *rag.Search, g *gate, s *scratch) ([]scored, error) {
	query := make([]float32, len(q.Vector))
	copy(query, q.Vector)
	normalize(query)
	switch {
	case len(q.Filter.DocumentIDs) > 0:
		return v.documents(ctx, query, q, g)
	case q.Exact || v.codes == nil:
		return v.scan(ctx, query, q.K, g)
	}
	return v.cascade(ctx, query, q.K, g, s)
}

// scan compares q with every vector.
func (v *vectors) scan(ctx context.Context, q []float32, k int, g *gate) ([]scored, error) {
	t := newTop(k, g.t.ids)
	for i, slot := range v.slots {
		if i%blockRows == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if score := dot(q, v.row(int32(i))); t.wants(slot, score) && g.pass(slot) {
			t.push(slot, score)
		}
	}
	return t.items, nil
}

// documents compares with the vectors of the documents that the filter names.
func (v *vectors) documents(ctx context.Context, query []float32, q *rag.Search, g *gate) ([]scored, error) {
	t := newTop(q.K, g.t.ids)
	names := slices.Clone(q.Filter.DocumentIDs)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		doc := g.t.docs[name]
		if doc == nil {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for _, slot := range doc.slots {
			row := g.t.rows[slot]
			if row < 0 || !g.pass(slot) {
				continue
			}
			if score := dot(query, v.row(row)); t.wants(slot, score) {
				t.push(slot, score)
			}
		}
	}
	return t.items, nil
}
