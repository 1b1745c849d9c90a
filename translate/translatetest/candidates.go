package translatetest

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
)

// speller gives the subject as a CandidateTransliterator; the case is skipped where it is none.
func (w *writing) speller() translate.CandidateTransliterator {
	w.Helper()
	if w.Language == "" {
		w.Skip("it gives no candidates")
	}
	c, ok := w.Transliterator.(translate.CandidateTransliterator)
	require.True(w, ok, "%T is no CandidateTransliterator", w.Transliterator)
	return c
}

// candidates demands candidates that are as the contract says.
func (w *writing) candidates(word string, k int) []translate.Candidate {
	w.Helper()
	got, err := w.speller().Candidates(w.Context(), word, w.Language, w.To, k)
	require.NoError(w, err)
	require.LessOrEqual(w, len(got), k)
	sum := 0.
	var texts []string
	for i, c := range got {
		require.Positive(w, c.Score)
		if i > 0 {
			require.LessOrEqual(w, c.Score, got[i-1].Score)
		}
		require.Equal(w, w.To, lang.ScriptOf(c.Text), "%q", c.Text)
		require.NotContains(w, texts, c.Text)
		texts = append(texts, c.Text)
		sum += c.Score
	}
	require.LessOrEqual(w, sum, 1+1e-6)
	return got
}

// refusesWord demands that candidates are refused with a code and names the field.
func (w *writing) refusesWord(code fault.Code, language lang.Code, to lang.Script, k int) fault.Details {
	w.Helper()
	got, err := w.speller().Candidates(w.Context(), spoken[lang.Latin][0], language, to, k)
	require.Equal(w, code, fault.CodeOf(err), "%v", err)
	require.Empty(w, got)
	return fault.From(err).Details
}

var candidateCases = []writingCase{
	{"a typed word has candidates in the script, the most likely first and each once", func(w *writing) {
		for _, word := range spoken[lang.Latin] {
			require.NotEmpty(w, w.candidates(word, 5))
		}
	}},
	{"fewer candidates are the first of more", func(w *writing) {
		for _, word := range spoken[lang.Latin] {
			one, five := w.candidates(word, 1), w.candidates(word, 5)
			require.Len(w, one, 1)
			require.Equal(w, one[0].Text, five[0].Text)
			require.InDelta(w, one[0].Score, five[0].Score, 1e-6)
		}
	}},
	{"a word without letters has no candidates", func(w *writing) {
		for _, word := range []string{"", " ", "42", "!", "😀"} {
			require.Empty(w, w.candidates(word, 3))
		}
	}},
	{"a number of candidates below 1 is INVALID_REQUEST", func(w *writing) {
		for _, k := range []int{0, -1} {
			require.Equal(w, "top_k", w.refusesWord(fault.InvalidRequest, w.Language, w.To, k)["field"])
		}
	}},
	{"a language without candidates is INVALID_LANGUAGE and names those with", func(w *writing) {
		for _, code := range []lang.Code{"xx", "", lang.English} {
			details := w.refusesWord(fault.InvalidLanguage, code, w.To, 1)
			require.Equal(w, "language", details["field"])
			require.NotEmpty(w, details["supported"])
		}
	}},
	{"candidates in an unknown script are INVALID_LANGUAGE and it names what is supported", func(w *writing) {
		for _, script := range []lang.Script{"Xxxx", lang.OtherScript} {
			details := w.refusesWord(fault.InvalidLanguage, w.Language, script, 1)
			require.Equal(w, "target_script", details["field"])
			require.NotEmpty(w, details["supported"])
		}
	}},
	{"words of any length and strangeness are answered in time, or refused", func(w *writing) {
		for _, word := range []string{
			strings.Repeat("a", 4096), strings.Repeat("ksh", 1365), "a" + strings.Repeat("\u0301", 4096), "na\x00ma\u200dste", "два", "नमस्ते", "a b c",
		} {
			start := time.Now()
			got, err := w.speller().Candidates(w.Context(), word, w.Language, w.To, 5)
			require.Less(w, time.Since(start), 5*time.Second)
			if err != nil {
				require.NotEqual(w, fault.Internal, fault.CodeOf(err), "%v", err)
			}
			for _, c := range got {
				require.LessOrEqual(w, len(c.Text), 16*len(word)+64)
			}
		}
	}},
	{"candidates under a context that has ended are its error", func(w *writing) {
		ctx, cancel := context.WithCancel(w.Context())
		cancel()
		_, err := w.speller().Candidates(ctx, "kitab", w.Language, w.To, 1)
		require.ErrorIs(w, err, context.Canceled)
	}},
	{"the candidates are the caller's own", func(w *writing) {
		first := w.candidates("kitab", 3)
		want := slices.Clone(first)
		clear(first)
		require.Equal(w, want, w.candidates("kitab", 3))
	}},
}
