package analysis_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/train/traintest"
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

func gunzip(t testing.TB, name string) string {
	t.Helper()
	f, err := os.Open(traintest.Data(t, name))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(bufio.NewReader(f))
	require.NoError(t, err)
	var b strings.Builder
	_, err = bufio.NewReader(z).WriteTo(&b)
	require.NoError(t, err)
	return b.String()
}

type question struct {
	text    string
	passage int
}

// xquad gives the development paragraphs and their questions.
func xquad(t testing.TB, language string) (passages []string, questions []question) {
	t.Helper()
	raw, err := os.ReadFile(traintest.Data(t, "retrieval/xquad-dev."+language+".json"))
	require.NoError(t, err)
	var squad struct {
		Data []struct {
			Paragraphs []struct {
				Context string
				Qas     []struct{ Question string }
			}
		}
	}
	require.NoError(t, json.Unmarshal(raw, &squad))
	for _, a := range squad.Data {
		for _, p := range a.Paragraphs {
			for _, q := range p.Qas {
				questions = append(questions, question{q.Question, len(passages)})
			}
			passages = append(passages, p.Context)
		}
	}
	return passages, questions
}

func distractors(t testing.TB) []string {
	t.Helper()
	return strings.Split(strings.TrimSpace(gunzip(t, "retrieval/distractors.hi.txt.gz")), "\n")
}

// romanised gives sentences in native script and as people type them in Latin letters.
func romanised(t testing.TB, language string) (native, roman []string) {
	t.Helper()
	for line := range strings.Lines(gunzip(t, "romanised/"+language+".dev.tsv.gz")) {
		n, r, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if ok {
			native, roman = append(native, n), append(roman, r)
		}
	}
	return native, roman
}
