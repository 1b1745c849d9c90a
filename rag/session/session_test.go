package session_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/rag/ragtest"
	"github.com/akshara-go/akshara/rag/session"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMemory(t *testing.T) {
	ragtest.TestSessions(t, func(*testing.T) session.Store { return session.NewMemory(nil) })
}
