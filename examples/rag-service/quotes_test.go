package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/examples/internal/programtest"
)

// Of sentences that hold the same words the one is quoted first that comes first, and
// with a model in the process, here of random weights, the one that it finds nearer.
func TestTheServiceQuotesByMeaning(t *testing.T) {
	small := programtest.SmallModel(t, "../../rag/e5embed/internal/huggingface/testdata/bert")
	for model, want := range map[string]string{"none": "The museum is open.\nThe museum is tidy.", "e5:" + small: "The museum is tidy.\nThe museum is open."} {
		s := start(t, t.TempDir(), map[string]string{"RAG_EMBEDDING_MODEL": model})
		s.Post("/ingest", map[string]any{"document_id": "museum", "content": "The museum is open. The museum is tidy.", "content_type": "text/plain", "language": "en"})
		s.isWhole()
		require.Equal(t, want, s.Post("/answer", map[string]any{"message": "Where is the museum?"})["answer"], model)
		s.Stop()
	}
}
