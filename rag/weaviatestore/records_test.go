package weaviatestore

import (
	"fmt"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
)

// record makes a public record of a tenant whose terms are words.
func record(tenant, document string, n int, words ...string) rag.Record {
	id := fmt.Sprint(document, "#", n)
	r := rag.Record{
		Tenant: tenant, Readers: []string{corpus.Public},
		Chunk:  corpus.Chunk{ID: id, DocumentID: document, Ordinal: n, Text: "text of " + id},
		Terms:  map[rag.Leg][]rag.Term{},
		Vector: rag.Vector{1, float32(n), 2, 3}, Model: rag.EmbedModel{Name: "test", Dimensions: 4},
	}
	for _, w := range words {
		r.Terms[rag.Words] = append(r.Terms[rag.Words], rag.Term{Text: w, Count: 1})
	}
	return r
}

// words searches a tenant for words.
func words(tenant string, list ...string) *rag.Search {
	var terms []rag.Term
	for _, w := range list {
		terms = append(terms, rag.Term{Text: w, Count: 1})
	}
	return &rag.Search{Tenant: tenant, K: 10, Sparse: []rag.SparseLeg{{Leg: rag.Words, Terms: terms, K1: 1.2, B: 0.75}}}
}
