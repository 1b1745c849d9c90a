// Package rediscache keeps a cache in Redis: one server, a Cluster, or a master
// under Sentinels, shared by all copies of a service.
//
//	client, err := rediscache.NewClient(rediscache.ClientOptions{Addrs: []string{"cache.internal:6379"}, Username: "app", Password: secret, TLS: tlsConfig})
//	if err != nil {
//		return err
//	}
//	defer client.Close()
//	c, err := rediscache.New(client, nil)
//	if err != nil {
//		return err
//	}
//	defer c.Close()
//	err = c.Set(ctx, "greeting", []byte("नमस्ते"), time.Minute)
//
// A Redis that is away must not slow anybody down. Each call has a time limit
// (40 ms, so that a busy machine too is done within 50), and after three failures in a row calls fail at once, without
// waiting; a probe in the background finds out when Redis is back. In a cluster
// that goes by groups of keys, so that the loss of one server leaves the others'
// keys in use. A cache.Loader over this cache turns all that into misses.
//
// The ACL user needs these commands and no others, on the keys of its prefix:
//
//	+ping +hello +get +set +incrby +exists +unlink +multi +exec
//
// in a cluster +command +cluster|slots +cluster|shards, and for another database
// than 0 +select.
//
// Redis 7.0 reads its append-only file back with the rights of the user default, and
// where that is merely off, as it should be, leaves the transactions of [Cache.Add]
// out: counters are gone after a restart. It stays off and reads them with
//
//	user default off resetchannels -@all +set +incrby ~prefix:*
package rediscache

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/akshara-go/akshara/observe/cache"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/health"
)

// What a Cache does where its options say nothing.
const (
	DefaultTimeout    = 40 * time.Millisecond
	DefaultMaxValue   = 1 << 20
	DefaultFailures   = 3
	DefaultProbeEvery = 250 * time.Millisecond
)

// probeTimeout bounds a probe; nobody waits for it, and a server that comes
// back may be slow to shake hands.
const probeTimeout = time.Second

// Options says how a Cache behaves. The zero value is useful.
type Options struct {
	// Timeout is what one call may cost at the most; 0 means DefaultTimeout.
	// The caller's context may end it earlier.
	Timeout time.Duration
	// MaxValue is the length in bytes of the largest value that is written; 0
	// means DefaultMaxValue.
	MaxValue int
	// Failures is how many calls in a row have to fail before Redis counts as
	// away; 0 means DefaultFailures.
	Failures int
	// ProbeEvery is how long a Redis that is away is left alone between two
	// probes; 0 means DefaultProbeEvery.
	ProbeEvery time.Duration
	// Logger hears when Redis, or some of a cluster's servers, go away and when
	// all are back. Nil means silence.
	Logger *slog.Logger
}

// Cache is a cache in Redis. Its methods may be called by many goroutines at once.
type Cache struct {
	client   redis.UniversalClient
	opts     Options
	start    time.Time
	breakers []breaker
	open     atomic.Int32 // breakers that are open

	mu      sync.Mutex // orders the start of probes and Close
	closing context.Context
	close   context.CancelFunc
	probes  sync.WaitGroup
}

var (
	_ cache.Cache    = (*Cache)(nil)
	_ cache.Counter  = (*Cache)(nil)
	_ health.Checker = (*Cache)(nil)
)

// errAway is the cause of the error of calls that are not made.
var errAway = errors.New("rediscache: not asked: the last calls failed")

// New makes a cache that keeps its entries through client, which stays the
// caller's to close, after the cache. A client whose calls do not end with
// their context (ContextTimeoutEnabled is false) is a [fault.InvalidRequest]:
// [NewClient] makes one that does. opts may be nil.
func New(client redis.UniversalClient, opts *Options) (*Cache, error) {
	c := &Cache{client: client, start: time.Now(), breakers: make([]breaker, 1)}
	heeds := true
	switch client := client.(type) {
	case *redis.Client:
		heeds = client.Options().ContextTimeoutEnabled
	case *redis.ClusterClient:
		heeds = client.Options().ContextTimeoutEnabled
		c.breakers = make([]breaker, groups)
	case nil:
		return nil, fault.New(fault.InvalidRequest, "the cache needs a client for Redis", nil)
	}
	if !heeds {
		return nil, fault.New(fault.InvalidRequest, "the client for Redis must end calls with their context (ContextTimeoutEnabled)", nil)
	}
	if opts != nil {
		c.opts = *opts
	}
	setDefault(&c.opts.Timeout, DefaultTimeout)
	setDefault(&c.opts.MaxValue, DefaultMaxValue)
	setDefault(&c.opts.Failures, DefaultFailures)
	setDefault(&c.opts.ProbeEvery, DefaultProbeEvery)
	if c.opts.Logger == nil {
		c.opts.Logger = slog.New(slog.DiscardHandler)
	}
	c.closing, c.close = context.WithCancel(context.Background())
	return c, nil
}

func setDefault[N int | time.Duration](option *N, value N) {
	if *option <= 0 {
		*option = value
	}
}

// Get implements [cache.Cache].
func (c *Cache) Get(ctx context.Context, key string) ([]byte, bool, error) {
	if err := cache.Check(key, 0); err != nil {
		return nil, false, err
	}
	var value []byte
	found := true
	err := c.do(ctx, key, func(ctx context.Context) (err error) {
		value, err = c.client.Get(ctx, key).Bytes()
		if errors.Is(err, redis.Nil) {
			found, err = false, nil
		}
		return err
	})
	return value, found && err == nil, err
}

// Set implements [cache.Cache]. A value of more than MaxValue bytes is a
// [fault.PayloadTooLarge].
func (c *Cache) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if err := cache.Check(key, ttl); err != nil {
		return err
	}
	if len(value) > c.opts.MaxValue {
		return fault.New(fault.PayloadTooLarge, "the value is too large for the cache", fault.Details{"limit": c.opts.MaxValue, "size": len(value)})
	}
	return c.do(ctx, key, func(ctx context.Context) error {
		return c.client.Set(ctx, key, value, wholeMillis(ttl)).Err()
	})
}

// maxPipeline is how many keys go to Redis at once.
const maxPipeline = 500

// Delete implements [cache.Cache].
func (c *Cache) Delete(ctx context.Context, keys ...string) error {
	for _, key := range keys {
		if err := cache.Check(key, 0); err != nil {
			return err
		}
	}
	for len(keys) > 0 {
		n := min(len(keys), maxPipeline)
		err := c.do(ctx, keys[0], func(ctx context.Context) error {
			_, err := c.client.Pipelined(ctx, func(p redis.Pipeliner) error {
				for _, key := range keys[:n] { // one by one: in a cluster they live apart
					p.Unlink(ctx, key)
				}
				return nil
			})
			return err
		})
		if err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

// Add implements [cache.Counter]. The key is created with its expiry, if it is
// not there, and added to, in one transaction: no script is needed.
func (c *Cache) Add(ctx context.Context, key string, delta int64, ttl time.Duration) (int64, error) {
	if err := cache.Check(key, ttl); err != nil {
		return 0, err
	}
	var sum int64
	err := c.do(ctx, key, func(ctx context.Context) error {
		var added *redis.IntCmd
		_, err := c.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.SetArgs(ctx, key, 0, redis.SetArgs{Mode: "NX", TTL: wholeMillis(ttl)})
			added = p.IncrBy(ctx, key, delta)
			return nil
		})
		if err == nil || errors.Is(err, redis.Nil) { // Nil: the key was there
			sum, err = added.Result()
		}
		return err
	})
	return sum, err
}

// CheckHealth asks Redis for a sign of life, and is nil when it gives one
// within ctx. It asks even while calls fail at once.
func (c *Cache) CheckHealth(ctx context.Context) error {
	if err := c.client.Ping(ctx).Err(); err != nil {
		return failure(err)
	}
	return nil
}

// Close waits for probes that are under way, a second at the most. Calls fail
// from then on. The client is left open.
func (c *Cache) Close() error {
	c.mu.Lock()
	c.close()
	c.mu.Unlock()
	c.probes.Wait()
	return nil
}

// wholeMillis rounds up to the unit that Redis counts in.
func wholeMillis(d time.Duration) time.Duration {
	return (d + time.Millisecond - 1) / time.Millisecond * time.Millisecond
}

// do makes a call under the time limit, unless the server of key is away, and
// notes how it went.
func (c *Cache) do(ctx context.Context, key string, call func(context.Context) error) error {
	if err := errors.Join(ctx.Err(), c.closing.Err()); err != nil {
		return failure(err)
	}
	b := c.breaker(key)
	if b.isOpen() {
		c.startProbe(b, key)
		return failure(errAway)
	}
	limited, cancel := context.WithTimeout(ctx, c.opts.Timeout)
	defer cancel()
	err := call(limited)
	switch {
	case err == nil:
		c.succeed(b)
		return nil
	case refused(err):
		c.succeed(b) // Redis lives and says no
	case ctx.Err() != nil:
		return failure(ctx.Err()) // the caller left: that says nothing about Redis
	case b.fail(time.Since(c.start), c.opts.Failures, c.opts.ProbeEvery):
		if c.open.Add(1) == 1 {
			c.opts.Logger.WarnContext(ctx, "Redis does not answer and is left alone until it does", "error", err)
		}
	}
	return failure(err)
}

// succeed notes an answer.
func (c *Cache) succeed(b *breaker) {
	if b.succeed() && c.open.Add(-1) == 0 {
		c.opts.Logger.Info("Redis answers again")
	}
}

func (c *Cache) breaker(key string) *breaker {
	if len(c.breakers) == 1 {
		return &c.breakers[0]
	}
	return &c.breakers[group(key)]
}

// startProbe asks Redis in the background whether it is back, when it is time.
func (c *Cache) startProbe(b *breaker, key string) {
	if !b.due(time.Since(c.start)) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing.Err() != nil {
		return
	}
	c.probes.Go(func() {
		ctx, cancel := context.WithTimeout(c.closing, probeTimeout)
		defer cancel()
		if cluster, ok := c.client.(*redis.ClusterClient); ok {
			cluster.ReloadState(ctx) // another server may have taken over; the next probe goes there
		}
		// Of the key that was wanted: in a cluster the question goes to its server.
		err := c.client.Exists(ctx, key).Err()
		if err == nil || refused(err) {
			c.succeed(b)
		}
		b.probed(time.Since(c.start), c.opts.ProbeEvery)
	})
}

// refused tells whether Redis answered that it will not do this one call: that
// says nothing against the next.
func refused(err error) bool {
	if _, ok := errors.AsType[redis.Error](err); !ok || errors.Is(err, redis.Nil) {
		return false
	}
	for _, kind := range []string{"ERR ", "WRONGTYPE ", "OOM ", "NOPERM ", "EXECABORT "} {
		if strings.HasPrefix(err.Error(), kind) {
			return true
		}
	}
	return false
}

// failure gives err the code of what it means for the caller.
func failure(err error) error {
	code, sentence := fault.ServiceUnavailable, "the cache cannot be reached"
	switch {
	case errors.Is(err, context.Canceled):
		sentence = "the request was cancelled"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded): // the call's end, or what the connection made of it
		code, sentence = fault.UpstreamTimeout, "the cache did not answer in time"
	case errors.Is(err, redis.ErrPoolTimeout): // Redis was not asked
		code, sentence = fault.UpstreamTimeout, "all connections to the cache are in use"
	case !refused(err):
	case strings.Contains(err.Error(), "not an integer"), strings.Contains(err.Error(), "would overflow"), strings.HasPrefix(err.Error(), "WRONGTYPE "):
		code, sentence = fault.InvalidRequest, "the cache entry does not hold a value of that kind"
	default:
		code, sentence = fault.Upstream, "the cache refused the call"
	}
	return fault.Wrap(err, code, sentence, nil)
}
