// Package memcache keeps a cache in the memory of the process, bounded by
// bytes. When it is full it decides by how often and how lately keys were
// asked for what to keep (W-TinyLFU admission), so that a crawl over a
// million keys does not drive out the hundred that everybody asks for.
//
//	c, err := memcache.New(64<<20, nil) // 64 MiB
//	if err != nil {
//		return err
//	}
//	defer c.Close()
//	err = c.Set(ctx, "greeting", []byte("नमस्ते"), time.Minute)
package memcache

import (
	"bytes"
	"context"
	"math"
	"strconv"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/akshara-go/akshara/observe/cache"
	"github.com/akshara-go/akshara/observe/fault"
)

// overhead is what an entry costs beside its key and value: nodes, tables and
// queues. TestMemoryIsWhatTheBoundSays measures it.
const overhead = 192

// Options says how a Cache behaves. The zero value is useful.
type Options struct {
	// MaxValue is the length in bytes of the largest value that is taken; 0
	// means an eighth of the whole cache.
	MaxValue int
}

// Cache is a cache in memory. Its methods may be called by many goroutines at once.
type Cache struct {
	entries  *otter.Cache[string, entry]
	maxValue int
}

type entry struct {
	value []byte
	until time.Time // zero: no expiry
}

var (
	_ cache.Cache   = (*Cache)(nil)
	_ cache.Counter = (*Cache)(nil)
)

// New makes a cache that holds at most maxBytes of keys, values and what it
// costs to keep them (it may pass that for the moment that eviction takes).
// maxBytes must be at least 4,096: a smaller one is a [fault.InvalidRequest].
// opts may be nil.
func New(maxBytes int64, opts *Options) (*Cache, error) {
	if maxBytes < 4096 {
		return nil, fault.New(fault.InvalidRequest, "a cache in memory needs at least 4096 bytes", fault.Details{"bytes": maxBytes})
	}
	c := &Cache{maxValue: int(min(maxBytes/8, math.MaxInt32))}
	if opts != nil && opts.MaxValue > 0 {
		c.maxValue = min(opts.MaxValue, int(min(maxBytes, math.MaxInt32))-overhead-cache.MaxKey)
	}
	entries, err := otter.New(&otter.Options[string, entry]{
		MaximumWeight: uint64(maxBytes),
		Weigher:       func(key string, e entry) uint32 { return uint32(len(key) + len(e.value) + overhead) },
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[string, entry]) time.Duration {
			if e.Value.until.IsZero() {
				return math.MaxInt64
			}
			return max(time.Until(e.Value.until), 1)
		}),
		Logger: &otter.NoopLogger{},
	})
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "the cache in memory cannot be set up", nil)
	}
	c.entries = entries
	return c, nil
}

// Get implements [cache.Cache].
func (c *Cache) Get(_ context.Context, key string) ([]byte, bool, error) {
	if err := cache.Check(key, 0); err != nil {
		return nil, false, err
	}
	e, found := c.entries.GetIfPresent(key)
	if !found {
		return nil, false, nil
	}
	return bytes.Clone(e.value), true, nil
}

// Set implements [cache.Cache]. A value of more than MaxValue bytes is a
// [fault.PayloadTooLarge].
func (c *Cache) Set(_ context.Context, key string, value []byte, ttl time.Duration) error {
	if err := cache.Check(key, ttl); err != nil {
		return err
	}
	if len(value) > c.maxValue {
		return fault.New(fault.PayloadTooLarge, "the value is too large for the cache", fault.Details{"limit": c.maxValue, "size": len(value)})
	}
	c.entries.Set(key, entry{value: append([]byte{}, value...), until: deadline(ttl)})
	return nil
}

// Delete implements [cache.Cache].
func (c *Cache) Delete(_ context.Context, keys ...string) error {
	for _, key := range keys {
		if err := cache.Check(key, 0); err != nil {
			return err
		}
		c.entries.Invalidate(key)
	}
	return nil
}

// Add implements [cache.Counter].
func (c *Cache) Add(_ context.Context, key string, delta int64, ttl time.Duration) (int64, error) {
	if err := cache.Check(key, ttl); err != nil {
		return 0, err
	}
	var sum int64
	var err error
	c.entries.Compute(key, func(old entry, found bool) (entry, otter.ComputeOp) {
		if !found {
			old = entry{value: []byte{'0'}, until: deadline(ttl)}
		}
		if sum, err = add(old.value, delta); err != nil {
			return old, otter.CancelOp
		}
		return entry{value: strconv.AppendInt(nil, sum, 10), until: old.until}, otter.WriteOp
	})
	return sum, err
}

// add gives number + delta.
func add(number []byte, delta int64) (int64, error) {
	n, err := strconv.ParseInt(string(number), 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != string(number) { // "+1" and "01" are no numbers to Redis either
		return 0, fault.Wrap(err, fault.InvalidRequest, "the cache entry does not hold a value of that kind", nil)
	}
	sum := n + delta
	if (delta > 0) != (sum > n) && delta != 0 {
		return 0, fault.New(fault.InvalidRequest, "the count would not fit 64 bits", nil)
	}
	return sum, nil
}

// deadline gives the time at which an entry of ttl from now is gone.
func deadline(ttl time.Duration) time.Time {
	if ttl == 0 {
		return time.Time{}
	}
	return time.Now().Add(ttl)
}

// Size gives the bytes that the cache holds, counted as [New] does.
func (c *Cache) Size() int64 { return int64(c.entries.WeightedSize()) }

// Close empties the cache and ends its goroutine. Calls that come later do no harm:
// it is a cache still, that removes what has expired only when it is used.
func (c *Cache) Close() error {
	c.entries.StopAllGoroutines()
	c.entries.InvalidateAll()
	return nil
}
