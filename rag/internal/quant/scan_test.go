package quant

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// scanBlock makes a block and a query of random bits.
func scanBlock(rng *rand.Rand, rows, words int) (*Block, *query) {
	q := &query{
		signs: make([]uint64, words), planes: make([][queryPlanes]uint64, words),
		base: rng.Float32() * 10, slope: rng.Float32(), step: rng.Float32(), clip: rng.Float32(), sum: rng.Float32(),
	}
	for w := range q.signs {
		q.signs[w] = rng.Uint64()
		for p := range q.planes[w] {
			q.planes[w][p] = rng.Uint64()
		}
	}
	b := &Block{}
	b.Reserve(rows, words)
	for range rows {
		row := make([]uint64, Stride(words))
		for w := range words {
			row[w] = rng.Uint64() & rng.Uint64()
		}
		b.Words = append(b.Words, row...)
		b.lane(row[:words], rng.Float32()-.5, rng.Float32())
	}
	return b, q
}

// Every scan that this processor has gives what the plain one gives, to the bit,
// and that is what the bits of each row alone say.
func TestScansAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 1))
	for _, words := range []int{1, 2, 5, 6, 12, 16, 48, 64} {
		for _, rows := range []int{1, 7, 8, 9, 100, 1000} {
			b, q := scanBlock(rng, rows, words)
			groups := (rows + LaneRows - 1) / LaneRows
			run := func(s scan, floor float32) ([]float32, []uint8) {
				scores, above := make([]float32, LaneRows*groups), make([]uint8, groups)
				s(b, q, floor, scores, above)
				return scores, above
			}
			first := func(at int) float32 {
				distance := 0
				for w, word := range b.Words[at*Stride(words):][:words] {
					distance += bits.OnesCount64(word ^ q.signs[w])
				}
				return q.first(b, at, distance)
			}
			for _, floor := range []float32{noFloor, first(0), float32(math.Inf(1))} {
				scores, above := run(scanPlain, floor)
				for at := range rows {
					require.Equal(t, first(at) > floor, above[at/LaneRows]>>(at%LaneRows)&1 == 1)
					if above[at/LaneRows] == 0 {
						require.Zero(t, scores[at])
						continue
					}
					row := b.Words[at*Stride(words):][:words]
					require.InEpsilon(t, b.Means[at]+b.Signs[at]*(2*q.weigh(row, b.Counts[at])-q.sum), scores[at], 1e-3)
				}
				for _, s := range scans() {
					gotScores, gotAbove := run(s.scan, floor)
					require.Equal(t, above, gotAbove, "%s: %d words, %d rows", s.name, words, rows)
					require.Equal(t, scores, gotScores, "%s: %d words, %d rows", s.name, words, rows)
				}
			}
		}
	}
}

func TestDotIsThePlainOne(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 1))
	for n := range 100 {
		a, b := gaussian(rng, 8*n/(1+n%2)), gaussian(rng, 8*n/(1+n%2))
		require.Equal(t, dotPlain(a, b), Dot(a, b), len(a))
	}
}

// BenchmarkScan compares the scans of a block of 4,096 rows of 384 dimensions,
// of which few or a third of eight pass the first step.
func BenchmarkScan(b *testing.B) {
	block, q := scanBlock(rand.New(rand.NewPCG(1, 1)), BlockRows, 6)
	scores, above := make([]float32, BlockRows), make([]uint8, BlockRows/LaneRows)
	list := make([]Candidate, BlockRows)
	for at := range list {
		list[at] = Candidate{int32(at), q.first(block, at, block.distances(q, at/LaneRows)[at%LaneRows])}
	}
	for name, n := range map[string]int{"few": 40, "many": BlockRows / 20} {
		floor := best(list, n)[n-1].Score
		for _, s := range scans() {
			b.Run(name+"-"+s.name, func(b *testing.B) {
				for b.Loop() {
					s.scan(block, q, floor, scores, above)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/BlockRows, "ns/row")
			})
		}
	}
}
