package ragtest

import (
	"context"
	"hash/fnv"
	"math/rand/v2"
	"testing"

	"github.com/akshara-go/akshara/rag"
)

func TestReferenceStore(t *testing.T) {
	TestStore(t, func(*testing.T) rag.Store { return newMemory() })
}

// hashes is the embedder that means nothing: a random direction for each text and kind.
type hashes struct{}

func (hashes) Model() rag.EmbedModel { return rag.EmbedModel{Name: "hashes", Dimensions: 8} }

func (hashes) Embed(ctx context.Context, kind rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	vectors := make([]rag.Vector, len(texts))
	for i, text := range texts {
		h := fnv.New64a()
		_, _ = h.Write([]byte(text))
		rng := rand.New(rand.NewPCG(h.Sum64(), uint64(kind)))
		vectors[i] = make(rag.Vector, 8)
		for j := range vectors[i] {
			vectors[i][j] = float32(rng.NormFloat64())
		}
	}
	return vectors, nil
}

func TestReferenceEmbedder(t *testing.T) {
	TestEmbedder(t, func(*testing.T) rag.Embedder { return hashes{} })
}

func TestIndexIsARetriever(t *testing.T) {
	TestRetriever(t, func(*testing.T) (rag.Retriever, Sink) {
		index := rag.NewIndex(newMemory(), nil)
		return index, index
	})
}

func TestIndexIsASuggester(t *testing.T) {
	TestSuggester(t, func(*testing.T) (Suggester, Sink) {
		index := rag.NewIndex(newMemory(), nil)
		return index, index
	})
}

func TestEngineIsAnAnswerer(t *testing.T) {
	TestAnswerer(t, func(*testing.T) (rag.Answerer, Sink) {
		index := rag.NewIndex(newMemory(), nil)
		return rag.NewEngine(index, nil), index
	})
}

func TestLexicalReranker(t *testing.T) {
	TestReranker(t, func(*testing.T) rag.Reranker { return rag.LexicalReranker{} })
}

func TestLiveIndexOverTheReferenceStore(t *testing.T) {
	TestLiveIndex(t, func(*testing.T) rag.Store { return newMemory() })
}

// newLive gives an index that may change, over an empty store.
func newLive(t *testing.T) *rag.LiveIndex {
	index, err := rag.NewLiveIndex(newMemory(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return index
}

func TestLiveIndexIsARetriever(t *testing.T) {
	TestRetriever(t, func(t *testing.T) (rag.Retriever, Sink) { index := newLive(t); return index, index })
}

func TestLiveIndexIsASuggester(t *testing.T) {
	TestSuggester(t, func(t *testing.T) (Suggester, Sink) { index := newLive(t); return index, index })
}
