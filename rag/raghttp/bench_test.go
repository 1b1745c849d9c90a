package raghttp_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/raghttp"
)

// BenchmarkSearch asks for a page of 20 of 2,000 documents: the index alone, the
// page with its pictures cut out of what it finds, and the page over HTTP on loopback.
func BenchmarkSearch(b *testing.B) {
	s := whole(b)
	index := s.Retriever.(*rag.Index)
	for i := range 2000 {
		doc := corpus.Document{ID: fmt.Sprint(i), Source: corpus.Source{Title: fmt.Sprintf("मंदिर %d", i), Language: "hi", Tags: []string{"hill"}},
			Text:   fmt.Sprintf("मंदिर %d पहाड़ी पर है। वहाँ शाम को दीप जलाए जाते हैं और मेला लगता है। नदी %d किलोमीटर दूर बहती है।", i, i%50),
			Images: []corpus.Image{{URL: "https://example.org/a.png"}}}
		require.NoError(b, s.Documents.Put(b.Context(), &doc))
	}
	q := rag.Query{Text: "पहाड़ी पर मंदिर", TopK: rag.MaxTopK}
	pages := raghttp.NewPager(index, s.Documents, nil)
	client := patient(b, serve(b, newKit(s, nil)))
	b.Run("index", func(b *testing.B) {
		for b.Loop() {
			_, err := index.Retrieve(b.Context(), &q)
			require.NoError(b, err)
		}
	})
	for name, searcher := range map[string]raghttp.Searcher{"page": pages, "http": client} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				page, err := searcher.Search(b.Context(), &raghttp.SearchQuery{Query: q})
				require.NoError(b, err)
				require.Len(b, page.Multimedia, 20)
			}
		})
	}
	five := q
	five.TopK = 5
	for name, r := range map[string]rag.Retriever{"retrieve 5, index": index, "retrieve 5, http": client} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, err := r.Retrieve(b.Context(), &five)
				require.NoError(b, err)
			}
		})
	}
}
