package cache_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/cache"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/memcache"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func memory(tb testing.TB) *memcache.Cache {
	tb.Helper()
	c, err := memcache.New(1<<20, nil)
	require.NoError(tb, err)
	return c
}

// events counts what a loader reports.
type events struct {
	mu     sync.Mutex
	counts map[cache.EventKind]int
	errs   []error // of CacheFailed
}

func (e *events) hook(_ context.Context, ev cache.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.counts == nil {
		e.counts = make(map[cache.EventKind]int)
	}
	e.counts[ev.Kind]++
	if ev.Kind == cache.CacheFailed {
		e.errs = append(e.errs, ev.Err)
	}
}

func (e *events) count(k cache.EventKind) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.counts[k]
}

// number is a load that gives 1, 2, 3...; each takes a second.
type number struct{ calls atomic.Int64 }

func (n *number) load(ctx context.Context) (int64, error) {
	v := n.calls.Add(1)
	select {
	case <-time.After(time.Second):
		return v, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// inBubble runs fn with time that passes as soon as everybody waits, over a
// cache in memory, and closes loader and cache.
func inBubble(t *testing.T, opts cache.Options[int64], fn func(t *testing.T, l *cache.Loader[int64], n *number, ev *events)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c, ev := memory(t), &events{}
		opts.Hook = ev.hook
		if opts.Jitter == 0 {
			opts.Jitter = -1
		}
		l := cache.NewLoader(c, &opts)
		fn(t, l, &number{}, ev)
		require.NoError(t, l.Close())
		require.NoError(t, c.Close())
	})
}

func requireGet(t *testing.T, l *cache.Loader[int64], n *number, want int64) {
	t.Helper()
	got, err := l.Get(t.Context(), "k", n.load)
	require.NoError(t, err)
	require.Equal(t, want, got)
	synctest.Wait() // until the value is in the cache
}

func TestManyWhoAskAtOnceShareOneLoad(t *testing.T) {
	inBubble(t, cache.Options[int64]{TTL: time.Minute}, func(t *testing.T, l *cache.Loader[int64], n *number, ev *events) {
		var all sync.WaitGroup
		for range 1000 {
			all.Go(func() {
				if v, err := l.Get(t.Context(), "k", n.load); v != 1 || err != nil {
					t.Errorf("got %d, %v", v, err)
				}
			})
		}
		all.Wait()
		synctest.Wait()
		require.EqualValues(t, 1, n.calls.Load())
		require.Equal(t, 1000, ev.count(cache.Miss))
		require.Equal(t, 1, ev.count(cache.Loaded))
		requireGet(t, l, n, 1)
		require.Equal(t, 1, ev.count(cache.Hit))
	})
}

// The load here takes no time at all, so that callers also arrive between the
// look into the cache and the end of somebody else's load.
func TestNobodyLoadsWhatWasLoadedWhileTheyLooked(t *testing.T) {
	c := memory(t)
	defer c.Close()
	l := cache.NewLoader[int](c, nil)
	defer l.Close()
	var loads atomic.Int64
	for round := range 500 {
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				_, _ = l.Get(t.Context(), fmt.Sprint(round), func(context.Context) (int, error) {
					loads.Add(1)
					return round, nil
				})
			})
		}
		all.Wait()
	}
	require.EqualValues(t, 500, loads.Load())
}

func TestValuesAreLoadedAnewAfterTheirTime(t *testing.T) {
	inBubble(t, cache.Options[int64]{TTL: time.Minute}, func(t *testing.T, l *cache.Loader[int64], n *number, _ *events) {
		requireGet(t, l, n, 1)
		time.Sleep(59 * time.Second)
		requireGet(t, l, n, 1)
		time.Sleep(time.Second)
		requireGet(t, l, n, 2)
	})
}

func TestStaleValuesAreGivenAtOnceWhileOneLoadRuns(t *testing.T) {
	inBubble(t, cache.Options[int64]{TTL: time.Minute, Stale: time.Hour}, func(t *testing.T, l *cache.Loader[int64], n *number, ev *events) {
		requireGet(t, l, n, 1)
		time.Sleep(2 * time.Minute)
		start := time.Now()
		for range 5 {
			requireGet(t, l, n, 1)
		}
		require.Zero(t, time.Since(start))
		require.Equal(t, 5, ev.count(cache.Stale))
		time.Sleep(2 * time.Second)
		requireGet(t, l, n, 2)
		require.EqualValues(t, 2, n.calls.Load())

		time.Sleep(2 * time.Hour) // too old even for that
		requireGet(t, l, n, 3)
	})
}

func TestStaleValuesOutliveLoadsThatFail(t *testing.T) {
	inBubble(t, cache.Options[int64]{TTL: time.Minute, Stale: time.Hour, NegativeTTL: time.Minute}, func(t *testing.T, l *cache.Loader[int64], n *number, ev *events) {
		requireGet(t, l, n, 1)
		time.Sleep(2 * time.Minute)
		for range 3 {
			v, err := l.Get(t.Context(), "k", func(context.Context) (int64, error) { return 0, errors.New("away") })
			require.NoError(t, err)
			require.EqualValues(t, 1, v)
			synctest.Wait()
		}
		require.Equal(t, 4, ev.count(cache.Loaded))
		requireGet(t, l, n, 1)
		time.Sleep(2 * time.Second)
		requireGet(t, l, n, 2)
	})
}

func TestAbsenceIsRememberedForItsOwnTime(t *testing.T) {
	inBubble(t, cache.Options[int64]{TTL: time.Hour, Stale: time.Hour, NegativeTTL: time.Minute}, func(t *testing.T, l *cache.Loader[int64], n *number, ev *events) {
		cause := errors.New("no rows")
		absent := func(context.Context) (int64, error) {
			n.calls.Add(1)
			return 7, fmt.Errorf("find: %w", fault.Wrap(cause, fault.NotFound, "there is no such place", fault.Details{"field": "place"}))
		}
		_, err := l.Get(t.Context(), "k", absent)
		require.ErrorIs(t, err, cause, "who loads gets the error as it is")
		synctest.Wait()
		for range 3 {
			v, err := l.Get(t.Context(), "k", absent)
			require.Zero(t, v)
			require.Equal(t, fault.New(fault.NotFound, "there is no such place", fault.Details{"field": "place"}), err)
		}
		require.EqualValues(t, 1, n.calls.Load())
		require.Equal(t, 3, ev.count(cache.Negative))
		time.Sleep(time.Minute)
		requireGet(t, l, n, 2)
	})
}

func TestOtherErrorsAreNotKept(t *testing.T) {
	inBubble(t, cache.Options[int64]{NegativeTTL: time.Minute}, func(t *testing.T, l *cache.Loader[int64], n *number, _ *events) {
		away := errors.New("away")
		for i := range 3 {
			_, err := l.Get(t.Context(), "k", func(context.Context) (int64, error) { n.calls.Add(1); return 0, away })
			require.Equal(t, away, err)
			require.EqualValues(t, i+1, n.calls.Load())
		}
	})
}

func TestTimesAreShortenedByChance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &recorder{Cache: memory(t)}
		l := cache.NewLoader[int](c, &cache.Options[int]{TTL: 100 * time.Second, Stale: 100 * time.Second, Jitter: 0.2})
		for i := range 200 {
			_, err := l.Get(t.Context(), fmt.Sprint(i), func(context.Context) (int, error) { return i, nil })
			require.NoError(t, err)
		}
		require.NoError(t, l.Close())
		seen := make(map[time.Duration]bool)
		for _, ttl := range c.ttls {
			require.LessOrEqual(t, ttl, 200*time.Second)
			require.GreaterOrEqual(t, ttl, 160*time.Second)
			seen[ttl] = true
		}
		require.Greater(t, len(seen), 190, "they differ")
		require.NoError(t, c.Close())
	})
}

// recorder keeps the expiries that a cache is told.
type recorder struct {
	*memcache.Cache
	mu   sync.Mutex
	ttls []time.Duration
}

func (r *recorder) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	r.mu.Lock()
	r.ttls = append(r.ttls, ttl)
	r.mu.Unlock()
	return r.Cache.Set(ctx, key, value, ttl)
}

func TestWhoGivesUpLeavesTheLoadToTheOthers(t *testing.T) {
	inBubble(t, cache.Options[int64]{}, func(t *testing.T, l *cache.Loader[int64], n *number, _ *events) {
		type ctxKey struct{}
		first, cancel := context.WithTimeout(context.WithValue(t.Context(), ctxKey{}, "carried"), 100*time.Millisecond)
		defer cancel()
		var all sync.WaitGroup
		all.Go(func() {
			start := time.Now()
			_, err := l.Get(first, "k", func(ctx context.Context) (int64, error) {
				if ctx.Value(ctxKey{}) != "carried" {
					t.Error("the context's values are lost")
				}
				return n.load(ctx)
			})
			if !errors.Is(err, context.DeadlineExceeded) || fault.CodeOf(err) != fault.UpstreamTimeout || time.Since(start) != 100*time.Millisecond {
				t.Errorf("got %v after %v", err, time.Since(start))
			}
		})
		synctest.Wait()
		requireGet(t, l, n, 1)
		all.Wait()
		require.EqualValues(t, 1, n.calls.Load())
	})
}

func TestALoadThatNobodyWaitsForIsCancelled(t *testing.T) {
	inBubble(t, cache.Options[int64]{}, func(t *testing.T, l *cache.Loader[int64], n *number, _ *events) {
		var ended atomic.Bool
		var all sync.WaitGroup
		for i := range 3 {
			all.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i+1)*100*time.Millisecond)
				defer cancel()
				_, err := l.Get(ctx, "k", func(ctx context.Context) (int64, error) {
					defer ended.Store(true)
					return n.load(ctx)
				})
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v", err)
				}
			})
		}
		time.Sleep(250 * time.Millisecond)
		require.False(t, ended.Load())
		all.Wait()
		synctest.Wait()
		require.True(t, ended.Load())
		requireGet(t, l, n, 2)
	})
}

func TestAPanicReachesAllAsAnError(t *testing.T) {
	inBubble(t, cache.Options[int64]{}, func(t *testing.T, l *cache.Loader[int64], n *number, _ *events) {
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				_, err := l.Get(t.Context(), "k", func(context.Context) (int64, error) {
					n.calls.Add(1)
					time.Sleep(time.Second)
					panic("secret detail")
				})
				p, ok := errors.AsType[*cache.PanicError](err)
				if !ok || p.Error() != "cache: a load panicked: secret detail" || p.Value != "secret detail" || len(p.Stack) == 0 || fault.CodeOf(err) != fault.Internal || fault.From(err).Message != "something went wrong inside" {
					t.Errorf("got %v", err)
				}
			})
		}
		all.Wait()
		require.EqualValues(t, 1, n.calls.Load())
		requireGet(t, l, n, 2)
	})
}

func TestALoadThatEndsItsGoroutineLeavesNobodyWaiting(t *testing.T) {
	inBubble(t, cache.Options[int64]{}, func(t *testing.T, l *cache.Loader[int64], n *number, _ *events) {
		_, err := l.Get(t.Context(), "k", func(context.Context) (int64, error) {
			runtime.Goexit()
			return 1, nil
		})
		require.Equal(t, fault.Internal, fault.CodeOf(err))
		requireGet(t, l, n, 1)
	})
}

func TestALoadHasATimeLimit(t *testing.T) {
	inBubble(t, cache.Options[int64]{LoadTimeout: 500 * time.Millisecond}, func(t *testing.T, l *cache.Loader[int64], n *number, _ *events) {
		start := time.Now()
		_, err := l.Get(t.Context(), "k", n.load)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 500*time.Millisecond, time.Since(start))
	})
}

func TestForgetIsNotUndoneByALoadThatBeganBefore(t *testing.T) {
	inBubble(t, cache.Options[int64]{}, func(t *testing.T, l *cache.Loader[int64], n *number, _ *events) {
		var all sync.WaitGroup
		all.Go(func() {
			if v, err := l.Get(t.Context(), "k", n.load); v != 1 || err != nil {
				t.Errorf("got %d, %v", v, err)
			}
		})
		synctest.Wait()
		require.NoError(t, l.Forget(t.Context(), "k", "another"))
		requireGet(t, l, n, 2)
		all.Wait()
		requireGet(t, l, n, 2)
		require.NoError(t, l.Forget(t.Context(), "k"))
		requireGet(t, l, n, 3)
	})
}

func TestForgetWaitsForAValueOnItsWayIntoTheCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &slow{Cache: memory(t), sets: time.Second}
		l := cache.NewLoader[int64](c, nil)
		var n atomic.Int64
		load := func(context.Context) (int64, error) { return n.Add(1), nil }
		for i := range int64(3) {
			v, err := l.Get(t.Context(), "k", load)
			require.NoError(t, err)
			require.Equal(t, i+1, v)
			v, err = l.Get(t.Context(), "k", load)
			require.NoError(t, err)
			require.Equal(t, i+1, v, "a value on its way is given")
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			require.ErrorIs(t, l.Forget(ctx, "k"), context.DeadlineExceeded)
			cancel()
			time.Sleep(2 * time.Second)
			require.NoError(t, l.Forget(t.Context(), "k"))
		}
		require.NoError(t, l.Close())
		require.NoError(t, c.Close())
	})
}

// slow is a cache whose calls take their time.
type slow struct {
	*memcache.Cache
	sets time.Duration
}

func (s *slow) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	time.Sleep(s.sets)
	return s.Cache.Set(ctx, key, value, ttl)
}

func TestCloseCancelsLoadsAndWaitsForThem(t *testing.T) {
	inBubble(t, cache.Options[int64]{Stale: time.Hour}, func(t *testing.T, l *cache.Loader[int64], n *number, _ *events) {
		var all sync.WaitGroup
		var ended atomic.Int64
		load := func(ctx context.Context) (int64, error) {
			<-ctx.Done()
			time.Sleep(time.Second) // it tidies up
			ended.Add(1)
			return 0, ctx.Err()
		}
		for i := range 3 {
			all.Go(func() {
				if _, err := l.Get(t.Context(), fmt.Sprint(i), load); !errors.Is(err, context.Canceled) {
					t.Errorf("got %v", err)
				}
			})
		}
		synctest.Wait()
		require.NoError(t, l.Forget(t.Context(), "0"), "a load that was forgotten is waited for too")
		require.NoError(t, l.Close())
		require.EqualValues(t, 3, ended.Load())
		all.Wait()
		_, err := l.Get(t.Context(), "k", n.load)
		require.ErrorIs(t, err, &fault.Error{Code: fault.ServiceUnavailable})
		require.NoError(t, l.Close())
	})
}

// broken is a cache that is away.
type broken struct{}

var errBroken = fault.New(fault.ServiceUnavailable, "the cache is away", nil)

func (broken) Get(context.Context, string) ([]byte, bool, error)                { return nil, false, errBroken }
func (broken) Set(context.Context, string, []byte, time.Duration) error         { return errBroken }
func (broken) Delete(context.Context, ...string) error                          { return errBroken }
func (broken) Add(context.Context, string, int64, time.Duration) (int64, error) { return 0, errBroken }

func TestADeadCacheCostsNoAnswer(t *testing.T) {
	ev := &events{}
	l := cache.NewLoader(broken{}, &cache.Options[int64]{Hook: ev.hook})
	for i := range int64(5) {
		v, err := l.Get(t.Context(), fmt.Sprint(i), func(context.Context) (int64, error) { return i, nil })
		require.NoError(t, err)
		require.Equal(t, i, v)
	}
	require.ErrorIs(t, l.Forget(t.Context(), "k"), errBroken, "that nothing was forgotten is for the caller to know")
	require.NoError(t, l.Close())
	require.Equal(t, 10, ev.count(cache.CacheFailed))
	for _, err := range ev.errs {
		require.ErrorIs(t, err, errBroken)
	}
}

func TestEntriesThatCannotBeReadAreMadeAnew(t *testing.T) {
	c := memory(t)
	defer c.Close()
	var good []byte
	for name, bad := range map[string]func(good []byte) []byte{
		"nothing":         func([]byte) []byte { return nil },
		"somebody else's": func([]byte) []byte { return []byte(`{"a":1,"b":[2,3,4]}`) },
		"cut short":       func(b []byte) []byte { return b[:len(b)-1] },
		"another type":    func(b []byte) []byte { return append(b[:9:9], `"text"`...) },
		"no failure":      func(b []byte) []byte { return append([]byte{0xA2}, b[1:]...) },
	} {
		ev := &events{}
		l := cache.NewLoader(c, &cache.Options[map[string]int]{Hook: ev.hook})
		load := func(context.Context) (map[string]int, error) { return map[string]int{"n": 1}, nil }
		get := func() {
			v, err := l.Get(t.Context(), "k", load)
			require.NoError(t, err, name)
			require.Equal(t, map[string]int{"n": 1}, v, name)
		}
		get()
		require.Eventually(t, func() bool {
			b, found, _ := c.Get(t.Context(), "k")
			good = b
			return found
		}, time.Second, time.Millisecond)
		require.NoError(t, c.Set(t.Context(), "k", bad(good), time.Hour))
		get()
		require.NoError(t, l.Close())
		require.Equal(t, 1, ev.count(cache.CacheFailed), name)
		require.NoError(t, c.Delete(t.Context(), "k"))
	}
}

func TestAValueThatHasNoBytesIsGivenAndNotKept(t *testing.T) {
	for name, codec := range map[string]cache.Codec[any]{"error": cache.JSON[any]{}, "panic": panicking{}} {
		ev := &events{}
		l := cache.NewLoader(broken{}, &cache.Options[any]{Hook: ev.hook, Codec: codec})
		v, err := l.Get(t.Context(), "k", func(context.Context) (any, error) { return func() {}, nil })
		require.NoError(t, err, name)
		require.NotNil(t, v, name)
		require.NoError(t, l.Close())
		require.Equal(t, 2, ev.count(cache.CacheFailed), name)
	}
}

type panicking struct{}

func (panicking) Encode(any) ([]byte, error) { panic("encode") }
func (panicking) Decode([]byte) (any, error) { panic("decode") }
