package ragtest

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
)

// samples are texts of many scripts and sizes; the first and the last are equal.
var samples = []string{
	"ताजमहल आगरा में है।", "The Taj Mahal stands in Agra.", "তাজমহল আগ্রায় অবস্থিত।", "தாஜ் மகால் ஆக்ராவில் உள்ளது.",
	"تاج محل آگرہ میں ہے۔", "ᱛᱟᱡᱽ ᱢᱚᱦᱚᱞ", "a", "1632", "😀", "two\nlines\tand a tab", "  spaces  ", strings.Repeat("बहुत लंबा पाठ ", 2000), "ताजमहल आगरा में है।",
}

// embedderCase is one demand on an embedder.
type embedderCase struct {
	demand string
	run    func(t *testing.T, e rag.Embedder)
}

// TestEmbedder demands of the embedders that newEmbedder makes what the contract
// on [rag.Embedder] says. It says nothing about how good the vectors are.
func TestEmbedder(t *testing.T, newEmbedder func(t *testing.T) rag.Embedder) {
	for _, c := range embedderCases {
		t.Run(c.demand, func(t *testing.T) { c.run(t, newEmbedder(t)) })
	}
}

var kinds = []rag.EmbedKind{rag.EmbedPassage, rag.EmbedQuery}

func embed(t *testing.T, e rag.Embedder, kind rag.EmbedKind, texts ...string) []rag.Vector {
	t.Helper()
	vectors, err := e.Embed(t.Context(), kind, texts)
	require.NoError(t, err)
	require.Len(t, vectors, len(texts))
	return vectors
}

var embedderCases = []embedderCase{
	{"every text has one vector, finite and not zero, of the model's dimensions", func(t *testing.T, e rag.Embedder) {
		for _, kind := range kinds {
			for i, v := range embed(t, e, kind, samples...) {
				require.Len(t, v, e.Model().Dimensions, "text %d", i)
				n := length(v)
				require.True(t, n > 0 && !math.IsInf(n, 0), "text %d has a vector of length %v", i, n)
			}
		}
	}},
	{"the model has a name and dimensions, and they stay", func(t *testing.T, e rag.Embedder) {
		before := e.Model()
		embed(t, e, rag.EmbedPassage, "a")
		require.NotEmpty(t, before.Name)
		require.Positive(t, before.Dimensions)
		require.Equal(t, before, e.Model())
	}},
	{"vectors come in the order of the texts, whatever stands beside them", func(t *testing.T, e rag.Embedder) {
		together := embed(t, e, rag.EmbedPassage, samples...)
		require.InDelta(t, 1, cosine(together[0], together[len(together)-1]), 1e-3, "equal texts")
		for i, text := range samples[:5] {
			alone := embed(t, e, rag.EmbedPassage, text)[0]
			require.InDelta(t, 1, cosine(alone, together[i]), 1e-2, "text %d alone and among others", i)
		}
		backwards := slices.Clone(samples)
		slices.Reverse(backwards)
		for i, v := range embed(t, e, rag.EmbedPassage, backwards...) {
			require.InDelta(t, 1, cosine(v, together[len(together)-1-i]), 1e-2, "text %d backwards", i)
		}
	}},
	{"different texts have different vectors", func(t *testing.T, e rag.Embedder) {
		for _, kind := range kinds {
			v := embed(t, e, kind, samples[0], samples[1])
			require.Less(t, cosine(v[0], v[1]), 1-1e-6)
		}
	}},
	{"no texts give no vectors and no error", func(t *testing.T, e rag.Embedder) {
		for _, texts := range [][]string{nil, {}} {
			v, err := e.Embed(t.Context(), rag.EmbedPassage, texts)
			require.NoError(t, err)
			require.Empty(t, v)
		}
	}},
	{"a thousand texts are embedded in one call", func(t *testing.T, e rag.Embedder) {
		texts := slices.Repeat([]string{"one", "दो"}, 500)
		v := embed(t, e, rag.EmbedPassage, texts...)
		require.InDelta(t, 1, cosine(v[0], v[998]), 1e-2)
		require.InDelta(t, 1, cosine(v[1], v[999]), 1e-2)
	}},
	{"the caller's texts stay as they are, and the result is the caller's", func(t *testing.T, e rag.Embedder) {
		texts := []string{"b", "a", "b"}
		first := embed(t, e, rag.EmbedPassage, texts...)
		require.Equal(t, []string{"b", "a", "b"}, texts)
		want := slices.Clone(first[2])
		clear(first[0])
		require.Equal(t, want, first[2], "vectors of equal texts must not share memory")
		require.InDelta(t, 1, cosine(want, embed(t, e, rag.EmbedPassage, "b")[0]), 1e-2)
	}},
	{"a cancelled context gives its error", func(t *testing.T, e rag.Embedder) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := e.Embed(ctx, rag.EmbedPassage, []string{"a"})
		require.ErrorIs(t, err, context.Canceled)
	}},
	{"concurrent calls do not mix up their texts", func(t *testing.T, e rag.Embedder) {
		want := embed(t, e, rag.EmbedPassage, samples[:6]...)
		var wg sync.WaitGroup
		got := make([][]rag.Vector, 6)
		errs := make([]error, 6)
		for i := range got {
			wg.Go(func() { got[i], errs[i] = e.Embed(t.Context(), rag.EmbedPassage, samples[i:i+1]) })
		}
		wg.Wait()
		for i := range got {
			require.NoError(t, errs[i])
			require.Len(t, got[i], 1)
			require.InDelta(t, 1, cosine(want[i], got[i][0]), 1e-2, "text %d", i)
		}
	}},
}
