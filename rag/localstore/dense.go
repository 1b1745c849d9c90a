package localstore

import (
	"context"
	"math"
	"slices"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/internal/quant"
)

// vectors holds the vectors of a part, scaled to length 1, a row each.
type vectors struct {
	dim    int
	memory [][]float32  // where rows stand: that of a change, or of a file that is mapped
	at     []uint64     // by row: the number in memory << memoryShift | where it begins there
	slots  []uint32     // by row
	sum    []float64    // of all rows: for their mean
	codes  *quant.Codes // nil where there are few rows
}

const memoryShift = 40

func (v *vectors) row(i int32) []float32 {
	m := v.memory[v.at[i]>>memoryShift]
	at := int(v.at[i] & (1<<memoryShift - 1))
	return m[at : at+v.dim : at+v.dim]
}

// normalize scales a vector to length 1; one of length 0 stays.
func normalize(row []float32) {
	scale := unit(row)
	for j, x := range row {
		row[j] = float32(float64(x) * scale)
	}
}

// unit gives by what a vector is to be multiplied to have length 1.
func unit(v []float32) float64 {
	if n := norm(v); n > 0 {
		return 1 / n
	}
	return 1
}

// norm gives the length of a vector. Four sums let the processor work on four
// squares at once.
func norm(v []float32) float64 {
	var s0, s1, s2, s3 float64
	for ; len(v) >= 4; v = v[4:] {
		s0 += float64(v[0]) * float64(v[0])
		s1 += float64(v[1]) * float64(v[1])
		s2 += float64(v[2]) * float64(v[2])
		s3 += float64(v[3]) * float64(v[3])
	}
	for _, x := range v {
		s0 += float64(x) * float64(x)
	}
	return math.Sqrt((s0 + s1) + (s2 + s3))
}

// denseLeg searches the vectors of all parts of a tenant.
type denseLeg struct {
	rows  int // in all parts
	query []float32
	q     *rag.Search
	s     *scratch
	top   *top
}

// dense gives the best k of the records that pass, by cosine. Few vectors, and
// those of named documents, are compared each; otherwise their codes are.
func (t *tenant) dense(ctx context.Context, q *rag.Search, gates []*gate, s *scratch) ([]scored, error) {
	d := &denseLeg{query: slices.Clone(q.Vector), q: q, s: s, top: newTop(q.K, t.parts)}
	normalize(d.query)
	for _, p := range t.parts {
		d.rows += len(p.vecs.slots)
	}
	for i, p := range t.parts {
		if p.vecs.dim != len(d.query) {
			continue
		}
		var err error
		d.top.part = uint32(i)
		switch {
		case len(q.Filter.DocumentIDs) > 0:
			err = d.documents(ctx, p, gates[i])
		case q.Exact || p.vecs.codes == nil:
			err = d.scan(ctx, p, gates[i])
		default:
			err = d.cascade(ctx, p, gates[i])
		}
		if err != nil {
			return nil, err
		}
	}
	return d.top.items, nil
}

// cascade compares with what the codes of a part find, which leave to each step the
// part's share of what a search of all would.
func (d *denseLeg) cascade(ctx context.Context, p *part, g *gate) error {
	v, k := &p.vecs, d.q.K
	share := func(n int) int { return max(n/8, int(int64(n)*int64(len(v.slots))/int64(d.rows)), k) }
	cuts := quant.CutsFor(d.rows, k)
	cuts = quant.Cuts{First: share(cuts.First), Second: share(cuts.Second), Third: share(cuts.Third)}
	found, err := v.codes.Nearest(ctx, d.query, cuts, func(row int32) bool { return g.pass(v.slots[row]) }, &d.s.dense)
	if err != nil {
		return err
	}
	for i, c := range found {
		if i+rowsAhead < len(found) {
			quant.Prefetch(v.row(found[i+rowsAhead].Row))
		}
		if slot, score := v.slots[c.Row], quant.Dot(d.query, v.row(c.Row)); d.top.wants(slot, score) {
			d.top.push(slot, score)
		}
	}
	return nil
}

// rowsAhead is for how many vectors the memory is asked before they are compared.
const rowsAhead = 3

// scan compares with every vector of a part.
func (d *denseLeg) scan(ctx context.Context, p *part, g *gate) error {
	v := &p.vecs
	for i, slot := range v.slots {
		if i%quant.BlockRows == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if score := quant.Dot(d.query, v.row(int32(i))); d.top.wants(slot, score) && g.pass(slot) {
			d.top.push(slot, score)
		}
	}
	return nil
}

// documents compares with the vectors of the documents that the filter names.
func (d *denseLeg) documents(ctx context.Context, p *part, g *gate) error {
	names := slices.Clone(d.q.Filter.DocumentIDs)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, slot := range p.slotsOf(name) {
			row := p.rows[slot]
			if row < 0 || !g.pass(slot) {
				continue
			}
			if score := quant.Dot(d.query, p.vecs.row(row)); d.top.wants(slot, score) {
				d.top.push(slot, score)
			}
		}
	}
	return nil
}
