package e5test

import (
	"math"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/rag"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func cosine(a, b rag.Vector) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	return ab / math.Sqrt(aa*bb)
}

// The model knows that two sentences of two languages mean the same, and tells
// questions from passages by input_type. Its server ends with the test.
func TestAServerOfRealEmbeddings(t *testing.T) {
	var base string
	t.Run("test", func(t *testing.T) {
		base = Start(t)
		e, err := Client(base)
		require.NoError(t, err)
		texts := []string{"ताजमहल आगरा में है।", "The Taj Mahal is in Agra.", "Cricket is played with a bat and a ball."}
		passages, err := e.Embed(t.Context(), rag.EmbedPassage, texts)
		require.NoError(t, err)
		require.Equal(t, rag.EmbedModel{Name: Model, Dimensions: Dimensions}, e.Model())
		require.Greater(t, cosine(passages[0], passages[1]), cosine(passages[0], passages[2]))
		require.Greater(t, cosine(passages[0], passages[2]), .6, "E5's vectors all point one way")
		questions, err := e.Embed(t.Context(), rag.EmbedQuery, texts[:1])
		require.NoError(t, err)
		require.Less(t, cosine(passages[0], questions[0]), .9999)
	})
	if base == "" {
		return // skipped
	}
	u, err := url.Parse(base)
	require.NoError(t, err)
	_, err = net.Dial("tcp", u.Host)
	require.Error(t, err)
}

func TestAProgramThatDoesNotServe(t *testing.T) {
	_, err := launch(t, filepath.Join(t.TempDir(), "missing"))
	require.Error(t, err)
	program := filepath.Join(t.TempDir(), "ends")
	require.NoError(t, os.WriteFile(program, []byte("#!/bin/sh\nexit 1\n"), 0o700))
	_, err = launch(t, program)
	require.Error(t, err)
}
