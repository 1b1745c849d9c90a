package encoder_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
	"github.com/akshara-go/akshara/rag/e5embed/internal/kernel"
	"github.com/akshara-go/akshara/rag/e5embed/internal/modeltest"
)

// With fewer pieces, texts of those that were kept have the same vector to the bit;
// others have unknown characters, of the same score as before.
func TestFewerPieces(t *testing.T) {
	tensors := modeltest.New(1)
	tensors.Scores[len(tensors.Scores)-1] = -40 // the lowest is left out
	without := map[int]bool{len(tensors.Scores) - 1: true}
	for _, p := range tensors.Found {
		without[p.ID] = without[p.ID] || p.Text == "v" || p.Text == "a"
	}
	cut := tensors.Keep(func(id int) bool { return !without[id] })
	whole, kept := open(t, tensors), open(t, cut)
	require.Equal(t, whole.Config.Pieces-3, kept.Config.Pieces)
	require.Equal(t, -50., kept.Config.UnknownScore)
	require.Equal(t, -50., open(t, cut.Keep(func(int) bool { return true })).Config.UnknownScore, "cut twice")

	embed := func(e *encoder.Encoder, text string) []float32 {
		ids := append([]int32{int32(e.Config.Begin)}, e.Tokenizer.AppendIDs(nil, text, 30)...)
		return e.Encode(kernel.Fastest(), new(encoder.Workspace), [][]int32{append(ids, int32(e.Config.End))})[0]
	}
	for _, text := range []string{"the best", "नदी ☃ x", "wet"} {
		require.Equal(t, embed(whole, text), embed(kept, text), text)
	}
	require.Contains(t, kept.Tokenizer.AppendIDs(nil, "river", 30), int32(kept.Config.Unknown))
	require.NotContains(t, whole.Tokenizer.AppendIDs(nil, "river", 30), int32(whole.Config.Unknown))
	require.Len(t, tensors.Scores, whole.Config.Pieces, "the model itself is as it was")
}
