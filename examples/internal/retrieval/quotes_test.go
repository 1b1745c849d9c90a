package retrieval

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/examples/internal/programtest"
	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/extractive"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/localstore"
)

// smallModel is of random weights.
const smallModel = "../../../rag/e5embed/internal/huggingface/testdata/bert"

// page is a source of one document.
type page corpus.Document

func (p *page) IDs(context.Context) ([]string, error) { return []string{p.ID}, nil }

func (p *page) Get(_ context.Context, id string) (*corpus.Document, error) {
	if id != p.ID {
		return nil, fault.New(fault.NotFound, "no such document", nil)
	}
	return (*corpus.Document)(p), nil
}

// museum gives a page whose two sentences hold the same words of museumQuestion.
func museum(first, second string) *page {
	return &page{ID: "museum", Text: "The museum is " + first + ". The museum is " + second + "."}
}

const museumQuestion = "Where is the museum?"

// answers gives an engine over a page whose index and quotations take the model that
// a setting names, and what that logs; and what ends the model.
func answers(t *testing.T, setting string, p *page) (engine *rag.Engine, log *programtest.Buffer, end func()) {
	store, err := localstore.Open(t.TempDir(), nil)
	require.NoError(t, err)
	log = &programtest.Buffer{}
	meaning := &Embedding{Settings: &config.RAG{EmbeddingModel: setting}, Notes: store, Documents: p, Log: slog.New(slog.NewTextHandler(log, nil))}
	opts := &rag.LiveOptions{IndexOptions: rag.IndexOptions{Logger: meaning.Log}}
	require.NoError(t, meaning.Set(t.Context(), opts))
	opts.Later = false // for Add to embed
	index, err := rag.NewLiveIndex(store, opts)
	require.NoError(t, err)
	require.NoError(t, index.Update(t.Context(), p, nil))
	require.NoError(t, index.Add(t.Context(), []corpus.Document{corpus.Document(*p)}))
	end = func() { require.NoError(t, meaning.Close()) }
	t.Cleanup(func() { end(); require.NoError(t, store.Close()) })
	return rag.NewEngine(index, &rag.EngineOptions{Model: meaning.Quotes()}), log, end
}

func ask(t *testing.T, e *rag.Engine) *rag.Answer {
	a, err := e.Answer(t.Context(), &rag.Question{Text: museumQuestion})
	require.NoError(t, err)
	require.Nil(t, a.Refusal)
	require.Len(t, a.Claims, 2)
	return a
}

// Of sentences that hold the same words the one is quoted first that comes first,
// and with a model the one that is nearer to the question, wherever it stands. Once
// the model is closed answers are by words again.
func TestQuotesAreByMeaningWhereAModelIsInTheProcess(t *testing.T) {
	small := "e5:" + programtest.SmallModel(t, smallModel)
	var nearer []string
	for _, p := range []*page{museum("open", "tidy"), museum("tidy", "open")} {
		plain, _, _ := answers(t, "none", p)
		byWords := ask(t, plain)
		require.Zero(t, byWords.Claims[0].Citations[0].Start, "the first sentence")

		engine, log, end := answers(t, small, p)
		a := ask(t, engine)
		nearer = append(nearer, a.Claims[0].Text)
		require.NotEqual(t, byWords.Confidence, a.Confidence, "other weights make it")
		require.Contains(t, log.String(), "searching by meaning, too")
		require.NotContains(t, log.String(), "without")

		end()
		a = ask(t, engine)
		require.Equal(t, byWords.Text, a.Text)
		require.Equal(t, byWords.Confidence, a.Confidence)
		require.Contains(t, log.String(), "searching without embeddings")
		require.Contains(t, log.String(), "quoting without vectors")
	}
	require.Equal(t, nearer[0], nearer[1])
}

// Vectors that take too long are not waited for, but for as long as the asker waits.
func TestVectorsThatTakeTooLongCostWhatTheyWouldHaveTold(t *testing.T) {
	p := museum("open", "tidy")
	g := &llm.Grounding{Question: museumQuestion, Passages: []llm.Passage{{Chunk: corpus.Chunk{DocumentID: p.ID, Text: p.Text, Span: corpus.Span{End: len(p.Text)}}}}}
	quote := func(ctx context.Context, vectors extractive.Vectors) (*llm.Response, error) {
		return extractive.New(&extractive.Options{Vectors: vectors}).Generate(ctx, &llm.Request{Grounding: g})
	}
	want, err := quote(t.Context(), nil)
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		slow := inTime(func(ctx context.Context, _ string, _ []string) ([]float32, [][]float32, error) {
			<-ctx.Done()
			return nil, nil, ctx.Err()
		})
		begin := time.Now()
		got, err := quote(t.Context(), slow)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, vectorsWait, time.Since(begin))

		ctx, cancel := context.WithTimeout(t.Context(), vectorsWait/2)
		defer cancel()
		_, err = quote(ctx, slow)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}
