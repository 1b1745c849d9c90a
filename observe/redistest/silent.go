package redistest

import (
	"net"
	"sync"
	"testing"
)

// Silent listens without TLS, takes connections and never answers. It gives the address.
func Silent(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	end := make(chan struct{})
	var taken sync.WaitGroup
	taken.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			taken.Go(func() { <-end; _ = conn.Close() })
		}
	})
	tb.Cleanup(func() { close(end); _ = l.Close(); taken.Wait() })
	return l.Addr().String()
}
