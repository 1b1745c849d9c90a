//go:build !race

package rag_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/translate/lang"
)

// mistyped gives the questions with one random edit each: in a content word of
// four code points or more, one that is left out, doubled, swapped with its
// neighbour, or changed to or preceded by another of the question's.
func mistyped(questions []question, code lang.Code, rng *rand.Rand) []question {
	out := slices.Clone(questions)
	for i, q := range questions {
		tokens := slices.DeleteFunc(analysis.Tokens(q.text, code), func(t analysis.Token) bool { return t.Stop || len([]rune(t.Word)) < 4 })
		if len(tokens) == 0 {
			continue
		}
		span := tokens[rng.IntN(len(tokens))].Span
		word, other := []rune(span.In(q.text)), []rune(tokens[rng.IntN(len(tokens))].Word)
		at := 1 + rng.IntN(len(word)-1)
		switch rng.IntN(5) {
		case 0:
			word = slices.Delete(word, at, at+1)
		case 1:
			word = slices.Insert(word, at, word[at])
		case 2:
			word[at-1], word[at] = word[at], word[at-1]
		case 3:
			word[at] = other[rng.IntN(len(other))]
		case 4:
			word = slices.Insert(word, at, other[rng.IntN(len(other))])
		}
		out[i].text = q.text[:span.Start] + string(word) + q.text[span.End:]
	}
	return out
}

// asking gives the results of a retriever as ranking wants them.
func firsts(tb testing.TB, r rag.Retriever, questions []question, code lang.Code) (r1 float64, each time.Duration) {
	tb.Helper()
	start := time.Now()
	for _, q := range questions {
		results, err := r.Retrieve(tb.Context(), &rag.Query{Text: q.text, Language: code})
		require.NoError(tb, err)
		if len(results) > 0 && results[0].DocumentID == q.document {
			r1++
		}
	}
	return r1 / float64(len(questions)), time.Since(start) / time.Duration(len(questions))
}
