package e5embed

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/e5embed/internal/modeltest"
	"github.com/akshara-go/akshara/rag/e5embed/internal/vocabulary"
	"github.com/akshara-go/akshara/rag/ragtest"
)

const goldenModels = "internal/huggingface/testdata"

// importedModel imports a model of testdata, which candle has computed too.
func importedModel(tb testing.TB, name string, bits int) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "model")
	require.NoError(tb, ImportHuggingFace(path, "random", os.DirFS(filepath.Join(goldenModels, name)), &HuggingFaceOptions{Bits: bits}))
	return path
}

func TestAnImportedModelPassesTheSuite(t *testing.T) {
	path := importedModel(t, "xlm-roberta", 8)
	ragtest.TestEmbedder(t, func(t *testing.T) rag.Embedder { return opened(t, path, nil) })
}

// From text to vector, what was imported is what candle computes in float32.
func TestImportedVectorsAreCandles(t *testing.T) {
	for _, name := range []string{"xlm-roberta", "bert"} {
		var texts []string
		var pooled [][2]rag.Vector // the mean, and the first state
		for file, v := range map[string]any{"texts.json": &texts, "pooled.json": &pooled} {
			b, err := os.ReadFile(filepath.Join(goldenModels, name, file))
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(b, v))
		}
		for bits, bar := range map[int]float64{32: .9999, 8: .999} {
			e := opened(t, importedModel(t, name, bits), nil)
			got, err := e.Embed(t.Context(), rag.EmbedPassage, texts)
			require.NoError(t, err)
			least := 1.
			for i, v := range got {
				least = min(least, modeltest.Cosine(v, pooled[i][0]))
			}
			t.Logf("%s, %d bits: cosine %.7f at least", name, bits, least)
			require.GreaterOrEqual(t, least, bar)
		}
	}
}

func TestImportsOfFilesThatFail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model")
	folder := os.DirFS(filepath.Join(goldenModels, "bert"))
	require.Equal(t, fault.InvalidRequest, fault.CodeOf(ImportHuggingFace(path, "random", folder, &HuggingFaceOptions{Bits: 5})))
	require.Equal(t, fault.NotFound, fault.CodeOf(ImportHuggingFace(path, "random", os.DirFS(t.TempDir()), nil)))
	require.Error(t, ImportHuggingFace(filepath.Join(path, "no", "folder"), "random", folder, nil))

	refused := func(name, file string, folder fs.FS) {
		t.Helper()
		err := ImportHuggingFace(path, name, folder, nil)
		var model *ModelError
		require.True(t, errors.As(err, &model), err)
		require.Equal(t, file, model.File)
		require.Equal(t, fault.Internal, fault.CodeOf(err))
	}
	refused("random", "config.json", fstest.MapFS{"config.json": {Data: []byte(`{"model_type":"t5"}`)}})
	refused("", "config.json", folder)
	err := ImportHuggingFace(path, "random", folder, &HuggingFaceOptions{Cut: true})
	require.ErrorIs(t, err, vocabulary.ErrOther)
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Empty(t, left)
}
