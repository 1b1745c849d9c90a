// Package quant keeps vectors as codes of two bits a dimension, and finds in a
// pass over the codes those that may be nearest to a query: 100,000 of 384
// dimensions take 17 MB and less than a millisecond. What it finds is to be
// compared by the vectors themselves.
//
// Let m be the mean of the collection, r = x−m what is particular to a vector x,
// and c = q−m that of the query. Then
//
//	q·x = q·m + m·r + c·r
//
// where q·m is the same for all x, m·r is stored, and c·r is estimated from the
// code: b1 the sign of r, b0 which of two magnitudes, worth −3, −1, 1 and 3. A
// search is a cascade of four steps, each on what the last one left:
//
//  1. b1 against the signs of c, by Hamming distance, for every vector;
//  2. b1 against c in four bits a dimension, bit plane by bit plane;
//  3. both bits against the same;
//  4. the vectors themselves, which the caller has.
//
// Estimates are scaled for each vector by |r|²/(r·code), which makes them
// unbiased, as in RaBitQ (Gao and Long, SIGMOD 2024). Without the mean the signs
// are useless: embeddings of sentences all point one way.
package quant

import (
	"math"
	"math/bits"
	"slices"
)

const (
	// MinRows is from how many vectors on codes are worth having.
	MinRows = 1 << 11
	// MinDims is from how many dimensions on two bits of each tell enough.
	MinDims = 64

	codeStep    = 0.9957 // width of a level, in standard deviations of r (Max 1960, four uniform levels)
	queryPlanes = 4
	queryClip   = 2.6 // standard deviations of c that four bits reach to

	// signGain is by how much the distance of signs is to be multiplied to
	// estimate c·r. Theory says π/2 for vectors in random directions; 2 finds
	// more on multilingual sentence embeddings.
	signGain = 2.0
)

// BlockRows is how many vectors are coded, and scanned, together.
const BlockRows = 1 << 12

// Codes are the codes of vectors, row by row. Searches may share them as long as
// nobody changes them.
type Codes struct {
	Mean   []float32
	Words  int     // of 64 bits a plane: see [Words]
	Blocks []Block // of BlockRows rows, the last of fewer
}

// Words is how many words of 64 bits the signs of so many dimensions take.
func Words(dims int) int { return (dims + 63) / 64 }

// Rows is how many vectors are coded.
func (c *Codes) Rows() int {
	n := len(c.Blocks)
	if n == 0 {
		return 0
	}
	return (n-1)*BlockRows + c.Blocks[n-1].Rows
}

// Block holds the codes of BlockRows rows, or fewer. Steps 1 and 2 read the
// signs of eight rows at once, from Lanes, Means, Signs and Counts, which are
// filled up to eight with zeros. Step 3 reads all of a few rows, which therefore
// stands together in Words: b1, b0, the bits of mean and level, and how many
// bits are set in b1 and b0.
type Block struct {
	Rows   int
	Lanes  []uint64  // b1, by eight rows and by word: word w of row 8·g+i stands at 8·(words·g+w)+i
	Means  []float32 // m·r
	Signs  []float32 // |r|²/(r·sign(r))
	Counts []float32 // how many bits of b1 are set
	Words  []uint64
}

// Stride is how many words a row has in Block.Words, for so many words of signs.
func Stride(words int) int { return 2*words + 2 }

// codedRow is a row of a block's words, taken apart.
type codedRow struct {
	signs, levels         []uint64
	mean, level           float32 // level is |r|²/(r·code)
	signCount, levelCount float32
}

// wordsOf gives the words of a row.
func (c *Codes) wordsOf(row int32) []uint64 {
	n := Stride(c.Words)
	at := int(row%BlockRows) * n
	return c.Blocks[row/BlockRows].Words[at : at+n : at+n]
}

func (c *Codes) row(row int32) codedRow {
	w := c.wordsOf(row)
	n := len(w)
	scales, counts := w[n-2], w[n-1]
	return codedRow{
		signs: w[:c.Words], levels: w[c.Words : n-2],
		mean: math.Float32frombits(uint32(scales)), level: math.Float32frombits(uint32(scales >> 32)),
		signCount: float32(uint32(counts)), levelCount: float32(counts >> 32),
	}
}

// Reserve makes room for the codes of n rows.
func (b *Block) Reserve(n, words int) {
	full := (n + LaneRows - 1) / LaneRows * LaneRows
	b.Lanes = make([]uint64, 0, full*words)
	b.Means = make([]float32, 0, full)
	b.Signs = make([]float32, 0, full)
	b.Counts = make([]float32, 0, full)
	b.Words = make([]uint64, 0, n*Stride(words))
}

// Add appends the code of x. r is room for x−mean.
func (b *Block) Add(x, mean, r []float32) {
	for j, m := range mean {
		r[j] = x[j] - m
	}
	square, along := Dot(r, r), Dot(mean, r)
	step := codeStep * float32(math.Sqrt(float64(square)/float64(len(r))))
	words := Words(len(r))
	at := len(b.Words)
	b.Words = append(b.Words, make([]uint64, Stride(words))...)
	row := b.Words[at:]
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
func (b *Block) lane(signs []uint64, mean, scale float32) {
	at := b.Rows % LaneRows
	if at == 0 {
		b.Lanes = append(b.Lanes, make([]uint64, LaneRows*len(signs))...)
		b.Means = append(b.Means, make([]float32, LaneRows)...)
		b.Signs = append(b.Signs, make([]float32, LaneRows)...)
		b.Counts = append(b.Counts, make([]float32, LaneRows)...)
	}
	group := b.Lanes[len(b.Lanes)-LaneRows*len(signs):]
	count := 0
	for w, word := range signs {
		group[LaneRows*w+at] = word
		count += bits.OnesCount64(word)
	}
	b.Means[b.Rows], b.Signs[b.Rows], b.Counts[b.Rows] = mean, scale, float32(count)
	b.Rows++
}

// Take appends the code of a row of codes around the same mean.
func (b *Block) Take(from *Codes, row int32) {
	words := from.wordsOf(row)
	r := from.row(row)
	b.Words = append(b.Words, words...)
	b.lane(r.signs, r.mean, from.Blocks[row/BlockRows].Signs[row%BlockRows])
}

// With gives the codes and those of more vectors, which stand one after the other
// in values. It changes nothing that searches of c read, and shares full blocks
// with it.
func (c *Codes) With(values []float32) *Codes {
	dims := len(c.Mean)
	more := &Codes{c.Mean, c.Words, slices.Clone(c.Blocks)}
	room := make([]float32, dims)
	for len(values) > 0 {
		last := len(more.Blocks) - 1
		if last < 0 || more.Blocks[last].Rows == BlockRows {
			more.Blocks = append(more.Blocks, Block{})
			last++
		}
		b := &more.Blocks[last]
		n := min(BlockRows-b.Rows, len(values)/dims)
		b.grow(n, c.Words)
		for v := range slices.Chunk(values[:n*dims], dims) {
			b.Add(v, c.Mean, room)
		}
		values = values[n*dims:]
	}
	return more
}

// grow moves a block to where it has room for n rows more.
func (b *Block) grow(n, words int) {
	old := *b
	b.Reserve(old.Rows+n, words)
	b.Lanes = append(b.Lanes, old.Lanes...)
	b.Means = append(b.Means, old.Means...)
	b.Signs = append(b.Signs, old.Signs...)
	b.Counts = append(b.Counts, old.Counts...)
	b.Words = append(b.Words, old.Words...)
}
