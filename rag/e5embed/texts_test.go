package e5embed

import (
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/e5embed/internal/modeltest"
)

// Texts of any size and kind have a vector of length 1, which a text beside them
// does not change.
func TestTextsOfAnyKind(t *testing.T) {
	million := 1_000_000
	if raceEnabled {
		million /= 20
	}
	texts := []string{
		"", " ", "\x00", "a\x00b", "\xff", "\xe0\xa4", "\xed\xa0\x80", "\u200d\u200c", "\ufffd", "\U0010ffff",
		"e" + strings.Repeat("\u0301", million), strings.Repeat("\u093c", million), strings.Repeat("\x00", million),
		strings.Repeat("\xff", million), strings.Repeat(" ", million), strings.Repeat("नदी बहती है। ", million/3), // 10 MB
		strings.Repeat("क", 10*million/3),
	}
	e := opened(t, randomModel(t), nil)
	for _, kind := range []rag.EmbedKind{rag.EmbedPassage, rag.EmbedQuery} {
		all, err := e.Embed(t.Context(), kind, texts)
		require.NoError(t, err)
		for i, text := range texts {
			sum := 0.
			for _, x := range all[i] {
				sum += float64(x) * float64(x)
			}
			require.InDelta(t, 1, sum, 1e-5, i)
			alone, err := e.Embed(t.Context(), kind, []string{text})
			require.NoError(t, err)
			require.Equal(t, alone[0], all[i], i)
		}
	}
}

// A batch takes the memory of its vectors and of what is computed at once, whatever
// its size.
func TestABatchTakesBoundedMemory(t *testing.T) {
	n := 100_000
	if raceEnabled || testing.Short() {
		n = 5_000
	}
	texts := make([]string, n)
	for i := range texts {
		texts[i] = strings.Repeat("a", i%6)
	}
	e := opened(t, randomModel(t), &Options{Parallel: 2})
	before, most, end := heap(), uint64(0), make(chan struct{})
	var running atomic.Bool
	running.Store(true)
	go func() {
		defer close(end)
		for running.Load() {
			most = max(most, heap())
			time.Sleep(20 * time.Millisecond)
		}
	}()
	vectors, err := e.Embed(t.Context(), rag.EmbedPassage, texts)
	running.Store(false)
	<-end
	require.NoError(t, err)
	require.Len(t, vectors, n)
	own := uint64(n) * uint64(4*modeltest.Config().Hidden+24) // and the headers of slices
	t.Logf("%d texts: %d MB at the most, %d MB of them vectors", n, (max(most, before)-before)>>20, own>>20)
	require.Less(t, max(most, before)-before, 2*own+64<<20, "the collector lets garbage be as much as what lives")
}

// heap gives the bytes of objects, garbage that was not yet collected among them.
func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
