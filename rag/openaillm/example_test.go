package openaillm_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/openaillm"
)

func ExampleModel_Stream() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `data: {"choices":[{"index":0,"delta":{"content":"शाहजहाँ ने "},"finish_reason":null}]}

data: {"choices":[{"index":0,"delta":{"content":"बनवाया था।"},"finish_reason":"stop"}]}

data: [DONE]

`)
	}))
	defer server.Close()

	cfg := openaillm.Config{BaseURL: server.URL + "/v1", HTTPClient: server.Client()}
	model, err := openaillm.New(cfg, "any-model", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	question := &llm.Request{Messages: []llm.Message{{Role: llm.User, Content: "ताजमहल किसने बनवाया था?"}}}
	for delta, err := range model.Stream(context.Background(), question) {
		switch {
		case err != nil:
			fmt.Println(err)
		case delta.Done != nil:
			fmt.Printf("\n%s after %d bytes\n", delta.Done.Finish, len(delta.Done.Text))
		default:
			fmt.Print(delta.Text)
		}
	}
	// Output:
	// शाहजहाँ ने बनवाया था।
	// stop after 57 bytes
}

func ExampleEmbedder() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"data":[{"index":1,"embedding":[0,1]},{"index":0,"embedding":[1,0]}]}`)
	}))
	defer server.Close()

	cfg := openaillm.Config{BaseURL: server.URL + "/v1", HTTPClient: server.Client()}
	embedder, err := openaillm.NewEmbedder(cfg, "multilingual-e5-small", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	vectors, err := embedder.Embed(context.Background(), rag.EmbedPassage, []string{"ताजमहल", "लाल क़िला"})
	fmt.Println(vectors, err)
	fmt.Println(embedder.Model())
	// Output:
	// [[1 0] [0 1]] <nil>
	// multilingual-e5-small (2 dimensions)
}
