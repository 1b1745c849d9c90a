package rediscache_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/cache"
	"github.com/akshara-go/akshara/observe/cachetest"
	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/rediscache"
	"github.com/akshara-go/akshara/observe/redistest"
)

// quiet takes what the client would write to the test's output.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

func TestMain(m *testing.M) {
	redis.SetLogger(quiet{})
	goleak.VerifyTestMain(redistest.Around(m))
}

// clientOptions are those that reach the deployment d as the user who may only cache.
func clientOptions(tb testing.TB, d *redistest.Deployment) rediscache.ClientOptions {
	tb.Helper()
	tlsConfig, err := rediscache.TLSConfig(d.CAFile, redistest.ServerName)
	require.NoError(tb, err)
	return rediscache.ClientOptions{
		Addrs: d.Addrs, Username: redistest.App, Password: config.NewSecret(redistest.AppPassword), TLS: tlsConfig,
	}
}

// open gives a cache through a client of its own; both are closed with the test.
func open(tb testing.TB, clientOpts rediscache.ClientOptions, opts *rediscache.Options) *rediscache.Cache {
	tb.Helper()
	client, err := rediscache.NewClient(clientOpts)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, client.Close()) })
	c, err := rediscache.New(client, opts)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, c.Close()) })
	return c
}

// patient are options for tests of what is kept, not of how soon calls end.
func patient() *rediscache.Options { return &rediscache.Options{Timeout: 10 * time.Second} }

func runSuite(t *testing.T, clientOpts rediscache.ClientOptions) {
	t.Helper()
	c := open(t, clientOpts, patient())
	t.Run("suite", func(t *testing.T) {
		for name, of := range map[string]cache.Cache{"plain": c, "behind a prefix": cache.Prefix(c, "tenant", "आगरा/{1}")} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				cachetest.TestCache(t, func(*testing.T) cache.Cache { return of })
			})
		}
	})
	require.NoError(t, c.CheckHealth(t.Context()))
}

func TestSingle(t *testing.T) {
	t.Parallel()
	runSuite(t, clientOptions(t, redistest.Single(t)))
}

func TestCluster(t *testing.T) {
	if testing.Short() {
		t.Skip("starts six servers and waits for a fail-over")
	}
	t.Parallel()
	d := redistest.Cluster(t)
	opts := clientOptions(t, d)
	opts.Cluster = true
	runSuite(t, opts)
	t.Run("a master is killed", func(t *testing.T) {
		o := underLoad(t, open(t, opts, nil), loadPlan{
			steps: []step{{at: time.Second, do: d.Nodes[0].Kill}},
			total: 8 * time.Second,
		})
		require.True(t, raceEnabled || o.inTime(t), "p99 %v", o.p99) // a fail-over is not repeated
	})
}

func TestSentinel(t *testing.T) {
	if testing.Short() {
		t.Skip("starts five servers and waits for a fail-over")
	}
	t.Parallel()
	d := redistest.Sentinel(t)
	opts := clientOptions(t, d)
	opts.MasterName = redistest.MasterName
	opts.SentinelUsername, opts.SentinelPassword = redistest.SentinelUser, config.NewSecret(redistest.SentinelPassword)
	runSuite(t, opts)
	t.Run("the master is killed", func(t *testing.T) {
		o := underLoad(t, open(t, opts, nil), loadPlan{
			steps: []step{{at: time.Second, do: d.Nodes[0].Kill}},
			total: 9 * time.Second,
		})
		require.True(t, raceEnabled || o.inTime(t), "p99 %v", o.p99) // a fail-over is not repeated
	})
}

func TestLargeValuesAreRefused(t *testing.T) {
	c := open(t, rediscache.ClientOptions{Addrs: []string{"127.0.0.1:1"}}, &rediscache.Options{MaxValue: 10})
	err := c.Set(t.Context(), "k", make([]byte, 11), 0)
	require.ErrorIs(t, err, &fault.Error{Code: fault.PayloadTooLarge})
	require.Equal(t, fault.Details{"limit": 10, "size": 11}, fault.From(err).Details)
}

func TestManyKeysAreDeleted(t *testing.T) {
	c := open(t, clientOptions(t, redistest.Single(t)), patient())
	keys := make([]string, 1200)
	for i := range keys {
		keys[i] = cache.Key("many", string(rune('a'+i)))
		require.NoError(t, c.Set(t.Context(), keys[i], nil, time.Hour))
	}
	require.NoError(t, c.Delete(t.Context(), keys...))
	for _, key := range keys {
		_, found, err := c.Get(t.Context(), key)
		require.NoError(t, err)
		require.False(t, found)
	}
}

func TestWhoMayNotComeInIsToldSo(t *testing.T) {
	d := redistest.Single(t)
	good := clientOptions(t, d)
	var log bytes.Buffer
	for name, spoil := range map[string]func(*rediscache.ClientOptions) error{
		"certificate of another name": func(o *rediscache.ClientOptions) (err error) {
			o.TLS, err = rediscache.TLSConfig(d.CAFile, "other.test")
			return err
		},
		"certificate without the host dialled": func(o *rediscache.ClientOptions) (err error) {
			o.TLS, err = rediscache.TLSConfig(d.CAFile, "")
			return err
		},
		"unknown authority": func(o *rediscache.ClientOptions) (err error) {
			o.TLS, err = rediscache.TLSConfig("", redistest.ServerName)
			return err
		},
		"no TLS":         func(o *rediscache.ClientOptions) error { o.TLS = nil; return nil },
		"unknown user":   func(o *rediscache.ClientOptions) error { o.Username = "nobody"; return nil },
		"wrong password": func(o *rediscache.ClientOptions) error { o.Password = config.NewSecret("wrong-password"); return nil },
		"no user":        func(o *rediscache.ClientOptions) error { o.Username, o.Password = "", config.Secret{}; return nil },
	} {
		t.Run(name, func(t *testing.T) {
			opts := good
			require.NoError(t, spoil(&opts))
			c := open(t, opts, &rediscache.Options{Timeout: 5 * time.Second, Logger: slog.New(slog.NewTextHandler(&log, nil))})
			for range rediscache.DefaultFailures {
				_, found, err := c.Get(t.Context(), "k")
				require.Error(t, err)
				require.False(t, found)
				require.True(t, fault.Retryable(err), "%v", err)
				t.Log(err)
				for _, password := range []string{redistest.AppPassword, "wrong-password"} {
					require.NotContains(t, err.Error(), password)
				}
			}
			require.Error(t, c.CheckHealth(t.Context()))
			start := time.Now()
			_, _, err := c.Get(t.Context(), "k")
			require.ErrorContains(t, err, "not asked")
			require.Less(t, time.Since(start), time.Second, "and then Redis is left alone")
		})
	}
	require.NotContains(t, log.String(), redistest.AppPassword)
	require.NotContains(t, log.String(), "wrong-password")
	require.Equal(t, 7, strings.Count(log.String(), "level=WARN"), log.String())
}

func TestClientOptionsThatContradictEachOther(t *testing.T) {
	for name, opts := range map[string]rediscache.ClientOptions{
		"no address":          {},
		"no port":             {Addrs: []string{"cache.internal"}},
		"empty port":          {Addrs: []string{"cache.internal:"}},
		"cluster and master":  {Addrs: []string{"a:1"}, Cluster: true, MasterName: "m"},
		"cluster and DB":      {Addrs: []string{"a:1"}, Cluster: true, DB: 1},
		"several addresses":   {Addrs: []string{"a:1", "b:1"}},
		"negative DB":         {Addrs: []string{"a:1"}, DB: -1},
		"negative pool size":  {Addrs: []string{"a:1"}, PoolSize: -1},
		"one address is none": {Addrs: []string{"a:1", "b"}, Cluster: true},
	} {
		_, err := rediscache.NewClient(opts)
		require.ErrorIs(t, err, &fault.Error{Code: fault.InvalidRequest}, name)
	}
}

func TestOptionsDoNotShowPasswords(t *testing.T) {
	opts := rediscache.ClientOptions{Password: config.NewSecret("planted"), SentinelPassword: config.NewSecret("planted")}
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", opts, opts, opts), "planted")
}

func TestNewWantsAClientThatEndsCallsInTime(t *testing.T) {
	for name, client := range map[string]redis.UniversalClient{
		"none":    nil,
		"single":  redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"}),
		"cluster": redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{"127.0.0.1:1"}}),
	} {
		_, err := rediscache.New(client, nil)
		require.ErrorIs(t, err, &fault.Error{Code: fault.InvalidRequest}, name)
		if client != nil {
			require.NoError(t, client.Close())
		}
	}
}

func TestTLSConfigSaysWhichFileIsWrong(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string][]byte{"empty.pem": nil, "text.pem": []byte("not a certificate"), "large.pem": make([]byte, 2<<20)} {
		file := dir + "/" + name
		require.NoError(t, os.WriteFile(file, content, 0o600))
		_, err := rediscache.TLSConfig(file, "")
		require.ErrorIs(t, err, &fault.Error{Code: fault.InvalidRequest}, name)
		require.Equal(t, fault.Details{"file": file}, fault.From(err).Details)
	}
	_, err := rediscache.TLSConfig(dir+"/absent.pem", "")
	require.ErrorIs(t, err, os.ErrNotExist)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
}

func TestAnotherDatabase(t *testing.T) {
	d := redistest.Single(t)
	zero, opts := open(t, clientOptions(t, d), patient()), clientOptions(t, d)
	opts.DB = 3
	three := open(t, opts, patient())
	require.NoError(t, three.Set(t.Context(), "k", []byte("v"), time.Minute))
	_, found, err := zero.Get(t.Context(), "k")
	require.NoError(t, err)
	require.False(t, found)
	value, found, err := three.Get(t.Context(), "k")
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "v", string(value))
}
