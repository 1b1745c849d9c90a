package localstore

import "testing"

// BenchmarkCode measures coding one vector of 384 dimensions.
func BenchmarkCode(b *testing.B) {
	next := clustered(4, 384, 10)
	x, mean, r := make([]float32, 384), make([]float32, 384), make([]float32, 384)
	next(0, x)
	next(1, mean)
	normalize(x)
	normalize(mean)
	var block codeBlock
	block.reserve(blockRows, 6)
	for b.Loop() {
		if block.rows == blockRows {
			block.rows, block.words = 0, block.words[:0]
			block.lanes, block.means, block.signs, block.counts = block.lanes[:0], block.means[:0], block.signs[:0], block.counts[:0]
		}
		block.add(x, mean, r)
	}
}
