//go:build !race

package rag_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/train/traintest"
	"github.com/akshara-go/akshara/translate/lang"
)

// romanisedLanguages have sentences in native script and as people type them in Latin letters.
var romanisedLanguages = []lang.Code{"hi", "bn", "gu", "kn", "ml", "mr", "pa", "sd", "ta", "te", "ur"}

// sentences gives a language's native sentences as documents, and every tenth
// one as a question in both scripts. Source: Dakshina (Roark et al. 2020), CC BY-SA 4.0.
func sentences(tb testing.TB, code lang.Code) (docs []corpus.Document, native, roman []question) {
	tb.Helper()
	for _, line := range traintest.Lines(tb, "romanised/"+string(code)+".dev.tsv.gz") {
		n, r, ok := strings.Cut(strings.TrimSpace(line), "\t")
		require.True(tb, ok)
		id := fmt.Sprint(len(docs))
		if len(docs)%10 == 0 {
			native = append(native, question{text: n, document: id})
			roman = append(roman, question{text: r, document: id})
		}
		docs = append(docs, corpus.Document{ID: id, Text: n, Source: corpus.Source{Language: code}})
	}
	return docs, native, roman
}

// fourWords gives the second to fifth word of the questions that have six or more.
func fourWords(questions []question) (four []question) {
	for _, q := range questions {
		if words := strings.Fields(q.text); len(words) >= 6 {
			four = append(four, question{text: strings.Join(words[1:5], " "), document: q.document})
		}
	}
	return four
}

// at1 gives the share of questions whose document comes first under some weights.
func at1(tb testing.TB, index *rag.Index, questions []question, code lang.Code, weights func(string, lang.Code) rag.Weights) float64 {
	tb.Helper()
	n := 0
	for _, q := range questions {
		query := &rag.Query{Text: q.text, Language: code, TopK: 1}
		hits, err := index.Candidates(tb.Context(), query)
		require.NoError(tb, err)
		rag.Fuse(hits, weights(q.text, code))
		hits, err = rag.LexicalReranker{}.Rerank(tb.Context(), query, hits)
		require.NoError(tb, err)
		if len(hits) > 0 && hits[0].Record.Chunk.DocumentID == q.document {
			n++
		}
	}
	return float64(n) / float64(len(questions))
}

func wordsAlone(string, lang.Code) rag.Weights { return rag.Weights{rag.Words: 1} }

// The sound leg may help questions in a language's own script, and never lowers
// what they find: XQuAD's in Hindi and English, four words in eleven languages.
func TestSoundsNeverLowerNativeResults(t *testing.T) {
	check := func(name string, index *rag.Index, questions []question, code lang.Code) {
		off, on := at1(t, index, questions, code, wordsAlone), at1(t, index, questions, code, rag.LegWeights)
		t.Logf("%s: R@1 without sounds %.4f, with them %.4f", name, off, on)
		require.GreaterOrEqual(t, on, off, name)
	}
	for _, code := range []lang.Code{lang.Hindi, lang.English} {
		docs, questions := xquad(t, code)
		check("XQuAD "+string(code), newIndex(t, nil, docs), questions, code)
		if code == lang.Hindi && !testing.Short() {
			check("XQuAD hi, 8,000 distractors", newIndex(t, nil, docs, distractors(t)), questions, code)
		}
	}
	if testing.Short() {
		return
	}
	for _, code := range romanisedLanguages {
		docs, native, _ := sentences(t, code)
		check("four words, "+string(code), newIndex(t, nil, docs), fourWords(native), code)
	}
}

// BenchmarkRomanised prints how often a sentence of which all or four words are
// typed in Latin letters is found first among 2,500 in native script, by the
// whole path without a Speller; and the same for four words in native script.
func BenchmarkRomanised(b *testing.B) {
	var mean [3]float64
	for _, code := range romanisedLanguages {
		b.Run(string(code), func(b *testing.B) {
			docs, native, roman := sentences(b, code)
			index := newIndex(b, nil, docs)
			var figures [3]float64
			for b.Loop() {
				for i, questions := range [][]question{roman, fourWords(roman), fourWords(native)} {
					figures[i] = at1(b, index, questions, code, rag.LegWeights)
				}
			}
			for i, name := range []string{"R@1-whole", "R@1-4-words", "R@1-4-native"} {
				b.ReportMetric(figures[i], name)
				mean[i] += figures[i] / float64(len(romanisedLanguages))
			}
			b.ReportMetric(0, "ns/op")
		})
	}
	b.Run("mean", func(b *testing.B) {
		for b.Loop() {
		}
		b.ReportMetric(mean[0], "R@1-whole")
		b.ReportMetric(mean[1], "R@1-4-words")
		b.ReportMetric(mean[2], "R@1-4-native")
		b.ReportMetric(0, "ns/op")
	})
}
