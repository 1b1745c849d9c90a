package raghttp_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/ingest/catalog"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/raghttp"
)

// reference is what may be found: the documents of one tenant by their ids.
type reference map[string]corpus.Document

// allowed gives the ids that an asker may find through a filter.
func (r reference) allowed(readers []string, f *corpus.Filter) []string {
	ids := []string{}
	for id, doc := range r {
		open := len(doc.Readers) == 0 || slices.Contains(doc.Readers, corpus.Public)
		known := slices.ContainsFunc(readers, func(name string) bool { return slices.Contains(doc.Readers, name) })
		named := len(f.DocumentIDs) == 0 || slices.Contains(f.DocumentIDs, id)
		tagged := len(f.Tags) == 0 || slices.ContainsFunc(f.Tags, func(tag string) bool { return slices.Contains(doc.Tags, tag) })
		if (open || known) && named && tagged {
			ids = append(ids, id)
		}
	}
	return ids
}

// some gives up to n of a list, each once.
func some(rng *rand.Rand, list []string, n int) (out []string) {
	for _, i := range rng.Perm(len(list))[:rng.IntN(n+1)] {
		out = append(out, list[i])
	}
	return out
}

// TestRandomAccessOverTheWire holds 600 random questions of two tenants, between
// random changes, against a naive model: over the wire too, what an asker finds,
// searches and is answered from is what the asker may read, and all of it.
func TestRandomAccessOverTheWire(t *testing.T) {
	index := whole(t).Retriever.(*rag.Index)
	rng := rand.New(rand.NewPCG(3, 4))
	var clients []*raghttp.Client
	var known []reference
	for _, tenant := range []string{"a", "विभाग"} {
		x := index.ForTenant(tenant)
		kept, err := catalog.OpenDir(t.TempDir())
		require.NoError(t, err)
		clients = append(clients, patient(t, serve(t, newKit(&raghttp.Service{
			Retriever: x, Answerer: rag.NewEngine(x, nil), Documents: &ingest.Collection{Catalog: kept, Sink: x},
		}, trusting))))
		known = append(known, reference{})
	}
	people := []string{"asha", "Asha", "group:x, y", "विभाग", "a%2Cb", corpus.Public}
	ids := []string{"d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7"}
	tags := []string{"x", "y, z"}
	for i := range 600 {
		at := rng.IntN(2)
		c, docs := clients[at], known[at]
		if i%4 == 0 {
			doc := corpus.Document{ID: ids[rng.IntN(len(ids))], Text: fmt.Sprintf("संग्रहालय का कमरा %d सोमवार को बंद है।", i), Readers: some(rng, people, 3), Source: corpus.Source{Tags: some(rng, tags, 2)}}
			if _, there := docs[doc.ID]; there && rng.IntN(4) == 0 {
				require.NoError(t, c.Remove(t.Context(), []string{doc.ID}))
				delete(docs, doc.ID)
			} else {
				require.NoError(t, c.Add(t.Context(), []corpus.Document{doc}))
				docs[doc.ID] = doc
			}
		}
		q := rag.Query{Text: "संग्रहालय", TopK: rag.MaxTopK, Readers: some(rng, people, 3)}
		if rng.IntN(3) == 0 {
			q.Filter = corpus.Filter{DocumentIDs: some(rng, ids, 4), Tags: some(rng, tags, 1)}
		}
		want := docs.allowed(q.Readers, &q.Filter)
		found, err := c.Retrieve(t.Context(), &q)
		require.NoError(t, err)
		got := []string{}
		for _, d := range found {
			got = append(got, d.DocumentID)
			require.Equal(t, docs[d.DocumentID].Text, d.Chunks[0].Record.Chunk.Text)
		}
		require.ElementsMatch(t, want, got, "question %d of %q in %v", i, q.Readers, slices.Sorted(maps.Keys(docs)))
		page, err := c.Search(t.Context(), &raghttp.SearchQuery{Query: q, PageSize: raghttp.MaxPageSize})
		require.NoError(t, err)
		got = got[:0]
		for _, r := range page.Results {
			got = append(got, r.DocumentID)
		}
		require.ElementsMatch(t, want, got, "search %d", i)
		if i%6 == 0 {
			a, err := c.Answer(t.Context(), &rag.Question{Text: "संग्रहालय कब बंद है?", Readers: q.Readers, Filter: q.Filter})
			require.NoError(t, err)
			for _, s := range a.Sources {
				require.Contains(t, want, s.DocumentID, "answer %d", i)
			}
			require.Equal(t, len(want) == 0, a.Refusal != nil, "answer %d", i)
		}
	}
}
