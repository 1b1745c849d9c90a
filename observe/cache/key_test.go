package cache_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/cache"
	"github.com/akshara-go/akshara/observe/fault"
)

func TestKeysOfDifferentPartsDiffer(t *testing.T) {
	long := strings.Repeat("a", 200)
	many := make([]string, 100)
	for i := range many {
		many[i] = "part of a key"
	}
	seen := make(map[string][]string)
	for _, parts := range [][]string{
		{"a", "b"}, {"a:b"}, {"a%3Ab"}, {"a", "", "b"}, {"a", "b", ""}, {"", "a", "b"}, {"ab"}, {"a/b"}, {"a/", "b"}, {"%"}, {"%25"},
		{"#"}, {"{a}"}, {"a}"}, {long}, {long + "a"}, {long, ""}, {cache.Key(long)}, many, {cache.Key(many...)}, append([]string{""}, many...),
		{"आगरा"}, {"आगरा", "ताज"}, {"\x00"}, {"\xff"},
	} {
		key := cache.Key(parts...)
		require.NotContains(t, seen, key, "%q and %q", parts, seen[key])
		seen[key] = parts
		require.LessOrEqual(t, len(key), 512)
		require.NotContains(t, key, "/")
		require.NotContains(t, key, "{", "a cluster would choose the node by it")
	}
	require.Equal(t, "answer:hi", cache.Key("answer", "hi"))
	require.Equal(t, "आगरा", cache.Key("आगरा"))
}

// unescape is the inverse of Key for short parts: it exists, so no two make the same key.
func unescape(key string) []string {
	parts := strings.Split(key, ":")
	for i, p := range parts {
		for code, c := range map[string]string{"%3A": ":", "%2F": "/", "%23": "#", "%7B": "{", "%7D": "}"} {
			p = strings.ReplaceAll(p, code, c)
		}
		parts[i] = strings.ReplaceAll(p, "%25", "%")
	}
	return parts
}

func FuzzKey(f *testing.F) {
	f.Add("a", "b:c")
	f.Add("%3A", "{x}#/")
	f.Fuzz(func(t *testing.T, a, b string) {
		key := cache.Key(a, b)
		require.LessOrEqual(t, len(key), 512)
		if len(a) <= 128 && len(b) <= 128 && len(key) < 512 && !strings.HasPrefix(key, "#") {
			require.Equal(t, []string{a, b}, unescape(key))
		}
	})
}

func TestPrefixesKeepTenantsApart(t *testing.T) {
	c := memory(t)
	defer c.Close()
	ctx := t.Context()
	views := []cache.Cache{
		cache.Prefix(c, "a"), cache.Prefix(c, "a", "b"), cache.Prefix(c, "a:b"), cache.Prefix(c, "a/b"), cache.Prefix(c, ""),
	}
	keys := []string{"k", "b:k", "b/k", ":k", "/k"}
	for i, v := range views {
		for _, key := range keys {
			require.NoError(t, v.Set(ctx, key, []byte{byte(i)}, time.Hour))
		}
	}
	for i, v := range views {
		for _, key := range keys {
			got, found, err := v.Get(ctx, key)
			require.NoError(t, err)
			require.True(t, found)
			require.Equal(t, []byte{byte(i)}, got, "view %d, key %q", i, key)
		}
	}
	require.NoError(t, views[0].Delete(ctx, keys...))
	for i, v := range views {
		_, found, err := v.Get(ctx, "k")
		require.NoError(t, err)
		require.Equal(t, i != 0, found)
	}
}

func TestAPrefixCountsOnlyOverACounter(t *testing.T) {
	c := memory(t)
	defer c.Close()
	_, counts := cache.Prefix(c, "a").(cache.Counter)
	require.True(t, counts)
	_, counts = cache.Prefix(struct{ cache.Cache }{c}, "a").(cache.Counter)
	require.False(t, counts)
	err := cache.Prefix(c, strings.Repeat("p", 100)).Set(t.Context(), strings.Repeat("k", cache.MaxKey), nil, 0)
	require.ErrorIs(t, err, &fault.Error{Code: fault.InvalidRequest}, "too long with its prefix")
}
