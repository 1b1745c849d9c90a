//go:build !race

package rag_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/ingest/catalog"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/localstore"
)

// Of 1,000 documents that are taken in again, 10 of them changed in one of ten
// sections, only the changed chunks are embedded; also after a restart.
func TestOnlyChangedChunksAreEmbeddedAgain(t *testing.T) {
	const documents, changed = 1000, 10
	e := &countingEmbedder{bagEmbedder: bagEmbedder{name: "bag", dims: 64}}
	dir := t.TempDir()
	kept, err := catalog.OpenDir(t.TempDir())
	require.NoError(t, err)
	update := func(edition int, of func(n int) bool) (chunks int) {
		store, err := localstore.Open(dir, nil)
		require.NoError(t, err)
		defer func() { require.NoError(t, store.Close()) }()
		index := rag.NewIndex(store, &rag.IndexOptions{Embedder: e, Chunk: &chunk.Options{Size: 30, Overlap: chunk.NoOverlap}})
		c := &ingest.Collection{Catalog: kept, Sink: index}
		for n := range documents {
			now := 1
			if of(n) {
				now = edition
			}
			require.NoError(t, c.Put(t.Context(), manual(n, n%10, now)))
		}
		stats, err := store.Stats(t.Context())
		require.NoError(t, err)
		require.Equal(t, stats.Records, stats.Vectors)
		return stats.Records
	}
	all := update(1, func(int) bool { return false })
	require.Equal(t, 5*documents, all)
	require.Len(t, e.taken(), all)

	update(2, func(n int) bool { return n%(documents/changed) == 7 })
	texts := e.taken()
	t.Logf("%d documents of %d chunks taken in again, %d of them changed: %d chunks embedded", documents, all, changed, len(texts))
	require.Len(t, texts, changed)
	for _, text := range texts {
		require.Contains(t, text, "संस्करण 2")
	}
}
