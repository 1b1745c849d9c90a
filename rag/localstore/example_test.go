package localstore_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/localstore"
)

func Example() {
	dir, err := os.MkdirTemp("", "index")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	store, err := localstore.Open(dir, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	ctx := context.Background()
	err = store.Upsert(ctx, []rag.Record{{
		Readers: []string{corpus.Public},
		Chunk:   corpus.Chunk{ID: "1", DocumentID: "agra", Text: "ताजमहल आगरा में है।"},
		Terms:   map[rag.Leg][]rag.Term{rag.Words: {{Text: "ताजमहल", Count: 1}, {Text: "आगरा", Count: 1}}},
	}})
	if err != nil {
		log.Fatal(err)
	}
	hits, err := store.Search(ctx, &rag.Search{
		K:      5,
		Sparse: []rag.SparseLeg{{Leg: rag.Words, Terms: []rag.Term{{Text: "आगरा", Count: 1}}, K1: 1.2, B: 0.75}},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, hit := range hits {
		fmt.Println(hit.Record.Chunk.DocumentID, hit.Record.Chunk.Text)
	}
	// Output: agra ताजमहल आगरा में है।
}
