//go:build !race

package spellmodel_test

import (
	"bytes"
	"compress/flate"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/translate/translit/spellmodel"
)

// TestAnyDamageDoesNoHarm: a file with wrong bytes is an error, or a model that still answers.
func TestAnyDamageDoesNoHarm(t *testing.T) {
	whole := weights(t, "bn")
	raw, err := io.ReadAll(flate.NewReader(bytes.NewReader(whole[len(spellmodel.Format)+4:])))
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for range 60 {
		damaged := bytes.Clone(raw)
		for range 1 + random.IntN(3) {
			at := random.IntN(len(damaged))
			if random.IntN(2) == 0 {
				at = random.IntN(20_000) // units, emissions and the tree's beginning
			}
			damaged[at] = byte(random.IntN(256))
		}
		m, err := spellmodel.Parse(packed(t, damaged))
		if err != nil {
			require.ErrorIs(t, err, spellmodel.ErrFormat)
			refused++
			continue
		}
		m.Spell("panjab")
		m.Likeness("ਪੰਜਾਬ")
	}
	require.NotZero(t, refused)
}
