package bedrockllm

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
)

// What a stream of 500 pieces costs besides the network, which is left out: signing,
// unframing, and putting the response together.
func BenchmarkStream(b *testing.B) {
	const pieces = 500
	m, err := New(on([]byte(begin+strings.Repeat(textDelta("ताजमहल "), pieces)+stop("end_turn")+metadata)), testModel, nil)
	require.NoError(b, err)
	var first time.Duration
	for b.Loop() {
		start, seen := time.Now(), 0
		for d, err := range m.Stream(b.Context(), greeting) {
			require.NoError(b, err)
			if seen++; seen == 1 {
				first += time.Since(start)
			}
			require.True(b, seen <= pieces || d.Done != nil)
		}
	}
	b.ReportMetric(float64(first.Microseconds())/float64(b.N), "µs-to-first-piece")
	b.ReportMetric(float64(b.N*pieces)/b.Elapsed().Seconds(), "pieces/s")
}

func BenchmarkGenerate(b *testing.B) {
	m, err := New(on(converse("end_turn", textBlock(strings.Repeat("ताजमहल ", 500))).body), testModel, nil)
	require.NoError(b, err)
	for b.Loop() {
		res, err := m.Generate(b.Context(), greeting)
		require.NoError(b, err)
		require.Equal(b, llm.Stop, res.Finish)
	}
}

func BenchmarkEmbed(b *testing.B) {
	vectors := strings.TrimSuffix(strings.Repeat(written("क", 1024)+",", cohereTexts), ",")
	e, err := NewCohere(on([]byte(`{"embeddings":[`+vectors+`]}`)), cohereID, nil)
	require.NoError(b, err)
	texts := strings.Split(strings.TrimSuffix(strings.Repeat("ताजमहल किसने बनवाया था?\n", cohereTexts), "\n"), "\n")
	for b.Loop() {
		_, err := e.Embed(b.Context(), rag.EmbedPassage, texts)
		require.NoError(b, err)
	}
	b.ReportMetric(float64(b.N*len(texts))/b.Elapsed().Seconds(), "texts/s")
}
