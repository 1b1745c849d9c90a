package cache_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/cache"
)

func BenchmarkLoaderHit(b *testing.B) {
	c := memory(b)
	defer c.Close()
	l := cache.NewLoader(c, &cache.Options[[]byte]{TTL: time.Hour, Codec: cache.Bytes{}})
	defer l.Close()
	load := func(context.Context) ([]byte, error) { return make([]byte, 1000), nil }
	_, err := l.Get(b.Context(), "k", load)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := l.Get(b.Context(), "k", load); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoaderMiss is what the loader adds to a load of nothing.
func BenchmarkLoaderMiss(b *testing.B) {
	l := cache.NewLoader(broken{}, &cache.Options[[]byte]{Codec: cache.Bytes{}})
	defer l.Close()
	load := func(context.Context) ([]byte, error) { return nil, nil }
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		i++
		if _, err := l.Get(b.Context(), strconv.Itoa(i), load); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkKey(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = cache.Key("answer", "tenant-17", "hi", "ताजमहल किसने बनवाया था?")
	}
}
