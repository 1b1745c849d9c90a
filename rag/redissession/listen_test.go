package redissession_test

import (
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// listen takes connections and never answers.
func listen(t *testing.T) (addr string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	end := make(chan struct{})
	var held sync.WaitGroup
	held.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			held.Go(func() { <-end; _ = conn.Close() })
		}
	})
	t.Cleanup(func() { close(end); _ = l.Close(); held.Wait() })
	return l.Addr().String()
}
