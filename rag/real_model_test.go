package rag_test

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llmrerank"
	"github.com/akshara-go/akshara/rag/llmtest"
	"github.com/akshara-go/akshara/rag/localstore"
	"github.com/akshara-go/akshara/translate/lang"
)

// brief is a model that is asked for few words.
type brief struct{ llm.Streamer }

func (m brief) Stream(ctx context.Context, req *llm.Request) iter.Seq2[llm.Delta, error] {
	short := *req
	short.MaxTokens = 40
	return m.Streamer.Stream(ctx, &short)
}

// mirel are the documents of a small town.
var mirel = map[string]string{
	"bridge": "The Mirel bridge was opened in 1931. It is 240 metres long and made of red stone.",
	"market": "The market of Mirel is held on Fridays. Farmers sell rice and mangoes there.",
}

func mirelIndex(t *testing.T) *rag.Index {
	store, err := localstore.Open(t.TempDir(), nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	index := rag.NewIndex(store, nil)
	var docs []corpus.Document
	for id, text := range mirel {
		docs = append(docs, corpus.Document{ID: id, Text: text, Source: corpus.Source{Title: id, Language: lang.English}})
	}
	require.NoError(t, index.Add(t.Context(), docs))
	return index
}

// A real model, small as it is, answers what the documents hold; what it invents
// is not shown, or as what nothing supports, or refuses the answer, as the policy
// has it. Whatever it says, what is cited are the documents' bytes. As a judge and a
// reranker it adds nothing of its own.
func TestARealModelSaysNoMoreThanTheDocuments(t *testing.T) {
	model := brief{llmtest.Start(t).Chat()}
	index := mirelIndex(t)
	for _, policy := range []rag.Policy{rag.Drop, rag.Flag, rag.Refuse} {
		t.Run(string(policy), func(t *testing.T) {
			opts := &rag.EngineOptions{Model: model, Unsupported: policy}
			require.True(t, answers(t, index, opts, "When was the Mirel bridge opened?", "1931"))
			answers(t, index, opts, "Who designed the Mirel bridge?", "") // no document says
		})
	}
	t.Run("a judge", func(t *testing.T) {
		answers(t, index, &rag.EngineOptions{Model: model, Judge: model}, "When was the Mirel bridge opened?", "1931")
	})
	t.Run("a reranker", func(t *testing.T) {
		q := &rag.Query{Text: "When is the market of Mirel?", Language: lang.English}
		found, err := index.Retrieve(t.Context(), q)
		require.NoError(t, err)
		var hits []rag.Hit
		for _, r := range found {
			hits = append(hits, r.Chunks...)
		}
		require.Len(t, hits, len(mirel))
		ordered, err := llmrerank.New(model, nil).Rerank(t.Context(), q, slices.Clone(hits))
		require.NoError(t, err)
		require.Len(t, ordered, len(hits))
		require.GreaterOrEqual(t, ordered[0].Score, ordered[1].Score)
		require.NotEqual(t, ordered[0].Record.Chunk.ID, ordered[1].Record.Chunk.ID)
	})
}

// answers asks a question and tells whether it was answered, not refused. An answer
// must hold words, and every claim must be what its policy allows.
func answers(t *testing.T, index *rag.Index, opts *rag.EngineOptions, question, words string) bool {
	t.Helper()
	a, err := rag.NewEngine(index, opts).Answer(t.Context(), &rag.Question{Text: question, Language: lang.English})
	require.NoError(t, err)
	require.Equal(t, lang.English, a.Language)
	require.Positive(t, a.Usage.Completion)
	if a.Refusal != nil {
		require.Empty(t, a.Claims)
		require.Equal(t, a.Refusal.Text, a.Text)
		return false
	}
	require.Contains(t, a.Text, words)
	supported(t, a, opts.Unsupported)
	return true
}

// supported demands of an answer that each claim cites the bytes of a document, or
// says that none supports it, where the policy allows it.
func supported(t *testing.T, a *rag.Answer, policy rag.Policy) {
	t.Helper()
	require.NotEmpty(t, a.Claims)
	var said []string
	for _, c := range a.Claims {
		said = append(said, c.Text)
		require.Equal(t, c.Text, c.Span.In(a.Text))
		require.Equal(t, c.Unsupported, len(c.Citations) == 0)
		require.False(t, c.Unsupported && policy != rag.Flag)
		for _, q := range c.Citations {
			require.NotEmpty(t, q.Quote)
			require.Equal(t, q.Quote, q.Span.In(mirel[q.DocumentID]))
		}
	}
	require.Equal(t, a.Text, strings.Join(said, " "), "nothing is said beside the claims")
}
