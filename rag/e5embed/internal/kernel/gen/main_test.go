package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is committed is what the program writes.
func TestTheKernelsAreGenerated(t *testing.T) {
	for _, isa := range sets() {
		have, err := os.ReadFile(filepath.Join("..", isa.file))
		require.NoError(t, err)
		require.Equal(t, string(have), string(generate(isa)), "%s: run go generate ./rag/e5embed/internal/kernel", isa.file)
	}
}
