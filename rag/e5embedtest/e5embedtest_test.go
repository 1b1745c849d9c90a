package e5embedtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/e5test"
	"github.com/akshara-go/akshara/rag/ragtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheRealModelPassesTheSuite(t *testing.T) {
	e := Embedder(t)
	require.Equal(t, rag.EmbedModel{Name: e5test.Model, Dimensions: e5test.Dimensions}, e.Model())
	ragtest.TestEmbedder(t, func(*testing.T) rag.Embedder { return e })
}

func TestVectorsAreKept(t *testing.T) {
	var v vectors
	ctx := t.Context()
	_, found, err := v.Get(ctx, "k")
	require.NoError(t, err)
	require.False(t, found)
	require.NoError(t, v.Set(ctx, "k", []byte("one"), time.Hour))
	value, found, err := v.Get(ctx, "k")
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "one", string(value))
	require.NoError(t, v.Delete(ctx, "k", "none"))
	_, found, err = v.Get(ctx, "k")
	require.NoError(t, err)
	require.False(t, found)
}
