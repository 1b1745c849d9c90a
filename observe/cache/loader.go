package cache

import (
	"context"
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
)

// What a [Loader] does where its options say nothing.
const (
	DefaultTTL         = 5 * time.Minute
	DefaultJitter      = 0.1
	DefaultLoadTimeout = 30 * time.Second
)

// Options says how a [Loader] keeps values. The zero value is useful.
type Options[T any] struct {
	// TTL is how long a value is fresh at the most; 0 means DefaultTTL.
	TTL time.Duration
	// Stale is how much longer a value is kept: it is given at once while one
	// load in the background makes it anew. A load that fails leaves the stale
	// value in place. 0 means not at all.
	Stale time.Duration
	// NegativeTTL is how long an error for which Negative is true is kept and
	// given instead of loading again. 0 means not at all.
	NegativeTTL time.Duration
	// Negative tells which errors may be kept; nil means those of the code
	// fault.NotFound. A kept error comes back with its code, message and
	// details, without its cause.
	Negative func(error) bool
	// Jitter is the part of each time above, from 0 to 1, that chance may take
	// off, so that entries made together do not expire together. 0 means
	// DefaultJitter, below 0 none.
	Jitter float64
	// LoadTimeout ends the context of a load; 0 means DefaultLoadTimeout.
	LoadTimeout time.Duration
	// Codec turns values into bytes; nil means JSON.
	Codec Codec[T]
	// Hook hears what happens: count it, log it. It is called by the
	// goroutines that do the work, many at once, and should be quick. Nil
	// means silence.
	Hook func(ctx context.Context, e Event)
}

// Event is one thing that happened in a [Loader].
type Event struct {
	Kind EventKind
	Took time.Duration
	Err  error // what went wrong, for Loaded and CacheFailed, and for an answer that is an error
}

// EventKind says what happened; it is fit for a label of a metric.
type EventKind string

// How a Get was answered (one event for each, with the time it took), and what
// happened on the way.
const (
	Hit         EventKind = "hit"          // by a fresh value
	Stale       EventKind = "stale"        // by a value past its time
	Negative    EventKind = "negative"     // by an error that was kept
	Miss        EventKind = "miss"         // by a load, its own or a shared one
	Loaded      EventKind = "load"         // a load ended
	CacheFailed EventKind = "cache_failed" // the cache, or the codec, did not do its part
)

// PanicError is the cause of the error that everybody gets who waited for a
// load that panicked.
type PanicError struct {
	Value any    // what was passed to panic
	Stack []byte // of the goroutine that panicked
}

// Error names the value. The stack is left to whoever asks for it.
func (e *PanicError) Error() string { return fmt.Sprintf("cache: a load panicked: %v", e.Value) }

// Loader gives values from a cache and makes those that are missing. Callers
// that miss the same key at the same time share one load. Its methods may be
// called by many goroutines at once; Close it when done.
type Loader[T any] struct {
	cache Cache
	opts  Options[T]

	closing context.Context // ends when Close is called
	close   context.CancelFunc
	seed    maphash.Seed
	landed  [64]atomic.Uint32 // values that loads have put into the cache, by a hash of their key
	running sync.WaitGroup

	mu      sync.Mutex
	flights map[string]*flight[T]
}

// NewLoader makes a Loader over c, which stays the caller's to close. Loaders
// of different types must not share keys: see [Prefix]. opts may be nil.
func NewLoader[T any](c Cache, opts *Options[T]) *Loader[T] {
	l := &Loader[T]{cache: c, flights: make(map[string]*flight[T])}
	l.seed = maphash.MakeSeed()
	l.closing, l.close = context.WithCancel(context.Background())
	if opts != nil {
		l.opts = *opts
	}
	o := &l.opts
	if o.TTL <= 0 {
		o.TTL = DefaultTTL
	}
	if o.LoadTimeout <= 0 {
		o.LoadTimeout = DefaultLoadTimeout
	}
	if o.Jitter == 0 {
		o.Jitter = DefaultJitter
	}
	o.Jitter = min(max(o.Jitter, 0), 1)
	if o.Negative == nil {
		o.Negative = func(err error) bool { return fault.CodeOf(err) == fault.NotFound }
	}
	if o.Codec == nil {
		o.Codec = JSON[T]{}
	}
	if o.Hook == nil {
		o.Hook = func(context.Context, Event) {}
	}
	return l
}

// Get gives the value of key from the cache, or calls load, keeps what it made
// and gives that. While a load of the key is under way, others wait for it
// instead of starting one; what they get is one value, so do not change what
// it points to. Errors of load come back as they are; unless Negative says
// otherwise they are not kept. A panic in load is a [fault.Internal] with a
// [PanicError] as its cause.
//
// Get returns when ctx ends. The load then goes on for those who still wait for
// it, and is cancelled when nobody does. The context of a load carries ctx's
// values, not its end: load must return when its own context ends.
//
// A cache that fails is reported to the Hook and otherwise counts as empty.
func (l *Loader[T]) Get(ctx context.Context, key string, load func(context.Context) (T, error)) (T, error) {
	start := time.Now()
	kind, v, err := l.get(ctx, key, load)
	l.opts.Hook(ctx, Event{Kind: kind, Took: time.Since(start), Err: err})
	return v, err
}

// maxTries bounds how often one Get asks the cache.
const maxTries = 4

func (l *Loader[T]) get(ctx context.Context, key string, load func(context.Context) (T, error)) (EventKind, T, error) {
	var zero T
	for try := 1; ; try++ {
		landed := l.landings(key).Load()
		e, found, ok := l.lookup(ctx, key)
		if fresh := time.Now().Before(e.fresh); found {
			switch {
			case fresh && e.err != nil:
				return Negative, zero, e.err
			case fresh:
				return Hit, e.value, nil
			case e.err == nil && l.opts.Stale > 0:
				l.refresh(ctx, key, load)
				return Stale, e.value, nil
			}
		}
		if err := ctx.Err(); err != nil {
			return Miss, zero, fmt.Errorf("cache: %w", err)
		}
		f, err := l.join(ctx, key, load, landed, try == maxTries || !ok)
		if err != nil {
			return Miss, zero, err
		}
		if f == nil { // somebody's load ended while the cache was asked: its value is there now
			continue
		}
		v, err := l.wait(ctx, key, f)
		return Miss, v, err
	}
}

// lookup asks the cache. ok is false when the cache did not do its part.
func (l *Loader[T]) lookup(ctx context.Context, key string) (e entry[T], found, ok bool) {
	start := time.Now()
	b, found, err := l.cache.Get(ctx, key)
	if err == nil && !found {
		return e, false, true
	}
	if err == nil {
		e, err = guard(func() (entry[T], error) { return decode(l.opts.Codec, b) })
	}
	if err != nil {
		if ctx.Err() == nil {
			l.opts.Hook(ctx, Event{Kind: CacheFailed, Took: time.Since(start), Err: err})
		}
		return entry[T]{}, false, false
	}
	return e, true, true
}

// Forget removes keys from the cache, so that the next Get loads them. A load
// that is under way was begun before and may know what is no longer true: it
// is given to those who wait for it and not kept. That holds in this process;
// a load in another one may still keep what it found.
func (l *Loader[T]) Forget(ctx context.Context, keys ...string) error {
	for _, key := range keys {
		f := l.disown(key)
		if f == nil {
			continue
		}
		select {
		case <-f.kept:
		case <-ctx.Done():
			return fmt.Errorf("cache: %w", ctx.Err())
		}
	}
	return l.cache.Delete(ctx, keys...)
}

// Close cancels the loads that are under way, waits for them to return, and
// refuses new ones with [fault.ServiceUnavailable]. It may be called again.
func (l *Loader[T]) Close() error {
	l.mu.Lock()
	l.close() // under the mutex: whoever starts a flight has looked before
	l.mu.Unlock()
	l.running.Wait()
	return nil
}

// shorten takes a part of d off by chance.
func (l *Loader[T]) shorten(d time.Duration) time.Duration {
	return d - time.Duration(rand.Float64()*l.opts.Jitter*float64(d))
}
