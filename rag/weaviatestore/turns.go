package weaviatestore

import (
	"context"
	"sync"
)

// turns lets the writers of one tenant, and readers whom they would keep off, take
// turns. It keeps nothing of tenants that nobody writes.
type turns struct {
	mu    sync.Mutex
	queue map[string]*turn
}

type turn struct {
	free chan struct{} // holds a token while nobody has the turn
	many int           // who have it or wait for it
}

// take waits for the tenant's turn, or until the context ends. Who took it calls give.
func (t *turns) take(ctx context.Context, tenant string) error {
	t.mu.Lock()
	if t.queue == nil {
		t.queue = map[string]*turn{}
	}
	q := t.queue[tenant]
	if q == nil {
		q = &turn{free: make(chan struct{}, 1)}
		q.free <- struct{}{}
		t.queue[tenant] = q
	}
	q.many++
	t.mu.Unlock()
	select {
	case <-q.free:
		return nil
	case <-ctx.Done():
		t.leave(tenant, q)
		return ctx.Err()
	}
}

func (t *turns) give(tenant string) {
	t.mu.Lock()
	q := t.queue[tenant]
	t.mu.Unlock()
	q.free <- struct{}{}
	t.leave(tenant, q)
}

func (t *turns) leave(tenant string, q *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if q.many--; q.many == 0 {
		delete(t.queue, tenant)
	}
}
