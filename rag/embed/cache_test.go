package embed_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/cache"
	"github.com/akshara-go/akshara/observe/memcache"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/embed"
)

// shelf is a cache whose content a test sees and spoils.
type shelf struct {
	mu      sync.Mutex
	entries map[string][]byte
	err     error
	hang    bool
	calls   int
}

func newShelf() *shelf { return &shelf{entries: map[string][]byte{}} }

func (s *shelf) use(ctx context.Context) error {
	s.mu.Lock()
	s.calls++
	hang, err := s.hang, s.err
	s.mu.Unlock()
	if hang {
		<-ctx.Done()
		return ctx.Err()
	}
	return err
}

func (s *shelf) Get(ctx context.Context, key string) ([]byte, bool, error) {
	if err := s.use(ctx); err != nil {
		return nil, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.entries[key]
	return append([]byte(nil), v...), ok, nil
}

func (s *shelf) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if err := errors.Join(s.use(ctx), cache.Check(key, ttl)); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries[key] = append([]byte(nil), value...)
	return nil
}

func (s *shelf) Delete(context.Context, ...string) error { return nil }

var three = []string{"ताजमहल", "हम्पी", "ताजमहल", "कोणार्क"} // three texts, one of them twice

func embedded(t *testing.T, e rag.Embedder, kind rag.EmbedKind) []rag.Vector {
	t.Helper()
	v, err := e.Embed(t.Context(), kind, three)
	require.NoError(t, err)
	require.Len(t, v, len(three))
	return v
}

func TestATextIsEmbeddedOnce(t *testing.T) {
	c := newCone()
	want := embedded(t, c, rag.EmbedPassage)
	c.asked()
	s := newShelf()
	e := embed.Cache(c, s, nil)
	require.Equal(t, want, embedded(t, e, rag.EmbedPassage))
	require.Equal(t, 3, c.asked())
	require.Equal(t, want, embedded(t, e, rag.EmbedPassage))
	require.Zero(t, c.asked())
	for key := range s.entries {
		require.NotContains(t, key, "ताजमहल", "texts do not stand in keys")
	}

	require.NotEqual(t, want, embedded(t, e, rag.EmbedQuery))
	require.Equal(t, 3, c.asked(), "questions have vectors of their own")
	for name, change := range map[string]func(c *cone){
		"model":      func(c *cone) { c.name = "other" },
		"dimensions": func(c *cone) { c.dims = 16 },
		"version":    func(c *cone) { c.version = "passage: " },
	} {
		other := newCone()
		change(other)
		embedded(t, embed.Cache(other, s, nil), rag.EmbedPassage)
		require.Equal(t, 3, other.asked(), "another %s", name)
	}
}

// A cache that fails, hangs or lies costs time, never an answer.
func TestADeadOrLyingCacheCostsNoAnswer(t *testing.T) {
	c := newCone()
	want := embedded(t, c, rag.EmbedPassage)
	for name, spoil := range map[string]func(s *shelf){
		"dead":  func(s *shelf) { s.err = errors.New("away") },
		"hangs": func(s *shelf) { s.hang = true },
		"mixes up": func(s *shelf) {
			var last []byte
			for key, v := range s.entries {
				s.entries[key], last = last, v
			}
		},
		"flips a bit": func(s *shelf) {
			for _, v := range s.entries {
				v[len(v)-1] ^= 1
			}
		},
		"cuts": func(s *shelf) {
			for key, v := range s.entries {
				s.entries[key] = v[:len(v)-4]
			}
		},
		"gives nothing": func(s *shelf) {
			for key := range s.entries {
				s.entries[key] = nil
			}
		},
		"gives NaN": func(s *shelf) {
			for key := range s.entries {
				s.entries[key] = []byte(strings.Repeat("\xff", 16+4*32))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf()
			e := embed.Cache(c, s, nil)
			embedded(t, e, rag.EmbedPassage)
			spoil(s)
			start := time.Now()
			require.Equal(t, want, embedded(t, e, rag.EmbedPassage))
			require.Less(t, time.Since(start), 8*time.Second)
		})
	}
}

func TestACacheThatFailsIsNotAskedForEveryText(t *testing.T) {
	s := newShelf()
	s.err = errors.New("away")
	texts := make([]string, 500)
	for i := range texts {
		texts[i] = strings.Repeat("क", i+1)
	}
	_, err := embed.Cache(newCone(), s, nil).Embed(t.Context(), rag.EmbedPassage, texts)
	require.NoError(t, err)
	require.LessOrEqual(t, s.calls, 32)
}

func TestWithoutDimensionsTheCacheIsLeftOut(t *testing.T) {
	c, s := newCone(), newShelf()
	e := embed.Cache(unknown{c}, s, nil)
	embedded(t, e, rag.EmbedPassage)
	require.Zero(t, s.calls)
}

// unknown is an embedder that has not learnt its dimensions.
type unknown struct{ *cone }

func (u unknown) Model() rag.EmbedModel { return rag.EmbedModel{Name: u.name} }

func TestAMemoryCacheBeforeAnEmbedder(t *testing.T) {
	memory, err := memcache.New(1<<20, nil)
	require.NoError(t, err)
	defer memory.Close()
	c := newCone()
	e := embed.Cache(c, memory, &embed.CacheOptions{TTL: time.Hour})
	want := embedded(t, e, rag.EmbedPassage)
	c.asked()
	require.Equal(t, want, embedded(t, e, rag.EmbedPassage))
	require.Zero(t, c.asked())
}
