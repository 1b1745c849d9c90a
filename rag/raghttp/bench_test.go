package raghttp_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/raghttp"
)

// known is a Retriever that has found already.
type known []rag.DocumentResult

func (k known) Retrieve(_ context.Context, q *rag.Query) ([]rag.DocumentResult, error) {
	return k[:min(q.TopK, len(k))], nil
}

// BenchmarkSearch asks for a page of 20 of 2,000 documents, and for five documents
// with their passages: of the index, over HTTP on loopback, and over HTTP of what
// was found before, which is what the way alone costs. A page is given without and with the
// looking up of its pictures.
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
	found, err := index.Retrieve(b.Context(), &q)
	require.NoError(b, err)
	service := patient(b, serve(b, newKit(s, nil)))
	way := patient(b, serve(b, newKit(&raghttp.Service{Retriever: known(found)}, nil)))
	pictures := patient(b, serve(b, newKit(&raghttp.Service{Retriever: known(found), Documents: s.Documents}, nil)))

	five := q
	five.TopK = 5
	for _, c := range []struct {
		name string
		r    rag.Retriever
		q    rag.Query
	}{{"100 documents, index", index, q}, {"5 documents, index", index, five}, {"5 documents, http", service, five}, {"5 documents, the way alone", way, five}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				_, err := c.r.Retrieve(b.Context(), &c.q)
				require.NoError(b, err)
			}
		})
	}
	for _, c := range []struct {
		name string
		s    raghttp.Searcher
	}{{"page, http", service}, {"page, the way alone", way}, {"page, the way and its pictures", pictures}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				page, err := c.s.Search(b.Context(), &raghttp.SearchQuery{Query: q})
				require.NoError(b, err)
				require.Len(b, page.Results, 20)
			}
		})
	}
}
