package raghttp_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"

	"github.com/akshara-go/akshara/ingest"
	"github.com/akshara-go/akshara/ingest/catalog"
	"github.com/akshara-go/akshara/observe/httpkit"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/localstore"
	"github.com/akshara-go/akshara/rag/raghttp"
	"github.com/akshara-go/akshara/translate/lang"
)

// A service keeps documents and answers from them; a client of it is used like
// the index and the engine themselves.
func Example() {
	dir, _ := os.MkdirTemp("", "service")
	defer os.RemoveAll(dir)
	store, _ := localstore.Open(dir+"/index", nil)
	defer store.Close()
	kept, _ := catalog.OpenDir(dir + "/documents")
	index := rag.NewIndex(store, nil)
	kit := httpkit.New(&httpkit.Options{Service: "rag-service", Version: "1.0.0"})
	raghttp.Register(kit, &raghttp.Service{
		Retriever: index, Suggester: index, Chunks: index.Chunks, Answerer: rag.NewEngine(index, nil),
		Documents: &ingest.Collection{Catalog: kept, Sink: index},
	}, nil)
	server := httptest.NewServer(kit)
	defer server.Close()

	client, err := raghttp.NewClient(server.URL, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	ctx := context.Background()
	err = client.Add(ctx, []corpus.Document{{
		ID: "taj", Source: corpus.Source{Title: "ताजमहल", Language: lang.Hindi}, Text: "ताजमहल आगरा में है। इसे शाहजहाँ ने बनवाया था।",
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err := client.Answer(ctx, &rag.Question{Text: "taj mahal kisne banwaya tha?", Language: lang.Hindi})
	if err != nil {
		fmt.Println(err)
		return
	}
	citation := answer.Claims[0].Citations[0]
	fmt.Println(answer.Claims[0].Text)
	fmt.Println(citation.DocumentID, citation.Start, citation.End)
	// Output:
	// इसे शाहजहाँ ने बनवाया था।
	// taj 52 119
}
