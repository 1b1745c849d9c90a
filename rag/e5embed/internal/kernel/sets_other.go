//go:build !amd64 && !arm64

package kernel

// Sets gives what the processor has, the fastest first.
func Sets() []*Set { return []*Set{Plain()} }
