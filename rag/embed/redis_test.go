package embed_test

import (
	"context"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/config"
	"github.com/akshara-go/akshara/observe/rediscache"
	"github.com/akshara-go/akshara/observe/redistest"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/embed"
)

// quiet takes what the client would write to the test's output.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

func TestARedisThatIsKilledCostsNoVector(t *testing.T) {
	redis.SetLogger(quiet{})
	d := redistest.Single(t)
	tlsConfig, err := rediscache.TLSConfig(d.CAFile, redistest.ServerName)
	require.NoError(t, err)
	client, err := rediscache.NewClient(rediscache.ClientOptions{
		Addrs: d.Addrs, Username: redistest.App, Password: config.NewSecret(redistest.AppPassword), TLS: tlsConfig,
	})
	require.NoError(t, err)
	defer client.Close()
	shared, err := rediscache.New(client, &rediscache.Options{Timeout: time.Second})
	require.NoError(t, err)
	defer shared.Close()

	c := newCone()
	e := embed.Cache(c, shared, nil)
	want := embedded(t, e, rag.EmbedPassage)
	require.Equal(t, 3, c.asked())
	require.Equal(t, want, embedded(t, e, rag.EmbedPassage))
	require.Zero(t, c.asked(), "Redis has them")

	d.Nodes[0].Kill()
	start := time.Now()
	require.Equal(t, want, embedded(t, e, rag.EmbedPassage))
	require.Equal(t, 3, c.asked())
	require.Less(t, time.Since(start), 5*time.Second)
}
