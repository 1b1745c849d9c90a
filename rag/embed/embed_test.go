package embed_test

import (
	"context"
	"errors"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe/memcache"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/embed"
	"github.com/akshara-go/akshara/rag/ragtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// cone is an embedder whose vectors all point one way, as E5's do: a common
// direction and, for each text and kind, a random one of a quarter its length.
type cone struct {
	name    string
	dims    int
	err     error
	spoil   func([]rag.Vector) []rag.Vector // what is wrong with the next answers
	version string

	mu    sync.Mutex
	texts []string // all that were asked for
}

func newCone() *cone { return &cone{name: "cone", dims: 32} }

func (c *cone) Model() rag.EmbedModel { return rag.EmbedModel{Name: c.name, Dimensions: c.dims} }
func (c *cone) Version() string       { return c.version }

func (c *cone) Embed(ctx context.Context, kind rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	c.mu.Lock()
	c.texts = append(c.texts, texts...)
	c.mu.Unlock()
	if err := errors.Join(ctx.Err(), c.err); err != nil {
		return nil, err
	}
	var vectors []rag.Vector
	for _, text := range texts {
		h := fnv.New64a()
		_, _ = h.Write([]byte(text))
		rng := rand.New(rand.NewPCG(h.Sum64(), uint64(kind)))
		v := make(rag.Vector, c.dims)
		for j := range v {
			v[j] = 1 + float32(rng.NormFloat64())/4
		}
		vectors = append(vectors, v)
	}
	if c.spoil != nil {
		vectors = c.spoil(vectors)
	}
	return vectors, nil
}

// asked gives how many texts were asked for since the last call.
func (c *cone) asked() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.texts)
	c.texts = nil
	return n
}

func length(v rag.Vector) float64 {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum)
}

func cosine(a, b rag.Vector) float64 {
	var sum float64
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum / length(a) / length(b)
}

func TestEveryDecoratorPassesTheSuite(t *testing.T) {
	cached := func(t *testing.T, e rag.Embedder) rag.Embedder {
		c, err := memcache.New(8<<20, nil)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, c.Close()) })
		return embed.Cache(e, c, nil)
	}
	centred := func(t *testing.T, e rag.Embedder) rag.Embedder {
		c, err := embed.Centre(t.Context(), e, embed.NewMeanFile(t.TempDir()+"/mean"), nil)
		require.NoError(t, err)
		return c
	}
	for name, decorate := range map[string]func(t *testing.T) rag.Embedder{
		"none":     func(*testing.T) rag.Embedder { return newCone() },
		"cached":   func(t *testing.T) rag.Embedder { return cached(t, newCone()) },
		"windowed": func(t *testing.T) rag.Embedder { return embed.Window(newCone(), 128) },
		"centred":  func(t *testing.T) rag.Embedder { return centred(t, newCone()) },
		"all":      func(t *testing.T) rag.Embedder { return centred(t, embed.Window(cached(t, newCone()), 128)) },
	} {
		t.Run(name, func(t *testing.T) { ragtest.TestEmbedder(t, decorate) })
	}
}

// Whatever an embedder gives that cannot be true is refused by each decorator,
// with the text and the component that are wrong.
func TestBadVectorsAreRefused(t *testing.T) {
	nan := float32(math.NaN())
	for says, spoil := range map[string]func([]rag.Vector) []rag.Vector{
		"gave 1 vectors for 2 texts":            func(v []rag.Vector) []rag.Vector { return v[1:] },
		"gave 3 vectors for 2 texts":            func(v []rag.Vector) []rag.Vector { return append(v, v[0]) },
		"of 31 dimensions for text 2 of 2":      func(v []rag.Vector) []rag.Vector { v[1] = v[1][1:]; return v },
		"text 1 of 2 whose component 3 is not":  func(v []rag.Vector) []rag.Vector { v[0][2] = nan; return v },
		"text 2 of 2 whose component 1 is not":  func(v []rag.Vector) []rag.Vector { v[1][0] = float32(math.Inf(-1)); return v },
		"a vector for text 1 of 2 that is zero": func(v []rag.Vector) []rag.Vector { clear(v[0]); return v },
	} {
		c := newCone()
		memory, err := memcache.New(1<<20, nil)
		require.NoError(t, err)
		centred, err := embed.Centre(t.Context(), c, embed.NewMeanFile(t.TempDir()+"/mean"), nil)
		require.NoError(t, err)
		c.spoil = spoil
		for _, e := range []rag.Embedder{embed.Cache(c, memory, nil), embed.Window(c, 128), centred} {
			got, err := e.Embed(t.Context(), rag.EmbedPassage, []string{"एक", "दो"})
			require.Nil(t, got)
			require.ErrorContains(t, err, says, "%T", e)
		}
		require.NoError(t, memory.Close())
	}
}

func TestErrorsAreHandedOn(t *testing.T) {
	c := newCone()
	centred, err := embed.Centre(t.Context(), c, embed.NewMeanFile(t.TempDir()+"/mean"), nil)
	require.NoError(t, err)
	c.err = errors.New("down")
	memory, err := memcache.New(1<<20, nil)
	require.NoError(t, err)
	defer memory.Close()
	for _, e := range []rag.Embedder{embed.Cache(c, memory, nil), embed.Window(c, 128), centred} {
		_, err := e.Embed(t.Context(), rag.EmbedQuery, []string{"एक"})
		require.ErrorIs(t, err, c.err)
	}
}
