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
	words  int         // of 64 bits a plane
	blocks []codeBlock // of blockRows rows, the last of fewer
}

// codeBlock holds the codes of blockRows rows, or fewer. Steps 1 and 2 read the
// signs of eight rows at once, from lanes, means, signs and counts, which are
// filled up to eight with zeros. Step 3 reads all of a few rows, which therefore
// stands together in words: b1, b0, the bits of mean and level, and how many
// bits are set in b1 and b0.
type codeBlock struct {
	rows   int
	lanes  []uint64  // b1, by eight rows and by word: see [scan]
	means  []float32 // m·r
	signs  []float32 // |r|²/(r·sign(r))
	counts []float32 // how many bits of b1 are set
	words  []uint64
}

// stride is how many words a row has in codeBlock.words, for so many words of signs.
func stride(words int) int { return 2*words + 2 }

// codedRow is a row of a block's words, taken apart.
type codedRow struct {
	signs, levels         []uint64
	mean, level           float32 // level is |r|²/(r·code)
	signCount, levelCount float32
}

// wordsOf gives the words of a row.
func (c *codes) wordsOf(row int32) []uint64 {
	n := stride(c.words)
	at := int(row%blockRows) * n
	return c.blocks[row/blockRows].words[at : at+n : at+n]
}

func (c *codes) row(row int32) codedRow {
	w := c.wordsOf(row)
	n := len(w)
	scales, counts := w[n-2], w[n-1]
	return codedRow{
		signs: w[:c.words], levels: w[c.words : n-2],
		mean: math.Float32frombits(uint32(scales)), level: math.Float32frombits(uint32(scales >> 32)),
		signCount: float32(uint32(counts)), levelCount: float32(counts >> 32),
	}
}

func (v *vectors) mean() []float32 {
	m := make([]float32, v.dim)
	for j, x := range v.sum {
		m[j] = float32(x / float64(len(v.slots)))
	}
	return m
}

// coded tells whether there are enough rows for codes.
func (v *vectors) coded() bool { return len(v.slots) >= codeFrom && v.dim >= codeDims }

// code fills the codes with those of all rows, on all processors.
func (v *vectors) code(ctx context.Context, known knownCodes) error {
	blocks := len(v.codes.blocks)
	var wg sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), blocks)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < blocks && ctx.Err() == nil; i += workers {
				v.codeBlock(i, known)
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

// newCodes gives codes of rows that are still to be filled in, around a mean
// that parts have codes around, where one is near enough.
func (v *vectors) newCodes(parts []*part) *codes {
	return &codes{mean: v.around(parts), words: (v.dim + 63) / 64, blocks: make([]codeBlock, (len(v.slots)+blockRows-1)/blockRows)}
}

// codeBlock makes the codes of a block's rows, or takes them over from where they are known.
func (v *vectors) codeBlock(block int, known knownCodes) {
	r := make([]float32, v.dim)
	b := &v.codes.blocks[block]
	from, to := block*blockRows, min(len(v.slots), (block+1)*blockRows)
	b.reserve(to-from, v.codes.words)
	for row := from; row < to; row++ {
		if known != nil {
			if c, at := known(row); c != nil {
				b.take(c, at)
				continue
			}
		}
		b.add(v.row(int32(row)), v.codes.mean, r)
	}
}

// reserve makes room for the codes of n rows.
func (b *codeBlock) reserve(n, words int) {
	full := (n + laneRows - 1) / laneRows * laneRows
	b.lanes = make([]uint64, 0, full*words)
	b.means = make([]float32, 0, full)
	b.signs = make([]float32, 0, full)
	b.counts = make([]float32, 0, full)
	b.words = make([]uint64, 0, n*stride(words))
}

// add appends the code of x. r is room for x−mean.
func (b *codeBlock) add(x, mean, r []float32) {
	for j, m := range mean {
		r[j] = x[j] - m
	}
	square, along := dot(r, r), dot(mean, r)
	step := codeStep * float32(math.Sqrt(float64(square)/float64(len(r))))
	words := (len(r) + 63) / 64
	at := len(b.words)
	b.words = append(b.words, make([]uint64, stride(words))...)
	row := b.words[at:]
	var abs, upper float32
	var signs, levels int
	for w := range words {
		c := codeWord(r[64*w:min(64*w+64, len(r))], step)
		row[w], row[words+w] = c.sign, c.level
		signs += bits.OnesCount64(c.sign)
		levels += bits.OnesCount64(c.level)
		abs += c.abs
		upper += c.upper
	}
	var sign, level float32
	if abs > 0 {
		sign, level = square/abs, square/(abs+2*upper)
	}
	row[2*words] = uint64(math.Float32bits(along)) | uint64(math.Float32bits(level))<<32
	row[2*words+1] = uint64(signs) | uint64(levels)<<32
	b.lane(row[:words], along, sign)
}

// codedWord is the code of up to 64 dimensions, and the sums of their magnitudes: of
// all, and of those of the upper magnitude, step and more.
type codedWord struct {
	sign, level uint64
	abs, upper  float32
}

// codeWord makes the code without a branch. It goes from the last dimension to the
// first, which comes out lowest.
func codeWord(r []float32, step float32) (c codedWord) {
	const magnitude = 1<<31 - 1
	var abs, upper float32
	for j := len(r) - 1; j >= 0; j-- {
		b := math.Float32bits(r[j])
		value := math.Float32frombits(b & magnitude)
		far := math.Float32bits(step-value) >> 31
		positive := ^b >> 31
		c.sign = c.sign<<1 | uint64(positive)
		c.level = c.level<<1 | uint64(positive^far^1) // 1 for the upper level of either half
		abs += value
		upper += math.Float32frombits(b & magnitude & -far)
	}
	c.abs, c.upper = abs, upper
	return c
}

// lane adds what steps 1 and 2 read of a row.
func (b *codeBlock) lane(signs []uint64, mean, scale float32) {
	at := b.rows % laneRows
	if at == 0 {
		b.lanes = append(b.lanes, make([]uint64, laneRows*len(signs))...)
		b.means = append(b.means, make([]float32, laneRows)...)
		b.signs = append(b.signs, make([]float32, laneRows)...)
		b.counts = append(b.counts, make([]float32, laneRows)...)
	}
	group := b.lanes[len(b.lanes)-laneRows*len(signs):]
	count := 0
	for w, word := range signs {
		group[laneRows*w+at] = word
		count += bits.OnesCount64(word)
	}
	b.means[b.rows], b.signs[b.rows], b.counts[b.rows] = mean, scale, float32(count)
	b.rows++
}

// codedQuery is a query in the forms that the steps compare with.
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

// cascade compares with the codes of a part, which leave to each step the
// part's share of what a search of all would.
func (d *denseLeg) cascade(ctx context.Context, p *part, g *gate) error {
	v, s, k := &p.vecs, d.s, d.q.K
	share := func(n int) int { return max(n/8, int(int64(n)*int64(len(v.slots))/int64(d.rows)), k) }
	coded := v.codes.query(d.query)
	n := share(firstCut(d.rows, k))
	from := v.floor(coded, n, g, s)
	found, err := v.first(ctx, coded, from, g, s, s.candidates[:0])
	if err == nil && len(found) < n/2 && from > noFloor {
		found, err = v.first(ctx, coded, noFloor, g, s, found[:0])
	}
	s.candidates = found
	if err != nil {
		return err
	}
	found = best(found, share(secondCut(d.rows, k)))
	v.codes.third(coded, found)
	found = best(found, share(thirdCut(d.rows, k)))
	for i, c := range found {
		if i+rowsAhead < len(found) {
			prefetchFloats(v.row(found[i+rowsAhead].row))
		}
		if slot, score := v.slots[c.row], dot(d.query, v.row(c.row)); d.top.wants(slot, score) {
			d.top.push(slot, score)
		}
	}
	return nil
}

// rowsAhead is for how many vectors the memory is asked before they are compared.
const rowsAhead = 3

// noFloor lets every estimate through.
const noFloor = -math.MaxFloat32

// floor gives an estimate by step 1 that about n of the records which pass are
// above, from a sample of them: eight rows here and there.
func (v *vectors) floor(q *codedQuery, n int, g *gate, s *scratch) float32 {
	every := max(1, len(v.slots)/sampled(len(v.slots)))
	sample := s.candidates[:0]
	for group := every / 2 * laneRows; group < len(v.slots); group += every * laneRows {
		b := &v.codes.blocks[group/blockRows]
		at := group % blockRows
		distances := b.distances(q, at/laneRows)
		for i := range min(laneRows, len(v.slots)-group) {
			if g.pass(v.slots[group+i]) {
				sample = append(sample, candidate{int32(group + i), q.first(b, at+i, distances[i])})
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
	return slices.MinFunc(sample, func(a, b candidate) int {
		if a.score < b.score {
			return -1
		}
		return 1
	}).score
}

// first is steps 1 and 2: the rows whose estimate by step 1 is above floor and
// whose records pass, with their estimates by step 2.
func (v *vectors) first(ctx context.Context, q *codedQuery, floor float32, g *gate, s *scratch, found []candidate) ([]candidate, error) {
	found, err := v.codes.above(ctx, q, floor, s, found)
	if err != nil {
		return found, err
	}
	kept := found[:0]
	for _, c := range found {
		if g.pass(v.slots[c.row]) {
			kept = append(kept, c)
		}
	}
	return kept, nil
}

// prefetchAhead is for how many rows the memory is asked before step 3 comes to them.
const prefetchAhead = 8

// third is step 3: both bits against four bits of the query.
func (c *codes) third(q *codedQuery, found []candidate) {
	for i := range found {
		if i+prefetchAhead < len(found) {
			prefetch(c.wordsOf(found[i+prefetchAhead].row))
		}
		r := c.row(found[i].row)
		found[i].score = r.mean + r.level*(4*q.weigh(r.signs, r.signCount)+2*q.weigh(r.levels, r.levelCount)-3*q.sum)
	}
}

// weigh sums the query's components where a row has one of its count bits.
func (q *codedQuery) weigh(row []uint64, count float32) float32 {
	n := 0
	for i, w := range row[:len(q.planes)] {
		p := &q.planes[i]
		n += bits.OnesCount64(p[0]&w) + 2*bits.OnesCount64(p[1]&w) + 4*bits.OnesCount64(p[2]&w) + 8*bits.OnesCount64(p[3]&w)
	}
	return q.step*float32(n) - q.clip*count
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
