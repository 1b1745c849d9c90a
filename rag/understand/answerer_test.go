package understand_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/understand"
	"github.com/akshara-go/akshara/translate/lang"
)

// following gives an Answerer without a model over documents.
func following(tb testing.TB) *understand.Answerer {
	steps := understand.New(nil, &understand.Options{Rewrite: []understand.Rewriter{&understand.FollowUp{}}})
	return understand.NewAnswerer(steps, rag.NewEngine(newIndex(tb, documents...), nil))
}

func said(questions ...string) (history []llm.Message) {
	for _, q := range questions {
		history = append(history, llm.Message{Role: llm.User, Content: q}, llm.Message{Role: llm.Assistant, Content: "उत्तर"})
	}
	return history
}

func TestAFollowUpQuestionIsAnsweredFromWhatItIsAbout(t *testing.T) {
	a := following(t)
	for before, want := range map[string]string{"क़ुतुब मीनार कहाँ है?": "qutub", "पेरिस की एफ़िल मीनार कहाँ है?": "eiffel"} {
		q := &rag.Question{Text: "और उसकी ऊँचाई कितनी है?", History: said("जयपुर कहाँ है?", before)}
		whole, err := a.Answer(t.Context(), q)
		require.NoError(t, err)
		require.Nil(t, whole.Refusal)
		require.Equal(t, want, whole.Claims[0].Citations[0].DocumentID)
		require.Equal(t, "और उसकी ऊँचाई कितनी है?", q.Text, "the question stays the asker's")
		var streamed *rag.Answer
		for event, err := range a.Stream(t.Context(), q) {
			require.NoError(t, err)
			streamed = event.Answer
		}
		require.Equal(t, whole, streamed)
	}
	whole, err := a.Answer(t.Context(), &rag.Question{Text: "Who built the observatory in Jaipur?"})
	require.NoError(t, err)
	require.Equal(t, lang.English, whole.Language)
}

func TestQuestionsThatCannotBeAskedAreRefusedByTheirOwnName(t *testing.T) {
	a := following(t)
	for field, q := range map[string]*rag.Question{
		"message":      {Text: " ", History: said("x")},
		"language":     {Text: "x", Language: "xx", History: said("x")},
		"chat_history": {Text: "उसकी ऊँचाई?", History: []llm.Message{{Role: llm.User, Content: strings.Repeat("x", rag.MaxHistoryBytes+1)}}},
	} {
		_, err := a.Answer(t.Context(), q)
		require.Contains(t, []fault.Code{fault.InvalidRequest, fault.InvalidLanguage}, fault.CodeOf(err), field)
		require.Equal(t, field, fault.From(err).Details["field"], "%v", err)
	}
	_, err := a.Answer(t.Context(), &rag.Question{Text: "उसकी ऊँचाई?", History: []llm.Message{{Role: llm.User, Content: "\xff"}}})
	require.Equal(t, 0, fault.From(err).Details["turn"])
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = a.Answer(ctx, &rag.Question{Text: "उसकी ऊँचाई?", History: said("x")})
	require.ErrorIs(t, err, context.Canceled)
	for _, err := range a.Stream(ctx, &rag.Question{Text: "उसकी ऊँचाई?", History: said("x")}) {
		require.ErrorIs(t, err, context.Canceled)
	}
}

// What fell out of a long conversation is told by its summary.
func TestAModelIsToldOfTheSummary(t *testing.T) {
	model := &says{text: "क़ुतुब मीनार की ऊँचाई?", finish: llm.Stop}
	history := append([]llm.Message{{Role: llm.System, Content: "सार: क़ुतुब मीनार"}}, said("a", "b", "c", "d", "e")...)
	steps := understand.New(nil, &understand.Options{Rewrite: []understand.Rewriter{&understand.FollowUp{Model: model}}})
	asked, err := steps.Understand(t.Context(), &rag.Query{Text: "और उसकी ऊँचाई?"}, history)
	require.NoError(t, err)
	require.Equal(t, "क़ुतुब मीनार की ऊँचाई?", asked.Text)
	material := model.asked.Messages[1].Content
	require.Contains(t, material, "सार: क़ुतुब मीनार")
	require.Equal(t, 7, strings.Count(material, "</passage>"), "it and the last six")
	require.Len(t, history, 11)
}
