package encoder_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
	"github.com/akshara-go/akshara/rag/e5embed/internal/kernel"
	"github.com/akshara-go/akshara/rag/e5embed/internal/modeltest"
)

// golden gives the last states of each token of the texts, as candle's BERT
// computes them in float32: see testdata/candle.
func golden(tb testing.TB) (states [][][]float32) {
	tb.Helper()
	b, err := os.ReadFile("testdata/states.json")
	require.NoError(tb, err)
	require.NoError(tb, json.Unmarshal(b, &states))
	return states
}

// Vectors are the means of the states that an implementation which is not ours
// computes without quantising anything: places, token types, layers and heads are
// where they belong.
func TestStatesAreCandles(t *testing.T) {
	for bits, bar := range map[int]float64{encoder.Four: .999, encoder.Eight: .999, encoder.Whole: .999999} {
		e, texts := open(t, withBits(modeltest.New(1), bits)), modeltest.Texts()
		vectors := e.Encode(kernel.Fastest(), new(encoder.Workspace), texts)
		for i, states := range golden(t) {
			require.Len(t, states, len(texts[i]))
			mean := make([]float32, len(states[0]))
			for _, state := range states {
				for j, x := range state {
					mean[j] += x / float32(len(states))
				}
			}
			t.Logf("%d bits, %d tokens: cosine %.7f", bits, len(texts[i]), modeltest.Cosine(mean, vectors[i]))
			require.Greater(t, modeltest.Cosine(mean, vectors[i]), bar, i)
		}
	}
}

// A file that does not tell the bits of its weights is one of four.
func TestFourBitsGoWithoutSaying(t *testing.T) {
	old := sections(t, modeltest.New(1))
	old["config"] = bytes.Replace(old["config"], []byte(`"bits":4,`), nil, 1)
	require.NotContains(t, string(old["config"]), "bits")
	e, err := encoder.Open(old)
	require.NoError(t, err)
	require.Equal(t, encoder.Four, e.Config.Bits)
}
