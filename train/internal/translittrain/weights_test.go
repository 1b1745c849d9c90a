//go:build !race

package main

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/train/traintest"
)

// TestDevelopmentWeightsAreLearntAnew: the training data give the committed
// bytes of the language that has no list of words; the others are learnt by the same program.
func TestDevelopmentWeightsAreLearntAnew(t *testing.T) {
	if testing.Short() || runtime.GOARCH != "amd64" {
		t.Skip("learning a language takes a quarter of a minute, and other processors round otherwise")
	}
	out := t.TempDir()
	require.NoError(t, train(filepath.Dir(traintest.Data(t, "translit")), t.TempDir(), out, []string{"sd"}, committed))
	learnt, err := os.ReadFile(filepath.Join(out, "sd.bin"))
	require.NoError(t, err)
	want, err := os.ReadFile("../../../translate/translit/weights/sd.bin")
	require.NoError(t, err)
	require.True(t, string(want) == string(learnt), "make train-translit gives other weights than those that are committed")
}
