package analysis_test

import (
	"math"
	"strings"
	"testing"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/train/traintest"
	"github.com/akshara-go/akshara/translate/lang"
)

// bm25 is a small exact BM25 over one family of terms, to measure analysis by itself.
type bm25 struct {
	postings map[string][]posting
	length   []float64
	total    float64
}

type posting struct {
	doc   int
	count float64
}

func newBM25() *bm25 { return &bm25{postings: map[string][]posting{}} }

func (x *bm25) add(terms []analysis.Term) {
	doc, length := len(x.length), 0.0
	for _, t := range terms {
		x.postings[t.Text] = append(x.postings[t.Text], posting{doc, float64(t.Count)})
		length += float64(t.Count)
	}
	x.length = append(x.length, length)
	x.total += length
}

// scores gives each passage's score for the terms.
func (x *bm25) scores(terms []analysis.Term, k1, b float64) []float64 {
	out := make([]float64, len(x.length))
	n, mean := float64(len(x.length)), x.total/float64(len(x.length))
	for _, t := range terms {
		list := x.postings[t.Text]
		idf := math.Log(1 + (n-float64(len(list))+0.5)/(float64(len(list))+0.5))
		for _, p := range list {
			tf := p.count * (k1 + 1) / (p.count + k1*(1-b+b*x.length[p.doc]/mean))
			out[p.doc] += float64(t.Count) * idf * tf
		}
	}
	return out
}

// best gives the place of the highest score, the first of equals; -1 when nothing scored.
func best(scores []float64) int {
	at := -1
	for i, s := range scores {
		if s > 0 && (at < 0 || s > scores[at]) {
			at = i
		}
	}
	return at
}

type question struct {
	text    string
	passage int
}

// xquad gives the development paragraphs and their questions.
func xquad(t testing.TB, language lang.Code) (passages []string, questions []question) {
	t.Helper()
	for _, a := range traintest.XQuAD(t, language) {
		for _, p := range a.Paragraphs {
			for _, q := range p.Questions {
				questions = append(questions, question{q.Text, len(passages)})
			}
			passages = append(passages, p.Context)
		}
	}
	return passages, questions
}

func distractors(t testing.TB) []string {
	t.Helper()
	return traintest.Lines(t, "retrieval/distractors.hi.txt.gz")
}

// romanised gives sentences in native script and as people type them in Latin letters.
func romanised(t testing.TB, language string) (native, roman []string) {
	t.Helper()
	for _, line := range traintest.Lines(t, "romanised/"+language+".dev.tsv.gz") {
		n, r, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if ok {
			native, roman = append(native, n), append(roman, r)
		}
	}
	return native, roman
}
