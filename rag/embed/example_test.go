package embed_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/embed"
)

// A mean that is taken off shows what texts differ in, and stays with its index.
func ExampleCentre() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	model := newCone() // any embedder, such as openaillm's
	texts := []string{"ताजमहल आगरा में है।", "क्रिकेट ग्यारह खिलाड़ी खेलते हैं।"}

	e, err := embed.Centre(ctx, embed.Window(model, 512), embed.NewMeanFile(filepath.Join(dir, "mean")),
		func(context.Context) ([]string, error) { return texts, nil })
	if err != nil {
		fmt.Println(err)
		return
	}
	before, err := model.Embed(ctx, rag.EmbedPassage, texts)
	if err != nil {
		fmt.Println(err)
		return
	}
	after, err := e.Embed(ctx, rag.EmbedPassage, texts)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("alike before:", cosine(before[0], before[1]) > .9)
	fmt.Println("alike after:", cosine(after[0], after[1]) > .5)
	// Output:
	// alike before: true
	// alike after: false
}
