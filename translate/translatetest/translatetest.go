// Package translatetest holds the suites that implementations of package
// translate's ports have to pass, each case a sentence that says what it
// demands. A new engine is right when this passes:
//
//	func TestTranslator(t *testing.T) {
//		translatetest.TestTranslator(t, func(t *testing.T) *translatetest.Subject {
//			return &translatetest.Subject{Translator: newEngine(t), Source: lang.English, Target: lang.Hindi}
//		})
//	}
//
// Engines that run elsewhere are tested against a scripted server that answers
// by [Echo]. Only tests import this package.
package translatetest

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
)

// Subject is a Translator under test and what it can do.
type Subject struct {
	Translator translate.Translator
	// Source and Target are a pair that it translates. Source is English or Urdu.
	Source, Target lang.Code
	// Unknown is a pair of known languages that it does not translate; zero: it translates all.
	Unknown translate.Pair
	// Real says that it is a real engine, and does not answer by Echo: translations
	// are then held only against what every translation keeps.
	Real bool
	// Poisoned says that the engine behind it refuses calls with Poison in them.
	Poisoned bool
	// HTML, Glossary and Auto say that it takes these, and does not refuse them.
	HTML, Glossary, Auto bool
}

// TestTranslator demands of the Translators that newSubject makes what the
// contract on [translate.Translator] says. newSubject is called for each case.
func TestTranslator(t *testing.T, newSubject func(t *testing.T) *Subject) {
	for _, cases := range [][]testCase{orderCases, keepCases, boundCases, languageCases, formCases, failureCases, sharingCases} {
		for _, c := range cases {
			t.Run(c.demand, func(t *testing.T) { c.run(&suite{T: t, Subject: newSubject(t)}) })
		}
	}
}

// testCase is one demand on a Translator.
type testCase struct {
	demand string
	run    func(s *suite)
}

// suite runs a case.
type suite struct {
	*testing.T
	*Subject
}

// words are ordinary texts in the languages that a subject may translate from.
var words = map[lang.Code][]string{
	lang.English: {"Where is the museum?", "The tomb was built of white marble.", "Tickets are sold at the gate.", "Thank you."},
	lang.Urdu:    {"یہ کتاب ہے۔", "میرا گھر یہاں ہے۔", "وہ گھر میں ہے۔", "یہ گھر ہے۔"},
}

func (s *suite) words() []string { return words[s.Source] }

// request asks for texts by the subject's pair.
func (s *suite) request(texts ...string) *translate.Request {
	return &translate.Request{Texts: texts, Source: s.Source, Target: s.Target}
}

// translate demands that texts are translated without a failure.
func (s *suite) translate(texts ...string) []translate.Translation {
	s.Helper()
	return s.do(s.request(texts...)).Texts
}

func (s *suite) do(req *translate.Request) *translate.Result {
	s.Helper()
	res, err := s.Translator.Translate(s.Context(), req)
	require.NoError(s, err)
	require.Len(s, res.Texts, len(req.Texts))
	for i := range res.Texts {
		require.NoError(s, res.Texts[i].Err)
		require.Contains(s, []translate.Kind{translate.Translated, translate.Unchanged}, res.Texts[i].Kind, "text %d", i)
	}
	return res
}

// sameAs demands that got is the translation of text.
func (s *suite) sameAs(text string, got translate.Translation) {
	s.Helper()
	require.Equal(s, translate.Translated, got.Kind)
	require.NotEmpty(s, got.Engine)
	if !s.Real {
		require.Equal(s, Echo(text, s.Target.Script()), got.Text)
		return
	}
	require.Equal(s, s.Target.Script(), lang.ScriptOf(got.Text), got.Text)
}

// staysAs demands that text comes back as it is, and that nothing claims to have translated it.
func (s *suite) staysAs(texts ...string) {
	s.Helper()
	for i, got := range s.translate(texts...) {
		require.Equal(s, texts[i], got.Text)
		require.Equal(s, translate.Unchanged, got.Kind, "%q", texts[i])
		require.Empty(s, got.Engine)
		require.False(s, got.Cached)
	}
}

var orderCases = []testCase{
	{"each text gets its translation, in the texts' order", func(s *suite) {
		for i, got := range s.translate(s.words()...) {
			s.sameAs(s.words()[i], got)
		}
	}},
	{"the result names languages and engine", func(s *suite) {
		res := s.do(s.request(s.words()[0]))
		require.Equal(s, s.Source, res.Source)
		require.Equal(s, s.Target, res.Target)
		require.Equal(s, s.Source, res.Texts[0].Source)
		require.Equal(s, res.Texts[0].Engine, res.Engine)
	}},
	{"no texts give an empty result", func(s *suite) {
		res := s.do(s.request())
		require.Empty(s, res.Texts)
		require.Empty(s, res.Engine)
	}},
	{"one text twice is translated alike", func(s *suite) {
		got := s.translate(s.words()[0], s.words()[1], s.words()[0])
		require.Equal(s, got[0].Text, got[2].Text)
	}},
	{"two hundred texts keep their order", func(s *suite) {
		texts := make([]string, 200)
		for i := range texts {
			texts[i] = strings.Repeat(s.words()[i%4]+" ", 1+i%3)
		}
		for i, got := range s.translate(texts...) {
			s.sameAs(texts[i], got)
		}
	}},
	{"texts with nothing to translate stand between others in their place", func(s *suite) {
		got := s.translate("", s.words()[0], "42", s.words()[1], " ")
		require.Equal(s, []string{"", "42", " "}, []string{got[0].Text, got[2].Text, got[4].Text})
		s.sameAs(s.words()[0], got[1])
		s.sameAs(s.words()[1], got[3])
	}},
}

var keepCases = []testCase{
	{"an empty text stays empty", func(s *suite) { s.staysAs("") }},
	{"white space alone stays", func(s *suite) { s.staysAs(" ", "\n\n", "\t \u00a0\u3000") }},
	{"numbers and punctuation alone stay", func(s *suite) { s.staysAs("1,00,000", "१६५३", "… — !?", "+91-11-2301") }},
	{"emoji alone stay", func(s *suite) { s.staysAs("😀", "👩‍👩‍👧 🇮🇳 👍🏽") }},
	{"white space around a text stays", func(s *suite) {
		got := s.translate("  \n" + s.words()[0] + "\t \n")[0].Text
		require.True(s, strings.HasPrefix(got, "  \n") && strings.HasSuffix(got, "\t \n"), "%q", got)
		require.Equal(s, strings.TrimSpace(s.translate(s.words()[0])[0].Text), strings.TrimSpace(got))
	}},
	{"numbers in a text stay", func(s *suite) {
		require.Contains(s, s.translate("1653 " + s.words()[0])[0].Text, "1653")
	}},
	{"emoji in a text stay", func(s *suite) {
		got := s.translate("😀 " + s.words()[0] + " 🇮🇳")[0].Text
		require.Contains(s, got, "😀")
		require.Contains(s, got, "🇮🇳")
	}},
	{"directional marks and both directions in a line stay", func(s *suite) {
		text := "\u2067" + words[lang.Urdu][0] + "\u2069 1653 " + words[lang.English][0] + " 2024"
		got := s.translate(text)[0].Text
		for _, part := range []string{"\u2067", "\u2069", "1653", "2024"} {
			require.Contains(s, got, part)
		}
	}},
	{"lines stay apart", func(s *suite) {
		got := s.translate(s.words()[0] + "\n" + s.words()[1])[0].Text
		require.Equal(s, 1, strings.Count(got, "\n"), "%q", got)
	}},
	{"a text in the target language already stays", func(s *suite) {
		text := "ताजमहल आगरा में है।"
		res := s.do(&translate.Request{Texts: []string{text, "42"}, Source: lang.Hindi, Target: lang.Hindi})
		require.Equal(s, text, res.Texts[0].Text)
		require.Equal(s, translate.Unchanged, res.Texts[0].Kind)
	}},
}

// pairsOf gives the subject's pairs, or nil.
func (s *suite) pairs() []translate.Pair {
	s.Helper()
	pairs, err := translate.PairsOf(s.Context(), s.Translator)
	require.NoError(s, err)
	return slices.Clone(pairs)
}
