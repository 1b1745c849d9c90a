package cache

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
)

// keepTimeout is how long a finished load waits for the cache to take its value.
const keepTimeout = 2 * time.Second

// flight is one load of one key. Its fields belong to the loader's mutex,
// except value and err, which are written before done is closed and only read after.
type flight[T any] struct {
	cancel     context.CancelFunc
	waiters    int
	background bool // goes on when nobody waits
	disowned   bool // must not be kept: the key was forgotten, or the load given up
	keeping    bool // the value is on its way into the cache

	done  chan struct{} // closed when value and err are there
	kept  chan struct{} // closed when nothing more will be written to the cache
	value T
	err   error
}

// join gives the flight of key with the caller as one of its waiters, and
// starts one if there is none. It gives nil when a flight has filled the cache
// since landed was read, unless the caller wants to go on regardless.
func (l *Loader[T]) join(ctx context.Context, key string, load func(context.Context) (T, error), landed uint32, regardless bool) (*flight[T], error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closing.Err() != nil {
		return nil, fault.New(fault.ServiceUnavailable, "the service is shutting down", nil)
	}
	f := l.flights[key]
	if f == nil {
		if landed != l.landings(key).Load() && !regardless {
			return nil, nil
		}
		f = l.start(ctx, key, load)
	}
	f.waiters++
	return f, nil
}

// refresh starts a load in the background unless one is under way.
func (l *Loader[T]) refresh(ctx context.Context, key string, load func(context.Context) (T, error)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closing.Err() == nil && l.flights[key] == nil {
		l.start(ctx, key, load).background = true
	}
}

// start begins a flight. The caller holds the mutex.
func (l *Loader[T]) start(ctx context.Context, key string, load func(context.Context) (T, error)) *flight[T] {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.opts.LoadTimeout)
	f := &flight[T]{cancel: cancel, done: make(chan struct{}), kept: make(chan struct{}), err: errEnded}
	l.flights[key] = f
	l.running.Go(func() { l.fly(ctx, key, f, load) })
	return f
}

// wait waits for the flight as long as ctx allows.
func (l *Loader[T]) wait(ctx context.Context, key string, f *flight[T]) (T, error) {
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if f.waiters--; f.waiters == 0 && !f.background && !f.keeping {
		f.cancel()
		l.remove(key, f)
	}
	var zero T
	return zero, fmt.Errorf("cache: waiting for a load: %w", ctx.Err())
}

// remove takes the flight from the table, if it is still there, so that the
// next caller starts another. The caller holds the mutex.
func (l *Loader[T]) remove(key string, f *flight[T]) {
	f.disowned = true
	if l.flights[key] == f {
		delete(l.flights, key)
	}
}

// disown makes sure that the flight of key keeps nothing from now on. It gives
// the flight to wait for when it is writing to the cache already, or nil.
func (l *Loader[T]) disown(key string) *flight[T] {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.flights[key]
	if f == nil {
		return nil
	}
	l.remove(key, f)
	if f.keeping {
		return f
	}
	return nil
}

// fly runs the load and lands, however the load ends.
func (l *Loader[T]) fly(ctx context.Context, key string, f *flight[T], load func(context.Context) (T, error)) {
	defer f.cancel()
	defer context.AfterFunc(l.closing, f.cancel)()
	start := time.Now()
	defer func() { // a load that ends its goroutine comes by here too
		l.opts.Hook(ctx, Event{Kind: Loaded, Took: time.Since(start), Err: f.err})
		l.deliver(ctx, key, f)
	}()
	if v, err := guard(func() (T, error) { return load(ctx) }); err != nil {
		f.err = err
	} else {
		f.value, f.err = v, nil
	}
}

// deliver tells those who wait and keeps the value. The flight stays in the
// table until the value is in the cache: who comes in between gets it from the
// flight.
func (l *Loader[T]) deliver(ctx context.Context, key string, f *flight[T]) {
	b, ttl := l.encode(ctx, f.value, f.err)
	l.mu.Lock()
	f.keeping = b != nil && !f.disowned && l.closing.Err() == nil
	keep := f.keeping
	if !keep {
		l.remove(key, f)
	}
	close(f.done)
	l.mu.Unlock()
	if keep {
		l.keep(ctx, key, b, ttl)
		l.mu.Lock()
		l.landings(key).Add(1)
		l.remove(key, f)
		l.mu.Unlock()
	}
	close(f.kept)
}

// landings counts the values that loads of key, and of some others, have put
// into the cache.
func (l *Loader[T]) landings(key string) *atomic.Uint32 {
	return &l.landed[maphash.String(l.seed, key)%uint64(len(l.landed))]
}

// encode gives what to keep of a load's result, and for how long; nil for nothing.
func (l *Loader[T]) encode(ctx context.Context, v T, err error) ([]byte, time.Duration) {
	fresh, stale := l.shorten(l.opts.TTL), l.shorten(l.opts.Stale)
	if err != nil {
		if l.opts.NegativeTTL <= 0 || !l.opts.Negative(err) {
			return nil, 0
		}
		fresh, stale = l.shorten(l.opts.NegativeTTL), 0
	}
	b, failure := guard(func() ([]byte, error) {
		if err != nil {
			return encodeFailure(err, time.Now().Add(fresh))
		}
		return encodeValue(l.opts.Codec, v, time.Now().Add(fresh))
	})
	if failure != nil {
		l.opts.Hook(ctx, Event{Kind: CacheFailed, Err: failure})
		return nil, 0
	}
	return b, fresh + stale
}

// keep writes to the cache. That the load took all its time is no reason to
// lose its value, so the write has a time limit of its own.
func (l *Loader[T]) keep(ctx context.Context, key string, b []byte, ttl time.Duration) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTimeout)
	defer cancel()
	start := time.Now()
	if err := l.cache.Set(ctx, key, b, ttl); err != nil {
		l.opts.Hook(ctx, Event{Kind: CacheFailed, Took: time.Since(start), Err: err})
	}
}

// errEnded is the error of a load that ended its goroutine (runtime.Goexit).
var errEnded error = fault.Wrap(errors.New("cache: a load ended its goroutine"), fault.Internal, unsaid, nil)

const unsaid = "something went wrong inside"

// guard calls fn and makes an error of a panic.
func guard[V any](fn func() (V, error)) (v V, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.Wrap(&PanicError{Value: p, Stack: debug.Stack()}, fault.Internal, unsaid, nil)
		}
	}()
	return fn()
}
