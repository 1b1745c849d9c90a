package raghttp_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/raghttp"
)

// noting is a Retriever that notes what was asked and found.
type noting struct {
	rag.Retriever
	asked *rag.Query
	found []rag.DocumentResult
}

func (n *noting) Retrieve(ctx context.Context, q *rag.Query) (found []rag.DocumentResult, err error) {
	n.asked = q
	n.found, err = n.Retriever.Retrieve(ctx, q)
	return n.found, err
}

// More documents hold words of the question than are reranked, and more than are
// given: each page goes on where the one before it ended, and only its own results
// cost snippets.
func TestAPageFollowsTheOneBeforeIt(t *testing.T) {
	s := whole(t)
	index := s.Retriever.(*rag.Index)
	var docs []corpus.Document
	for i := range 300 {
		docs = append(docs, corpus.Document{ID: fmt.Sprint(i), Source: corpus.Source{Language: "hi"},
			Text: fmt.Sprintf("पहाड़ी %d के पास नदी %d बहती है। %s", i%7, i%11, []string{"वहाँ मंदिर है।", "मेला लगता है।", "मंदिर और मेला।"}[i%3])})
	}
	require.NoError(t, index.Add(t.Context(), docs))
	r := &noting{Retriever: index}
	pager := raghttp.NewPager(r, nil, nil)
	ask := func(page, size int) *raghttp.SearchPage {
		t.Helper()
		p, err := pager.Search(t.Context(), &raghttp.SearchQuery{Query: rag.Query{Text: "पहाड़ी पर मंदिर और मेला"}, Page: page, PageSize: size, Details: true})
		require.NoError(t, err)
		return p
	}
	all := ask(1, 100)
	require.Len(t, all.Results, 100)
	for _, size := range []int{10, 20, 33} {
		var joined []raghttp.SearchResult
		for page := 1; len(joined) < len(all.Results); page++ {
			p := ask(page, size)
			require.NotEmpty(t, p.Results)
			require.Equal(t, all.TotalResults, p.TotalResults)
			require.Equal(t, all.Facets, p.Facets)
			made := slices.DeleteFunc(slices.Clone(r.found), func(d rag.DocumentResult) bool { return d.Snippet == "" })
			require.Len(t, made, len(p.Results), "snippets of page %d by %d", page, size)
			joined = append(joined, p.Results...)
		}
		require.Equal(t, all.Results, joined, "pages of %d", size)
	}
	require.Empty(t, ask(6, 20).Results)
	seen := map[string]bool{}
	for i, d := range all.Results {
		require.False(t, seen[d.DocumentID])
		seen[d.DocumentID] = true
		require.NotEmpty(t, d.Snippet)
		require.True(t, i == 0 || d.Score <= all.Results[i-1].Score)
	}
	require.Equal(t, rag.MaxTopK, r.asked.TopK)
}

// kept is Documents of which some cannot be had; together gives many at once.
type kept struct {
	docs map[string]*corpus.Document
	err  error
}

func (k *kept) Put(context.Context, *corpus.Document) error { return nil }
func (k *kept) Remove(context.Context, string) error        { return nil }
func (k *kept) Get(_ context.Context, id string) (*corpus.Document, error) {
	if k.err != nil {
		return nil, k.err
	}
	if doc := k.docs[id]; doc != nil {
		return doc, nil
	}
	return nil, fault.New(fault.NotFound, "there is none", nil)
}

type together struct{ kept }

func (k *together) Illustrated(_ context.Context, ids []string) ([]*corpus.Document, error) {
	var docs []*corpus.Document
	for _, id := range slices.Backward(ids) {
		if doc := k.docs[id]; doc != nil && len(doc.Images) > 0 {
			docs = append(docs, doc)
		}
	}
	return docs, k.err
}

// Pictures are those that the asker may see, in the order of the results, whether
// documents are had one by one or together; what cannot be had costs no result.
func TestPicturesOfAPage(t *testing.T) {
	index := whole(t).Retriever.(*rag.Index)
	docs := map[string]*corpus.Document{}
	var list []corpus.Document
	for i := range 5 {
		doc := corpus.Document{ID: fmt.Sprint(i), Source: corpus.Source{Language: "hi"}, Text: fmt.Sprintf("पहाड़ी %d के पास नदी बहती है।", i)}
		list = append(list, doc)
		doc.Images = []corpus.Image{{URL: "https://example.org/" + doc.ID}}
		docs[doc.ID] = &doc
	}
	require.NoError(t, index.Add(t.Context(), list))
	docs["1"].Readers = []string{"others"} // since it was indexed
	docs["2"].Images = nil
	delete(docs, "3")
	one := kept{docs: docs}
	for _, d := range []raghttp.Documents{&one, &together{one}} {
		page, err := raghttp.NewPager(index, d, nil).Search(t.Context(), &raghttp.SearchQuery{Query: rag.Query{Text: "नदी पहाड़ी"}})
		require.NoError(t, err)
		require.Len(t, page.Results, 5)
		var want, got []string
		for _, r := range page.Results {
			if r.DocumentID == "0" || r.DocumentID == "4" {
				want = append(want, "https://example.org/"+r.DocumentID)
			}
		}
		for _, m := range page.Multimedia {
			got = append(got, m.URL)
		}
		require.Equal(t, want, got, "%T", d)
	}
	broken := kept{docs: docs, err: fault.New(fault.ServiceUnavailable, "away", nil)}
	for _, d := range []raghttp.Documents{&broken, &together{broken}} {
		page, err := raghttp.NewPager(index, d, nil).Search(t.Context(), &raghttp.SearchQuery{Query: rag.Query{Text: "नदी पहाड़ी"}})
		require.NoError(t, err)
		require.Len(t, page.Results, 5)
	}
}
