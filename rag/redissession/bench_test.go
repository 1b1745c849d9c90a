package redissession_test

import (
	"testing"

	"github.com/akshara-go/akshara/observe/redistest"
	"github.com/akshara-go/akshara/rag/ragtest"
)

// Over TLS.
func BenchmarkSession(b *testing.B) {
	ragtest.BenchmarkSessions(b, newStore(b, connect(b, redistest.Single(b), false)))
}
