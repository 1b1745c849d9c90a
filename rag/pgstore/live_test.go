package pgstore

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/pgtest"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/embed"
)

// letters is an embedder of the letters of a text.
type letters struct{ name string }

func (e letters) Model() rag.EmbedModel { return rag.EmbedModel{Name: e.name, Dimensions: 8} }

func (e letters) Embed(_ context.Context, _ rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	vectors := make([]rag.Vector, len(texts))
	for i, text := range texts {
		vectors[i] = make(rag.Vector, 8)
		vectors[i][0] = 1
		for _, r := range text {
			vectors[i][int(r)%8]++
		}
	}
	return vectors, nil
}

// one is a document to build from.
type one corpus.Document

func (o *one) IDs(context.Context) ([]string, error) { return []string{o.ID}, nil }

func (o *one) Get(_ context.Context, id string) (*corpus.Document, error) {
	if id != o.ID {
		return nil, fault.New(fault.NotFound, "no such document", nil)
	}
	return (*corpus.Document)(o), nil
}

// gateways gives two stores in one database, each with a pool of its own, as two processes have.
func gateways(t *testing.T) [2]*Store {
	pgtest.NeedsPgvector(t)
	dsn := server.Schema(t)
	var both [2]*Store
	for i := range both {
		var err error
		both[i], err = Open(t.Context(), connect(t, dsn), nil)
		require.NoError(t, err)
	}
	return both
}

// What one process builds and switches to is what the other answers from, with
// its next search, and so is the way back.
func TestTwoProcessesAgree(t *testing.T) {
	var live [2]*rag.LiveIndex
	for i, s := range gateways(t) {
		var err error
		live[i], err = rag.NewLiveIndex(s, &rag.LiveOptions{
			IndexOptions: rag.IndexOptions{Embedder: letters{[]string{"old", "new"}[i]}},
			Embedders:    func(_ context.Context, m rag.EmbedModel) (rag.Embedder, error) { return letters{m.Name}, nil },
		})
		require.NoError(t, err)
	}
	doc := &one{ID: "taj", Text: "ताजमहल आगरा में है।"}
	require.NoError(t, live[0].Add(t.Context(), []corpus.Document{corpus.Document(*doc)}))
	agree := func(number int) {
		t.Helper()
		for i, l := range live {
			_, now, err := l.Generations(t.Context())
			require.NoError(t, err)
			require.Equal(t, number, now, "process %d", i)
			found, err := l.QueryDocuments(t.Context(), "ताजमहल")
			require.NoError(t, err)
			require.Len(t, found, 1)
			require.Contains(t, found[0].Chunks[0].Scores, rag.Dense, "both have the model's embedder")
		}
	}
	agree(0)
	require.NoError(t, live[1].Update(t.Context(), doc, nil))
	agree(1)
	require.NoError(t, live[0].Switch(t.Context(), 0))
	agree(0)
}

// Of two gateways that start at once, one estimates the mean for both.
func TestTwoProcessesShareOneMean(t *testing.T) {
	both := gateways(t)
	models := make(chan rag.EmbedModel, 2)
	for i, s := range both {
		go func() {
			o := &embed.Opener{Notes: s, New: func(context.Context, string) (rag.Embedder, error) { return letters{"letters"}, nil },
				Documents: &one{ID: "a", Text: []string{"aaaa", "bbbb"}[i]}}
			e, err := o.Open(context.Background(), "letters")
			if err != nil {
				models <- rag.EmbedModel{Name: err.Error()}
				return
			}
			models <- e.Model()
		}()
	}
	one := <-models
	require.Contains(t, one.Name, "letters+centred-")
	require.Equal(t, one, <-models)
}

// BenchmarkNote is what a search of a LiveIndex costs more than one of an Index.
func BenchmarkNote(b *testing.B) {
	s := open(b)
	_, err := s.SetNote(b.Context(), "t", "n", nil, make([]byte, 300))
	require.NoError(b, err)
	for b.Loop() {
		if _, err := s.Note(b.Context(), "t", "n"); err != nil {
			b.Fatal(err)
		}
	}
}
