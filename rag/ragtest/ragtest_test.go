package ragtest

import (
	"testing"

	"github.com/akshara-go/akshara/rag"
)

func TestReferenceStore(t *testing.T) {
	TestStore(t, func(*testing.T) rag.Store { return newMemory() })
}
