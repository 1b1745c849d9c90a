// Command quickstart-by-meaning finds a page in Hindi for a question in English that
// shares no word with it, where multilingual-e5-small is in the user's cache folder
// (make model puts it there) or RAG_EMBEDDING_MODEL names its file, as e5:PATH. Without
// the model, or with none for its name, it finds what words and sounds find.
package main

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"

	"github.com/akshara-go/akshara/examples/internal/e5model"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/localstore"
)

func main() {
	var opts rag.IndexOptions
	e5, err := e5model.Open(os.Getenv("RAG_EMBEDDING_MODEL"), slog.Default())
	check(err)
	if e5 != nil {
		defer e5.Close()
		opts.Embedder = e5
		fmt.Println("searching by meaning, too:", e5.Model().Name)
	} else {
		fmt.Println("searching by words and sounds; make model lets it search by meaning, too")
	}
	store, err := localstore.Open("quickstart-by-meaning-data", nil)
	check(err)
	defer store.Close()
	index := rag.NewIndex(store, &opts)
	check(index.Add(context.Background(), []corpus.Document{
		{ID: "lentils", Text: "मसूर को आधे घंटे भिगोकर गलने तक उबालिए, फिर घी में जीरा चटकाकर ऊपर डाल दीजिए।"},
		{ID: "river", Text: "The river rises in the mountains. People who do not fish cross it by boat."},
	}))
	found, err := index.Retrieve(context.Background(), &rag.Query{Text: "How do I cook lentils?", Language: "en", TopK: 1})
	check(err)
	for _, document := range found {
		fmt.Println(document.DocumentID)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
