package raghttp_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

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
