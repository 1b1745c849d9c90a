package weaviatestore_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/weaviatestore"
)

// It needs a cluster, and so is compiled and not run.
func Example() {
	ctx := context.Background()
	nodes := []string{"http://10.0.0.1:8080", "http://10.0.0.2:8080", "http://10.0.0.3:8080"}
	store, err := weaviatestore.Open(ctx, nodes, &weaviatestore.Options{APIKey: "from the secrets"})
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
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

// The servers stand in for two nodes that answer and one that does not.
func ExampleStore_CheckNodes() {
	answer := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/schema/Akshara" {
			_, _ = io.WriteString(w, `{"class": "Akshara", "description": "akshara chunks, layout 1"}`)
		}
	}
	var nodes []string
	for range 3 {
		server := httptest.NewServer(http.HandlerFunc(answer))
		defer server.Close()
		nodes = append(nodes, server.URL)
	}
	ctx := context.Background()
	store, err := weaviatestore.Open(ctx, nodes, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	fmt.Println(store.CheckNodes(ctx))

	lost := httptest.NewServer(http.NotFoundHandler())
	lost.Close()
	degraded, err := weaviatestore.Open(ctx, []string{nodes[0], nodes[1], lost.URL}, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer degraded.Close()
	fmt.Println(degraded.CheckHealth(ctx))
	fmt.Println(degraded.CheckNodes(ctx))
	// Output:
	// <nil>
	// <nil>
	// SERVICE_UNAVAILABLE: 2 of 3 nodes of the index are up
}
