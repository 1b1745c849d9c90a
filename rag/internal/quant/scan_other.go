//go:build !amd64

package quant

// scans gives the scans that the processor has, the fastest first.
func scans() []namedScan { return []namedScan{{"plain", scanPlain}} }

// prefetchWords does nothing: the processor finds out itself.
func prefetchWords([]uint64) {}

// Prefetch does nothing either.
func Prefetch([]float32) {}

// Dot gives the inner product of two vectors of one length.
func Dot(a, b []float32) float32 { return dotPlain(a, b) }
