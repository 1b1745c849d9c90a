package guard_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/guard"
)

func FuzzScore(f *testing.F) {
	for _, c := range injections(f) {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		score := guard.Score(text)
		require.GreaterOrEqual(t, score, 0.)
		for _, s := range guard.Abuse(text, guard.Mild) {
			require.Less(t, s.Start, s.End)
			require.LessOrEqual(t, s.End, len(text))
		}
	})
}

// However a model cuts its text, what comes out is the same, and what is hidden comes back.
func FuzzStream(f *testing.F) {
	f.Add("call 9876543210 or see https://evil.example/x ![a b](//x.y/z)", 1)
	f.Add("f u c k [phone:\xff", 3)
	f.Add(secretPrompt, 7)
	f.Fuzz(func(t *testing.T, text string, size int) {
		if !utf8.ValidString(text) {
			return
		}
		m := says(text)
		m.size = max(size, 1)
		g := newGuard(t, &guard.Options{Questions: guard.Flag})
		both(t, g.Model(m), asked("9876543210"))
		e := echoes()
		res, err := newGuard(t, &guard.Options{Questions: guard.Flag, AnswerAbuse: guard.Flag, Hosts: []string{"x.example"}}).Model(e).Generate(t.Context(), user(text))
		require.NoError(t, err)
		if !strings.ContainsAny(text, "<[\\/.:") {
			require.Equal(t, text, res.Text)
		}
	})
}

// Megabytes that nobody should send are gone through in time that grows with their length alone.
func TestHostileTextsTakeLinearTime(t *testing.T) {
	const size = 256 << 10 / slowdown
	g := newGuard(t, nil)
	for _, text := range []string{strings.Repeat("7", 10<<20/slowdown)} {
		_, err := g.Model(says("x")).Generate(t.Context(), user(text))
		require.NoError(t, err)
	}
	for _, unit := range []string{"7", "9876543210 ", "a", "[", "<|", "a b ", "A", "%41", "\u202e", "http://", "ignore ", "![", "क", "*"} {
		text := strings.Repeat(unit, size/len(unit))
		start := time.Now()
		res, err := g.Model(says(text[:min(len(text), size/10)])).Generate(t.Context(), user(text))
		require.NoError(t, err, unit)
		require.NotNil(t, res)
		guard.Abuse(text[:size/10], guard.Mild)
		t.Logf("%q: %v", unit, time.Since(start).Round(time.Millisecond))
	}
}

func BenchmarkScore(b *testing.B) {
	text := strings.Repeat("ताजमहल आगरा में यमुना नदी के किनारे है और इसे शाहजहाँ ने बनवाया था। ", 14)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		guard.Score(text)
	}
}

func BenchmarkModel(b *testing.B) {
	text := strings.Repeat("मेरा मोबाइल 98765 43210 है, ताजमहल आगरा में यमुना नदी के किनारे है। ", 14)
	g := newGuard(b, nil)
	m := says("ठीक है।")
	req := user(text)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := g.Model(m).Generate(b.Context(), req); err != nil {
			b.Fatal(err)
		}
	}
}
