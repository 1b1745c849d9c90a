//go:build !race

package rag_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/localstore"
	steps "github.com/akshara-go/akshara/rag/ranking"
	"github.com/akshara-go/akshara/translate/lang"
)

// rerankings are what may follow a search, by name.
var rerankings = []struct {
	name     string
	reranker rag.Reranker
}{
	{"scores", steps.Chain{}}, // fusion alone
	{"rrf", steps.RRF{}},
	{"scores+lexical", rag.LexicalReranker{}},
	{"rrf+lexical", steps.Chain{steps.RRF{}, rag.LexicalReranker{}}},
	{"scores+lexical+mmr", steps.Chain{rag.LexicalReranker{}, steps.MMR{}}},
}

// Reranking by words pays, diversity costs nothing of the first place, and scores
// are worth more than ranks: on XQuAD's development half in Hindi among 8,000
// other sentences.
func TestRerankingXQuAD(t *testing.T) {
	if testing.Short() {
		t.Skip("2,400 questions among 8,000 sentences take half a minute")
	}
	docs, questions := xquad(t, lang.Hindi)
	store := filled(t, docs, distractors(t))
	r1, mrr := map[string]float64{}, map[string]float64{}
	for _, r := range rerankings {
		index := rag.NewIndex(store, &rag.IndexOptions{Reranker: r.reranker})
		var r5 float64
		r1[r.name], r5, mrr[r.name], _ = ranking(t, index, questions, lang.Hindi)
		t.Logf("%-22s R@1 %.4f R@5 %.4f MRR %.4f", r.name, r1[r.name], r5, mrr[r.name])
	}
	require.GreaterOrEqual(t, mrr["scores+lexical"]-mrr["scores"], .015)
	require.GreaterOrEqual(t, mrr["scores"], mrr["rrf"])
	require.GreaterOrEqual(t, mrr["scores+lexical"], mrr["rrf+lexical"])
	require.Equal(t, r1["scores+lexical"], r1["scores+lexical+mmr"], "the first stays the first")
}

// BenchmarkReranking prints how the development half's questions are ranked
// among its paragraphs and 8,000 other sentences by scores and by ranks of
// the legs, with and without a second look. Sources: as BenchmarkXQuAD.
func BenchmarkReranking(b *testing.B) {
	for _, code := range []lang.Code{lang.Hindi, lang.English} {
		docs, questions := xquad(b, code)
		for _, name := range []string{"paragraphs", "distractors"} {
			store := filled(b, docs)
			if name == "distractors" {
				store = filled(b, docs, distractors(b))
			}
			for _, r := range rerankings {
				b.Run(fmt.Sprintf("%s/%s/%s", code, name, r.name), func(b *testing.B) {
					index := rag.NewIndex(store, &rag.IndexOptions{Reranker: r.reranker})
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
}

// filled gives a store that holds some documents, for indexes that differ in what they ask of it.
func filled(tb testing.TB, sets ...[]corpus.Document) rag.Store {
	tb.Helper()
	store, err := localstore.Open(tb.TempDir(), nil)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, store.Close()) })
	for _, docs := range sets {
		require.NoError(tb, rag.NewIndex(store, nil).Add(tb.Context(), docs))
	}
	return store
}
