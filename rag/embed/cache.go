package embed

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/akshara-go/akshara/observe/cache"
	"github.com/akshara-go/akshara/rag"
)

// Versioned is an embedder whose vectors depend on more than its model and the
// text, such as a prefix: Version names that, and differs when it does.
type Versioned interface {
	Version() string
}

// What a [Cached] does where its options say nothing, and what it allows a cache.
const (
	DefaultCacheTTL = 30 * 24 * time.Hour
	cachePatience   = time.Second // for all questions of a call together, and again for all that is kept
	cacheCalls      = 8           // at once
)

// CacheOptions set a [Cached] up. The zero value is useful.
type CacheOptions struct {
	TTL time.Duration // how long a vector is kept; 0: DefaultCacheTTL
}

// Cached is an embedder that asks a cache first. It may be used concurrently, as
// its embedder and its cache may.
type Cached struct {
	inner rag.Embedder
	cache cache.Cache
	ttl   time.Duration
}

var _ rag.Embedder = (*Cached)(nil)

// Cache gives an embedder that keeps the vectors of e in c, which stays the
// caller's to close. An entry's key holds the model's name and dimensions, its
// Version if it is [Versioned], the kind, and the SHA-256 of the text; its value
// holds a sum of key and vector, so that neither another key's vector nor a
// damaged one is taken. A cache that is away, slow or wrong costs time: two
// seconds for a call at the most. While the model does not know its dimensions
// the cache is left out. Nil opts mean the defaults.
func Cache(e rag.Embedder, c cache.Cache, opts *CacheOptions) *Cached {
	d := &Cached{inner: e, cache: c, ttl: DefaultCacheTTL}
	if opts != nil && opts.TTL > 0 {
		d.ttl = opts.TTL
	}
	return d
}

// Model gives the embedder's model.
func (d *Cached) Model() rag.EmbedModel { return d.inner.Model() }

// Embed implements [rag.Embedder]. Equal texts are embedded once.
func (d *Cached) Embed(ctx context.Context, kind rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	model := d.inner.Model()
	if model.Dimensions == 0 {
		return d.inner.Embed(ctx, kind, texts)
	}
	at := make(map[string]int, len(texts))
	var unique, keys []string
	for _, text := range texts {
		if _, ok := at[text]; !ok {
			at[text] = len(unique)
			unique = append(unique, text)
			keys = append(keys, d.key(model, kind, text))
		}
	}
	vectors := make([]rag.Vector, len(unique))
	d.ask(ctx, model, keys, vectors)
	if err := d.make(ctx, kind, unique, keys, vectors); err != nil {
		return nil, err
	}
	out := make([]rag.Vector, len(texts))
	for i, text := range texts {
		out[i] = slices.Clone(vectors[at[text]])
	}
	return out, nil
}

// cacheForm is the form of keys and values; another one starts anew.
const cacheForm = "1"

func (d *Cached) key(m rag.EmbedModel, kind rag.EmbedKind, text string) string {
	version := ""
	if v, ok := d.inner.(Versioned); ok {
		version = v.Version()
	}
	sum := sha256.Sum256([]byte(text))
	return cache.Key("embedding", cacheForm, m.Name, strconv.Itoa(m.Dimensions), version, strconv.Itoa(int(kind)), hex.EncodeToString(sum[:]))
}

// ask fills in the vectors that the cache has.
func (d *Cached) ask(ctx context.Context, m rag.EmbedModel, keys []string, vectors []rag.Vector) {
	d.each(ctx, len(keys), func(ctx context.Context, i int) error {
		value, found, err := d.cache.Get(ctx, keys[i])
		if err == nil && found {
			vectors[i] = decodeVector(m, keys[i], value)
		}
		return err
	})
}

// make embeds the texts that have no vector yet, and keeps what comes of it.
func (d *Cached) make(ctx context.Context, kind rag.EmbedKind, texts, keys []string, vectors []rag.Vector) error {
	var missing []int
	var ask []string
	for i, v := range vectors {
		if v == nil {
			missing = append(missing, i)
			ask = append(ask, texts[i])
		}
	}
	if len(missing) == 0 {
		return nil
	}
	made, err := d.inner.Embed(ctx, kind, ask)
	if err != nil {
		return err
	}
	if err := rag.CheckVectors(d.inner.Model(), len(ask), made); err != nil {
		return err
	}
	for j, i := range missing {
		vectors[i] = made[j]
	}
	d.each(ctx, len(missing), func(ctx context.Context, j int) error {
		i := missing[j]
		return d.cache.Set(ctx, keys[i], encodeVector(keys[i], vectors[i]), d.ttl)
	})
	return nil
}

// each calls do for 0 to n-1, several at once, until the first error: a cache
// that fails once is not asked again by the same call.
func (d *Cached) each(ctx context.Context, n int, do func(ctx context.Context, i int) error) {
	ctx, cancel := context.WithTimeout(ctx, cachePatience)
	defer cancel()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, cacheCalls) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if do(ctx, i) != nil {
					cancel()
				}
			}
		})
	}
	wg.Wait()
}

// sumSize is the length of the sum before a vector.
const sumSize = 16

// encodeVector gives a sum and the components as little-endian float32.
func encodeVector(key string, v rag.Vector) []byte {
	b := make([]byte, sumSize, sumSize+4*len(v))
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	copy(b, vectorSum(key, b[sumSize:]))
	return b
}

// decodeVector reads what encodeVector wrote. What cannot be the model's vector
// for the key gives nil.
func decodeVector(m rag.EmbedModel, key string, b []byte) rag.Vector {
	if len(b) != sumSize+4*m.Dimensions || string(b[:sumSize]) != string(vectorSum(key, b[sumSize:])) {
		return nil
	}
	v := make(rag.Vector, m.Dimensions)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[sumSize+4*i:]))
	}
	if rag.CheckVectors(m, 1, []rag.Vector{v}) != nil {
		return nil
	}
	return v
}

func vectorSum(key string, components []byte) []byte {
	h := sha256.New()
	_, _ = h.Write([]byte(key)) // never fails
	_, _ = h.Write(components)
	return h.Sum(nil)[:sumSize]
}
