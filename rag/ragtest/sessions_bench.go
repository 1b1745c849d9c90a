package ragtest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/session"
)

// BenchmarkSessions measures what a conversation of ten turns, each of two cited
// sentences, costs a request: it is taken, read, gets a turn and is stored. It
// reports the median as p50-ns.
func BenchmarkSessions(b *testing.B, s session.Store) {
	sessions := session.New(s, &session.Options{MaxTurns: 10})
	quote := strings.Repeat("ताजमहल आगरा में यमुना के किनारे है। ", 2)
	cited := rag.Citation{Span: corpus.Span{End: len(quote)}, DocumentID: "taj", ChunkID: "taj-1", Title: "ताजमहल", Quote: quote}
	c := &session.Session{}
	answer := func(context.Context, *session.Session) (*session.Turn, error) {
		return &session.Turn{Question: "ताजमहल किसने बनवाया था?", Answer: quote + quote, Language: "hi", Citations: []rag.Citation{cited, cited}}, nil
	}
	ask := func() {
		var err error
		if c, err = sessions.Do(b.Context(), session.Owner{}, c.ID, answer); err != nil {
			b.Fatal(err)
		}
	}
	for range 10 {
		ask()
	}
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		ask()
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds()), "p50-ns")
}
