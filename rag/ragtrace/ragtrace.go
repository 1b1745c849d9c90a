// Package ragtrace records what models, embedders, retrievers, rerankers, guards and answerers do:
// each function takes one and gives one that tells a recorder of observe/genai of its calls.
//
//	rec, err := genai.New(&genai.Options{TracerProvider: tel.TracerProvider, MeterProvider: tel.MeterProvider})
//	model = ragtrace.Model(model, rec, &ragtrace.ModelOptions{Provider: "openai", Name: "gpt-oss-20b", Remote: true})
//	index := rag.NewIndex(store, &rag.IndexOptions{Embedder: ragtrace.Embedder(embedder, rec, "openai")})
//	engine := rag.NewEngine(ragtrace.Retriever(index, rec, "handbook"), &rag.EngineOptions{
//		Model: model, Guard: ragtrace.Guard(guard, rec),
//	})
//	answerer := ragtrace.Answerer(engine, rec, "answer")
//
// Spans nest as the calls do: an embedding is part of its retrieval. Put the recording
// inside a cache and outside of retries, so that a span is one answer of one model.
// With a nil recorder each function gives back what it was given.
package ragtrace

import (
	"context"

	"github.com/akshara-go/akshara/observe/genai"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/translate/lang"
)

// Embedder records the embeddings of e, which provider serves: "openai" for a server of
// that API, "" for a model in this process. What comes back names a version where e does.
func Embedder(e rag.Embedder, rec *genai.Recorder, provider string) rag.Embedder {
	if rec == nil {
		return e
	}
	traced := &embedder{e, rec, provider}
	if v, ok := e.(versioned); ok {
		return struct {
			*embedder
			versioned
		}{traced, v}
	}
	return traced
}

// versioned is what package embed asks of an embedder whose vectors depend on more
// than its model and the text.
type versioned interface{ Version() string }

type embedder struct {
	rag.Embedder
	rec      *genai.Recorder
	provider string
}

func (e *embedder) Embed(ctx context.Context, kind rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	model := e.Model()
	ctx, call := e.rec.Start(ctx, &genai.Start{Operation: genai.Embeddings, Provider: e.provider, Model: model.Name, Remote: e.provider != ""})
	if call.Recording() {
		call.Set(genai.InputCount.Int(len(texts)))
		if model.Dimensions > 0 {
			call.Set(genai.EmbeddingsDims.Int(model.Dimensions))
		}
		call.Texts(genai.EmbeddingInput, texts)
	}
	vectors, err := e.Embedder.Embed(ctx, kind, texts)
	call.End(err)
	return vectors, err
}

// Retriever records what r finds in the collection of a name. What comes back is a
// [rag.Weigher] where r is one.
func Retriever(r rag.Retriever, rec *genai.Recorder, collection string) rag.Retriever {
	if rec == nil {
		return r
	}
	traced := &retriever{r, rec, collection}
	if w, ok := r.(rag.Weigher); ok {
		return &weigher{traced, w}
	}
	return traced
}

type retriever struct {
	base       rag.Retriever
	rec        *genai.Recorder
	collection string
}

type weigher struct {
	*retriever
	base rag.Weigher
}

func (w *weigher) TermWeights(ctx context.Context, text string, code lang.Code) (map[string]float64, error) {
	return w.base.TermWeights(ctx, text, code)
}

func (r *retriever) Retrieve(ctx context.Context, q *rag.Query) ([]rag.DocumentResult, error) {
	ctx, call := r.rec.Start(ctx, &genai.Start{Operation: genai.Retrieval, Model: r.collection})
	if call.Recording() {
		call.Set(genai.DataSourceID.String(r.collection))
		if q.TopK > 0 {
			call.Set(genai.RequestTopK.Float64(float64(q.TopK)))
		}
		call.Text(genai.RetrievalQuery, q.Text)
	}
	found, err := r.base.Retrieve(ctx, q)
	if call.Recording() && err == nil {
		call.Set(genai.OutputCount.Int(len(found)))
		docs := make([]genai.Document, len(found))
		for i := range found {
			docs[i] = genai.Document{ID: found[i].DocumentID, Score: found[i].Score}
		}
		call.Documents(docs)
	}
	call.End(err)
	return found, err
}

// Reranker records what r does, a model of a name that provider serves: "" for one in this process.
func Reranker(r rag.Reranker, rec *genai.Recorder, provider, model string) rag.Reranker {
	if rec == nil {
		return r
	}
	return &reranker{r, rec, provider, model}
}

type reranker struct {
	base            rag.Reranker
	rec             *genai.Recorder
	provider, model string
}

func (r *reranker) Rerank(ctx context.Context, q *rag.Query, hits []rag.Hit) ([]rag.Hit, error) {
	ctx, call := r.rec.Start(ctx, &genai.Start{Operation: genai.Rerank, Provider: r.provider, Model: r.model, Remote: r.provider != ""})
	if call.Recording() {
		call.Set(genai.InputCount.Int(len(hits)))
		call.Text(genai.RetrievalQuery, q.Text)
	}
	ranked, err := r.base.Rerank(ctx, q, hits)
	if err == nil {
		call.Set(genai.OutputCount.Int(len(ranked)))
	}
	call.End(err)
	return ranked, err
}
