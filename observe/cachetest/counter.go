package cachetest

import (
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/cache"
	"github.com/akshara-go/akshara/observe/fault"
)

func testCounters(t *testing.T, newCache func(t *testing.T) cache.Cache) {
	for _, tt := range []struct {
		name string
		run  func(*testing.T, cache.Cache, cache.Counter)
	}{
		{"a counter adds, and Get gives its digits", testAdd},
		{"no addition is lost among many goroutines", testAddConcurrent},
		{"a counter is gone its time after the first addition", testAddExpiry},
		{"a counter refuses what is no number of 64 bits", testAddRefused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCache(t)
			counter, ok := c.(cache.Counter)
			if !ok {
				t.Skip("the cache does not count")
			}
			tt.run(t, c, counter)
		})
	}
}

func requireSum(t *testing.T, c cache.Counter, key string, delta int64, ttl time.Duration, want int64) {
	t.Helper()
	got, err := c.Add(t.Context(), key, delta, ttl)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func testAdd(t *testing.T, c cache.Cache, counter cache.Counter) {
	key := unique()
	requireSum(t, counter, key, 0, 0, 0)
	requireSum(t, counter, key, 5, time.Hour, 5)
	requireSum(t, counter, key, -7, 0, -2)
	requireValue(t, c, key, []byte("-2"))
	require.NoError(t, c.Set(t.Context(), key, []byte("40"), time.Hour))
	requireSum(t, counter, key, 2, time.Hour, 42)
	require.NoError(t, c.Delete(t.Context(), key))
	requireSum(t, counter, key, 1, time.Hour, 1)
}

func testAddConcurrent(t *testing.T, _ cache.Cache, counter cache.Counter) {
	key := unique()
	var all sync.WaitGroup
	var seen sync.Map
	for range 8 {
		all.Go(func() {
			for range 25 {
				sum, err := counter.Add(t.Context(), key, 1, time.Hour)
				if err != nil {
					t.Error(err)
				}
				if _, twice := seen.LoadOrStore(sum, true); twice {
					t.Errorf("two additions gave %d", sum)
				}
			}
		})
	}
	all.Wait()
	requireSum(t, counter, key, 0, time.Hour, 200)
}

func testAddExpiry(t *testing.T, c cache.Cache, counter cache.Counter) {
	key, endless, start := unique(), unique(), time.Now()
	requireSum(t, counter, key, 1, 2*time.Second, 1)
	requireSum(t, counter, endless, 1, 0, 1)
	requireSum(t, counter, endless, 1, 100*time.Millisecond, 2)
	time.Sleep(time.Until(start.Add(50 * time.Millisecond)))
	_, err := counter.Add(t.Context(), key, 1, time.Hour)
	require.NoError(t, err)
	requireGone(t, c, key, start, 2*time.Second)
	requireSum(t, counter, key, 1, time.Hour, 1)
	requireSum(t, counter, endless, 1, 0, 3)
}

func testAddRefused(t *testing.T, c cache.Cache, counter cache.Counter) {
	invalid := &fault.Error{Code: fault.InvalidRequest}
	for _, value := range []string{"", "ten", "1.5", "9223372036854775808", " 1", "+1", "01", "-0"} {
		key := unique()
		require.NoError(t, c.Set(t.Context(), key, []byte(value), time.Hour))
		_, err := counter.Add(t.Context(), key, 1, time.Hour)
		require.ErrorIs(t, err, invalid, "%q", value)
		requireValue(t, c, key, []byte(value))
	}
	key := unique()
	requireSum(t, counter, key, math.MaxInt64, time.Hour, math.MaxInt64)
	_, err := counter.Add(t.Context(), key, 1, time.Hour)
	require.ErrorIs(t, err, invalid)
	requireSum(t, counter, key, math.MinInt64, time.Hour, -1)
	_, err = counter.Add(t.Context(), key, math.MinInt64, time.Hour)
	require.ErrorIs(t, err, invalid)

	_, err = counter.Add(t.Context(), "", 1, time.Hour)
	require.ErrorIs(t, err, invalid)
	_, err = counter.Add(t.Context(), unique(), 1, -1)
	require.ErrorIs(t, err, invalid)
}

func testLoader(t *testing.T, c cache.Cache) {
	type city struct {
		Name  string
		Names map[string]string
	}
	want := city{"Agra", map[string]string{"hi": "आगरा", "ur": "آگرہ"}}
	var loads atomic.Int32
	load := func(context.Context) (city, error) {
		loads.Add(1)
		time.Sleep(20 * time.Millisecond)
		return want, nil
	}
	absent := fault.New(fault.NotFound, "there is no such city", fault.Details{"field": "name"})
	fail := func(context.Context) (city, error) {
		loads.Add(1)
		return city{}, fault.Wrap(errors.New("inside"), absent.Code, absent.Message, absent.Details)
	}
	key, missing := unique(), unique()
	for range 2 { // the second loader has nothing but the cache
		l := cache.NewLoader(c, &cache.Options[city]{NegativeTTL: time.Hour})
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				got, err := l.Get(t.Context(), key, load)
				if err != nil || got.Name != want.Name || got.Names["ur"] != want.Names["ur"] {
					t.Errorf("got %v, %v", got, err)
				}
				_, err = l.Get(t.Context(), missing, fail)
				if !errors.Is(err, absent) || fault.From(err).Details["field"] != "name" {
					t.Errorf("got %v", err)
				}
			})
		}
		all.Wait()
		require.NoError(t, l.Close())
		require.EqualValues(t, 2, loads.Load(), "one load of each key")
	}
}
