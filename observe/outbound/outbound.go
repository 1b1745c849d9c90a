// Package outbound makes the clients for servers that somebody named: what goes to
// them, keys and texts, is for nobody else.
package outbound

import (
	"net/http"
	"time"
)

// Client gives a client like c that follows no redirect: a 307 or 308 would take the
// whole request to any server that the first one names. Whoever asks gets the
// redirect as the answer. A CheckRedirect that c has is kept, and c is not changed.
//
// Nil stands for a client without a proxy, whose kept connections idle closes. With
// another idle does nothing: its connections are the caller's.
func Client(c *http.Client) (client *http.Client, idle func()) {
	if c == nil {
		transport := &http.Transport{ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 2, IdleConnTimeout: 90 * time.Second}
		return &http.Client{Transport: transport, CheckRedirect: stay}, transport.CloseIdleConnections
	}
	like := *c
	if like.CheckRedirect == nil {
		like.CheckRedirect = stay
	}
	return &like, func() {}
}

func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
