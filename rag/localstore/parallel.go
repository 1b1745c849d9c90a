package localstore

import (
	"context"
	"math/bits"
	"runtime"
	"sync"
)

// shareBlocks is how many blocks of codes are worth a goroutine: 65,536 rows,
// a third of a millisecond.
const shareBlocks = 16

// helpers bounds how many goroutines all searches of a store have beside their
// own. A search takes those that are free and waits for none, so that a busy
// store searches with one thread for each caller.
type helpers chan struct{}

func newHelpers() helpers { return make(helpers, max(0, runtime.GOMAXPROCS(0)-1)) }

// take gives how many of the wanted helpers may start; each has to give back once.
func (h helpers) take(wanted int) int {
	for n := range wanted {
		select {
		case h <- struct{}{}:
		default:
			return n
		}
	}
	return wanted
}

func (h helpers) giveBack() { <-h }

// above appends the rows whose estimate by step 1 is above floor, in order, with
// their estimates by step 2. Many blocks are shared out among helpers.
func (c *codes) above(ctx context.Context, q *codedQuery, floor float32, s *scratch, found []candidate) ([]candidate, error) {
	n := 1 + s.helpers.take(max(0, len(c.blocks)/shareBlocks-1))
	for len(s.shares) < n-1 {
		s.shares = append(s.shares, nil)
	}
	end := func(i int) int { return len(c.blocks) * (i + 1) / n }
	var wg sync.WaitGroup
	for i := range n - 1 {
		wg.Go(func() {
			defer s.helpers.giveBack()
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
func (c *codes) aboveIn(ctx context.Context, from, to int, q *codedQuery, floor float32, found []candidate) []candidate {
	var scores [blockRows]float32
	var above [blockRows / laneRows]uint8
	for i := from; i < to && ctx.Err() == nil; i++ {
		b := &c.blocks[i]
		groups := len(b.means) / laneRows
		fastScan(b, q, floor, scores[:], above[:groups])
		if rest := b.rows % laneRows; rest > 0 {
			above[groups-1] &= 1<<rest - 1
		}
		for group, bit := range above[:groups] {
			for ; bit != 0; bit &= bit - 1 {
				at := laneRows*group + bits.TrailingZeros8(bit)
				found = append(found, candidate{int32(i*blockRows + at), scores[at]})
			}
		}
	}
	return found
}
