package pgsession_test

import (
	"testing"

	"github.com/akshara-go/akshara/rag/ragtest"
)

func BenchmarkSession(b *testing.B) { ragtest.BenchmarkSessions(b, open(b, server.Schema(b), nil)) }
