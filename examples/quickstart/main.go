// Command quickstart takes in two documents and answers a question about them.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/localstore"
)

func main() {
	store, err := localstore.Open("quickstart-data", nil)
	check(err)
	defer store.Close()
	index := rag.NewIndex(store, nil)
	check(index.Add(context.Background(), []corpus.Document{
		{ID: "taj", Source: corpus.Source{Title: "ताजमहल"}, Text: "ताजमहल आगरा में यमुना के किनारे है। इसे शाहजहाँ ने मुमताज़ महल की याद में बनवाया था।"},
		{ID: "rti", Text: "The Right to Information Act was passed in 2005. A reply is due within thirty days."},
	}))
	answer, err := rag.NewEngine(index, nil).Answer(context.Background(), &rag.Question{Text: "taj mahal kisne banwaya tha?"})
	check(err)
	for _, claim := range answer.Claims {
		fmt.Printf("%s [%s]\n", claim.Text, claim.Citations[0].DocumentID)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
