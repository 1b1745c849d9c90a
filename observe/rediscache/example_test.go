package rediscache_test

import (
	"context"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/akshara-go/akshara/observe/rediscache"
)

func Example() {
	server, err := miniredis.Run() // a small Redis inside this process; yours has a host and a port
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()

	client, err := rediscache.NewClient(rediscache.ClientOptions{Addrs: []string{server.Addr()}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	c, err := rediscache.New(client, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	ctx := context.Background()
	fmt.Println(c.Set(ctx, "greeting:hi", []byte("नमस्ते"), time.Minute))
	value, found, err := c.Get(ctx, "greeting:hi")
	fmt.Println(string(value), found, err)
	sum, err := c.Add(ctx, "asked:today", 3, 24*time.Hour)
	fmt.Println(sum, err)
	// Output:
	// <nil>
	// नमस्ते true <nil>
	// 3 <nil>
}
