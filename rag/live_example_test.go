package rag_test

import (
	"context"
	"fmt"
	"os"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/ingest/catalog"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/localstore"
)

// An index that was made by one model goes over to another, and back.
func ExampleLiveIndex() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	store, err := localstore.Open(dir+"/index", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()
	kept, err := catalog.OpenDir(dir + "/documents")
	if err != nil {
		fmt.Println(err)
		return
	}
	models := map[string]rag.Embedder{"small": &bagEmbedder{name: "small", dims: 16}, "large": &bagEmbedder{name: "large", dims: 64}}
	byModel := func(_ context.Context, m rag.EmbedModel) (rag.Embedder, error) { return models[m.Name], nil }
	live := func(name string) *rag.LiveIndex {
		l, _ := rag.NewLiveIndex(store, &rag.LiveOptions{IndexOptions: rag.IndexOptions{Embedder: models[name]}, Embedders: byModel})
		return l
	}

	before := live("small")
	documents := &ingest.Collection{Catalog: kept, Sink: before}
	err = documents.Put(ctx, &corpus.Document{ID: "taj", Text: "ताजमहल आगरा में है।"})
	fmt.Println("added:", err)

	after := live("large")
	err = after.Update(ctx, documents, nil) // builds beside what answers, then switches
	list, number, _ := after.Generations(ctx)
	fmt.Println("updated:", err, "now", list[number].Model)

	err = after.Switch(ctx, 0) // and back
	list, number, _ = before.Generations(ctx)
	fmt.Println("switched:", err, "now", list[number].Model)
	// Output:
	// added: <nil>
	// updated: <nil> now large (64 dimensions)
	// switched: <nil> now small (16 dimensions)
}
