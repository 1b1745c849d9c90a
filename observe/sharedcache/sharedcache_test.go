package sharedcache_test

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/health"
	"github.com/akshara-go/akshara/observe/redistest"
	"github.com/akshara-go/akshara/observe/sharedcache"
)

func TestMain(m *testing.M) {
	redis.SetLogger(sharedcache.Quiet{})
	goleak.VerifyTestMain(redistest.Around(m))
}

func Example() {
	kept, err := sharedcache.Open(&config.Redis{}, 0, nil) // no host: in memory
	if err != nil {
		fmt.Println(err)
		return
	}
	defer kept.Close()
	ctx := context.Background()
	if err := kept.Set(ctx, "greeting", []byte("नमस्ते"), time.Minute); err != nil {
		fmt.Println(err)
	}
	value, found, err := kept.Get(ctx, "greeting")
	fmt.Println(string(value), found, err)
	// Output: नमस्ते true <nil>
}

// named are the settings of a server that redistest started.
func named(t *testing.T, d *redistest.Deployment) *config.Redis {
	host, port, err := net.SplitHostPort(d.Addrs[0])
	require.NoError(t, err)
	number, err := strconv.Atoi(port)
	require.NoError(t, err)
	return &config.Redis{
		Host: host, Port: number, Username: redistest.App, Password: config.NewSecret(redistest.AppPassword),
		SSL: true, CAFile: d.CAFile, ServerName: redistest.ServerName,
	}
}

func TestCopiesShareRedisDatabaseByDatabase(t *testing.T) {
	cfg := named(t, redistest.Single(t))
	open := func(db int) *sharedcache.Cache {
		c, err := sharedcache.Open(cfg, db, nil)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, c.Close()) })
		return c
	}
	one, other, elsewhere := open(0), open(0), open(3)
	require.Eventually(t, func() bool { return one.Set(t.Context(), "k", []byte("v"), time.Minute) == nil }, 20*time.Second, 10*time.Millisecond)
	require.Eventually(t, func() bool {
		value, found, err := other.Get(t.Context(), "k")
		return err == nil && found && string(value) == "v"
	}, 20*time.Second, 10*time.Millisecond)
	require.Eventually(t, func() bool {
		_, found, err := elsewhere.Get(t.Context(), "k")
		return err == nil && !found
	}, 20*time.Second, 10*time.Millisecond)
}

func TestOnlyRedisIsWatchedAndNeverNecessary(t *testing.T) {
	away := &config.Redis{Host: "127.0.0.1", Port: 1}
	for _, cfg := range []*config.Redis{{}, away} {
		c, err := sharedcache.Open(cfg, 0, nil)
		require.NoError(t, err, "a service starts without its Redis")
		monitor := health.New(&health.Options{Service: "test"})
		c.Watch(monitor)
		report := monitor.Report(t.Context())
		check, watched := report.Checks["redis"]
		require.Equal(t, cfg.Host != "", watched)
		if watched {
			require.False(t, *check.Critical)
		}
		require.NoError(t, c.Close())
	}
}

func TestSettingsThatNoClientCanBeMadeOf(t *testing.T) {
	for name, cfg := range map[string]*config.Redis{
		"no such file of authorities": {Host: "127.0.0.1", Port: 6379, SSL: true, CAFile: t.TempDir() + "/none"},
		"no database":                 {Host: "127.0.0.1", Port: 6379},
	} {
		t.Run(name, func(t *testing.T) {
			db := 0
			if !cfg.SSL {
				db = -1
			}
			_, err := sharedcache.Open(cfg, db, nil)
			require.Error(t, err)
		})
	}
}
