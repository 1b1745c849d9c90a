package quant

import (
	"cmp"
	"context"
	"math"
	"math/bits"
	"slices"
)

// query is a query in the forms that the steps compare with.
type query struct {
	signs  []uint64
	base   float32 // step 1: m·r + scale·(base − slope·distance)
	slope  float32
	planes [][queryPlanes]uint64 // by word; steps 2 and 3: component j is step·Σ 2^p·bit j of plane p − clip
	step   float32
	clip   float32
	sum    float32 // of all components so rounded
}

// query gives the query's particular part, q−m, as steps 1 to 3 want it.
func (c *Codes) query(q []float32) *query {
	r := make([]float32, len(q))
	var abs, square float64
	for j, m := range c.Mean {
		r[j] = q[j] - m
		abs += math.Abs(float64(r[j]))
		square += float64(r[j]) * float64(r[j])
	}
	gain := signGain * abs / float64(len(q))
	out := &query{signs: make([]uint64, c.Words), planes: make([][queryPlanes]uint64, c.Words)}
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

// Candidate is a row with its estimate.
type Candidate struct {
	Row   int32
	Score float32
}

// Cuts says how many candidates each step leaves to the next.
type Cuts struct{ First, Second, Third int }

// CutsFor gives the cuts that find nearly all of the k nearest of so many rows.
func CutsFor(rows, k int) Cuts {
	return Cuts{max(3000, 64*k, rows/128), max(600, 16*k, rows/1024), max(80, 6*k, rows/4096)}
}

// sampled is how many rows are looked at to find where the best begin.
func sampled(rows int) int { return max(1024, rows/128) }

// Scratch is memory that searches use again, one after the other.
type Scratch struct {
	Helpers Helpers // nil: a search has one thread

	candidates []Candidate
	shares     [][]Candidate // what helpers found
}

// Nearest gives the cuts.Third rows that are nearest to a query by steps 1 to 3,
// in no order, of those that pass. A nil pass lets all through; it is asked
// about some thousand rows. What it gives holds until s is used again.
func (c *Codes) Nearest(ctx context.Context, vector []float32, cuts Cuts, pass func(row int32) bool, s *Scratch) ([]Candidate, error) {
	q := c.query(vector)
	from := c.floor(q, cuts.First, pass, s)
	found, err := c.first(ctx, q, from, pass, s)
	if err == nil && len(found) < cuts.First/2 && from > noFloor {
		found, err = c.first(ctx, q, noFloor, pass, s)
	}
	if err != nil {
		return nil, err
	}
	found = best(found, cuts.Second)
	c.third(q, found)
	return best(found, cuts.Third), nil
}

// noFloor lets every estimate through.
const noFloor = -math.MaxFloat32

// floor gives an estimate by step 1 that about n of the rows which pass are
// above, from a sample of them: eight rows here and there.
func (c *Codes) floor(q *query, n int, pass func(int32) bool, s *Scratch) float32 {
	rows := c.Rows()
	every := max(1, rows/sampled(rows))
	sample := s.candidates[:0]
	for group := every / 2 * LaneRows; group < rows; group += every * LaneRows {
		b := &c.Blocks[group/BlockRows]
		at := group % BlockRows
		distances := b.distances(q, at/LaneRows)
		for i := range min(LaneRows, rows-group) {
			if row := int32(group + i); pass == nil || pass(row) {
				sample = append(sample, Candidate{row, q.first(b, at+i, distances[i])})
			}
		}
	}
	s.candidates = sample
	rank := float64(n) / float64(every)
	at := int(rank + 2*math.Sqrt(rank))
	if at+1 >= len(sample) {
		return noFloor
	}
	sample = best(sample, at+1)
	return slices.MinFunc(sample, func(a, b Candidate) int { return cmp.Compare(a.Score, b.Score) }).Score
}

// first is steps 1 and 2: the rows that pass and whose estimate by step 1 is above
// floor, with their estimates by step 2.
func (c *Codes) first(ctx context.Context, q *query, floor float32, pass func(int32) bool, s *Scratch) ([]Candidate, error) {
	found, err := c.above(ctx, q, floor, s, s.candidates[:0])
	s.candidates = found
	if err != nil || pass == nil {
		return found, err
	}
	return slices.DeleteFunc(found, func(it Candidate) bool { return !pass(it.Row) }), nil
}

// prefetchAhead is for how many rows the memory is asked before step 3 comes to them.
const prefetchAhead = 8

// third is step 3: both bits against four bits of the query.
func (c *Codes) third(q *query, found []Candidate) {
	for i := range found {
		if i+prefetchAhead < len(found) {
			prefetchWords(c.wordsOf(found[i+prefetchAhead].Row))
		}
		r := c.row(found[i].Row)
		found[i].Score = r.mean + r.level*(4*q.weigh(r.signs, r.signCount)+2*q.weigh(r.levels, r.levelCount)-3*q.sum)
	}
}

// weigh sums the query's components where a row has one of its count bits.
func (q *query) weigh(row []uint64, count float32) float32 {
	n := 0
	for i, w := range row[:len(q.planes)] {
		p := &q.planes[i]
		n += bits.OnesCount64(p[0]&w) + 2*bits.OnesCount64(p[1]&w) + 4*bits.OnesCount64(p[2]&w) + 8*bits.OnesCount64(p[3]&w)
	}
	return q.step*float32(n) - q.clip*count
}

// best moves the n candidates with the highest scores to the front and gives
// them, in no order (Hoare's selection).
func best(list []Candidate, n int) []Candidate {
	if n >= len(list) {
		return list
	}
	for lo, hi := 0, len(list)-1; lo < hi; {
		a, b, c := list[lo].Score, list[lo+(hi-lo)/2].Score, list[hi].Score
		pivot := max(min(a, b), min(max(a, b), c))
		i, j := lo, hi
		for i <= j {
			for list[i].Score > pivot {
				i++
			}
			for list[j].Score < pivot {
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
