package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/examples/internal/programtest"
)

// Of sentences that hold the same words the one is quoted first that comes first, and
// with a model in the process, here of random weights, the one that it finds nearer.
func TestTheGatewayQuotesByMeaning(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir, noSamples)
	s.add("museum.txt", "The museum is open. The museum is tidy.")
	byWords := s.ask("Where is the museum?")
	require.Equal(t, "The museum is open.", byWords.Claims[0].Text)
	s.Stop()

	small := programtest.SmallModel(t, "../../rag/e5embed/internal/huggingface/testdata/bert")
	s = start(t, dir, map[string]string{"APP_SAMPLE_CORPUS": "false", "RAG_EMBEDDING_MODEL": "e5:" + small})
	s.isWhole()
	a := s.ask("Where is the museum?")
	require.Equal(t, "The museum is tidy.", a.Claims[0].Text)
	require.NotEqual(t, byWords.Confidence, a.Confidence)
	s.cites(&a)
}
