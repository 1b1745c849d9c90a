package cache_test

import (
	"context"
	"fmt"
	"time"

	"github.com/akshara-go/akshara/observe/cache"
	"github.com/akshara-go/akshara/observe/memcache"
)

// A translation is made once and then remembered.
func Example() {
	ctx := context.Background()
	memory, err := memcache.New(1<<20, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer memory.Close()
	loader := cache.NewLoader[string](cache.Prefix(memory, "translations"), &cache.Options[string]{TTL: time.Hour, Stale: time.Hour})
	defer loader.Close()

	translate := func(context.Context) (string, error) {
		fmt.Println("translating")
		return "नमस्ते", nil
	}
	for range 2 {
		text, err := loader.Get(ctx, cache.Key("en", "hi", "hello"), translate)
		fmt.Println(text, err)
	}
	// Output:
	// translating
	// नमस्ते <nil>
	// नमस्ते <nil>
}
