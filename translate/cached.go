package translate

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/akshara-go/akshara/observe/cache"
	"github.com/akshara-go/akshara/observe/fault"
)

// Defaults of CacheOptions.
const (
	DefaultCacheTTL      = 24 * time.Hour
	DefaultCachePatience = 250 * time.Millisecond
)

// cacheCalls is how many calls to the cache one request makes at a time.
const cacheCalls = 8

// CacheOptions says how a Cached keeps translations. The zero value is useful
// where the Translator has an identity.
type CacheOptions struct {
	// Identity stands in for that of the Translator: engine, model and version.
	Identity string
	// TTL is how long a translation is kept; 0 means DefaultCacheTTL.
	TTL time.Duration
	// Patience is how long one request waits for the cache, for reading and
	// again for writing; 0 means DefaultCachePatience.
	Patience time.Duration
	// Hook hears how a request went: count it. Nil means silence.
	Hook func(ctx context.Context, e CacheEvent)
}

// CacheEvent tells how a request's texts were found in the cache.
type CacheEvent struct {
	Hits, Misses int
	Err          error // what kept the cache from its part, if anything did
}

// Cached is a Translator that keeps translations in a cache. The key of one
// holds the Translator's identity (engine, model, glossary), the request's glossary, both
// languages, script and format, and the text itself as a hash. A text that
// stands in a request twice is translated once.
//
// A cache that fails or is slow costs the time of [CacheOptions].Patience, and
// no translation. Kept is only what the Translator meant to give: no error,
// no transliteration, nothing that a fallback made.
type Cached struct {
	inner Translator
	cache cache.Cache
	opts  CacheOptions
}

var (
	_ Translator = (*Cached)(nil)
	_ PairLister = (*Cached)(nil)
	_ Identifier = (*Cached)(nil)
)

// NewCached makes a Cached of t over c, which stays the caller's to close.
// opts may be nil. Without an identity, in t or in opts, it is INVALID_REQUEST:
// one engine's translations would be given as another's.
func NewCached(t Translator, c cache.Cache, opts *CacheOptions) (*Cached, error) {
	out := &Cached{inner: t, cache: c}
	if opts != nil {
		out.opts = *opts
	}
	o := &out.opts
	if o.Identity == "" {
		o.Identity = IdentityOf(t)
	}
	if o.Identity == "" {
		return nil, fault.New(fault.InvalidRequest, "translate: a cache needs to know whose translations it keeps: set CacheOptions.Identity", nil)
	}
	if o.TTL <= 0 {
		o.TTL = DefaultCacheTTL
	}
	if o.Patience <= 0 {
		o.Patience = DefaultCachePatience
	}
	if o.Hook == nil {
		o.Hook = func(context.Context, CacheEvent) {}
	}
	return out, nil
}

// Identity is that under which the translations are kept.
func (c *Cached) Identity() string { return c.opts.Identity }

// Pairs gives those of the Translator within.
func (c *Cached) Pairs(ctx context.Context) ([]Pair, error) { return PairsOf(ctx, c.inner) }

// Translate gives what the cache has and has the rest translated.
func (c *Cached) Translate(ctx context.Context, req *Request) (*Result, error) {
	if err := Check(req); err != nil {
		return nil, err
	}
	if len(req.Texts) == 0 {
		return c.inner.Translate(ctx, req)
	}
	r := c.lookup(ctx, req)
	event := CacheEvent{Hits: len(r.texts) - len(r.missing), Err: r.err}
	if len(r.missing) > 0 {
		event.Misses = c.translate(ctx, req, r)
		if err := c.store(ctx, r); event.Err == nil {
			event.Err = err
		}
	}
	c.opts.Hook(ctx, event)
	out := &Result{Texts: make([]Translation, len(req.Texts)), Source: req.Source, Target: req.Target}
	for i, at := range r.place {
		out.Texts[i] = r.made[at]
	}
	return Finish(out)
}

// round is one request: its different texts, and what became of them.
type round struct {
	texts   []string
	keys    []string
	made    []Translation
	place   []int // of each text of the request in texts
	missing []int // of texts: not in the cache
	err     error // of the cache
}

// key names a text's translation. Its parts cannot be taken for one another.
func (c *Cached) key(req *Request, glossary, text string) string {
	format := req.Format
	if format == "" {
		format = Plain
	}
	return cache.Key("translation", c.opts.Identity, glossary, string(req.Source), string(req.Target), string(req.script()), string(format), text)
}

// lookup asks the cache for the texts of req.
func (c *Cached) lookup(ctx context.Context, req *Request) *round {
	r := &round{place: make([]int, len(req.Texts))}
	glossary := GlossaryVersion(req.Glossary)
	seen := make(map[string]int)
	for i, text := range req.Texts {
		at, ok := seen[text]
		if !ok {
			at = len(r.texts)
			seen[text] = at
			r.texts, r.keys = append(r.texts, text), append(r.keys, c.key(req, glossary, text))
		}
		r.place[i] = at
	}
	r.made = make([]Translation, len(r.texts))
	found := make([]bool, len(r.texts))
	r.err = c.each(ctx, len(r.texts), func(ctx context.Context, i int) error {
		if unchanged(req, r.texts[i]) {
			return nil
		}
		b, ok, err := c.cache.Get(ctx, r.keys[i])
		if err == nil && ok {
			r.made[i], found[i] = decodeCached(b)
		}
		return err
	})
	for i := range found {
		if !found[i] {
			r.missing = append(r.missing, i)
		}
	}
	return r
}

// translate has the missing texts translated and tells how many of them an engine had to see.
func (c *Cached) translate(ctx context.Context, req *Request, r *round) (seen int) {
	texts := make([]string, len(r.missing))
	for i, at := range r.missing {
		texts[i] = r.texts[at]
	}
	res, err := c.inner.Translate(ctx, req.with(texts))
	for i, t := range settle(len(texts), res, err) {
		r.made[r.missing[i]] = t
		if t.Kind != Unchanged {
			seen++
		}
	}
	return seen
}

// store keeps what was made of the missing texts.
func (c *Cached) store(ctx context.Context, r *round) error {
	return c.each(ctx, len(r.missing), func(ctx context.Context, i int) error {
		at := r.missing[i]
		t := r.made[at]
		if t.Err != nil || t.Kind != Translated || t.Fallback || t.Cached {
			return nil
		}
		b, err := json.Marshal(t)
		if err != nil {
			return err
		}
		return c.cache.Set(ctx, r.keys[at], b, c.opts.TTL)
	})
}

// decodeCached reads an entry; false for anything that this package did not write.
func decodeCached(b []byte) (Translation, bool) {
	var t Translation
	if json.Unmarshal(b, &t) != nil || t.Kind != Translated || t.Text == "" || !utf8.ValidString(t.Text) {
		return Translation{}, false
	}
	t.Cached = true
	return t, true
}

// errImpatient is the cause of a context that ended since the cache was slow.
var errImpatient = errors.New("translate: the cache is slow")

// each calls do for 0 to n-1, a few at a time, until one fails or Patience is
// over, and gives that error. It returns when all calls have.
func (c *Cached) each(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, c.opts.Patience, errImpatient)
	defer cancel()
	var (
		mu    sync.Mutex
		first error
		next  int
		all   sync.WaitGroup
	)
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		if first == nil && ctx.Err() != nil {
			first = context.Cause(ctx)
		}
		if first != nil || next == n {
			return 0, false
		}
		next++
		return next - 1, true
	}
	for range min(cacheCalls, n) {
		all.Go(func() {
			for i, ok := take(); ok; i, ok = take() {
				if err := do(ctx, i); err != nil {
					mu.Lock()
					if first == nil {
						first = err
					}
					mu.Unlock()
				}
			}
		})
	}
	all.Wait()
	return first
}
