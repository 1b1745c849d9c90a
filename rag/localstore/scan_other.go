//go:build !amd64

package localstore

// scans gives the scans that the processor has, the fastest first.
func scans() []namedScan { return []namedScan{{"plain", scanPlain}} }

// prefetch does nothing: the processor finds out itself.
func prefetch([]uint64) {}

func prefetchFloats([]float32) {}

func dot(a, b []float32) float32 { return dotPlain(a, b) }
