package cache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

const (
	maxPart   = 128 // bytes of a part that stand in a key as they are
	maxParts  = 512 // bytes of a key of many parts: room is left for prefixes
	separator = ':' // between the parts of a key
	namespace = '/' // behind a prefix
)

// Key makes one key of parts, such that different parts never make the same
// key: neither a tenant called "a:b" nor a text that looks like a key can
// reach another's entry. Parts of more than 128 bytes, and keys of more than
// 512, are replaced by their SHA-256, so that any text may be a part. The
// key of plain parts stays readable: Key("answer", "hi") is "answer:hi".
func Key(parts ...string) string {
	var b strings.Builder
	for i, part := range parts {
		if i > 0 {
			b.WriteByte(separator)
		}
		if len(part) > maxPart {
			writeSum(&b, part)
			continue
		}
		escape(&b, part)
	}
	if b.Len() <= maxParts {
		return b.String()
	}
	var sum strings.Builder
	writeSum(&sum, b.String())
	sum.WriteByte('#') // a whole key's sum is no part's
	return sum.String()
}

// escape writes part with the bytes replaced that mean something in a key: to
// Key itself (: / # %) or to a cluster (braces choose the node).
func escape(b *strings.Builder, part string) {
	const hexDigits = "0123456789ABCDEF"
	for i := range len(part) {
		switch c := part[i]; c {
		case separator, namespace, '#', '%', '{', '}':
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		default:
			b.WriteByte(c)
		}
	}
}

func writeSum(b *strings.Builder, text string) {
	sum := sha256.Sum256([]byte(text))
	b.WriteByte('#')
	b.WriteString(hex.EncodeToString(sum[:]))
}

// Prefix gives a view of c whose every key stands behind the [Key] of parts:
// views of different parts never meet, which is what keeps tenants and
// services that share a cache apart. A view of a view lies inside the outer
// one. The view is a [Counter] if c is one, and takes keys that are shorter
// by the prefix.
func Prefix(c Cache, parts ...string) Cache {
	p := prefixed{cache: c, prefix: Key(parts...) + string(namespace)}
	if counter, ok := c.(Counter); ok {
		return prefixedCounter{prefixed: p, counter: counter}
	}
	return p
}

type prefixed struct {
	cache  Cache
	prefix string
}

func (p prefixed) Get(ctx context.Context, key string) ([]byte, bool, error) {
	if err := Check(key, 0); err != nil {
		return nil, false, err
	}
	return p.cache.Get(ctx, p.prefix+key)
}

func (p prefixed) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if err := Check(key, ttl); err != nil {
		return err
	}
	return p.cache.Set(ctx, p.prefix+key, value, ttl)
}

func (p prefixed) Delete(ctx context.Context, keys ...string) error {
	full := make([]string, len(keys))
	for i, key := range keys {
		if err := Check(key, 0); err != nil {
			return err
		}
		full[i] = p.prefix + key
	}
	return p.cache.Delete(ctx, full...)
}

type prefixedCounter struct {
	prefixed
	counter Counter
}

func (p prefixedCounter) Add(ctx context.Context, key string, delta int64, ttl time.Duration) (int64, error) {
	if err := Check(key, ttl); err != nil {
		return 0, err
	}
	return p.counter.Add(ctx, p.prefix+key, delta, ttl)
}
