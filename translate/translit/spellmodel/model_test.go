package spellmodel_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/translate/translit/spellmodel"
)

// weights gives the committed file of a language.
func weights(tb testing.TB, code string) []byte {
	tb.Helper()
	packed, err := os.ReadFile("../weights/" + code + ".bin")
	require.NoError(tb, err)
	return packed
}

func open(tb testing.TB, code string) *spellmodel.Model {
	tb.Helper()
	m, err := spellmodel.Parse(weights(tb, code))
	require.NoError(tb, err)
	return m
}

// BenchmarkSpell tells how long a word takes.
func BenchmarkSpell(b *testing.B) {
	m := open(b, "hi")
	words := []string{"bharat", "ki", "rajdhani", "kahan", "hai", "vishwavidyalay", "samachar", "aur", "pradhanmantri", "me"}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		m.Spell(words[i%len(words)])
		i++
	}
}

// BenchmarkParse tells how long it takes to unpack the weights of a language.
func BenchmarkParse(b *testing.B) {
	packed := weights(b, "hi")
	for b.Loop() {
		if _, err := spellmodel.Parse(packed); err != nil {
			b.Fatal(err)
		}
	}
}
