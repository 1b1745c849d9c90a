package llmcache_test

import (
	"context"
	"fmt"

	"github.com/akshara-go/akshara/observe/memcache"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/extractive"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llmcache"
	"github.com/akshara-go/akshara/translate/lang"
)

func Example() {
	memory, err := memcache.New(8<<20, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer memory.Close()
	model := llmcache.New(extractive.New(nil), "extractive-1", memory, nil)
	text := "ताजमहल शाहजहाँ ने बनवाया था।"
	for _, question := range []string{"ताजमहल किसने बनवाया था?", "ताज महल किसने बनवाया था"} {
		g := &llm.Grounding{Question: question, Language: lang.Hindi, Passages: []llm.Passage{{Chunk: corpus.Chunk{
			ID: "taj/0", DocumentID: "taj", Text: text, Span: corpus.Span{End: len(text)}, Sentences: []corpus.Span{{End: len(text)}},
		}}}}
		res, err := model.Generate(context.Background(), &llm.Request{Messages: llm.GroundedPrompt(g), Grounding: g})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(res.Text, res.Cached)
	}
	// Output:
	// ताजमहल शाहजहाँ ने बनवाया था। false
	// ताजमहल शाहजहाँ ने बनवाया था। true
}
