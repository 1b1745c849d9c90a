//go:build live

package weaviatestore

import (
	"testing"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/ragtest"
)

func TestLiveIndex(t *testing.T) {
	ragtest.TestLiveIndex(t, func(t *testing.T) rag.Store { return openApart(t) })
}
