package localstore

import (
	"testing"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/ragtest"
)

func TestStore(t *testing.T) {
	ragtest.TestStore(t, func(t *testing.T) rag.Store { return open(t, t.TempDir()) })
}

func TestLiveIndex(t *testing.T) {
	ragtest.TestLiveIndex(t, func(t *testing.T) rag.Store { return open(t, t.TempDir()) })
}
