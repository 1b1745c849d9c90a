package quant

import "math/bits"

// LaneRows is how many rows steps 1 and 2 of a dense search look at together.
const LaneRows = 8

// scan is steps 1 and 2 for a block: it sets a bit of above for each row whose
// estimate by step 1 is above floor, eight rows a byte, and, where one of eight
// is, the scores of all eight to their estimates by step 2. Word w of the signs
// of row 8·g+i stands at lanes[8·(words·g+w)+i].
type scan func(b *Block, q *query, floor float32, scores []float32, above []uint8)

// fastScan is the fastest scan that the processor has. Those in assembly give
// the same as [scanPlain], to the bit.
var fastScan = scans()[0].scan

type namedScan struct {
	name string
	scan scan
}

func scanPlain(b *Block, q *query, floor float32, scores []float32, above []uint8) {
	words := len(q.signs)
	for g := range above {
		above[g] = 0
		for i, d := range b.distances(q, g) {
			if q.first(b, LaneRows*g+i, d) > floor {
				above[g] |= 1 << i
			}
		}
		if above[g] == 0 {
			continue
		}
		var sums [LaneRows]int
		group := b.Lanes[LaneRows*words*g : LaneRows*words*(g+1)]
		for w := range q.planes {
			p := &q.planes[w]
			for i, have := range group[LaneRows*w : LaneRows*w+LaneRows] {
				sums[i] += bits.OnesCount64(have&p[0]) + 2*bits.OnesCount64(have&p[1]) + 4*bits.OnesCount64(have&p[2]) + 8*bits.OnesCount64(have&p[3])
			}
		}
		for i, n := range sums {
			scores[LaneRows*g+i] = q.second(b, LaneRows*g+i, n)
		}
	}
}

// first gives the estimate of step 1. It and second are rounded after each
// operation, on every processor.
func (q *query) first(b *Block, at, distance int) float32 {
	return b.Means[at] + float32(b.Signs[at]*(q.base-float32(q.slope*float32(distance))))
}

// second gives the estimate of step 2, where the levels of the query's
// components sum to n over the bits of a row.
func (q *query) second(b *Block, at, n int) float32 {
	return b.Means[at] + float32(b.Signs[at]*(float32(2*q.step*float32(n))-float32(2*q.clip*b.Counts[at])-q.sum))
}

// distances gives in how many signs each of eight rows differs from the query.
func (b *Block) distances(q *query, group int) (distances [LaneRows]int) {
	words := len(q.signs)
	lanes := b.Lanes[LaneRows*words*group : LaneRows*words*(group+1)]
	for w, want := range q.signs {
		for i, have := range lanes[LaneRows*w : LaneRows*w+LaneRows] {
			distances[i] += bits.OnesCount64(have ^ want)
		}
	}
	return distances
}
