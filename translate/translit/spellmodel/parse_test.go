package spellmodel_test

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/translate/translit/spellmodel"
)

// packed deflates what stands in a file of weights.
func packed(tb testing.TB, raw []byte) []byte {
	tb.Helper()
	var out bytes.Buffer
	out.WriteString(spellmodel.Format)
	out.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(raw))))
	z, err := flate.NewWriter(&out, flate.BestSpeed)
	require.NoError(tb, err)
	_, err = z.Write(raw)
	require.NoError(tb, err)
	require.NoError(tb, z.Close())
	return out.Bytes()
}

// smallest is a model of a language whose one word is क, typed k.
func smallest() []byte {
	var b []byte
	for _, v := range []float32{1, 1, 1, 0, 1, .5} { // mix
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	b = append(b, 1, 3)
	b = append(b, "क"...)       // token 1
	b = append(b, 1, 1, 1, 'k') // token 2: क typed k
	b = append(b, 1)            // spelling: one level
	b = append(b, 2, 0, 1, 16, 16, 0, 0)
	b = append(b, 2) // typing: two levels
	b = append(b, 3, 0, 1, 1, 16, 16, 16, 0, 0, 0)
	b = append(b, 0, 1, 0, 2, 4, 0)
	b = append(b, 0) // choice: no weights
	h := spellmodel.HashWord("क", spellmodel.HashBits(1))
	return append(b, 1, byte(spellmodel.HashBits(1)), byte(h), byte(h>>8), 3) // words: one, of class 3
}

// changed is the smallest model with another byte, counted from its end.
func changed(at int, to byte) []byte {
	b := smallest()
	b[len(b)+at] = to
	return b
}

func TestTheSmallestModel(t *testing.T) {
	m, err := spellmodel.Parse(packed(t, smallest()))
	require.NoError(t, err)
	got := m.Spell("k")
	require.Len(t, got, 1)
	require.Equal(t, "क", got[0].Text)
	require.True(t, m.Has("क"))
	require.False(t, m.Has("ख"))
	require.Greater(t, m.Likeness("क"), m.Likeness("ख"))
	require.Equal(t, "कक", m.Spell("kk")[0].Text)
	other := m.With(spellmodel.Mix{Spelling: 1, Typing: 1, Choice: 1}).Spell("k")
	require.InDelta(t, 1+3*.5, got[0].LogP-other[0].LogP, 1e-5, "a word of the list, and its class")
	require.Empty(t, m.Spell("x"))
}

func TestDamagedWeightsAreAnError(t *testing.T) {
	whole := weights(t, "bn")
	for _, n := range []int{0, 5, 9, 10, 11, 1000, len(whole) - 1} {
		_, err := spellmodel.Parse(whole[:n])
		require.ErrorIs(t, err, spellmodel.ErrFormat, "%d bytes", n)
	}
	for name, raw := range map[string][]byte{
		"nothing":              {},
		"more than there is":   append(smallest(), 0),
		"a mix that is no mix": append(binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(math.NaN()))), smallest()[4:]...),
		"a part of it":         smallest()[:30],
		"a hash of 33 bits":    changed(-4, 33),
		"a hash beyond all":    changed(-2, 2),
		"a class of none":      changed(-1, spellmodel.WordClasses),
	} {
		_, err := spellmodel.Parse(packed(t, raw))
		require.ErrorIs(t, err, spellmodel.ErrFormat, name)
	}
	large := append([]byte(spellmodel.Format), 0xff, 0xff, 0xff, 0xff)
	_, err := spellmodel.Parse(append(large, whole[len(large):]...))
	require.ErrorIs(t, err, spellmodel.ErrFormat)
	_, err = spellmodel.Parse(append([]byte(nil), bytes.Replace(whole, []byte(spellmodel.Format), []byte("AKTL0\n"), 1)...))
	require.ErrorIs(t, err, spellmodel.ErrFormat)
}

func TestSpellings(t *testing.T) {
	m := open(t, "hi")
	for _, word := range []string{"bharat", "a", "kshatriya", "zzzzqx", strings.Repeat("ksh", 16), strings.Repeat("a", 48), strings.Repeat("aeiou", 9)} {
		got := m.Spell(word)
		require.NotEmpty(t, got, word)
		require.LessOrEqual(t, len(got), 40)
		seen := map[string]bool{}
		for i, s := range got {
			require.False(t, seen[s.Text], "%s twice", s.Text)
			seen[s.Text] = true
			if i > 0 {
				require.LessOrEqual(t, s.LogP, got[i-1].LogP)
			}
		}
	}
	require.Equal(t, "भारत", m.Spell("bharat")[0].Text)
	for _, word := range []string{"", "123", "Bharat", "भारत", "\xff", strings.Repeat("a", spellmodel.MaxLetters+1)} {
		require.Empty(t, m.Spell(word), word)
	}
}

// TestTheLongestWordsAreReadInTime: a word's time grows with its letters, and they are bounded.
func TestTheLongestWordsAreReadInTime(t *testing.T) {
	m := open(t, "hi")
	random := rand.New(rand.NewPCG(3, 4))
	start := time.Now()
	for range 3 {
		word := make([]byte, spellmodel.MaxLetters)
		for i := range word {
			word[i] = 'a' + byte(random.IntN(26))
		}
		m.Spell(string(word))
	}
	require.Less(t, time.Since(start), 20*time.Second, "three words of random letters")
}

func FuzzParse(f *testing.F) {
	f.Add(smallest(), "k")
	f.Add(smallest()[:40], "kk")
	f.Add([]byte{}, "")
	f.Fuzz(func(t *testing.T, raw []byte, word string) {
		m, err := spellmodel.Parse(packed(t, raw))
		if err != nil {
			require.ErrorIs(t, err, spellmodel.ErrFormat)
			return
		}
		require.LessOrEqual(t, len(m.Spell(word)), 40)
		m.Likeness(word)
	})
}
