// Package redissession keeps conversations in Redis, where every copy of a service
// finds them: one server, a Cluster, or a master under Sentinels.
//
//	client, err := rediscache.NewClient(rediscache.ClientOptions{Addrs: []string{"redis.internal:6379"}, DB: 2})
//	...
//	store, err := redissession.New(client, nil)
//	sessions := session.New(store, nil)
//
// A session is one value, which a script replaces if it is still the one that was
// read, so that a turn is there whole or not at all. Who holds it stands under a key
// beside it, with the version that was held: it ends with its lease, and when the
// session is stored. Storing changes one key alone, since Redis 7.0 with the user
// default turned off does not read transactions back from its appendonly file.
//
// A Redis that is away is an error with a code at once, or within [Options.Timeout]:
// an answer that could not be stored is no answer, since the next question would not
// know it.
//
// What was acknowledged is as safe as the server makes it. With appendonly yes and
// appendfsync always it outlives kill -9; without, a restart forgets conversations,
// and who goes on with one hears NOT_FOUND. A server whose maxmemory-policy evicts
// keys may forget single ones likewise.
//
// The ACL user needs these commands, on the keys of the prefix:
//
//	+ping +hello +evalsha +eval +get +getrange +strlen +set +pttl +pexpire +unlink
//
// in a cluster +command +cluster|slots +cluster|shards, and for another database
// than 0 +select.
package redissession

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/health"
	"github.com/akshara-go/akshara/rag/session"
)

// What a [Store] does where its options say nothing.
const (
	DefaultTimeout = time.Second
	DefaultPrefix  = "session:"
)

// Options says how a Store behaves. The zero value is useful.
type Options struct {
	Timeout time.Duration // what one call may take; 0 is DefaultTimeout. The caller's context may end it earlier
	Prefix  string        // of all keys; "" is DefaultPrefix
}

// Store is a [session.Store] in Redis. It may be used concurrently, by many processes.
type Store struct {
	client redis.UniversalClient
	opts   Options
}

var (
	_ session.Store  = (*Store)(nil)
	_ health.Checker = (*Store)(nil)
)

// New keeps sessions through client, which stays the caller's to close, and whose
// calls have to end with their context (ContextTimeoutEnabled), as those of
// rediscache.NewClient do. It sends nothing yet. Without a client it is INVALID_REQUEST.
func New(client redis.UniversalClient, opts *Options) (*Store, error) {
	if client == nil {
		return nil, fault.New(fault.InvalidRequest, "conversations need a client for Redis", nil)
	}
	s := &Store{client: client}
	if opts != nil {
		s.opts = *opts
	}
	s.opts.Timeout = cmp.Or(max(s.opts.Timeout, 0), DefaultTimeout)
	s.opts.Prefix = cmp.Or(s.opts.Prefix, DefaultPrefix)
	return s, nil
}

// What scripts say of a session that they leave alone.
const (
	none  = "none"
	held  = "held"
	lost  = "lost"
	large = "large"
)

// A value is the version, a space, who wrote it, a space, and the data; what says
// who holds a session is the version and the holder. headerBytes is more than the
// first part of a value takes.
const headerBytes = 64

var (
	// opening reads the session KEYS[1] and, for a lease of ARGV[2] milliseconds,
	// takes it for the holder ARGV[1]; 0 only reads. Values of more than ARGV[3] bytes are not read.
	opening = redis.NewScript(`
		if redis.call('STRLEN', KEYS[1]) > tonumber(ARGV[3]) then return 'large' end
		local value = redis.call('GET', KEYS[1])
		if not value then return 'none' end
		local lease, version = tonumber(ARGV[2]), string.match(value, '^%d+ ')
		if lease > 0 and version then
			local mine, holder = version .. ARGV[1], redis.call('GET', KEYS[2])
			if holder and holder ~= mine and string.sub(holder, 1, #version) == version then return 'held' end
			redis.call('SET', KEYS[2], mine, 'PX', lease)
			if redis.call('PTTL', KEYS[1]) < lease then redis.call('PEXPIRE', KEYS[1], lease) end
		end
		return value`)

	// storing puts the value ARGV[3] into the place of the version ARGV[2], to be kept
	// for ARGV[4] milliseconds. ARGV[1] is who does it.
	storing = redis.NewScript(`
		local version, writer = string.match(redis.call('GETRANGE', KEYS[1], 0, 63), '^(%d+) (%x+) ')
		local before = tonumber(ARGV[2])
		version = tonumber(version or 0)
		if version == before + 1 and writer == ARGV[1] then return 'done' end
		local holder = redis.call('GET', KEYS[2])
		if version ~= before then return 'lost' end
		if holder and holder ~= before .. ' ' .. ARGV[1] and string.match(holder, '^%d+') == ARGV[2] then return 'lost' end
		redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
		return 'done'`)

	// leaving lets go of what the holder ARGV[1] holds.
	leaving = redis.NewScript(`
		local holder = redis.call('GET', KEYS[1])
		if holder and string.match(holder, ' (%x+)$') == ARGV[1] then redis.call('UNLINK', KEYS[1]) end
		return 'done'`)
)

// keys gives the keys of a session and of who holds it, which a cluster keeps together.
func (s *Store) keys(key session.Key) []string {
	at := s.opts.Prefix + "{" + key.String() + "}"
	return []string{at, at + ":held"}
}

// Load implements [session.Store].
func (s *Store) Load(ctx context.Context, key session.Key) (*session.Record, error) {
	return s.open(ctx, key, session.Holder{}, 0)
}

// Lock implements [session.Store]. Leases are whole milliseconds.
func (s *Store) Lock(ctx context.Context, key session.Key, holder session.Holder, lease time.Duration) (*session.Record, error) {
	return s.open(ctx, key, holder, millis(lease))
}

func (s *Store) open(ctx context.Context, key session.Key, holder session.Holder, lease int64) (*session.Record, error) {
	got, err := s.run(ctx, opening, s.keys(key), holder.String(), lease, headerBytes+session.MaxRecordBytes)
	if err != nil {
		return nil, err
	}
	switch got {
	case none:
		return nil, session.NotFound()
	case held:
		return nil, session.ErrHeld
	case large:
		return nil, damaged(errors.New("it is too large"))
	}
	value, _ := got.(string)
	number, rest, _ := strings.Cut(value, " ")
	_, data, ok := strings.Cut(rest, " ")
	version, err := strconv.ParseInt(number, 10, 64)
	if err != nil || !ok || data == "" || version < 1 {
		return nil, damaged(errors.New("it does not begin with a version and a writer"))
	}
	return &session.Record{Data: []byte(data), Version: version}, nil
}

// Release implements [session.Store].
func (s *Store) Release(ctx context.Context, key session.Key, holder session.Holder, rec *session.Record) error {
	keys := s.keys(key)
	if rec == nil {
		_, err := s.run(ctx, leaving, keys[1:], holder.String())
		return err
	}
	if err := rec.Check(); err != nil {
		return err
	}
	value := append(fmt.Appendf(make([]byte, 0, headerBytes+len(rec.Data)), "%d %s ", rec.Version+1, holder), rec.Data...)
	got, err := s.run(ctx, storing, keys, holder.String(), rec.Version, value, millis(rec.Keep))
	if err == nil && got == lost {
		return session.ErrLost
	}
	return err
}

// Delete implements [session.Store].
func (s *Store) Delete(ctx context.Context, key session.Key) error {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	return failure(ctx, s.client.Unlink(ctx, s.keys(key)...).Err())
}

// CheckHealth asks Redis for a sign of life.
func (s *Store) CheckHealth(ctx context.Context) error {
	return failure(ctx, s.client.Ping(ctx).Err())
}

// run runs a script under the time limit.
func (s *Store) run(ctx context.Context, script *redis.Script, keys []string, args ...any) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	got, err := script.Run(ctx, s.client, keys, args...).Result()
	return got, failure(ctx, err)
}

// millis rounds up to the unit that Redis counts in.
func millis(d time.Duration) int64 {
	return int64((d + time.Millisecond - 1) / time.Millisecond)
}

func damaged(err error) error {
	return fault.Wrap(fmt.Errorf("redissession: %w: %w", session.ErrDamaged, err), fault.Internal, "the stored conversation cannot be read", nil)
}

// failure gives an error of Redis, or of the way to it, its code.
func failure(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	wrap := func(err error, code fault.Code, sentence string) error {
		return fault.Wrap(fmt.Errorf("redissession: %w", err), code, sentence, nil)
	}
	_, answered := errors.AsType[redis.Error](err)
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("redissession: %w", context.Canceled)
	case ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded):
		return wrap(errors.Join(err, context.DeadlineExceeded), fault.UpstreamTimeout, "the conversations did not answer in time")
	case errors.Is(err, redis.ErrPoolTimeout): // Redis was not asked
		return wrap(err, fault.UpstreamTimeout, "all connections to the conversations are in use")
	case answered && redis.HasErrorPrefix(err, "WRONGTYPE"):
		return damaged(err)
	case answered && redis.HasErrorPrefix(err, "OOM"):
		return wrap(err, fault.ServiceUnavailable, "there is no room for conversations")
	}
	return wrap(err, fault.ServiceUnavailable, "the conversations cannot be reached")
}
