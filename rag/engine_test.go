package rag_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/translate/lang"
)

// found is a Retriever that always finds the same.
type found struct {
	results []rag.DocumentResult
	err     error
}

func (f *found) Retrieve(context.Context, *rag.Query) ([]rag.DocumentResult, error) {
	return f.results, f.err
}

const tajText = "ताजमहल आगरा में यमुना नदी के किनारे है। इसे शाहजहाँ ने 1632 में मुमताज़ महल की याद में बनवाना शुरू किया। इसमें सफ़ेद संगमरमर लगा है।"

// taj is a Retriever that finds one document about the Taj Mahal.
func taj(tb testing.TB) *found {
	tb.Helper()
	doc := &corpus.Document{ID: "taj", Text: tajText, Source: corpus.Source{Title: "ताजमहल", Language: lang.Hindi, URL: "https://example.org/taj"}}
	chunks, err := chunk.Split(doc, nil)
	require.NoError(tb, err)
	hit := rag.Hit{Record: rag.Record{Chunk: chunks[0], Source: doc.Source}, Score: 1}
	return &found{results: []rag.DocumentResult{{DocumentID: "taj", Source: doc.Source, Score: 1, Chunks: []rag.Hit{hit}}}}
}

// scripted is a chat model that says what it is told, in pieces.
type scripted struct {
	pieces []string
	err    error // after the pieces
	asked  *llm.Request
	left   bool // the reader left before the end
}

func (m *scripted) Generate(_ context.Context, req *llm.Request) (*llm.Response, error) {
	m.asked = req
	if m.err != nil {
		return nil, m.err
	}
	return &llm.Response{Text: strings.Join(m.pieces, ""), Model: "scripted", Finish: llm.Stop}, nil
}

type scriptedStream struct{ *scripted }

func (m scriptedStream) Stream(_ context.Context, req *llm.Request) iter.Seq2[llm.Delta, error] {
	m.asked = req
	return func(yield func(llm.Delta, error) bool) {
		for _, p := range m.pieces {
			if !yield(llm.Delta{Text: p}, nil) {
				m.left = true
				return
			}
		}
		if m.err != nil {
			yield(llm.Delta{}, m.err)
			return
		}
		yield(llm.Delta{Done: &llm.Response{Text: strings.Join(m.pieces, ""), Model: "scripted", Finish: llm.Stop}}, nil)
	}
}

// cited checks that every claim and citation of an answer names the bytes that it says.
func cited(t *testing.T, a *rag.Answer, text string) {
	t.Helper()
	for _, c := range a.Claims {
		require.Equal(t, c.Text, c.Span.In(a.Text))
		require.NotEmpty(t, c.Citations)
		for _, q := range c.Citations {
			require.Equal(t, q.Quote, q.Span.In(text))
		}
	}
}

func TestEngineQuotesWithoutAModel(t *testing.T) {
	a, err := rag.NewEngine(taj(t), nil).Answer(t.Context(), &rag.Question{Text: "ताजमहल किसने बनवाना शुरू किया?"})
	require.NoError(t, err)
	require.Nil(t, a.Refusal)
	require.Equal(t, lang.Hindi, a.Language)
	require.Contains(t, a.Claims[0].Text, "शाहजहाँ")
	require.Equal(t, "taj", a.Claims[0].Citations[0].DocumentID)
	require.Equal(t, "https://example.org/taj", a.Claims[0].Citations[0].URL)
	require.Greater(t, a.Confidence, rag.DefaultMinConfidence)
	cited(t, a, tajText)
}

func TestEngineRefuses(t *testing.T) {
	for _, c := range []struct {
		name      string
		retriever rag.Retriever
		model     llm.Model
		question  string
		code      lang.Code
		reason    rag.Reason
	}{
		{"when nothing is found", &found{}, nil, "क्रिकेट विश्व कप किसने जीता?", lang.Hindi, rag.NothingFound},
		{"when what is found shares no word with the question", taj(t), nil, "Who won the cricket world cup?", lang.English, rag.NotSupported},
		{"when it is not sure enough", taj(t), nil, "आगरा बिजली बिल कार्यालय मोबाइल भुगतान", lang.Hindi, rag.LowConfidence},
		{"when the model finds no answer", taj(t), &scripted{pieces: []string{llm.NoAnswerMark}}, "ताजमहल कब?", lang.Hindi, rag.NotSupported},
		{"when the model invents", taj(t), &scripted{pieces: []string{"चंद्रमा पनीर से बना एक ग्रह है।"}}, "ताजमहल कब?", lang.Hindi, rag.ModelUnhelpful},
		{"when the model says nothing", taj(t), &scripted{}, "ताजमहल कब?", lang.Hindi, rag.ModelUnhelpful},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := rag.NewEngine(c.retriever, &rag.EngineOptions{Model: c.model}).Answer(t.Context(), &rag.Question{Text: c.question})
			require.NoError(t, err)
			require.NotNil(t, a.Refusal)
			require.Equal(t, c.reason, a.Refusal.Reason)
			require.Equal(t, lang.Text(c.code, lang.MsgNoAnswer), a.Text, "in the language of the question")
			require.Empty(t, a.Claims)
			require.NotNil(t, a.Claims, "an empty list in JSON, not null")
			require.Zero(t, a.Confidence)
		})
	}
}

func TestARefusalSaysWhomAndWhatToAskInstead(t *testing.T) {
	contact := "हेल्पलाइन 1800-000-000"
	a, err := rag.NewEngine(taj(t), &rag.EngineOptions{Contact: contact}).Answer(t.Context(), &rag.Question{Text: "Who won the cricket world cup?", Language: lang.English})
	require.NoError(t, err)
	require.Equal(t, &rag.Refusal{
		Reason: rag.NotSupported, Text: lang.Text(lang.English, lang.MsgNoAnswer) + "\n" + contact, Contact: contact, Suggestions: []string{"ताजमहल"},
	}, a.Refusal)
	require.Equal(t, a.Refusal.Text, a.Text)
	a, err = rag.NewEngine(&found{}, nil).Answer(t.Context(), &rag.Question{Text: "ताजमहल?"})
	require.NoError(t, err)
	require.Empty(t, a.Refusal.Suggestions, "where nothing was found there is nothing to suggest")
}

func TestEngineLeavesOutWhatThePassagesDoNotSupport(t *testing.T) {
	said := []string{"ताजमहल आगरा में यमुना नदी के ", "किनारे है। [1] ताजमहल 1999 में शाहजहाँ ने बनवाना शुरू किया। ", "चंद्रमा पनीर से बना ग्रह है। इसमें सफ़ेद संगमरमर ", "लगा है [1]"}
	for name, model := range map[string]llm.Model{"whole": &scripted{pieces: said}, "in pieces": scriptedStream{&scripted{pieces: said}}} {
		t.Run(name, func(t *testing.T) {
			a, err := rag.NewEngine(taj(t), &rag.EngineOptions{Model: model}).Answer(t.Context(), &rag.Question{Text: "ताजमहल कहाँ है?"})
			require.NoError(t, err)
			require.Equal(t, "ताजमहल आगरा में यमुना नदी के किनारे है। इसमें सफ़ेद संगमरमर लगा है", a.Text)
			require.Len(t, a.Claims, 2, "the wrong year and the cheese are gone")
			require.Equal(t, "scripted", a.Model)
			cited(t, a, tajText)
		})
	}
}

func TestEngineTellsTheModelTheRules(t *testing.T) {
	m := &scripted{pieces: []string{"x"}}
	_, err := rag.NewEngine(taj(t), &rag.EngineOptions{Model: m}).Answer(t.Context(), &rag.Question{Text: "ताजमहल कहाँ है?"})
	require.NoError(t, err)
	require.Equal(t, llm.System, m.asked.Messages[0].Role)
	require.Contains(t, m.asked.Messages[0].Content, "Hindi")
	require.Contains(t, m.asked.Messages[1].Content, tajText)
	require.Contains(t, m.asked.Messages[1].Content, "ताजमहल कहाँ है?")
}

func TestEngineStreamsInOrder(t *testing.T) {
	model := scriptedStream{&scripted{pieces: []string{"ताजमहल आगरा में यमुना नदी के किनारे है। इसमें सफ़ेद संगमरमर लगा है।"}}}
	var kinds []string
	var text strings.Builder
	var last *rag.Answer
	for e, err := range rag.NewEngine(taj(t), &rag.EngineOptions{Model: model}).Stream(t.Context(), &rag.Question{Text: "ताजमहल कहाँ है?"}) {
		require.NoError(t, err)
		switch {
		case e.Source != nil:
			kinds = append(kinds, "source")
		case e.Claim != nil:
			kinds = append(kinds, "claim")
		case e.Answer != nil:
			kinds = append(kinds, "answer")
			last = e.Answer
		default:
			kinds = append(kinds, "token")
			text.WriteString(e.Token)
		}
	}
	require.Equal(t, []string{"source", "token", "claim", "token", "claim", "answer"}, kinds)
	require.Equal(t, last.Text, text.String(), "the tokens are the answer")
}

func TestEngineStopsWhenTheAskerLeaves(t *testing.T) {
	model := scriptedStream{&scripted{pieces: []string{"ताजमहल आगरा में यमुना नदी के किनारे है। ", "इसमें सफ़ेद संगमरमर लगा है। ", "ताजमहल।"}}}
	for e, err := range rag.NewEngine(taj(t), &rag.EngineOptions{Model: model}).Stream(t.Context(), &rag.Question{Text: "ताजमहल कहाँ है?"}) {
		require.NoError(t, err)
		if e.Token != "" {
			break
		}
	}
	require.True(t, model.left, "the model was told")
}

func TestEngineHandsErrorsOn(t *testing.T) {
	down := fault.New(fault.Upstream, "the model server fails", nil)
	for name, model := range map[string]llm.Model{"whole": &scripted{err: down}, "in mid-stream": scriptedStream{&scripted{pieces: []string{"ताज"}, err: down}}} {
		t.Run(name, func(t *testing.T) {
			_, err := rag.NewEngine(taj(t), &rag.EngineOptions{Model: model}).Answer(t.Context(), &rag.Question{Text: "ताजमहल?"})
			require.ErrorIs(t, err, down)
		})
	}
	broken := errors.New("disk on fire")
	_, err := rag.NewEngine(&found{err: broken}, nil).Answer(t.Context(), &rag.Question{Text: "ताजमहल?"})
	require.ErrorIs(t, err, broken)
}

func TestBadQuestions(t *testing.T) {
	e := rag.NewEngine(taj(t), nil)
	for _, c := range []struct {
		name, says string
		q          rag.Question
		code       fault.Code
	}{
		{"empty", "empty", rag.Question{Text: " \n\t"}, fault.InvalidRequest},
		{"10 MB", "10485760 bytes", rag.Question{Text: strings.Repeat("क", 10<<20/3) + "a"}, fault.InvalidRequest},
		{"invalid UTF-8", "byte 4", rag.Question{Text: "taj \xff"}, fault.InvalidRequest},
		{"unknown language", `"xx"`, rag.Question{Text: "ताज", Language: "xx"}, fault.InvalidLanguage},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := e.Answer(t.Context(), &c.q)
			require.Equal(t, c.code, fault.CodeOf(err))
			require.Contains(t, fault.From(err).Message, c.says)
		})
	}
}
