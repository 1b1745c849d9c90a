package quant

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// scans gives the scans that the processor has, the fastest first.
func scans() (all []namedScan) {
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512VPOPCNTDQ {
		all = append(all, namedScan{"avx512", scanAVX512})
	}
	if cpu.X86.HasAVX2 {
		all = append(all, namedScan{"avx2", scanAVX2})
	}
	return append(all, namedScan{"plain", scanPlain})
}

// lanesArgs is what the assembly reads; it knows the offsets.
type lanesArgs struct {
	lanes  *uint64              // 0
	words  int                  // 8
	query  *uint64              // 16
	means  *float32             // 24
	signs  *float32             // 32
	scores *float32             // 40
	above  *uint8               // 48
	groups int                  // 56
	base   float32              // 64
	slope  float32              // 68
	floor  float32              // 72
	step   float32              // 76, twice the query's
	clip   float32              // 80, twice the query's
	sum    float32              // 84
	planes *[queryPlanes]uint64 // 88
	counts *float32             // 96
}

//go:noescape
func prefetchLines(p *uint64, lines int)

// prefetchWords asks the memory for a row's words.
func prefetchWords(words []uint64) {
	if len(words) > 0 {
		prefetchLines(&words[0], (len(words)+14)/8)
	}
}

// Prefetch asks the memory for a vector.
func Prefetch(v []float32) {
	if len(v) > 1 {
		prefetchLines((*uint64)(unsafe.Pointer(&v[0])), (len(v)+15)/16)
	}
}

var hasAVX2 = cpu.X86.HasAVX2

//go:noescape
func dotAVX2(a, b *float32, n int) float32

// Dot gives the inner product of two vectors of one length: that of [dotPlain], to the bit.
func Dot(a, b []float32) float32 {
	if n := len(a); hasAVX2 && n > 0 && n%8 == 0 && n == len(b) {
		return dotAVX2(&a[0], &b[0], n)
	}
	return dotPlain(a, b)
}

//go:noescape
func lanesAVX512(a *lanesArgs)

//go:noescape
func lanesAVX2(a *lanesArgs)

func scanAVX512(b *Block, q *query, floor float32, scores []float32, above []uint8) {
	if a, ok := newLanesArgs(b, q, floor, scores, above); ok {
		lanesAVX512(&a)
	}
}

func scanAVX2(b *Block, q *query, floor float32, scores []float32, above []uint8) {
	if a, ok := newLanesArgs(b, q, floor, scores, above); ok {
		lanesAVX2(&a)
	}
}

// newLanesArgs checks the bounds that the assembly does not.
func newLanesArgs(b *Block, q *query, floor float32, scores []float32, above []uint8) (lanesArgs, bool) {
	groups, words := len(above), len(q.signs)
	if groups == 0 || words == 0 {
		return lanesArgs{}, false
	}
	rows := LaneRows * groups
	return lanesArgs{
		lanes: &b.Lanes[:words*rows][0], words: words, query: &q.signs[0], planes: &q.planes[:words][0],
		means: &b.Means[:rows][0], signs: &b.Signs[:rows][0], counts: &b.Counts[:rows][0],
		scores: &scores[:rows][0], above: &above[0], groups: groups,
		base: q.base, slope: q.slope, floor: floor, step: 2 * q.step, clip: 2 * q.clip, sum: q.sum,
	}, true
}
