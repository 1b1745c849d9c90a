package rag_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/localstore"
	"github.com/akshara-go/akshara/train/traintest"
	"github.com/akshara-go/akshara/translate/lang"
)

// question is one question with the document that answers it.
type question struct {
	text, document string
	answer         corpus.Span // in the document's text
	article        int
}

// xquad gives the development half's paragraphs as documents, and its questions.
func xquad(tb testing.TB, code lang.Code) (docs []corpus.Document, questions []question) {
	tb.Helper()
	for i, article := range traintest.XQuAD(tb, code) {
		for j, p := range article.Paragraphs {
			id := fmt.Sprintf("%d/%d", i, j)
			docs = append(docs, corpus.Document{ID: id, Text: p.Context, Source: corpus.Source{Language: code}})
			for _, q := range p.Questions {
				runes := []rune(p.Context)
				start := len(string(runes[:q.Answers[0].Start]))
				questions = append(questions, question{q.Text, id,
					corpus.Span{Start: start, End: start + len(q.Answers[0].Text)}, i})
			}
		}
	}
	return docs, questions
}

// distractors gives sentences that answer none of the questions, a document each.
func distractors(tb testing.TB) []corpus.Document {
	tb.Helper()
	var docs []corpus.Document
	for i, line := range traintest.Lines(tb, "retrieval/distractors.hi.txt.gz") {
		docs = append(docs, corpus.Document{ID: fmt.Sprintf("d%d", i), Text: line, Source: corpus.Source{Language: lang.Hindi}})
	}
	return docs
}

func newIndex(tb testing.TB, opts *rag.IndexOptions, docs ...[]corpus.Document) *rag.Index {
	tb.Helper()
	store, err := localstore.Open(tb.TempDir(), nil)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, store.Close()) })
	index := rag.NewIndex(store, opts)
	for _, d := range docs {
		require.NoError(tb, index.Add(tb.Context(), d))
	}
	return index
}

// ranking measures retrieval: the share of questions whose document comes
// first, and is among the first five, the mean reciprocal rank, and the median time.
func ranking(tb testing.TB, index *rag.Index, questions []question, code lang.Code) (r1, r5, mrr float64, perQuestion time.Duration) {
	tb.Helper()
	start := time.Now()
	for _, q := range questions {
		results, err := index.Retrieve(tb.Context(), &rag.Query{Text: q.text, Language: code, TopK: 10})
		require.NoError(tb, err)
		for i, r := range results {
			if r.DocumentID != q.document {
				continue
			}
			if i == 0 {
				r1++
			}
			if i < 5 {
				r5++
			}
			mrr += 1 / float64(i+1)
		}
	}
	n := float64(len(questions))
	return r1 / n, r5 / n, mrr / n, time.Since(start) / time.Duration(len(questions))
}

// BenchmarkXQuAD prints the ranking of the development half's questions among
// its paragraphs, alone and hidden among 8,000 sentences, found by words and
// sound alone. Source: XQuAD (Artetxe et al. 2020), CC BY-SA 4.0; Dakshina
// (Roark et al. 2020), CC BY-SA 4.0.
func BenchmarkXQuAD(b *testing.B) {
	for _, code := range []lang.Code{lang.Hindi, lang.English} {
		docs, questions := xquad(b, code)
		for _, hidden := range []bool{false, true} {
			name := fmt.Sprintf("%s/paragraphs", code)
			sets := [][]corpus.Document{docs}
			if hidden {
				name = fmt.Sprintf("%s/distractors", code)
				sets = append(sets, distractors(b))
			}
			b.Run(name, func(b *testing.B) {
				index := newIndex(b, nil, sets...)
				var r1, r5, mrr float64
				var each time.Duration
				for b.Loop() {
					r1, r5, mrr, each = ranking(b, index, questions, code)
				}
				b.ReportMetric(r1, "R@1")
				b.ReportMetric(r5, "R@5")
				b.ReportMetric(mrr, "MRR")
				b.ReportMetric(float64(each.Microseconds())/1000, "ms/question")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
