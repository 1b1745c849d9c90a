package rediscache_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/rediscache"
	"github.com/akshara-go/akshara/observe/redistest"
)

func BenchmarkCache(b *testing.B) {
	c := open(b, clientOptions(b, redistest.Single(b)), patient())
	value := make([]byte, 1000)
	require.NoError(b, c.Set(b.Context(), "k", value, time.Hour))
	b.Run("get", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := c.Get(b.Context(), "k"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("set", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := c.Set(b.Context(), "k", value, time.Hour); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("add", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Add(b.Context(), "n", 1, time.Hour); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkAway is what a call costs once Redis counts as away.
func BenchmarkAway(b *testing.B) {
	c := open(b, rediscache.ClientOptions{Addrs: []string{"127.0.0.1:1"}}, &rediscache.Options{ProbeEvery: time.Hour})
	for range rediscache.DefaultFailures {
		_, _, _ = c.Get(b.Context(), "k")
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := c.Get(b.Context(), "k"); err == nil {
			b.Fatal("there is no Redis")
		}
	}
}
