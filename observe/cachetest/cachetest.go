// Package cachetest is the suite that every cache must pass, alone and behind
// every decorator:
//
//	func TestCache(t *testing.T) {
//		cachetest.TestCache(t, func(t *testing.T) cache.Cache { return newMyCache(t) })
//	}
//
// It demands what the interfaces of package cache promise, and nothing beyond.
package cachetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/cache"
	"github.com/akshara-go/akshara/observe/fault"
)

// patience is how much later than promised an entry may be gone: a loaded
// machine may be late, a cache may not be early.
const patience = 5 * time.Second

// TestCache runs the suite. newCache is called once for each test; it may give
// the same cache every time, for the suite uses no key twice. A cache that is
// a [cache.Counter] is held to that as well.
func TestCache(t *testing.T, newCache func(t *testing.T) cache.Cache) {
	for _, tt := range []struct {
		name string
		run  func(*testing.T, cache.Cache)
	}{
		{"what was set is found until it is replaced or deleted", testSetGetDelete},
		{"keys and values are any bytes", testAnyBytes},
		{"a value of 256 KiB comes back whole", testLargeValue},
		{"slices are the caller's own", testSlicesAreOwn},
		{"an entry is gone when its time is over, and not before", testExpiry},
		{"setting again replaces the expiry too", testExpiryIsReplaced},
		{"a part of a millisecond is a whole one", testShortExpiry},
		{"an empty or overlong key and a negative expiry are refused", testRefused},
		{"a context that has ended is answered at once", testContext},
		{"many goroutines may use it at once", testConcurrent},
		{"a loader over it loads once and remembers", testLoader},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, newCache(t)) })
	}
	testCounters(t, newCache)
}

// unique gives a key that nobody has used.
func unique() string { return "cachetest:" + rand.Text() }

func requireValue(t *testing.T, c cache.Cache, key string, want []byte) {
	t.Helper()
	got, found, err := c.Get(t.Context(), key)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, len(want), len(got))
	require.True(t, bytes.Equal(want, got))
}

func requireNone(t *testing.T, c cache.Cache, key string) {
	t.Helper()
	_, found, err := c.Get(t.Context(), key)
	require.NoError(t, err)
	require.False(t, found)
}

func testSetGetDelete(t *testing.T, c cache.Cache) {
	ctx := t.Context()
	a, b, other := unique(), unique(), unique()
	requireNone(t, c, a)
	require.NoError(t, c.Set(ctx, a, []byte("one"), 0))
	require.NoError(t, c.Set(ctx, b, []byte("two"), time.Hour))
	require.NoError(t, c.Set(ctx, other, []byte("three"), time.Hour))
	requireValue(t, c, a, []byte("one"))
	require.NoError(t, c.Set(ctx, a, []byte("another"), time.Hour))
	requireValue(t, c, a, []byte("another"))

	require.NoError(t, c.Delete(ctx))
	require.NoError(t, c.Delete(ctx, unique()), "a key that is not there")
	require.NoError(t, c.Delete(ctx, a, unique(), b, a))
	requireNone(t, c, a)
	requireNone(t, c, b)
	requireValue(t, c, other, []byte("three"))
}

func testAnyBytes(t *testing.T, c cache.Cache) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	keys := []string{
		unique() + " \r\n\x00", unique() + string(all), unique() + "कुञ्जी", unique() + "{a}{b", unique() + "*?[x]",
		unique() + strings.Repeat("k", 512),
	}
	for i, key := range keys {
		require.NoError(t, c.Set(t.Context(), key, append([]byte{byte(i)}, all...), time.Hour))
	}
	for i, key := range keys {
		requireValue(t, c, key, append([]byte{byte(i)}, all...))
	}
	empty := unique()
	require.NoError(t, c.Set(t.Context(), empty, nil, time.Hour))
	requireValue(t, c, empty, []byte{})
	require.NoError(t, c.Delete(t.Context(), append(keys, empty)...))
	for _, key := range keys {
		requireNone(t, c, key)
	}
}

func testLargeValue(t *testing.T, c cache.Cache) {
	value := make([]byte, 256<<10)
	_, _ = rand.Read(value)
	key := unique()
	require.NoError(t, c.Set(t.Context(), key, value, time.Hour))
	requireValue(t, c, key, value)
	require.NoError(t, c.Delete(t.Context(), key))
}

func testSlicesAreOwn(t *testing.T, c cache.Cache) {
	key, value := unique(), []byte("mine")
	require.NoError(t, c.Set(t.Context(), key, value, time.Hour))
	copy(value, "ours")
	requireValue(t, c, key, []byte("mine"))
	got, _, err := c.Get(t.Context(), key)
	require.NoError(t, err)
	copy(got, "ours")
	requireValue(t, c, key, []byte("mine"))
}

// requireGone waits until key is gone and holds that against the time when it
// was set for ttl: before calling Set, so that it is never early by more than Set took.
func requireGone(t *testing.T, c cache.Cache, key string, set time.Time, ttl time.Duration) {
	t.Helper()
	for {
		_, found, err := c.Get(t.Context(), key)
		require.NoError(t, err)
		at := time.Since(set)
		if !found {
			require.GreaterOrEqual(t, at, ttl-5*time.Millisecond, "gone too early")
			return
		}
		require.Less(t, at, ttl+patience, "still there")
		time.Sleep(2 * time.Millisecond)
	}
}

func testExpiry(t *testing.T, c cache.Cache) {
	short, long, endless := unique(), unique(), unique()
	start := time.Now()
	require.NoError(t, c.Set(t.Context(), short, []byte("x"), 150*time.Millisecond))
	require.NoError(t, c.Set(t.Context(), long, []byte("x"), time.Hour))
	require.NoError(t, c.Set(t.Context(), endless, []byte("x"), 0))
	requireGone(t, c, short, start, 150*time.Millisecond)
	requireValue(t, c, long, []byte("x"))
	requireValue(t, c, endless, []byte("x"))
}

func testExpiryIsReplaced(t *testing.T, c cache.Cache) {
	longer, shorter, endless := unique(), unique(), unique()
	start := time.Now()
	require.NoError(t, c.Set(t.Context(), longer, []byte("x"), 100*time.Millisecond))
	require.NoError(t, c.Set(t.Context(), longer, []byte("y"), time.Hour))
	require.NoError(t, c.Set(t.Context(), endless, []byte("x"), 100*time.Millisecond))
	require.NoError(t, c.Set(t.Context(), endless, []byte("y"), 0))
	require.NoError(t, c.Set(t.Context(), shorter, []byte("x"), time.Hour))
	require.NoError(t, c.Set(t.Context(), shorter, []byte("y"), 100*time.Millisecond))
	requireGone(t, c, shorter, start, 100*time.Millisecond)
	time.Sleep(time.Until(start.Add(200 * time.Millisecond)))
	requireValue(t, c, longer, []byte("y"))
	requireValue(t, c, endless, []byte("y"))
}

func testShortExpiry(t *testing.T, c cache.Cache) {
	for _, ttl := range []time.Duration{1, time.Microsecond, 1500 * time.Microsecond} {
		key, start := unique(), time.Now()
		require.NoError(t, c.Set(t.Context(), key, []byte("x"), ttl))
		requireGone(t, c, key, start, ttl)
	}
}

func testRefused(t *testing.T, c cache.Cache) {
	ctx, invalid := t.Context(), &fault.Error{Code: fault.InvalidRequest}
	for _, key := range []string{"", strings.Repeat("k", cache.MaxKey+1)} {
		_, found, err := c.Get(ctx, key)
		require.ErrorIs(t, err, invalid)
		require.False(t, found)
		require.ErrorIs(t, c.Set(ctx, key, []byte("x"), time.Hour), invalid)
		require.ErrorIs(t, c.Delete(ctx, unique(), key), invalid)
	}
	key := unique()
	require.ErrorIs(t, c.Set(ctx, key, []byte("x"), -1), invalid)
	requireNone(t, c, key)
}

func testContext(t *testing.T, c cache.Cache) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	start := time.Now()
	_, _, _ = c.Get(ctx, unique()) // a cache in memory answers all the same
	_ = c.Set(ctx, unique(), []byte("x"), time.Hour)
	_ = c.Delete(ctx, unique())
	require.Less(t, time.Since(start), patience)
	key := unique()
	require.NoError(t, c.Set(t.Context(), key, []byte("x"), time.Hour), "it is as good as before")
	requireValue(t, c, key, []byte("x"))
}

func testConcurrent(t *testing.T, c cache.Cache) {
	shared := unique()
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			own := unique()
			for i := range 50 {
				value := []byte(strconv.Itoa(g*1000 + i))
				if err := c.Set(t.Context(), own, value, time.Hour); err != nil {
					t.Error(err)
				}
				got, found, err := c.Get(t.Context(), own)
				if err != nil || !found || !bytes.Equal(got, value) {
					t.Errorf("own key: got %q, %v, %v, want %q", got, found, err, value)
				}
				if err := c.Set(t.Context(), shared, bytes.Repeat([]byte{byte(g)}, 1000), time.Hour); err != nil {
					t.Error(err)
				}
				got, found, err = c.Get(t.Context(), shared)
				if err != nil || !found || len(got) != 1000 || !bytes.Equal(got, bytes.Repeat(got[:1], 1000)) {
					t.Errorf("shared key: a torn value of %d bytes, %v, %v", len(got), found, err)
				}
			}
		})
	}
	all.Wait()
}
