package localstore

import (
	"context"
	"math"
	"math/bits"
	"runtime"
	"slices"
	"sync"
)

// A dense search is a cascade. Let m be the mean of the collection, r = x−m what
// is particular to a vector x, and c = q−m that of the query. Then
//
//	q·x = q·m + m·r + c·r
//
// where q·m is the same for all x, m·r is stored, and c·r is estimated from a
// code of two bits a dimension: b1 the sign of r, b0 which of two magnitudes,
// worth −3, −1, 1 and 3. Four steps, each on what the last one left:
//
//  1. b1 against the signs of c, by Hamming distance, for every vector;
//  2. b1 against c in four bits a dimension, bit plane by bit plane;
//  3. both bits against the same;
//  4. the vectors themselves.
//
// Estimates are scaled for each vector by |r|²/(r·code), which makes them
// unbiased, as in RaBitQ (Gao and Long, SIGMOD 2024). Without the mean the signs
// are useless: embeddings of sentences all point one way.
const (
	codeFrom    = 1 << 11 // rows from which on codes are worth having
	codeDims    = 64      // dimensions from which on two bits of each tell enough
	codeStep    = 0.9957  // width of a level, in standard deviations of r (Max 1960, four uniform levels)
	queryPlanes = 4
	queryClip   = 2.6 // standard deviations of c that four bits reach to

	// signGain is by how much the distance of signs is to be multiplied to
	// estimate c·r. Theory says π/2 for vectors in random directions; 2 finds
	// more on multilingual sentence embeddings.
	signGain = 2.0
)

// How many candidates each step leaves to the next, and how many rows are
// sampled to find where the best begin.
func firstCut(rows, k int) int  { return max(3000, 64*k, rows/128) }
func secondCut(rows, k int) int { return max(600, 16*k, rows/1024) }
func thirdCut(rows, k int) int  { return max(80, 6*k, rows/4096) }
func sampled(rows int) int      { return max(1024, rows/128) }

// codes are the codes of vectors, row by row.
type codes struct {
	mean   []float32
	words  int // of 64 bits a plane
	rows   int // how many there were when mean was taken
	spread float64
	blocks []codeBlock // of blockRows rows, the last of fewer
}

type codeBlock struct {
	signs  []uint64     // words a row: b1
	levels []uint64     // words a row: b0
	scales []codeScales // one a row
}

type codeScales struct {
	mean  float32 // m·r
	sign  float32 // |r|²/(r·sign(r))
	level float32 // |r|²/(r·code)

	signs, levels uint16 // how many bits are set
}

// stale tells whether there are enough rows for codes, or twice as many as when
// the mean was taken and it has moved.
func (v *vectors) stale() bool {
	switch {
	case v.codes == nil:
		return len(v.slots) >= codeFrom && v.dim >= codeDims
	case len(v.slots) < 2*v.codes.rows:
		return false
	}
	moved := 0.0
	for j, x := range v.mean() {
		d := float64(x - v.codes.mean[j])
		moved += d * d
	}
	return moved > 0.01*v.codes.spread
}

func (v *vectors) mean() []float32 {
	m := make([]float32, v.dim)
	for j, x := range v.sum {
		m[j] = float32(x / float64(len(v.slots)))
	}
	return m
}

// encode makes codes of all rows, on all processors. It changes nothing in v.
func (v *vectors) encode() *codes {
	c := &codes{mean: v.mean(), words: (v.dim + 63) / 64, rows: len(v.slots), blocks: make([]codeBlock, len(v.blocks))}
	var wg sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), len(v.blocks))
	for w := range workers {
		wg.Go(func() {
			r := make([]float32, v.dim)
			for i := w; i < len(v.blocks); i += workers {
				b := &c.blocks[i]
				n := len(v.blocks[i]) / v.dim
				b.signs = make([]uint64, 0, n*c.words)
				b.levels = make([]uint64, 0, n*c.words)
				b.scales = make([]codeScales, 0, n)
				for rows := v.blocks[i]; len(rows) > 0; rows = rows[v.dim:] {
					b.add(rows[:v.dim], c.mean, r)
				}
			}
		})
	}
	wg.Wait()
	// |x| is 1, so that the mean of |x−m|² is 1−|m|².
	n := norm(c.mean)
	c.spread = max(0, 1-n*n)
	return c
}

// append adds the code of one more row.
func (c *codes) append(row []float32) {
	if n := len(c.blocks); n == 0 || len(c.blocks[n-1].scales) == blockRows {
		c.blocks = append(c.blocks, codeBlock{})
	}
	c.blocks[len(c.blocks)-1].add(row, c.mean, make([]float32, len(row)))
}

// add appends the code of x. r is room for x−mean.
func (b *codeBlock) add(x, mean, r []float32) {
	var s codeScales
	var square, abs float32
	for j, m := range mean {
		d := x[j] - m
		r[j] = d
		square += d * d
		abs += max(d, -d)
		s.mean += m * d
	}
	step := codeStep * float32(math.Sqrt(float64(square)/float64(len(r))))
	var product float32
	for from := 0; from < len(r); from += 64 {
		var sign, level uint64
		for j, d := range r[from:min(from+64, len(r))] {
			positive := uint64(^math.Float32bits(d) >> 31)
			value := max(d, -d)
			far := uint64(math.Float32bits(step-value) >> 31)
			sign |= positive << j
			level |= (positive ^ far ^ 1) << j // 1 for the upper level of either half
			product += value * float32(1+2*far)
		}
		b.signs = append(b.signs, sign)
		b.levels = append(b.levels, level)
		s.signs += uint16(bits.OnesCount64(sign))
		s.levels += uint16(bits.OnesCount64(level))
	}
	if abs > 0 {
		s.sign, s.level = square/abs, square/product
	}
	b.scales = append(b.scales, s)
}

// coded is a query in the forms that the steps compare with.
type codedQuery struct {
	signs  []uint64
	base   float32 // step 1: m·r + scale·(base − slope·distance)
	slope  float32
	planes [][queryPlanes]uint64 // by word; steps 2 and 3: component j is step·Σ 2^p·bit j of plane p − clip
	step   float32
	clip   float32
	sum    float32 // of all components so rounded
}

// query gives the query's particular part, q−m, as steps 1 to 3 want it.
func (c *codes) query(q []float32) *codedQuery {
	r := make([]float32, len(q))
	var abs, square float64
	for j, m := range c.mean {
		r[j] = q[j] - m
		abs += math.Abs(float64(r[j]))
		square += float64(r[j]) * float64(r[j])
	}
	gain := signGain * abs / float64(len(q))
	out := &codedQuery{signs: make([]uint64, c.words), planes: make([][queryPlanes]uint64, c.words)}
	out.base, out.slope = float32(gain*float64(len(q))), float32(2*gain)
	const top = 1<<queryPlanes - 1
	out.clip = float32(queryClip * math.Sqrt(square/float64(len(q))))
	out.step = 2 * out.clip / top
	for j, d := range r {
		if d >= 0 {
			out.signs[j/64] |= 1 << (j % 64)
		}
		level := uint64(0)
		if out.step > 0 {
			level = uint64(min(top, max(0, (d+out.clip)/out.step+0.5)))
		}
		for p := range queryPlanes {
			out.planes[j/64][p] |= (level >> p & 1) << (j % 64)
		}
		out.sum += float32(level)*out.step - out.clip
	}
	return out
}

// candidate is a row with its estimate.
type candidate struct {
	row   int32
	score float32
}

// cascade gives the best k of the records that pass, by cosine.
func (v *vectors) cascade(ctx context.Context, q []float32, k int, g *gate, s *scratch) ([]scored, error) {
	coded := v.codes.query(q)
	n := firstCut(len(v.slots), k)
	from := v.floor(coded, n, g, s)
	found, err := v.first(ctx, coded, from, g, s.candidates[:0])
	if err == nil && len(found) < n/2 && from > noFloor {
		found, err = v.first(ctx, coded, noFloor, g, found[:0])
	}
	s.candidates = found
	if err != nil {
		return nil, err
	}
	found = best(found, 2*n)
	v.codes.second(coded, found)
	found = best(found, secondCut(len(v.slots), k))
	v.codes.third(coded, found)
	found = best(found, thirdCut(len(v.slots), k))
	t := newTop(k, g.t.ids)
	for _, c := range found {
		slot := v.slots[c.row]
		if score := dot(q, v.row(c.row)); t.wants(slot, score) {
			t.push(slot, score)
		}
	}
	return t.items, nil
}

// noFloor lets every estimate through.
const noFloor = -math.MaxFloat32

// floor gives an estimate that about n of the records which pass are above, from
// a sample of them.
func (v *vectors) floor(q *codedQuery, n int, g *gate, s *scratch) float32 {
	stride := max(1, len(v.slots)/sampled(len(v.slots)))
	sample := s.candidates[:0]
	for i := stride / 2; i < len(v.slots); i += stride {
		if g.pass(v.slots[i]) {
			b := &v.codes.blocks[i/blockRows]
			at := i % blockRows
			sc := &b.scales[at]
			score := sc.mean + sc.sign*(q.base-q.slope*float32(hamming(q.signs, b.signs[at*len(q.signs):])))
			sample = append(sample, candidate{int32(i), score})
		}
	}
	s.candidates = sample
	rank := float64(n) / float64(stride)
	at := int(rank + 2*math.Sqrt(rank))
	if at+1 >= len(sample) {
		return noFloor
	}
	sample = best(sample, at+1)
	return slices.MinFunc(sample, func(a, b candidate) int {
		if a.score < b.score {
			return -1
		}
		return 1
	}).score
}

// first is step 1: the rows whose estimate is above floor and whose records pass.
func (v *vectors) first(ctx context.Context, q *codedQuery, floor float32, g *gate, found []candidate) ([]candidate, error) {
	var distances [blockRows]uint16
	for i := range v.codes.blocks {
		if err := ctx.Err(); err != nil {
			return found, err
		}
		b := &v.codes.blocks[i]
		b.distances(q.signs, distances[:len(b.scales)])
		from := len(found)
		found = b.above(floor, q, distances[:len(b.scales)], int32(i)*blockRows, found)
		kept := from
		for _, c := range found[from:] {
			if g.pass(v.slots[c.row]) {
				found[kept] = c
				kept++
			}
		}
		found = found[:kept]
	}
	return found, nil
}

// distances gives the Hamming distance of each row's signs to q. It is a loop of
// its own because the compiler keeps no value in a register across OnesCount64,
// which calls a function on processors without the instruction.
func (b *codeBlock) distances(q []uint64, out []uint16) {
	if len(q) != 6 {
		for i := range out {
			out[i] = uint16(hamming(q, b.signs[i*len(q):]))
		}
		return
	}
	// 384 dimensions, where most small models are.
	q0, q1, q2, q3, q4, q5 := q[0], q[1], q[2], q[3], q[4], q[5]
	signs := b.signs
	for i := range out {
		if len(signs) < 6 {
			return
		}
		out[i] = uint16(bits.OnesCount64(q0^signs[0]) + bits.OnesCount64(q1^signs[1]) + bits.OnesCount64(q2^signs[2]) +
			bits.OnesCount64(q3^signs[3]) + bits.OnesCount64(q4^signs[4]) + bits.OnesCount64(q5^signs[5]))
		signs = signs[6:]
	}
}

// above appends the rows whose estimate from their distance is above floor.
func (b *codeBlock) above(floor float32, q *codedQuery, distances []uint16, row int32, found []candidate) []candidate {
	base, slope := q.base, q.slope
	scales := b.scales[:len(distances)]
	for i, d := range distances {
		s := &scales[i]
		if score := s.mean + s.sign*(base-slope*float32(int32(d))); score > floor {
			found = append(found, candidate{row + int32(i), score})
		}
	}
	return found
}

// hamming counts the bits in which a and the front of b differ.
func hamming(a, b []uint64) int {
	n := 0
	for i, w := range b[:len(a)] {
		n += bits.OnesCount64(a[i] ^ w)
	}
	return n
}

// second is step 2: the signs against four bits of the query.
func (c *codes) second(q *codedQuery, found []candidate) {
	for i := range found {
		b := &c.blocks[found[i].row/blockRows]
		at := int(found[i].row % blockRows)
		s := &b.scales[at]
		inSigns := q.step*float32(q.weigh(b.signs[at*c.words:])) - q.clip*float32(s.signs)
		found[i].score = s.mean + s.sign*(2*inSigns-q.sum)
	}
}

// third is step 3: both bits against four bits of the query.
func (c *codes) third(q *codedQuery, found []candidate) {
	for i := range found {
		b := &c.blocks[found[i].row/blockRows]
		at := int(found[i].row % blockRows)
		s := &b.scales[at]
		inSigns := q.step*float32(q.weigh(b.signs[at*c.words:])) - q.clip*float32(s.signs)
		inLevels := q.step*float32(q.weigh(b.levels[at*c.words:])) - q.clip*float32(s.levels)
		found[i].score = s.mean + s.level*(4*inSigns+2*inLevels-3*q.sum)
	}
}

// weigh sums the query's components, as whole steps, where a row has a bit.
func (q *codedQuery) weigh(row []uint64) int {
	n := 0
	for i, w := range row[:len(q.planes)] {
		p := &q.planes[i]
		n += bits.OnesCount64(p[0]&w) + 2*bits.OnesCount64(p[1]&w) + 4*bits.OnesCount64(p[2]&w) + 8*bits.OnesCount64(p[3]&w)
	}
	return n
}

// best moves the n candidates with the highest scores to the front and gives
// them, in no order (Hoare's selection).
func best(list []candidate, n int) []candidate {
	if n >= len(list) {
		return list
	}
	for lo, hi := 0, len(list)-1; lo < hi; {
		a, b, c := list[lo].score, list[lo+(hi-lo)/2].score, list[hi].score
		pivot := max(min(a, b), min(max(a, b), c))
		i, j := lo, hi
		for i <= j {
			for list[i].score > pivot {
				i++
			}
			for list[j].score < pivot {
				j--
			}
			if i <= j {
				list[i], list[j] = list[j], list[i]
				i++
				j--
			}
		}
		switch {
		case n-1 <= j:
			hi = j
		case n-1 >= i:
			lo = i
		default:
			return list[:n]
		}
	}
	return list[:n]
}
