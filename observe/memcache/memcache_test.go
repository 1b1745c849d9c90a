package memcache_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/cache"
	"github.com/akshara-go/akshara/observe/cachetest"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/memcache"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(tb testing.TB, size int64, opts *memcache.Options) *memcache.Cache {
	tb.Helper()
	c, err := memcache.New(size, opts)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, c.Close()) })
	return c
}

func TestCache(t *testing.T) {
	plain := func(t *testing.T) cache.Cache { return open(t, 16<<20, nil) }
	for name, newCache := range map[string]func(t *testing.T) cache.Cache{
		"plain":           plain,
		"behind a prefix": func(t *testing.T) cache.Cache { return cache.Prefix(plain(t), "tenant", "आगरा/1") },
		"behind two prefixes": func(t *testing.T) cache.Cache {
			return cache.Prefix(cache.Prefix(plain(t), "service"), "tenant")
		},
		"closed": func(t *testing.T) cache.Cache { // by a service that stops, beneath calls that go on
			c := open(t, 16<<20, nil)
			require.NoError(t, c.Set(t.Context(), "kept before", []byte("v"), 0))
			require.NoError(t, c.Close())
			require.Zero(t, c.Size())
			return c
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // the suite waits for entries to expire
			cachetest.TestCache(t, newCache)
		})
	}
}

func TestItStaysWithinItsBytes(t *testing.T) {
	const size = 1 << 20
	c := open(t, size, nil)
	value := make([]byte, 1000)
	for i := range 20_000 {
		require.NoError(t, c.Set(t.Context(), strconv.Itoa(i), value, time.Hour))
	}
	require.Eventually(t, func() bool { return c.Size() <= size }, 5*time.Second, time.Millisecond)
	require.Greater(t, c.Size(), int64(size/2), "and it uses them")
}

func TestMemoryIsWhatTheBoundSays(t *testing.T) {
	const size = 8 << 20
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for _, length := range []int{16, 2000} {
		before := heap()
		c := open(t, size, nil)
		value := make([]byte, length)
		for i := range 2 * size / (length + 200) {
			require.NoError(t, c.Set(t.Context(), fmt.Sprintf("some-tenant:some-key:%09d", i), value, time.Hour))
		}
		require.Eventually(t, func() bool { return c.Size() <= size }, 10*time.Second, time.Millisecond)
		used := heap() - before
		t.Logf("values of %d bytes: %.1f MiB of heap for %.1f MiB counted", length, float64(used)/(1<<20), float64(c.Size())/(1<<20))
		require.Less(t, used, uint64(size*5/4))
		require.NoError(t, c.Close())
	}
}

// Between two questions for the same of 200 keys come 2,200 others, and there
// is room for about 850: a cache that keeps the latest would never have it.
func TestAScanDoesNotDriveOutWhatIsUsed(t *testing.T) {
	c := open(t, 1<<20, nil)
	value := make([]byte, 1000)
	asked, found := 0, 0
	for i := range 60_000 {
		require.NoError(t, c.Set(t.Context(), "scan"+strconv.Itoa(i), value, time.Hour))
		if i%10 != 0 {
			continue
		}
		key := "hot" + strconv.Itoa(i/10%200)
		_, ok, err := c.Get(t.Context(), key)
		require.NoError(t, err)
		if !ok {
			require.NoError(t, c.Set(t.Context(), key, value, time.Hour))
		}
		if i >= 30_000 {
			asked++
			if ok {
				found++
			}
		}
	}
	t.Logf("%d of %d found", found, asked)
	require.Greater(t, found, asked/2)
}

func TestBounds(t *testing.T) {
	_, err := memcache.New(4095, nil)
	require.ErrorIs(t, err, &fault.Error{Code: fault.InvalidRequest})
	_, err = memcache.New(-1, nil)
	require.ErrorIs(t, err, &fault.Error{Code: fault.InvalidRequest})

	c := open(t, 1<<20, &memcache.Options{MaxValue: 100})
	require.NoError(t, c.Set(t.Context(), "k", make([]byte, 100), 0))
	err = c.Set(t.Context(), "k", make([]byte, 101), 0)
	require.ErrorIs(t, err, &fault.Error{Code: fault.PayloadTooLarge})
	require.Equal(t, fault.Details{"limit": 100, "size": 101}, fault.From(err).Details)

	c = open(t, 8192, &memcache.Options{MaxValue: 1 << 30})
	require.ErrorIs(t, c.Set(t.Context(), "k", make([]byte, 8192), 0), &fault.Error{Code: fault.PayloadTooLarge}, "no value is larger than the cache")
}

func BenchmarkGet(b *testing.B) {
	c := open(b, 64<<20, nil)
	keys := make([]string, 10_000)
	for i := range keys {
		keys[i] = cache.Key("profile", "tenant", strconv.Itoa(i))
		require.NoError(b, c.Set(b.Context(), keys[i], make([]byte, 1000), time.Hour))
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := c.Get(b.Context(), keys[rand.IntN(len(keys))]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSet(b *testing.B) {
	c := open(b, 64<<20, nil)
	value := make([]byte, 1000)
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		i++
		if err := c.Set(b.Context(), strconv.Itoa(i&0xffff), value, time.Hour); err != nil {
			b.Fatal(err)
		}
	}
}
