package rediscache

import (
	"strings"
	"sync/atomic"
	"time"
)

// breaker keeps calls from a server that does not answer. It opens after some
// failures in a row; from then on calls fail at once, and now and then one of
// them starts a probe beside itself, which closes it again.
type breaker struct {
	failures atomic.Int32 // in a row
	probe    atomic.Int64 // when open: the time of the next probe, in nanoseconds since the start of the cache
	probing  atomic.Bool
}

// isOpen tells whether calls should fail at once.
func (b *breaker) isOpen() bool { return b.probe.Load() != 0 }

// succeed notes an answer and tells whether the breaker was open.
func (b *breaker) succeed() (wasOpen bool) {
	b.failures.Store(0)
	return b.isOpen() && b.probe.Swap(0) != 0
}

// fail notes a failure at the time now and tells whether it opened the breaker.
func (b *breaker) fail(now time.Duration, limit int, every time.Duration) (opened bool) {
	if int(b.failures.Add(1)) < limit {
		return false
	}
	return b.probe.CompareAndSwap(0, int64(now+every))
}

// due tells the caller to probe, and nobody else until probed is called.
func (b *breaker) due(now time.Duration) bool {
	return int64(now) >= b.probe.Load() && b.probing.CompareAndSwap(false, true)
}

// probed notes that a probe ended without an answer, unless one has come by.
func (b *breaker) probed(now, every time.Duration) {
	if at := b.probe.Load(); at != 0 {
		b.probe.CompareAndSwap(at, int64(now+every))
	}
	b.probing.Store(false)
}

// slots is how many parts a Redis Cluster divides its keys into.
const slots = 16384

// groups is how many breakers a cluster has: keys of neighbouring slots stand
// on the same server, so that one server that is away takes its own keys out
// of use and no others.
const groups = 64

// group gives the breaker's number for key.
func group(key string) int {
	// Only what stands between the first { and the next } counts, if there is any.
	if _, after, ok := strings.Cut(key, "{"); ok {
		if tag, _, ok := strings.Cut(after, "}"); ok && tag != "" {
			key = tag
		}
	}
	return int(crc16(key)) % slots / (slots / groups)
}

// crc16 is the CRC-16/XMODEM of the Redis Cluster specification.
func crc16(s string) uint16 {
	var crc uint16
	for i := range len(s) {
		crc ^= uint16(s[i]) << 8
		for range 8 {
			carry := crc&0x8000 != 0
			crc <<= 1
			if carry {
				crc ^= 0x1021
			}
		}
	}
	return crc
}
