package session

import (
	"context"
	"sync"
)

// queue lets the requests of this process on one session go one by one, so that
// only the first of them asks the store. It may be used concurrently.
type queue struct {
	mu    sync.Mutex
	lines map[Key]*line // of sessions that somebody uses
}

// line is the requests on one session.
type line struct {
	turn chan struct{} // holds one element while somebody uses the session
	n    int           // who uses it or waits; guarded by the queue's mu
}

// wait waits until nobody else in this process uses a session. The caller calls
// leave when it has done. An error is the context's.
func (q *queue) wait(ctx context.Context, key Key) (leave func(), err error) {
	q.mu.Lock()
	l := q.lines[key]
	if l == nil {
		l = &line{turn: make(chan struct{}, 1)}
		q.lines[key] = l
	}
	l.n++
	q.mu.Unlock()
	select {
	case l.turn <- struct{}{}:
		return func() { <-l.turn; q.quit(key, l) }, nil
	case <-ctx.Done():
		q.quit(key, l)
		return nil, ctx.Err()
	}
}

// quit takes one from a line.
func (q *queue) quit(key Key, l *line) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if l.n--; l.n == 0 {
		delete(q.lines, key)
	}
}
