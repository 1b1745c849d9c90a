package huggingface

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/rag/e5embed/internal/encoder"
)

// form is a way to write a tokenizer.json, with the ids that Hugging Face's
// tokenizers gives texts then.
type form struct {
	Normalizers  []any          `json:"normalizers"` // after Precompiled; nil: nor is that there
	PreTokenizer map[string]any `json:"pre_tokenizer"`
	IDs          [][]int32      `json:"ids"`
}

// put writes the tokeniser of a folder in the form.
func (f *form) put(tb testing.TB, folder fstest.MapFS) {
	tb.Helper()
	whole := from[map[string]any](tb, folder, tokenizerName)
	chars := whole["normalizer"].(map[string]any)["normalizers"].([]any)[0]
	whole["normalizer"] = nil
	if f.Normalizers != nil {
		whole["normalizer"] = map[string]any{"type": "Sequence", "normalizers": append([]any{chars}, f.Normalizers...)}
	}
	whole["pre_tokenizer"] = f.PreTokenizer
	b, err := json.Marshal(whole)
	require.NoError(tb, err)
	folder[tokenizerName] = &fstest.MapFile{Data: b}
}

// A form that is taken gives Hugging Face's ids, but for the mark that is left there
// at the end of a text where nothing strips it: SentencePiece, which such models were
// trained with, leaves none. The other forms are refused.
func TestFormsOfTheTokenizer(t *testing.T) {
	golden := from[struct {
		Texts []string `json:"texts"`
		Forms []form   `json:"forms"`
	}](t, os.DirFS("testdata"), "forms.json")
	const mark = 4 // the piece of a mark alone
	taken := 0
	for _, f := range golden.Forms {
		name, err := json.Marshal([]any{f.Normalizers, f.PreTokenizer})
		require.NoError(t, err)
		folder := files(t, "xlm-roberta")
		f.put(t, folder)
		model, err := Read(folder, Options{Name: "random", Bits: encoder.Four})
		if err != nil {
			require.ErrorAs(t, err, new(*Error))
			require.ErrorContains(t, err, tokenizerName)
			t.Logf("%s: %v", name, err)
			continue
		}
		taken++
		e := open(t, model)
		for i, text := range golden.Texts {
			want := f.IDs[i]
			if last := len(want) - 2; strings.HasSuffix(text, " ") && want[last] == mark {
				want = slices.Delete(want, last, last+1)
			}
			require.Equal(t, want, ids(e, text), "%s: %q", name, text)
		}
	}
	require.Equal(t, 9, taken)
}
