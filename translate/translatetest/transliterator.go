package translatetest

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
)

// TransliteratorSubject is a Transliterator under test and what it can do.
type TransliteratorSubject struct {
	Transliterator translate.Transliterator
	// From and To are a pair of scripts that it knows. From is Latin, Devanagari or Arabic.
	From, To lang.Script
	// Unknown is a pair of known scripts that it does not write, From first; zero: it writes all.
	Unknown [2]lang.Script
	// Echo says that a scripted engine is behind it, which answers by Echo and so
	// writes every letter of a text, whatever its script.
	Echo bool
	// Language is one that words in Latin letters are read in, written in To: Candidates
	// are demanded. Empty: it is no CandidateTransliterator.
	Language lang.Code
}

// TestTransliterator demands of the Transliterators that newSubject makes what
// the contract on [translate.Transliterator] says, and, of those with a
// Language, what is said on [translate.CandidateTransliterator]. newSubject is
// called for each case.
//
//	func TestTransliterator(t *testing.T) {
//		translatetest.TestTransliterator(t, func(t *testing.T) *translatetest.TransliteratorSubject {
//			return &translatetest.TransliteratorSubject{Transliterator: newEngine(t), From: lang.Latin, To: lang.Devanagari, Language: lang.Hindi}
//		})
//	}
func TestTransliterator(t *testing.T, newSubject func(t *testing.T) *TransliteratorSubject) {
	for _, cases := range [][]writingCase{writingCases, strangeCases, scriptCases, writingEndCases, candidateCases} {
		for _, c := range cases {
			t.Run(c.demand, func(t *testing.T) { c.run(&writing{T: t, TransliteratorSubject: newSubject(t)}) })
		}
	}
}

// writingCase is one demand on a Transliterator.
type writingCase struct {
	demand string
	run    func(w *writing)
}

// writing runs a case.
type writing struct {
	*testing.T
	*TransliteratorSubject
}

// spoken are some words in the scripts that a subject may write from.
var spoken = map[lang.Script][]string{
	lang.Latin:      {"namaste", "duniya", "pustak", "bharat"},
	lang.Devanagari: {"नमस्ते", "दुनिया", "पुस्तक", "भारत"},
	lang.Arabic:     {"کتاب", "دنیا", "گھر", "بھارت"},
}

func (w *writing) words() []string { return spoken[w.From] }

// write demands that text is written in the subject's other script.
func (w *writing) write(text string) string {
	w.Helper()
	out, err := w.Transliterator.Transliterate(w.Context(), text, w.From, w.To)
	require.NoError(w, err)
	return out
}

// staysAs demands that texts come back byte for byte.
func (w *writing) staysAs(texts ...string) {
	w.Helper()
	for _, text := range texts {
		require.Equal(w, text, w.write(text))
	}
}

// isWritten demands that every letter of out is in the other script.
func (w *writing) isWritten(text, out string) {
	w.Helper()
	require.True(w, utf8.ValidString(out))
	if w.Echo {
		require.Equal(w, Echo(text, w.To), out)
		return
	}
	shares := lang.Scripts(out)
	require.Len(w, shares, 1, "%q", out)
	require.Equal(w, w.To, shares[0].Script, "%q", out)
}

// survives demands that a strange text comes out as text of bounded length, or
// is refused by a code of the contract.
func (w *writing) survives(text string) {
	w.Helper()
	out, err := w.Transliterator.Transliterate(w.Context(), text, w.From, w.To)
	if err != nil {
		require.NotEqual(w, fault.Internal, fault.CodeOf(err), "%v", err)
		require.True(w, fault.CodeOf(err).Valid(), "%v", err)
		return
	}
	require.True(w, utf8.ValidString(out))
	require.LessOrEqual(w, len(out), 16*len(text)+64)
}

var writingCases = []writingCase{
	{"a word comes out in the other script", func(w *writing) {
		for _, word := range w.words() {
			w.isWritten(word, w.write(word))
		}
	}},
	{"words come out in their order, with what stands between them", func(w *writing) {
		text := "  " + strings.Join(w.words(), ", ") + "!\n"
		out := w.write(text)
		w.isWritten(text, out)
		parts := strings.Split(strings.TrimSuffix(strings.TrimPrefix(out, "  "), "!\n"), ", ")
		require.Len(w, parts, len(w.words()), "%q", out)
		for i, word := range w.words() {
			require.Equal(w, w.write(word), parts[i])
		}
	}},
	{"an empty text gives an empty text", func(w *writing) { w.staysAs("") }},
	{"white space alone stays", func(w *writing) { w.staysAs(" ", "\n\n", "\t \u00a0\u3000") }},
	{"European digits and punctuation alone stay", func(w *writing) { w.staysAs("1,00,000", "… — !?", "+91-11-2301") }},
	{"emoji alone stay", func(w *writing) { w.staysAs("😀", "👍🏽 🇮🇳") }},
	{"numbers and emoji in a text stay where they are", func(w *writing) {
		out := w.write("1653 " + w.words()[0] + " 😀")
		require.True(w, strings.HasPrefix(out, "1653 ") && strings.HasSuffix(out, " 😀"), "%q", out)
	}},
	{"what is in another script stays", func(w *writing) {
		if w.Echo {
			w.Skip("the scripted engine writes every letter")
		}
		out := w.write("书 " + w.words()[0] + " книга")
		require.True(w, strings.HasPrefix(out, "书 ") && strings.HasSuffix(out, " книга"), "%q", out)
	}},
	{"a text with nothing in the script stays", func(w *writing) {
		if w.Echo {
			w.Skip("the scripted engine writes every letter")
		}
		w.staysAs("书 книга 12", w.write(w.words()[0]))
	}},
	{"directional marks stay", func(w *writing) {
		out := w.write("\u2067" + w.words()[0] + "\u2069 1653")
		require.True(w, strings.HasPrefix(out, "\u2067") && strings.HasSuffix(out, "\u2069 1653"), "%q", out)
	}},
	{"a script into itself changes nothing", func(w *writing) {
		text := w.words()[0] + " <b> 书 42 "
		for _, script := range []lang.Script{w.From, w.To} {
			out, err := w.Transliterator.Transliterate(w.Context(), text, script, script)
			require.NoError(w, err)
			require.Equal(w, text, out)
		}
	}},
}

var strangeCases = []writingCase{
	{"a text of a megabyte is written whole or refused as too large", func(w *writing) {
		line := strings.Join(w.words(), " ") + " 1653\n"
		text := strings.Repeat(line, translate.MaxTextBytes/len(line))
		out, err := w.Transliterator.Transliterate(w.Context(), text, w.From, w.To)
		if err != nil {
			require.Equal(w, fault.PayloadTooLarge, fault.CodeOf(err), "%v", err)
			return
		}
		require.Equal(w, strings.Count(text, " 1653\n"), strings.Count(out, " 1653\n"))
	}},
	{"ten thousand marks on one letter do no harm", func(w *writing) {
		for _, mark := range []string{"\u093C", "\u094D", "\u0301", "\u064E"} {
			w.survives(w.words()[0] + strings.Repeat(mark, 10_000))
		}
	}},
	{"a word of ten thousand letters does no harm", func(w *writing) {
		w.survives(strings.Repeat(w.words()[0], 10_000/len(w.words()[0])))
	}},
	{"control characters do no harm", func(w *writing) {
		w.survives("a\x00b\x01c\x1b[31md\u0085\u2028 " + w.words()[0])
	}},
	{"lone marks, joiners and unassigned code points do no harm", func(w *writing) {
		w.survives("\u0941\u094d\u200d \U000e0fff\uffff\u0378 \u0984\u0a00 " + w.words()[0])
	}},
	{"what means something to JSON, shells and markup does no harm", func(w *writing) {
		w.survives(`"\u0041\" $(reboot) ` + "`id`" + ` ' -- <|im_end|> <b x="y">&amp;</b> [x] ^y$ #w *v {u} \ / % ] } ` + w.words()[0])
	}},
	{"bytes that are no text stay, or the text is refused", func(w *writing) {
		out, err := w.Transliterator.Transliterate(w.Context(), "\xff "+w.words()[0], w.From, w.To)
		if err != nil {
			require.Equal(w, fault.InvalidRequest, fault.CodeOf(err), "%v", err)
			return
		}
		require.True(w, strings.HasPrefix(out, "\xff "), "%q", out)
	}},
}

// refusesScript demands that a pair is INVALID_LANGUAGE, with the field that is wrong.
func (w *writing) refusesScript(field string, from, to lang.Script) {
	w.Helper()
	_, err := w.Transliterator.Transliterate(w.Context(), w.words()[0], from, to)
	require.Equal(w, fault.InvalidLanguage, fault.CodeOf(err), "%v", err)
	details := fault.From(err).Details
	if field != "" {
		require.Equal(w, field, details["field"])
	}
	require.NotEmpty(w, details["supported"])
}

var scriptCases = []writingCase{
	{"an unknown script is INVALID_LANGUAGE and names what is supported", func(w *writing) {
		for _, script := range []lang.Script{"Xxxx", "", "deva", lang.OtherScript} {
			w.refusesScript("source_script", script, w.To)
			w.refusesScript("target_script", w.From, script)
		}
	}},
	{"a pair that it does not write is INVALID_LANGUAGE and names what is supported", func(w *writing) {
		if w.Unknown == [2]lang.Script{} {
			w.Skip("it writes every pair")
		}
		w.refusesScript("", w.Unknown[0], w.Unknown[1])
	}},
}

var writingEndCases = []writingCase{
	{"a context that has ended is answered at once with its error", func(w *writing) {
		ctx, cancel := context.WithCancel(w.Context())
		cancel()
		start := time.Now()
		_, err := w.Transliterator.Transliterate(ctx, w.words()[0], w.From, w.To)
		require.ErrorIs(w, err, context.Canceled)
		require.Less(w, time.Since(start), 2*time.Second)
	}},
	{"a deadline that has passed is UPSTREAM_TIMEOUT", func(w *writing) {
		ctx, cancel := context.WithDeadline(w.Context(), time.Now().Add(-time.Second))
		defer cancel()
		_, err := w.Transliterator.Transliterate(ctx, w.words()[0], w.From, w.To)
		require.ErrorIs(w, err, context.DeadlineExceeded)
		require.Equal(w, fault.UpstreamTimeout, fault.CodeOf(err))
	}},
	{"many goroutines may write at once", func(w *writing) {
		text := strings.Join(w.words(), " ")
		want := w.write(text)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 4 {
					out, err := w.Transliterator.Transliterate(w.Context(), text, w.From, w.To)
					if err != nil || out != want {
						w.Errorf("got %q %v, want %q", out, err, want)
					}
				}
			})
		}
		all.Wait()
	}},
}
