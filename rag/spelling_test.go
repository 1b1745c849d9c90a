package rag_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// spelt is a Speller that knows some words; all others are none.
func spelt(words map[string][]rag.Spelling) rag.Speller {
	return func(_ context.Context, word string, _ lang.Code) ([]rag.Spelling, error) { return words[word], nil }
}

// "kam" is कम as well as काम, and both sound alike: only spelling tells them apart.
var sameSound = []corpus.Document{
	doc("less", "", "वह कम बोलता है।"),
	doc("work", "", "वह काम जानता है।"),
}

func TestASpellerTellsWordsOfOneSoundApart(t *testing.T) {
	for word, spellings := range map[string][]rag.Spelling{
		"less": {{Text: "कम", Probability: .9}, {Text: "काम", Probability: .1}},
		"work": {{Text: "काम", Probability: .8}, {Text: "कम", Probability: .2}},
	} {
		index := newIndex(t, &rag.IndexOptions{Speller: spelt(map[string][]rag.Spelling{"kam": spellings})}, sameSound)
		require.Equal(t, word, ids(t, index, rag.Query{Text: "kam", Language: lang.Hindi})[0])
	}
}

func TestASpellingFindsItsSynonyms(t *testing.T) {
	index := newIndex(t, &rag.IndexOptions{Speller: spelt(map[string][]rag.Spelling{"jansankhya": {{Text: "जनसंख्या", Probability: 1}}})},
		[]corpus.Document{doc("people", "", "आबादी बढ़ी।"), doc("rain", "", "वर्षा हुई।")})
	require.Equal(t, []string{"people"}, ids(t, index, rag.Query{Text: "jansankhya", Language: lang.Hindi}))
}

func TestASpellerIsAskedOnlyAboutRomanisedWords(t *testing.T) {
	var asked []string
	index := newIndex(t, &rag.IndexOptions{Speller: func(_ context.Context, word string, code lang.Code) ([]rag.Spelling, error) {
		asked = append(asked, string(code)+" "+word)
		return nil, nil
	}}, sameSound)
	ids(t, index, rag.Query{Text: "काम", Language: lang.Hindi})
	ids(t, index, rag.Query{Text: "work", Language: lang.English})
	require.Empty(t, asked)
	ids(t, index, rag.Query{Text: "Kam kaun", Language: "mr"})
	require.Equal(t, []string{"mr kam", "mr kaun"}, asked)
	asked = nil
	ids(t, index, rag.Query{Text: strings.Repeat("kam ", 2000), Language: lang.Hindi})
	require.Less(t, len(asked), 100, "a long text is not spelt to its end")
}

// rerankedText notes what a reranker is asked.
type rerankedText struct{ asked *string }

func (r rerankedText) Rerank(_ context.Context, q *rag.Query, hits []rag.Hit) ([]rag.Hit, error) {
	*r.asked = q.Text
	return hits, nil
}

func TestTheRerankerReadsTheLikeliestSpellings(t *testing.T) {
	var asked string
	index := newIndex(t, &rag.IndexOptions{Reranker: rerankedText{&asked}, Speller: spelt(map[string][]rag.Spelling{
		"kam": {{Text: "कम", Probability: .9}, {Text: "काम", Probability: .1}},
	})}, sameSound)
	ids(t, index, rag.Query{Text: "Kam bolta", Language: lang.Hindi})
	require.Equal(t, []string{"कम", "bolta"}, strings.Fields(asked), "a word that is not known stays as it was")
	ids(t, index, rag.Query{Text: "कम", Language: lang.Hindi})
	require.Equal(t, "कम", asked)
}

func TestASpellerThatFailsCostsItsSpellings(t *testing.T) {
	var log bytes.Buffer
	index := newIndex(t, &rag.IndexOptions{
		Logger:  slog.New(slog.NewTextHandler(&log, nil)),
		Speller: func(context.Context, string, lang.Code) ([]rag.Spelling, error) { return nil, errors.New("no weights") },
	}, sameSound)
	require.Len(t, ids(t, index, rag.Query{Text: "kam", Language: lang.Hindi}), 2, "sound finds both")
	require.Contains(t, log.String(), "no weights")
	require.NotContains(t, log.String(), "kam", "what was asked is nobody's business")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := index.Retrieve(ctx, &rag.Query{Text: "kam", Language: lang.Hindi})
	require.ErrorIs(t, err, context.Canceled)
}

func TestSpellingsThatMakeNoSenseAreLeftOut(t *testing.T) {
	bad := []rag.Spelling{
		{Text: "काम", Probability: math.NaN()}, {Text: "काम", Probability: -1}, {Text: "काम", Probability: math.Inf(1)},
		{Text: "का", Probability: 1}, {Text: "\xff", Probability: 1}, {Probability: 1},
	}
	for range 1000 {
		bad = append(bad, rag.Spelling{Text: "कम", Probability: 1})
	}
	index := newIndex(t, &rag.IndexOptions{Speller: spelt(map[string][]rag.Spelling{"kam": bad})}, sameSound)
	require.Equal(t, "less", ids(t, index, rag.Query{Text: "kam", Language: lang.Hindi})[0])
}
