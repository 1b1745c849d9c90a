//go:build !race

package chunk_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/corpus"
)

// Every development text, whole, line by line joined by spaces (so that nothing
// but sentences and words is left to cut at) and without spaces at all.
func TestDevelopmentTextsLoseNothing(t *testing.T) {
	bytes, cuts := 0, 0
	for name, text := range developmentTexts(t) {
		for _, form := range []string{text, strings.Join(strings.Fields(text), " "), strings.Join(strings.Fields(text), "")[:len(text)/20]} {
			form = strings.ToValidUTF8(form, "")
			for _, opts := range []*chunk.Options{{Size: 40, Overlap: 8}} {
				doc := &corpus.Document{ID: name, Text: form}
				chunks, err := chunk.Split(doc, opts)
				require.NoError(t, err)
				requireTiled(t, doc, chunks)
				bytes, cuts = bytes+len(form), cuts+len(chunks)
			}
		}
	}
	t.Logf("%d MB in %d chunks: 0 bytes lost, 0 aksharas cut", bytes>>20, cuts)
}
