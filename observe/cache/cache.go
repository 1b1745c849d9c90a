// Package cache keeps answers that cost something to make: the port that
// caches implement, and a [Loader] that asks a cache first and makes the
// answer otherwise.
//
//	memory, err := memcache.New(64<<20, nil)
//	...
//	loader := cache.NewLoader[Profile](memory, &cache.Options[Profile]{TTL: time.Minute})
//	defer loader.Close()
//	profile, err := loader.Get(ctx, cache.Key("profile", tenant, id), func(ctx context.Context) (Profile, error) {
//		return store.Profile(ctx, tenant, id)
//	})
//
// A cache is never the only place of anything: a cache that is away costs the
// time of making the answer, never the answer. The Loader holds to that; who
// uses a [Cache] directly treats its errors as "not there".
//
// Package memcache keeps entries in the process, package rediscache in Redis;
// both pass the suite of package cachetest.
package cache

import (
	"context"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
)

// MaxKey is the length of a key in bytes that every cache takes at least; a
// longer one is refused with [fault.InvalidRequest]. [Key] makes keys that fit.
const MaxKey = 1024

// Cache keeps values of bytes under keys for a time. Its methods may be called
// by many goroutines at once, and return when ctx ends. Slices are the
// caller's own: Set keeps a copy, Get gives one.
//
// Errors are fault.Errors: [fault.InvalidRequest] for a key or an expiry that
// no cache takes, [fault.PayloadTooLarge] for a value that this one does not
// take, and codes that [fault.Retryable] knows when the cache is away. They
// name neither keys nor values.
//
// A cache may also be a [Counter], a health.Checker or an io.Closer.
type Cache interface {
	// Get gives the value of key and true, or false when there is none or it
	// has expired. A key that is not there is no error.
	Get(ctx context.Context, key string) (value []byte, found bool, err error)

	// Set keeps value under key in place of what was there. It is gone ttl
	// later, or before, when the cache needs the room; a ttl of 0 leaves it to
	// the cache alone. A ttl below 0 is an error. Times count in milliseconds
	// at least: a part of one is a whole one. A value may be empty.
	Set(ctx context.Context, key string, value []byte, ttl time.Duration) error

	// Delete removes keys; one that is not there is no error, nor are no keys
	// at all. With an error some may be gone and others not.
	Delete(ctx context.Context, keys ...string) error
}

// Counter is the optional interface of a cache that counts: what a rate limit
// or a quota needs.
type Counter interface {
	// Add adds delta, which may be negative, to the number under key in one
	// step that no other can come between, and gives the sum. A key that is
	// not there counts from 0 and is gone ttl after this first Add, whatever is
	// added later; a ttl of 0 leaves that to the cache. Get gives the number
	// in decimal digits. A value that is no number of 64 bits, and a sum that
	// would be none, are an [fault.InvalidRequest], and nothing is changed.
	Add(ctx context.Context, key string, delta int64, ttl time.Duration) (int64, error)
}

// Check gives the [fault.InvalidRequest] that every cache owes to a key that is
// empty or longer than [MaxKey], and to a negative expiry; nil otherwise. It is
// for implementations.
func Check(key string, ttl time.Duration) error {
	switch {
	case key == "":
		return fault.New(fault.InvalidRequest, "a cache key must not be empty", nil)
	case len(key) > MaxKey:
		return fault.New(fault.InvalidRequest, "a cache key is too long", fault.Details{"limit": MaxKey, "length": len(key)})
	case ttl < 0:
		return fault.New(fault.InvalidRequest, "a cache entry cannot expire in the past", nil)
	}
	return nil
}
