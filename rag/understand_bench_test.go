//go:build !race

package rag_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/understand"
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

// firsts gives the share of questions whose document comes first, and the mean time.
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

// third gives every third question: enough to see whether something has broken.
func third(questions []question) (some []question) {
	for i := 0; i < len(questions); i += 3 {
		some = append(some, questions[i])
	}
	return some
}

// repair is R@1 of questions as they are typed and with a random edit each,
// searched as they are and repaired, and the mean time of a question without an edit.
type repair struct {
	clean, cleanRepaired, edited, editedRepaired float64
	each, eachRepaired                           time.Duration
}

func measureRepair(tb testing.TB, code lang.Code, questions []question, docs ...[]corpus.Document) (r repair) {
	tb.Helper()
	index := newIndex(tb, nil, docs...)
	repaired := understand.New(index, &understand.Options{Rewrite: []understand.Rewriter{&understand.Spelling{Corrector: index}}})
	wrong := mistyped(questions, code, rand.New(rand.NewPCG(1, 2)))
	r.clean, r.each = firsts(tb, index, questions, code)
	r.cleanRepaired, r.eachRepaired = firsts(tb, repaired, questions, code)
	r.edited, _ = firsts(tb, index, wrong, code)
	r.editedRepaired, _ = firsts(tb, repaired, wrong, code)
	return r
}

// Repair gives back most of what a random edit costs and takes nothing from
// questions without one. A third of XQuAD's development half.
func TestRepairXQuAD(t *testing.T) {
	for _, code := range []lang.Code{lang.Hindi, lang.English} {
		docs, questions := xquad(t, code)
		r := measureRepair(t, code, third(questions), docs)
		t.Logf("%s: R@1 as typed %.4f, repaired %.4f; with an edit %.4f, repaired %.4f", code, r.clean, r.cleanRepaired, r.edited, r.editedRepaired)
		require.GreaterOrEqual(t, r.cleanRepaired, r.clean-.01, "two of 204 questions are noise")
		require.Greater(t, r.editedRepaired, r.edited)
	}
}

// translated is an index that is asked in Hindi and in English, XQuAD's questions
// in both languages standing in for a translator that makes no mistake.
func translated(index *rag.Index, hindi, english []question) rag.Retriever {
	other := map[string]string{}
	for i := range hindi {
		other[hindi[i].text], other[english[i].text] = english[i].text, hindi[i].text
	}
	return understand.New(index, &understand.Options{Expand: []understand.Expander{&understand.Translation{
		Languages: []lang.Code{lang.Hindi, lang.English},
		Translate: func(_ context.Context, text string, _, _ lang.Code) (string, error) { return other[text], nil },
	}}})
}

// Questions that are asked in the documents' language as well find what they
// find in that language, and those that need no translation lose nothing by one.
func TestTranslatedXQuAD(t *testing.T) {
	docs, hindi := xquad(t, lang.Hindi)
	_, english := xquad(t, lang.English)
	hindi, english = third(hindi), third(english)
	index := newIndex(t, nil, docs)
	r := translated(index, hindi, english)
	native, _ := firsts(t, index, hindi, lang.Hindi)
	both, _ := firsts(t, r, hindi, lang.Hindi)
	foreign, _ := firsts(t, r, english, lang.English)
	t.Logf("R@1 asked in Hindi %.4f, in both %.4f; asked in English and in both %.4f", native, both, foreign)
	require.GreaterOrEqual(t, both, native-.01)
	require.GreaterOrEqual(t, foreign, native-.01)
}

// BenchmarkUnderstanding prints what repair and translation bring and cost on
// all questions of XQuAD's development half. Sources: as BenchmarkXQuAD.
func BenchmarkUnderstanding(b *testing.B) {
	docs, hindi := xquad(b, lang.Hindi)
	_, english := xquad(b, lang.English)
	hidden := distractors(b)
	paragraphs, _ := xquad(b, lang.English)
	for name, measure := range map[string]func() repair{
		"hi":      func() repair { return measureRepair(b, lang.Hindi, hindi, docs) },
		"hi+8000": func() repair { return measureRepair(b, lang.Hindi, hindi, docs, hidden) },
		"en":      func() repair { return measureRepair(b, lang.English, english, paragraphs) },
	} {
		b.Run("repair/"+name, func(b *testing.B) {
			var r repair
			for b.Loop() {
				r = measure()
			}
			b.ReportMetric(r.clean, "R@1")
			b.ReportMetric(r.cleanRepaired, "R@1-repaired")
			b.ReportMetric(r.edited, "R@1-edited")
			b.ReportMetric(r.editedRepaired, "R@1-edited-repaired")
			b.ReportMetric(milliseconds(r.each), "ms/question")
			b.ReportMetric(milliseconds(r.eachRepaired), "ms/question-repaired")
			b.ReportMetric(0, "ns/op")
		})
	}
	b.Run("translation/hi+8000", func(b *testing.B) {
		index := newIndex(b, nil, docs, hidden)
		both := translated(index, hindi, english)
		var figures [4]float64
		for b.Loop() {
			figures[0], _ = firsts(b, index, hindi, lang.Hindi)
			figures[1], _ = firsts(b, both, hindi, lang.Hindi)
			figures[2], _ = firsts(b, index, english, lang.English)
			figures[3], _ = firsts(b, both, english, lang.English)
		}
		for i, name := range []string{"R@1-hi", "R@1-hi-both", "R@1-en", "R@1-en-both"} {
			b.ReportMetric(figures[i], name)
		}
		b.ReportMetric(0, "ns/op")
	})
}
