package e5embed

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/memcache"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/embed"
	"github.com/akshara-go/akshara/rag/extractive"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/translate/lang"
)

// rivers gives five passages of five sentences, of some 35 tokens each.
func rivers(tb testing.TB) (all []llm.Passage) {
	tb.Helper()
	for n := range 5 {
		var text strings.Builder
		for i := range 5 {
			fmt.Fprintf(&text, "नदी %d के किनारे का शहर %d पहाड़ों से निकलने वाली धारा के पास बसा है और वहाँ हर साल बड़ा मेला लगता है। ", n, i)
		}
		doc := &corpus.Document{ID: fmt.Sprint(n), Text: text.String(), Source: corpus.Source{Language: lang.Hindi}}
		chunks, err := chunk.Split(doc, nil)
		require.NoError(tb, err)
		for _, c := range chunks {
			all = append(all, llm.Passage{Chunk: c, Source: doc.Source, Score: 1 / float64(n+1)})
		}
	}
	return all
}

// BenchmarkQuoting is what vectors add to an answer in quotes, of one core: without
// them, with them, and with those of the sentences kept from other questions.
func BenchmarkQuoting(b *testing.B) {
	e := opened(b, realModel(b), &Options{Parallel: 1})
	memory, err := memcache.New(32<<20, nil)
	require.NoError(b, err)
	defer func() { require.NoError(b, memory.Close()) }()
	req := &llm.Request{Grounding: &llm.Grounding{Language: lang.Hindi, Passages: rivers(b)}}
	for _, c := range []struct {
		name string
		opts *extractive.Options
	}{
		{"words", nil},
		{"vectors", &extractive.Options{Vectors: rag.QuoteVectors(e)}},
		{"kept", &extractive.Options{Vectors: rag.QuoteVectors(embed.Cache(e, memory, nil))}},
	} {
		model := extractive.New(c.opts)
		b.Run(c.name, func(b *testing.B) {
			for n := 0; b.Loop(); n++ {
				req.Grounding.Question = fmt.Sprintf("नदी के किनारे का शहर %d कहाँ बसा है?", n)
				_, err := model.Generate(b.Context(), req)
				require.NoError(b, err)
			}
		})
	}
}
