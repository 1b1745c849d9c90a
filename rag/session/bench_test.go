package session_test

import (
	"strings"
	"testing"

	"github.com/akshara-go/akshara/rag/ragtest"
	"github.com/akshara-go/akshara/rag/session"
)

func BenchmarkSession(b *testing.B) { ragtest.BenchmarkSessions(b, session.NewMemory(nil)) }

// What the summary without a model costs.
func BenchmarkSessionWords(b *testing.B) {
	turns := []session.Turn{{Question: strings.Repeat("ताजमहल किसने बनवाया था? ", 4), Language: "hi"}}
	for b.Loop() {
		session.Words("ऊँचाई कुतुब मीनार", turns)
	}
}
