package analysis_test

import (
	"testing"

	"github.com/akshara-go/akshara/rag/analysis"
)

func BenchmarkTokens(b *testing.B) {
	for _, l := range []string{"hi", "en"} {
		passages, _ := xquad(b, l)
		b.Run(l, func(b *testing.B) {
			n := 0
			for _, p := range passages {
				n += len(p)
			}
			b.SetBytes(int64(n))
			b.ReportAllocs()
			var tokens []analysis.Token
			for b.Loop() {
				for _, p := range passages {
					tokens = analysis.Append(tokens[:0], p, "")
				}
			}
		})
	}
}

func BenchmarkIndex(b *testing.B) {
	passages, _ := xquad(b, "hi")
	n := 0
	for _, p := range passages {
		n += len(p)
	}
	b.SetBytes(int64(n))
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range passages {
			analysis.Index(p, "hi")
		}
	}
}
