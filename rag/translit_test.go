//go:build !race

package rag_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/translate/lang"
	"github.com/akshara-go/akshara/translate/translit"
)

// speller makes a Speller of a transliterator, as a gateway does.
func speller(t *translit.Transliterator) rag.Speller {
	return func(ctx context.Context, word string, code lang.Code) ([]rag.Spelling, error) {
		found, err := t.Candidates(ctx, word, code, code.Script(), 4)
		spellings := make([]rag.Spelling, len(found))
		for i, c := range found {
			spellings[i] = rag.Spelling{Text: c.Text, Probability: c.Score}
		}
		return spellings, err
	}
}

// inLatin gives XQuAD's Hindi questions in casual Latin letters.
func inLatin(tb testing.TB, questions []question) []question {
	tb.Helper()
	t := translit.New(&translit.Options{Language: lang.Hindi})
	latin := make([]question, len(questions))
	for i, q := range questions {
		text, err := t.Transliterate(tb.Context(), q.text, lang.Devanagari, lang.Latin)
		require.NoError(tb, err)
		latin[i] = question{text: text, document: q.document}
	}
	return latin
}

// Questions that are typed in Latin letters find what they find in Devanagari, five points less at most.
func TestQuestionsInLatinLettersFindAlmostAsMuch(t *testing.T) {
	docs, questions := xquad(t, lang.Hindi)
	latin := inLatin(t, questions)
	index := newIndex(t, nil, docs)
	native, _, _, _ := ranking(t, index, questions, lang.Hindi)
	bySound, _, _, _ := ranking(t, index, latin, lang.Hindi)
	withSpeller := newIndex(t, &rag.IndexOptions{Speller: speller(translit.New(nil))}, docs)
	bySpelling, _, _, _ := ranking(t, withSpeller, latin, lang.Hindi)
	t.Logf("XQuAD hi: R@1 native %.4f, in Latin letters %.4f, with a Speller %.4f", native, bySound, bySpelling)
	require.GreaterOrEqual(t, bySound, native-.05)
	require.GreaterOrEqual(t, bySpelling, bySound, "spellings lower what sounds find")
}

// BenchmarkLatin prints R@1 of XQuAD's Hindi questions in casual Latin letters.
func BenchmarkLatin(b *testing.B) {
	docs, questions := xquad(b, lang.Hindi)
	latin := inLatin(b, questions)
	for name, opts := range map[string]*rag.IndexOptions{"sounds": nil, "spellings": {Speller: speller(translit.New(nil))}} {
		b.Run(name, func(b *testing.B) {
			index := newIndex(b, opts, docs)
			var r1 float64
			var each time.Duration
			for b.Loop() {
				r1, _, _, each = ranking(b, index, latin, lang.Hindi)
			}
			b.ReportMetric(r1, "R@1")
			b.ReportMetric(float64(each.Microseconds())/1000, "ms/question")
			b.ReportMetric(0, "ns/op")
		})
	}
}
