package main

import (
	"maps"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/redistest"
)

// withRedis are the variables of a service that keeps translations in d.
func withRedis(t *testing.T, d *redistest.Deployment) map[string]string {
	host, port, err := net.SplitHostPort(d.Addrs[0])
	require.NoError(t, err)
	return map[string]string{
		"REDIS_HOST": host, "REDIS_PORT": port, "REDIS_USERNAME": redistest.App, "REDIS_PASSWORD": redistest.AppPassword,
		"REDIS_SSL": "true", "REDIS_CA_FILE": d.CAFile, "REDIS_SERVER_NAME": redistest.ServerName,
		"PATH": os.Getenv("PATH"), // to start the server again
	}
}

func TestRedisKeepsTranslationsAndItsDeathCostsNone(t *testing.T) {
	d := redistest.Single(t)
	m := newModelServer(t)
	env := withModel(m)
	maps.Copy(env, withRedis(t, d))
	s, other := start(t, env), start(t, env)
	museum := map[string]any{"text": "Where is the museum?", "source_language": "en", "target_language": "hi"}
	// A busy machine may not keep the cache's 40 ms at the first try.
	require.Eventually(t, func() bool { return s.Post("/translate", museum)["cached"] == true }, 20*time.Second, 10*time.Millisecond)
	require.Eventually(t, func() bool { return other.Post("/translate", museum)["cached"] == true }, 20*time.Second, 10*time.Millisecond,
		"what one copy of the service has translated, another knows")
	_, checks := s.health()
	require.Equal(t, "healthy", checks["redis"].Status)
	require.False(t, *checks["redis"].Critical)

	d.Nodes[0].Kill()
	calls := m.calls.Load()
	for range 5 {
		began := time.Now()
		got := s.Post("/translate", museum)
		require.Equal(t, "translation", got["kind"])
		require.Equal(t, false, got["cached"])
		require.Less(t, time.Since(began), 2*time.Second)
	}
	require.Equal(t, calls+5, m.calls.Load())
	require.Eventually(t, func() bool { // the last report is used again for a second
		healthy, checks := s.health()
		require.True(t, healthy, "a cache is not critical")
		return checks["redis"].Status == "unhealthy"
	}, 20*time.Second, 50*time.Millisecond)
	_, checks = s.health()
	require.NotContains(t, checks["redis"].Error, d.Addrs[0])
	require.NotContains(t, s.Logs.String(), redistest.AppPassword)

	d.Nodes[0].Start()
	require.Eventually(t, func() bool { return s.Post("/translate", museum)["cached"] == true }, 30*time.Second, 50*time.Millisecond, "it is used again when it is back")
}

func TestAServiceStartsWithoutItsRedis(t *testing.T) {
	m := newModelServer(t)
	env := withModel(m)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	env["REDIS_HOST"], env["REDIS_PORT"], err = net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	require.NoError(t, l.Close())
	s := start(t, env)
	got := s.Post("/translate", map[string]any{"text": "Where is the museum?", "target_language": "hi"})
	require.Equal(t, "translation", got["kind"])
}
