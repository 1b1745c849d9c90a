package memcache_test

import (
	"context"
	"fmt"
	"time"

	"github.com/akshara-go/akshara/observe/memcache"
)

func Example() {
	ctx := context.Background()
	c, err := memcache.New(1<<20, nil) // 1 MiB
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	if err := c.Set(ctx, "greeting:hi", []byte("नमस्ते"), time.Minute); err != nil {
		fmt.Println(err)
	}
	value, found, err := c.Get(ctx, "greeting:hi")
	fmt.Println(string(value), found, err)

	sum, err := c.Add(ctx, "asked:today", 3, 24*time.Hour)
	fmt.Println(sum, err)
	// Output:
	// नमस्ते true <nil>
	// 3 <nil>
}
