package redissession_test

import (
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/rediscache"
	"github.com/akshara-go/akshara/observe/redistest"
	"github.com/akshara-go/akshara/observe/sharedcache"
	"github.com/akshara-go/akshara/rag/ragtest"
	"github.com/akshara-go/akshara/rag/redissession"
	"github.com/akshara-go/akshara/rag/session"
)

func TestMain(m *testing.M) {
	redis.SetLogger(sharedcache.Quiet{})
	goleak.VerifyTestMain(redistest.Around(m))
}

// connect gives a client of d for the database of conversations, with no more rights than it needs.
func connect(tb testing.TB, d *redistest.Deployment, cluster bool) redis.UniversalClient {
	tb.Helper()
	return connectAs(tb, d, redistest.Service, redistest.ServicePassword, cluster)
}

func connectAs(tb testing.TB, d *redistest.Deployment, user, password string, cluster bool) redis.UniversalClient {
	tb.Helper()
	tls, err := rediscache.TLSConfig(d.CAFile, redistest.ServerName)
	require.NoError(tb, err)
	opts := rediscache.ClientOptions{Addrs: d.Addrs, Cluster: cluster, Username: user, Password: config.NewSecret(password), TLS: tls, DB: 2}
	if cluster {
		opts.DB = 0
	}
	client, err := rediscache.NewClient(opts)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, client.Close()) })
	return client
}

func newStore(tb testing.TB, client redis.UniversalClient) *redissession.Store {
	tb.Helper()
	s, err := redissession.New(client, nil)
	require.NoError(tb, err)
	return s
}

func TestStore(t *testing.T) {
	s := newStore(t, connect(t, redistest.Single(t), false))
	ragtest.TestSessions(t, func(*testing.T) session.Store { return s })
}

func TestStoreInACluster(t *testing.T) {
	s := newStore(t, connect(t, redistest.Cluster(t), true))
	ragtest.TestSessions(t, func(*testing.T) session.Store { return s })
}

func TestAKilledServerLosesNothingThatWasAcknowledged(t *testing.T) {
	d := redistest.Durable(t)
	ragtest.TestKilledSessions(t, newStore(t, connect(t, d, false)), d.Nodes[0].Kill, d.Nodes[0].Start)
}

func TestAServerThatIsNotThereOrHangsIsAnErrorWithACode(t *testing.T) {
	client, err := rediscache.NewClient(rediscache.ClientOptions{Addrs: []string{"127.0.0.1:1"}})
	require.NoError(t, err)
	defer client.Close()
	s := newStore(t, client)
	_, err = s.Load(t.Context(), session.Key{})
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err), "%v", err)
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(s.CheckHealth(t.Context())))

	hung := redistest.Silent(t)
	client, err = rediscache.NewClient(rediscache.ClientOptions{Addrs: []string{hung}})
	require.NoError(t, err)
	defer client.Close()
	s, err = redissession.New(client, &redissession.Options{Timeout: 50 * time.Millisecond})
	require.NoError(t, err)
	began := time.Now()
	_, err = s.Lock(t.Context(), session.Key{}, session.Holder{}, time.Second)
	require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(err), "%v", err)
	require.Less(t, time.Since(began), 2*time.Second)
}

// A Redis whose connections are all in use is not one that cannot be reached.
func TestCallsThatFindNoFreeConnection(t *testing.T) {
	opts := *connect(t, redistest.Single(t), false).(*redis.Client).Options()
	opts.PoolSize, opts.PoolTimeout, opts.MaxRetries = 1, 10*time.Millisecond, -1
	client := redis.NewClient(&opts)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	taken := client.Conn()
	require.NoError(t, taken.Ping(t.Context()).Err())
	s := newStore(t, client)
	_, err := s.Load(t.Context(), session.Key{})
	require.ErrorIs(t, err, redis.ErrPoolTimeout)
	require.Equal(t, fault.UpstreamTimeout, fault.CodeOf(err))
	require.Contains(t, fault.From(err).Message, "connections")
	require.NoError(t, taken.Close())
	_, err = s.Load(t.Context(), session.Key{})
	require.NotErrorIs(t, err, redis.ErrPoolTimeout)
}

func TestDamagedRecordsAreAnErrorWithACode(t *testing.T) {
	client := connectAs(t, redistest.Single(t), redistest.SentinelUser, redistest.SentinelPassword, false)
	s := newStore(t, client)
	key := session.KeyOf(session.Owner{}, "x")
	at := "session:{" + key.String() + "}"
	for name, damage := range map[string]func(){
		"no version":       func() { client.Set(t.Context(), at, "{}", 0) },
		"no data":          func() { client.Set(t.Context(), at, "1 00 ", 0) },
		"no writer":        func() { client.Set(t.Context(), at, "1 {}", 0) },
		"a version of 0":   func() { client.Set(t.Context(), at, "0 00 {}", 0) },
		"version of words": func() { client.Set(t.Context(), at, "first 00 {}", 0) },
		"a huge version":   func() { client.Set(t.Context(), at, strings.Repeat("9", 99)+" 00 {}", 0) },
		"nothing":          func() { client.Set(t.Context(), at, "", 0) },
		"too large":        func() { client.Set(t.Context(), at, "1 00 "+strings.Repeat("x", 2*session.MaxRecordBytes), 0) },
		"another type":     func() { client.HSet(t.Context(), at, "x", 0) },
	} {
		t.Run(name, func(t *testing.T) {
			client.Unlink(t.Context(), at)
			damage()
			_, err := s.Load(t.Context(), key)
			require.ErrorIs(t, err, session.ErrDamaged)
			require.Equal(t, fault.Internal, fault.CodeOf(err))
			_, err = s.Lock(t.Context(), key, session.Holder{1}, time.Second)
			require.ErrorIs(t, err, session.ErrDamaged)
			require.Error(t, s.Release(t.Context(), key, session.Holder{1}, &session.Record{Data: []byte("x"), Version: 7, Keep: time.Minute}))
		})
	}
}

func TestAStoreNeedsAClient(t *testing.T) {
	_, err := redissession.New(nil, nil)
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(err))
}

func TestStoresOfOtherPrefixesDoNotMeet(t *testing.T) {
	client := connect(t, redistest.Single(t), false)
	s := newStore(t, client)
	other, err := redissession.New(client, &redissession.Options{Prefix: "other:"})
	require.NoError(t, err)
	require.NoError(t, s.CheckHealth(t.Context()))
	require.NoError(t, s.Release(t.Context(), session.Key{}, session.Holder{}, &session.Record{Data: []byte("x"), Keep: time.Minute}))
	_, err = other.Load(t.Context(), session.Key{})
	require.Equal(t, fault.NotFound, fault.CodeOf(err))
}
