package quant

import (
	"context"
	"math/bits"
	"runtime"
	"sync"
)

// shareBlocks is how many blocks of codes are worth a goroutine: 32,768 rows,
// a sixth of a millisecond.
const shareBlocks = 8

// Helpers bounds how many goroutines all searches of a store have beside their
// own. A search takes those that are free and waits for none, so that a busy
// store searches with one thread for each caller.
type Helpers chan struct{}

// NewHelpers gives one for each processor but one.
func NewHelpers() Helpers { return make(Helpers, max(0, runtime.GOMAXPROCS(0)-1)) }

// take gives how many of the wanted helpers may start; each has to give back once.
func (h Helpers) take(wanted int) int {
	for n := range wanted {
		select {
		case h <- struct{}{}:
		default:
			return n
		}
	}
	return wanted
}

func (h Helpers) giveBack() { <-h }

// above appends the rows whose estimate by step 1 is above floor, in order, with
// their estimates by step 2. Many blocks are shared out among helpers.
func (c *Codes) above(ctx context.Context, q *query, floor float32, s *Scratch, found []Candidate) ([]Candidate, error) {
	n := 1 + s.Helpers.take(max(0, len(c.Blocks)/shareBlocks-1))
	for len(s.shares) < n-1 {
		s.shares = append(s.shares, nil)
	}
	end := func(i int) int { return len(c.Blocks) * (i + 1) / n }
	var wg sync.WaitGroup
	for i := range n - 1 {
		wg.Go(func() {
			defer s.Helpers.giveBack()
			s.shares[i] = c.aboveIn(ctx, end(i), end(i+1), q, floor, s.shares[i][:0])
		})
	}
	found = c.aboveIn(ctx, 0, end(0), q, floor, found)
	wg.Wait()
	for _, share := range s.shares[:n-1] {
		found = append(found, share...)
	}
	return found, ctx.Err()
}

// aboveIn is above for the blocks from one to another. It stops when ctx ends.
func (c *Codes) aboveIn(ctx context.Context, from, to int, q *query, floor float32, found []Candidate) []Candidate {
	var scores [BlockRows]float32
	var above [BlockRows / LaneRows]uint8
	for i := from; i < to && ctx.Err() == nil; i++ {
		b := &c.Blocks[i]
		groups := len(b.Means) / LaneRows
		fastScan(b, q, floor, scores[:], above[:groups])
		if rest := b.Rows % LaneRows; rest > 0 {
			above[groups-1] &= 1<<rest - 1
		}
		for group, bit := range above[:groups] {
			for ; bit != 0; bit &= bit - 1 {
				at := LaneRows*group + bits.TrailingZeros8(bit)
				found = append(found, Candidate{int32(i*BlockRows + at), scores[at]})
			}
		}
	}
	return found
}
