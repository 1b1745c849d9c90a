package pgstore_test

import (
	"context"
	"fmt"
	"log"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/pgstore"
)

// It needs a server, and so is compiled and not run.
func Example() {
	ctx := context.Background()
	db, err := gorm.Open(postgres.Open("host=127.0.0.1 dbname=akshara user=akshara"), nil)
	if err != nil {
		log.Fatal(err)
	}
	store, err := pgstore.Open(ctx, db, nil)
	if err != nil {
		log.Fatal(err)
	}
	index := rag.NewIndex(store, nil)
	err = index.Add(ctx, []corpus.Document{{
		ID: "agra", Text: "ताजमहल आगरा में है।", Readers: []string{corpus.Public}, Source: corpus.Source{Title: "आगरा", Language: "hi"},
	}})
	if err != nil {
		log.Fatal(err)
	}
	results, err := index.QueryDocuments(ctx, "taj mahal kahan hai")
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range results {
		fmt.Println(r.DocumentID)
	}
}

// A store is filled at once, and indexed afterwards.
func ExampleStore_Load() {
	ctx := context.Background()
	db, err := gorm.Open(postgres.Open("host=127.0.0.1 dbname=akshara user=akshara"), nil)
	if err != nil {
		log.Fatal(err)
	}
	store, err := pgstore.Open(ctx, db, nil)
	if err != nil {
		log.Fatal(err)
	}
	err = store.Load(ctx, func(yield func(rag.Record, error) bool) {
		for i := range 100_000 {
			if !yield(rag.Record{Chunk: corpus.Chunk{ID: fmt.Sprint(i)}}, nil) {
				return
			}
		}
	})
	if err != nil {
		log.Fatal(err)
	}
}
