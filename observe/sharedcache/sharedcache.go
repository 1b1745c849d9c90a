// Package sharedcache opens the cache that the settings of a service name: a
// Redis that all its copies share, or else the memory of the process.
//
//	kept, err := sharedcache.Open(&cfg.Redis, cfg.Redis.DBCache, &sharedcache.Options{Logger: log, Tracers: tracers})
//	if err != nil {
//		return err
//	}
//	defer kept.Close()
//	kept.Watch(monitor)
//
// A Redis that is away, slow or talks nonsense costs the callers what the cache
// would have saved, and at most some milliseconds (see package rediscache).
package sharedcache

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"strconv"

	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/cache"
	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/health"
	"github.com/akshara-go/akshara/observe/memcache"
	"github.com/akshara-go/akshara/observe/rediscache"
	"github.com/akshara-go/akshara/observe/redistrace"
)

// DefaultBytes is what a cache in memory takes where its options say nothing.
const DefaultBytes = 32 << 20

// Options sets a cache up. The zero value is useful.
type Options struct {
	Bytes   int64                // how much memory is taken where there is no Redis; 0 is DefaultBytes
	Logger  *slog.Logger         // hears when Redis goes away and comes back; nil: nowhere
	Tracers trace.TracerProvider // gets a span for each command sent to Redis; nil: none
}

// Cache is the cache that was opened. It may be used concurrently.
type Cache struct {
	cache.Cache
	redis   *rediscache.Cache // nil in memory
	closers []func() error
}

// Open gives the Redis that cfg names, its database db, or memory where cfg
// names none. It dials nothing: a Redis that is away when a service starts is
// used when it comes. Settings that no client can be made of are an error.
func Open(cfg *config.Redis, db int, opts *Options) (*Cache, error) {
	if opts == nil {
		opts = &Options{}
	}
	if cfg.Host == "" {
		return inMemory(opts.Bytes)
	}
	client, err := Client(cfg, db, opts.Tracers)
	if err != nil {
		return nil, err
	}
	return inRedis(client, opts)
}

// Client gives a client for the database db of the Redis that cfg names, for what is
// no cache. Each command is a span of tracers, if there are any. The caller closes it.
// Like [Open] it dials nothing.
func Client(cfg *config.Redis, db int, tracers trace.TracerProvider) (redis.UniversalClient, error) {
	var encryption *tls.Config
	if cfg.SSL {
		var err error
		if encryption, err = rediscache.TLSConfig(cfg.CAFile, cfg.ServerName); err != nil {
			return nil, err
		}
	}
	client, err := rediscache.NewClient(rediscache.ClientOptions{
		Addrs:    []string{net.JoinHostPort(cfg.Host, strconv.Itoa(cfg.Port))},
		Username: cfg.Username, Password: cfg.Password, DB: db, TLS: encryption,
	})
	if err != nil {
		return nil, err
	}
	if tracers == nil {
		tracers = noop.NewTracerProvider()
	}
	client.AddHook(redistrace.New(tracers))
	return client, nil
}

func inMemory(bytes int64) (*Cache, error) {
	if bytes == 0 {
		bytes = DefaultBytes
	}
	memory, err := memcache.New(bytes, nil)
	if err != nil {
		return nil, err
	}
	return &Cache{Cache: memory, closers: []func() error{memory.Close}}, nil
}

func inRedis(client redis.UniversalClient, opts *Options) (*Cache, error) {
	log := opts.Logger
	if log != nil {
		log = observe.Named(log, "rediscache")
	}
	shared, err := rediscache.New(client, &rediscache.Options{Logger: log})
	if err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return &Cache{Cache: shared, redis: shared, closers: []func() error{shared.Close, client.Close}}, nil
}

// Watch adds the check of Redis, if there is one, to monitor: no service is
// unhealthy for want of a cache.
func (c *Cache) Watch(monitor *health.Monitor) {
	if c.redis != nil {
		monitor.AddChecker("redis", c.redis, &health.CheckOptions{Optional: true})
	}
}

// Close ends the connections, or gives the memory back.
func (c *Cache) Close() error {
	var errs []error
	for _, end := range c.closers {
		errs = append(errs, end())
	}
	return errors.Join(errs...)
}

// Quiet takes what the client for Redis would print beside the log, addresses
// included; the cache itself says what there is to say. A program sets it, once:
//
//	redis.SetLogger(sharedcache.Quiet{})
type Quiet struct{}

// Printf prints nothing.
func (Quiet) Printf(context.Context, string, ...any) {}
