package translatetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
)

// refuses demands that req fails as a whole with a code, and gives its details.
func (s *suite) refuses(code fault.Code, req *translate.Request) fault.Details {
	s.Helper()
	res, err := s.Translator.Translate(s.Context(), req)
	require.Error(s, err)
	require.Nil(s, res)
	require.Equal(s, code, fault.CodeOf(err), "%v", err)
	return fault.From(err).Details
}

// survives demands that a strange text is translated within bounds, or refused by a code of the contract.
func (s *suite) survives(text string) {
	s.Helper()
	res, err := s.Translator.Translate(s.Context(), s.request(text, s.words()[0]))
	if err != nil {
		require.NotEqual(s, fault.Internal, fault.CodeOf(err), "%v", err)
		return
	}
	require.Len(s, res.Texts, 2)
	require.True(s, utf8.ValidString(res.Texts[0].Text))
	require.LessOrEqual(s, len(res.Texts[0].Text), 8*len(text)+64)
	s.sameAs(s.words()[0], res.Texts[1])
}

var boundCases = []testCase{
	{"a text of a megabyte is translated whole or refused as too large", func(s *suite) {
		line := s.words()[1] + " "
		text := strings.Repeat(line, translate.MaxTextBytes/len(line))
		if s.Real {
			text = text[:len(line)*2000] // a real engine on a busy machine
		}
		res, err := s.Translator.Translate(s.Context(), s.request(text))
		if err != nil {
			require.Equal(s, fault.PayloadTooLarge, fault.CodeOf(err), "%v", err)
			return
		}
		if s.Real {
			require.Equal(s, strings.Count(text, " "), strings.Count(res.Texts[0].Text, " "))
			return
		}
		require.Equal(s, len(Echo(text, s.Target.Script())), len(res.Texts[0].Text))
	}},
	{"a text over a megabyte is refused as too large, with its place", func(s *suite) {
		details := s.refuses(fault.PayloadTooLarge, s.request(s.words()[0], strings.Repeat("a", translate.MaxTextBytes+1)))
		require.EqualValues(s, 1, details["index"])
	}},
	{"too many texts are refused", func(s *suite) {
		require.Equal(s, "texts", s.refuses(fault.InvalidRequest, s.request(make([]string, translate.MaxTexts+1)...))["field"])
	}},
	{"as many texts as allowed are taken", func(s *suite) {
		s.translate(make([]string, translate.MaxTexts)...)
	}},
	{"a text that is not UTF-8 is refused, with its place", func(s *suite) {
		require.EqualValues(s, 1, s.refuses(fault.InvalidRequest, s.request(s.words()[0], "\xff\xfe"))["index"])
	}},
	{"control characters do no harm", func(s *suite) {
		s.survives("a\x00b\x01c\x1b[31md\u0085\u2028 " + s.words()[0])
	}},
	{"ten thousand marks on one letter do no harm", func(s *suite) {
		s.survives("क" + strings.Repeat("़", 10_000))
	}},
	{"lone marks, joiners and unassigned code points do no harm", func(s *suite) {
		s.survives("\u0941\u094d\u200d \U000e0fff\uffff\u0378 " + s.words()[0])
	}},
	{"what means something to JSON, shells and markup does no harm", func(s *suite) {
		s.survives(`"\u0041\" $(reboot) ` + "`id`" + ` ' -- <|im_end|> [x] ^y$ @z #w *v {u} \ / % ] } ` + s.words()[0])
	}},
}

var languageCases = []testCase{
	{"an unknown target is INVALID_LANGUAGE and names what is supported", func(s *suite) {
		for _, code := range []lang.Code{"xx", "", lang.Auto, "HI", "fr"} {
			details := s.refuses(fault.InvalidLanguage, &translate.Request{Texts: s.words(), Source: s.Source, Target: code})
			require.Equal(s, "target_language", details["field"])
			require.NotEmpty(s, details["supported"])
		}
	}},
	{"an unknown source is INVALID_LANGUAGE and names what is supported", func(s *suite) {
		details := s.refuses(fault.InvalidLanguage, &translate.Request{Texts: s.words(), Source: "xx", Target: s.Target})
		require.Equal(s, "source_language", details["field"])
		require.NotEmpty(s, details["supported"])
	}},
	{"an unknown language is refused without any texts, too", func(s *suite) {
		s.refuses(fault.InvalidLanguage, &translate.Request{Source: s.Source, Target: "xx"})
	}},
	{"a pair that it does not know is INVALID_LANGUAGE and names what is supported", func(s *suite) {
		if s.Unknown == (translate.Pair{}) {
			s.Skip("it translates every pair")
		}
		req := &translate.Request{Texts: []string{"नमस्ते दुनिया"}, Source: s.Unknown.Source, Target: s.Unknown.Target}
		require.Contains(s, s.refuses(fault.InvalidLanguage, req), "supported")
		_, err := s.Translator.Translate(s.Context(), req)
		require.ErrorIs(s, err, translate.ErrUnsupported)
	}},
	{"a script that the target is not written in is INVALID_LANGUAGE", func(s *suite) {
		req := s.request(s.words()...)
		req.Script = lang.OlChiki
		require.Equal(s, "target_script", s.refuses(fault.InvalidLanguage, req)["field"])
	}},
	{"an open source language is found, or refused", func(s *suite) {
		for _, code := range []lang.Code{lang.Auto, ""} {
			req := s.request(s.words()[0])
			req.Source = code
			if !s.Auto {
				require.Equal(s, "source_language", s.refuses(fault.InvalidLanguage, req)["field"])
				continue
			}
			s.sameAs(s.words()[0], s.do(req).Texts[0])
		}
	}},
	{"the pairs it lists are pairs of known languages, its own among them", func(s *suite) {
		pairs := s.pairs()
		for _, p := range pairs {
			require.True(s, p.Source.Valid() && p.Target.Valid() && p.Source != p.Target, "%v", p)
		}
		if pairs != nil {
			require.Contains(s, pairs, translate.Pair{Source: s.Source, Target: s.Target})
			require.NotContains(s, pairs, s.Unknown)
		}
	}},
	{"its identity is always the same", func(s *suite) {
		require.Equal(s, translate.IdentityOf(s.Translator), translate.IdentityOf(s.Translator))
	}},
}

var formCases = []testCase{
	{"HTML keeps its tags, or is refused", func(s *suite) {
		text := `<p class="x">` + s.words()[0] + ` <b>` + s.words()[3] + `</b><br></p>`
		req := s.request(text, " <hr> ")
		req.Format = translate.HTML
		if !s.HTML {
			require.Equal(s, "format", s.refuses(fault.InvalidRequest, req)["field"])
			return
		}
		got := s.do(req).Texts[0].Text
		for _, tag := range []string{`<p class="x">`, "<b>", "</b>", "<br>", "</p>"} {
			require.Equal(s, 1, strings.Count(got, tag), "%s in %s", tag, got)
		}
	}},
	{"an unknown format is refused", func(s *suite) {
		req := s.request(s.words()...)
		req.Format = "pdf"
		require.Equal(s, "format", s.refuses(fault.InvalidRequest, req)["field"])
	}},
	{"a glossary's term comes out as it says, or the request is refused", func(s *suite) {
		first, rest, _ := strings.Cut(s.words()[0], " ")
		req := s.request("Zanskar "+rest, first+" Zanskar")
		req.Glossary = []translate.Term{{Source: "Zanskar", Target: "ज़ांस्कर"}}
		if !s.Glossary {
			require.Equal(s, "glossary", s.refuses(fault.InvalidRequest, req)["field"])
			return
		}
		for _, got := range s.do(req).Texts {
			require.Contains(s, got.Text, "ज़ांस्कर")
			require.NotContains(s, got.Text, "Zanskar")
		}
	}},
	{"no request is refused", func(s *suite) { s.refuses(fault.InvalidRequest, nil) }},
}

var failureCases = []testCase{
	{"a context that has ended is answered at once with its error", func(s *suite) {
		ctx, cancel := context.WithCancel(s.Context())
		cancel()
		start := time.Now()
		res, err := s.Translator.Translate(ctx, s.request("a text nobody has seen "+s.words()[0]))
		require.ErrorIs(s, err, context.Canceled)
		require.Nil(s, res)
		require.Less(s, time.Since(start), 2*time.Second)
	}},
	{"a deadline that has passed is UPSTREAM_TIMEOUT", func(s *suite) {
		ctx, cancel := context.WithDeadline(s.Context(), time.Now().Add(-time.Second))
		defer cancel()
		_, err := s.Translator.Translate(ctx, s.request("another text nobody has seen "+s.words()[0]))
		require.ErrorIs(s, err, context.DeadlineExceeded)
		require.Equal(s, fault.UpstreamTimeout, fault.CodeOf(err))
	}},
	{"a text that the engine refuses takes no other along", func(s *suite) {
		if !s.Poisoned {
			s.Skip("the engine refuses no text")
		}
		texts := []string{s.words()[0], Poison + " one", s.words()[1], "42", Poison + " two", s.words()[2]}
		res, err := s.Translator.Translate(s.Context(), s.request(texts...))
		partial, ok := errors.AsType[*translate.PartialError](err)
		require.True(s, ok, "%v", err)
		require.Equal(s, []int{1, 4}, partial.Failed)
		require.Equal(s, len(texts), partial.Total)
		for i, at := range partial.Failed {
			require.Equal(s, res.Texts[at].Err, partial.Errs[i])
			require.Empty(s, res.Texts[at].Text)
			require.Empty(s, res.Texts[at].Kind)
		}
		for _, at := range []int{0, 2, 5} {
			s.sameAs(texts[at], res.Texts[at])
		}
		require.Equal(s, "42", res.Texts[3].Text)
	}},
	{"when every text is refused there is no result and no partial error", func(s *suite) {
		if !s.Poisoned {
			s.Skip("the engine refuses no text")
		}
		res, err := s.Translator.Translate(s.Context(), s.request(Poison+" one", Poison+" two"))
		require.Nil(s, res)
		_, partial := errors.AsType[*translate.PartialError](err)
		require.False(s, partial)
		require.NotEqual(s, fault.Internal, fault.CodeOf(err))
	}},
}

var sharingCases = []testCase{
	{"the request is not changed", func(s *suite) {
		req := s.request(" "+s.words()[0], "", s.words()[1])
		want := *req
		want.Texts = slices.Clone(req.Texts)
		s.do(req)
		require.Equal(s, want, *req)
	}},
	{"the result is the caller's own", func(s *suite) {
		first := s.translate(s.words()...)
		want := slices.Clone(first)
		clear(first)
		for i, got := range s.translate(s.words()...) {
			require.Equal(s, want[i].Text, got.Text)
		}
	}},
	{"many goroutines may use it at once", func(s *suite) {
		var all sync.WaitGroup
		want := s.translate(s.words()...)
		for range 4 {
			all.Go(func() {
				for range 2 {
					res, err := s.Translator.Translate(s.Context(), s.request(s.words()...))
					if err != nil || len(res.Texts) != len(want) {
						s.Errorf("got %v", err)
						return
					}
					for i := range want {
						if res.Texts[i].Text != want[i].Text {
							s.Errorf("got %q, want %q", res.Texts[i].Text, want[i].Text)
						}
					}
				}
			})
		}
		all.Wait()
	}},
}
