package e5embedtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/e5test"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The model knows that two sentences of two languages mean the same.
func TestTheRealModelKnowsLanguages(t *testing.T) {
	e := Embedder(t)
	require.Equal(t, rag.EmbedModel{Name: e5test.Model, Dimensions: e5test.Dimensions}, e.Model())
	v, err := e.Embed(t.Context(), rag.EmbedPassage, []string{"ताजमहल आगरा में है।", "The Taj Mahal is in Agra.", "Cricket is played with a bat and a ball."})
	require.NoError(t, err)
	cosine := func(a, b rag.Vector) (sum float32) {
		for i := range a {
			sum += a[i] * b[i]
		}
		return sum
	}
	require.Greater(t, cosine(v[0], v[1]), cosine(v[0], v[2])+.1)
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
