//go:build !race

package main

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/examples/internal/programtest"
	"github.com/akshara-go/akshara/rag/e5test"
)

// An English question finds a Hindi page, with no server and no network.
func TestAModelInTheProcess(t *testing.T) {
	s := start(t, t.TempDir(), map[string]string{"RAG_EMBEDDING_MODEL": "e5:" + programtest.Model(t, e5test.Folder(t))})
	for id, text := range map[string]string{"tomb": "आगरा का सफ़ेद संगमरमर का मक़बरा शाहजहाँ ने बनवाया था।", "food": "दाल को धीमी आँच पर पकाइए, फिर उसमें जीरे का तड़का लगाइए।", "train": "रेलगाड़ी का टिकट यात्रा से तीन दिन पहले तक रद्द किया जा सकता है।"} {
		s.Post("/ingest", map[string]any{"document_id": id, "content": text, "content_type": "text/plain", "language": "hi"})
	}
	s.isWhole()
	require.Contains(t, s.Post("/query", map[string]any{"query": "Who built the Taj Mahal?", "top_k": 1})["context"], "संगमरमर")
	require.Contains(t, s.Post("/query", map[string]any{"query": "Can I cancel my ticket?", "top_k": 1})["context"], "टिकट")
	s.Stop()

	environment(t, t.TempDir(), map[string]string{"RAG_EMBEDDING_MODEL": "e5:nowhere"})
	require.ErrorContains(t, run(t.Context(), io.Discard, io.Discard, nil), "nowhere")
}
