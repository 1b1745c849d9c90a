package quant

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// around makes vectors of length 1 that share a direction, as embeddings of
// sentences do, and are of one kind or another.
func around(seed uint64, rows, dims int) [][]float32 {
	rng := rand.New(rand.NewPCG(seed, 1))
	kinds := make([][]float32, 30)
	common := gaussian(rng, dims)
	for i := range kinds {
		kinds[i] = gaussian(rng, dims)
	}
	list := make([][]float32, rows)
	for i := range list {
		v := gaussian(rng, dims)
		for j, x := range kinds[rng.IntN(len(kinds))] {
			v[j] += 2*common[j] + x
		}
		scale := float32(1 / math.Sqrt(float64(Dot(v, v))))
		for j := range v {
			v[j] *= scale
		}
		list[i] = v
	}
	return list
}

func gaussian(rng *rand.Rand, n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(rng.NormFloat64())
	}
	return v
}

// codesOf codes vectors around their mean.
func codesOf(list [][]float32) *Codes {
	dims := len(list[0])
	c := &Codes{Mean: make([]float32, dims), Words: Words(dims)}
	for _, v := range list {
		for j, x := range v {
			c.Mean[j] += x / float32(len(list))
		}
	}
	room := make([]float32, dims)
	for part := range slices.Chunk(list, BlockRows) {
		var b Block
		b.Reserve(len(part), c.Words)
		for _, v := range part {
			b.Add(v, c.Mean, room)
		}
		c.Blocks = append(c.Blocks, b)
	}
	return c
}

// nearest gives the k rows that pass and are nearest to q, by all vectors.
func nearest(list [][]float32, q []float32, k int, pass func(int32) bool) []int32 {
	var rows []int32
	for i := range list {
		if pass(int32(i)) {
			rows = append(rows, int32(i))
		}
	}
	slices.SortFunc(rows, func(a, b int32) int { return cmp.Compare(Dot(q, list[b]), Dot(q, list[a])) })
	return rows[:min(k, len(rows))]
}

func TestNearest(t *testing.T) {
	const k, queries = 10, 15
	for _, dims := range []int{64, 100, 384, 1024} {
		list := around(uint64(dims), 5_000, dims)
		c := codesOf(list[queries:])
		require.Equal(t, len(list)-queries, c.Rows())
		for name, pass := range map[string]func(int32) bool{"all": nil, "third": func(row int32) bool { return row%3 == 0 }, "few": func(row int32) bool { return row%400 == 0 }, "none": func(int32) bool { return false }} {
			found, all := 0, 0
			for _, q := range list[:queries] {
				got, err := c.Nearest(t.Context(), q, CutsFor(c.Rows(), k), pass, &Scratch{})
				require.NoError(t, err)
				require.LessOrEqual(t, len(got), CutsFor(c.Rows(), k).Third)
				test := pass
				if pass == nil {
					test = func(int32) bool { return true }
				}
				for _, row := range nearest(list[queries:], q, k, test) {
					all++
					if slices.ContainsFunc(got, func(it Candidate) bool { return it.Row == row }) {
						found++
					}
				}
				for _, it := range got {
					require.True(t, test(it.Row))
				}
			}
			require.GreaterOrEqual(t, float64(found), 0.99*float64(all), "%s of %d dimensions", name, dims)
		}
	}
}

// Helpers find what one goroutine does, are given back, and end with the context.
func TestHelpers(t *testing.T) {
	const rows = 3*shareBlocks*BlockRows + 11
	list := around(9, BlockRows+11, 64)
	c := codesOf(list)
	for c.Rows() < rows { // the same again and again
		c.Blocks = slices.Insert(c.Blocks, 0, c.Blocks[0])
	}
	alone, shared := &Scratch{}, &Scratch{Helpers: make(Helpers, 2)}
	for _, q := range list[:5] {
		want, err := c.Nearest(t.Context(), q, CutsFor(rows, 10), nil, alone)
		require.NoError(t, err)
		got, err := c.Nearest(t.Context(), q, CutsFor(rows, 10), nil, shared)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Empty(t, shared.Helpers)
	}
	require.Len(t, shared.shares, 2)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Nearest(gone, list[0], CutsFor(rows, 10), nil, shared)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, shared.Helpers)
}

// A code that is taken over is the one that would be made.
func TestTake(t *testing.T) {
	list := around(3, 300, 100)
	c := codesOf(list)
	var b Block
	b.Reserve(len(list), c.Words)
	for row := range list {
		b.Take(c, int32(row))
	}
	require.Equal(t, c.Blocks[0], b)
}

// BenchmarkCode measures coding one vector of 384 dimensions.
func BenchmarkCode(b *testing.B) {
	list := around(4, 2, 384)
	r := make([]float32, 384)
	var block Block
	block.Reserve(BlockRows, 6)
	for b.Loop() {
		if block.Rows == BlockRows {
			block.Rows, block.Words = 0, block.Words[:0]
			block.Lanes, block.Means, block.Signs, block.Counts = block.Lanes[:0], block.Means[:0], block.Signs[:0], block.Counts[:0]
		}
		block.Add(list[0], list[1], r)
	}
}

// Codes that grow are those that would be made at once, and what they grew from
// stays as it was.
func TestWith(t *testing.T) {
	const dims = 70
	list := around(5, 2*BlockRows+1000, dims)
	want := codesOf(list)
	c := &Codes{Mean: want.Mean, Words: want.Words}
	var kept []*Codes
	for _, n := range []int{1, 6, 1, 800, 0, BlockRows - 808, BlockRows + 900, 100} {
		kept = append(kept, c)
		c = c.With(slices.Concat(list[c.Rows() : c.Rows()+n]...))
	}
	require.Equal(t, want, c)
	for _, old := range kept {
		again := (&Codes{Mean: want.Mean, Words: want.Words}).With(slices.Concat(list[:old.Rows()]...))
		require.Equal(t, again.Blocks, old.Blocks)
	}
}

// Rounding may make vectors longer than 1; around their own mean equal ones are
// coded as well as can be.
func TestNear(t *testing.T) {
	v := make([]float32, 64)
	for j := range v {
		v[j] = 0.1251
	}
	require.True(t, Near(v, v))
	require.False(t, Near(make([]float32, 64), v))
}
