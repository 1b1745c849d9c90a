//go:build !race

package main

import (
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/train/traintest"
	"github.com/akshara-go/akshara/translate/lang"
)

// squad gives the paragraphs of XQuAD's development half in a language, and the questions.
func squad(tb testing.TB, code lang.Code) (paragraphs, questions []string) {
	tb.Helper()
	for _, article := range traintest.XQuAD(tb, code) {
		for _, p := range article.Paragraphs {
			paragraphs = append(paragraphs, p.Context)
			for _, q := range p.Questions {
				questions = append(questions, q.Text)
			}
		}
	}
	return paragraphs, questions
}

// BenchmarkSearchByMeaning searches over HTTP, each time with another question, so
// that each has to be embedded: Hindi and English ones in turn over Hindi
// paragraphs, on a gateway with the model in its process. One core and two: -cpu 1,2.
func BenchmarkSearchByMeaning(b *testing.B) {
	s := start(b, b.TempDir(), e5(b))
	paragraphs, hindi := squad(b, "hi")
	_, english := squad(b, "en")
	for i, p := range paragraphs {
		s.add(fmt.Sprintf("paragraph-%d.txt", i), p)
	}
	require.Eventually(b, func() bool { status, _ := s.generation(); return status == "healthy" }, 10*time.Minute, 100*time.Millisecond)
	var questions []string
	for i := range hindi {
		questions = append(questions, hindi[i], english[i])
	}
	var took []time.Duration
	for b.Loop() {
		question := questions[len(took)%len(questions)]
		begin := time.Now()
		status, body := s.Call("GET", "/api/v1/search?q="+url.QueryEscape(question), nil)
		took = append(took, time.Since(begin))
		require.Equal(b, 200, status, string(body))
	}
	if len(took) > len(questions) {
		b.Fatalf("%d searches with %d questions: some were not embedded", len(took), len(questions))
	}
	slices.Sort(took)
	ms := func(share float64) float64 { return took[int(share*float64(len(took)-1))].Seconds() * 1e3 }
	b.ReportMetric(ms(.5), "p50-ms")
	b.ReportMetric(ms(.95), "p95-ms")
}
