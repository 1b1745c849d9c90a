package understand_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/understand"
)

// result is a document that was found with one chunk.
func result(id string, score float64, chunks ...string) rag.DocumentResult {
	d := rag.DocumentResult{DocumentID: id, Score: score, Snippet: id}
	for i, c := range append([]string{id + "#0"}, chunks...) {
		d.Chunks = append(d.Chunks, rag.Hit{Score: score / float64(i+1), Record: rag.Record{Chunk: corpus.Chunk{ID: c, DocumentID: id}}})
	}
	return d
}

func TestFusedDocumentsAreRankedByWhatAllListsSayOfThem(t *testing.T) {
	first := []rag.DocumentResult{result("a", .9), result("b", .8), result("c", .7)}
	second := []rag.DocumentResult{result("b", .9), result("d", .6, "d#1"), result("a", .5, "a#1")}
	got := understand.Fuse([]understand.List{{Results: first, Weight: 1}, {Results: second, Weight: 1}, {}}, 3)
	require.Equal(t, []string{"b", "a", "c"}, ids(got))
	require.Equal(t, []float64{.9, .9, .7}, []float64{got[0].Score, got[1].Score, got[2].Score}, "the highest scores, given out anew")
	for _, d := range got {
		require.Equal(t, d.Score, d.Chunks[0].Score)
	}
	require.Len(t, got[1].Chunks, 2, "the chunks of both lists")
	require.Equal(t, "a#1", got[1].Chunks[1].Record.Chunk.ID)
	require.Equal(t, .9, first[0].Chunks[0].Score, "the lists stay as they were")
	require.Empty(t, understand.Fuse(nil, 5))
	require.Empty(t, understand.Fuse([]understand.List{{Weight: 1}}, 5))
}

func TestAListThatFoundLittleTakesNoPlaces(t *testing.T) {
	good := []rag.DocumentResult{result("a", .9), result("b", .8), result("c", .7)}
	poor := []rag.DocumentResult{result("x", .3), result("y", .3), result("z", .2)}
	got := understand.Fuse([]understand.List{{Results: poor, Weight: 1}, {Results: good, Weight: 1}}, 5)
	require.Equal(t, []string{"a", "b", "c", "x", "y"}, ids(got))
	none := []rag.DocumentResult{result("n", 0)}
	require.Equal(t, []string{"n"}, ids(understand.Fuse([]understand.List{{Results: none, Weight: 1}}, 5)))
}
