//go:build !race

package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/examples/internal/programtest"
	"github.com/akshara-go/akshara/rag/e5test"
)

// Embeddings are to be had without any model server.
func TestEmbeddingsInTheProcess(t *testing.T) {
	s := start(t, map[string]string{"RAG_EMBEDDING_MODEL": "e5:" + programtest.Model(t, e5test.Folder(t))})
	embed := func(kind, text string) []any {
		out := s.Post("/v1/embeddings", map[string]any{"model": "multilingual-e5-small", "input": text, "input_type": kind})
		require.Equal(t, "multilingual-e5-small", out["model"])
		vector := out["data"].([]any)[0].(map[string]any)["embedding"].([]any)
		require.Len(t, vector, 384)
		return vector
	}
	dot := func(a, b []any) (sum float64) {
		for i := range a {
			sum += a[i].(float64) * b[i].(float64)
		}
		return sum
	}
	question := embed("query", "Who built the Taj Mahal?")
	require.Greater(t, dot(question, embed("passage", "ताजमहल शाहजहाँ ने बनवाया था।")), dot(question, embed("passage", "दाल को धीमी आँच पर पकाइए।")))
}
