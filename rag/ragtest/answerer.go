package ragtest

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// answererCase is one demand on an Answerer.
type answererCase struct {
	demand string
	run    func(s *answererSuite)
}

// TestAnswerer demands of the answerers that newAnswerer makes what the contracts
// on [rag.Answerer] and [rag.Streamer] say, and that claims and citations name
// their bytes. Each knows no document but those given to the sink beside it, and
// answers with quotations, as [rag.Engine] does by default.
func TestAnswerer(t *testing.T, newAnswerer func(t *testing.T) (rag.Answerer, Sink)) {
	for _, cases := range [][]answererCase{answerCases, streamCases} {
		for _, c := range cases {
			t.Run(c.demand, func(t *testing.T) {
				s := &answererSuite{T: t}
				s.answerer, s.sink = newAnswerer(t)
				c.run(s)
			})
		}
	}
}

type answererSuite struct {
	*testing.T
	answerer rag.Answerer
	sink     Sink
}

func (s *answererSuite) add(docs ...corpus.Document) {
	s.Helper()
	require.NoError(s, s.sink.Add(s.Context(), docs))
}

func (s *answererSuite) ask(q rag.Question) *rag.Answer {
	s.Helper()
	a, err := s.answerer.Answer(s.Context(), &q)
	require.NoError(s, err)
	require.NotNil(s, a.Claims)
	require.NotEmpty(s, a.Text)
	require.True(s, a.Confidence >= 0 && a.Confidence <= 1)
	return a
}

// sources gives the documents that an answer is from.
func (s *answererSuite) sources(q rag.Question) (ids []string) {
	s.Helper()
	for _, r := range s.ask(q).Sources {
		ids = append(ids, r.DocumentID)
	}
	return ids
}

// answered are questions: what each is answered with, or "" where it is refused.
var answered = map[string]string{
	"ताजमहल किसने बनवाया था?":           "शाहजहाँ",
	"taj mahal kisne banwaya tha?":      "शाहजहाँ",
	"भारत की राजधानी क्या है?":          "नई दिल्ली",
	"कैफ़ीन का रासायनिक सूत्र क्या है?": "",
}

var answerCases = []answererCase{
	{"an answer's claims are its sentences, and each citation is exactly the bytes that it names", func(s *answererSuite) {
		docs := monuments()
		docs[1].URL = "https://example.org/taj"
		s.add(docs...)
		a := s.ask(rag.Question{Text: "ताजमहल किसने बनवाया था?"})
		require.Nil(s, a.Refusal)
		require.Contains(s, a.Text, "शाहजहाँ")
		require.NotEmpty(s, a.Claims)
		require.NotEmpty(s, a.Model)
		for _, c := range a.Claims {
			require.Equal(s, c.Text, a.Text[c.Start:c.End])
			require.NotEmpty(s, c.Citations)
			for _, cited := range c.Citations {
				require.Equal(s, "taj", cited.DocumentID)
				require.Equal(s, "ताजमहल", cited.Title)
				require.Equal(s, "https://example.org/taj", cited.URL)
				require.NotEmpty(s, cited.ChunkID)
				require.Equal(s, docs[1].Text[cited.Start:cited.End], cited.Quote)
			}
		}
		require.Equal(s, "taj", a.Sources[0].DocumentID)
		require.NotEmpty(s, a.Sources[0].Chunks)
	}},
	{"what the documents do not say is refused in the asker's language, with a reason and no error", func(s *answererSuite) {
		for _, filled := range []bool{false, true} {
			if filled {
				s.add(monuments()...)
			}
			for code, text := range map[lang.Code]string{lang.English: "What is the chemical formula of caffeine?", lang.Tamil: "காஃபினின் வேதியியல் சூத்திரம் என்ன?"} {
				a := s.ask(rag.Question{Text: text, Language: code})
				require.NotNil(s, a.Refusal)
				require.NotEmpty(s, a.Refusal.Reason)
				require.Equal(s, a.Text, a.Refusal.Text)
				require.Equal(s, lang.Text(code, lang.MsgNoAnswer), a.Text)
				require.Equal(s, code, a.Language)
				require.Empty(s, a.Claims)
				require.Zero(s, a.Confidence)
			}
		}
		require.Equal(s, rag.NothingFound, s.ask(rag.Question{Text: "ताजमहल किसने बनवाया था?", Filter: corpus.Filter{DocumentIDs: []string{"none"}}}).Refusal.Reason)
	}},
	{"a language that is not said is found in the question", func(s *answererSuite) {
		for _, code := range []lang.Code{"", lang.Auto} {
			require.Equal(s, lang.Tamil, s.ask(rag.Question{Text: "தாஜ் மகாலைக் கட்டியவர் யார்?", Language: code}).Language)
		}
	}},
	{"a question that is empty, too long or not UTF-8 is INVALID_REQUEST", func(s *answererSuite) {
		for _, text := range []string{"", " \n", strings.Repeat("क", rag.MaxQueryBytes/3+1), "ताज\xffमहल"} {
			_, err := s.answerer.Answer(s.Context(), &rag.Question{Text: text})
			require.Equal(s, fault.InvalidRequest, fault.CodeOf(err), "%v", err)
			require.Equal(s, "message", fault.From(err).Details["field"])
		}
	}},
	{"an unknown language is INVALID_LANGUAGE, a TopK out of bounds INVALID_REQUEST", func(s *answererSuite) {
		_, err := s.answerer.Answer(s.Context(), &rag.Question{Text: "क", Language: "xx"})
		require.Equal(s, fault.InvalidLanguage, fault.CodeOf(err))
		require.Equal(s, "language", fault.From(err).Details["field"])
		_, err = s.answerer.Answer(s.Context(), &rag.Question{Text: "क", TopK: -1})
		require.Equal(s, fault.InvalidRequest, fault.CodeOf(err))
		require.Equal(s, "top_k", fault.From(err).Details["field"])
	}},
	{"TopK, filter and readers say what is answered from", func(s *answererSuite) {
		docs := monuments()
		docs[1].Readers = []string{"asha"}
		s.add(docs...)
		q := rag.Question{Text: "ताजमहल किसने बनवाया था और भारत की राजधानी क्या है?", TopK: 1}
		require.Len(s, s.ask(q).Sources, 1)
		q.TopK = 3
		require.NotContains(s, s.sources(q), "taj", "nobody in particular reads what is public")
		q.Readers = []string{"asha"}
		require.Contains(s, s.sources(q), "taj")
		q.Filter.DocumentIDs = []string{"capital"}
		require.Equal(s, []string{"capital"}, s.sources(q))
	}},
	{"a cancelled context gives its error", func(s *answererSuite) {
		ctx, cancel := context.WithCancel(s.Context())
		cancel()
		_, err := s.answerer.Answer(ctx, &rag.Question{Text: "ताजमहल"})
		require.ErrorIs(s, err, context.Canceled)
	}},
	{"concurrent questions get their own answers", func(s *answererSuite) {
		s.add(monuments()...)
		var wg sync.WaitGroup
		for text, want := range answered {
			for range 4 {
				wg.Go(func() {
					a, err := s.answerer.Answer(s.Context(), &rag.Question{Text: text, Language: lang.Hindi})
					if err != nil || (a.Refusal != nil) != (want == "") || !strings.Contains(a.Text, want) {
						s.Errorf("%s: %v %v", text, a, err)
					}
				})
			}
		}
		wg.Wait()
	}},
}

// streamer gives the answerer as a Streamer; a test of one that is none ends.
func (s *answererSuite) streamer() rag.Streamer {
	streamer, ok := s.answerer.(rag.Streamer)
	if !ok {
		s.Skip("the answerer does not stream")
	}
	return streamer
}

var streamCases = []answererCase{
	{"a streamed answer tells sources, then sentences with what they rest on, then the whole that is asked for at once", func(s *answererSuite) {
		stream := s.streamer()
		s.add(monuments()...)
		for text := range answered {
			q := rag.Question{Text: text, Language: lang.Hindi}
			var said strings.Builder
			var sources []rag.DocumentResult
			claims := []rag.Claim{}
			var whole *rag.Answer
			for event, err := range stream.Stream(s.Context(), &q) {
				require.NoError(s, err)
				require.Nil(s, whole, "the answer is the last event")
				switch {
				case event.Source != nil:
					require.Empty(s, said.String(), "sources come first")
					sources = append(sources, *event.Source)
				case event.Claim != nil:
					require.Contains(s, said.String(), event.Claim.Text, "a sentence is told before what it rests on")
					claims = append(claims, *event.Claim)
				case event.Answer != nil:
					whole = event.Answer
				default:
					said.WriteString(event.Token)
				}
			}
			require.NotNil(s, whole)
			once := s.ask(q)
			require.Equal(s, once, whole, text)
			require.Len(s, sources, len(whole.Sources))
			for i := range sources {
				require.Equal(s, whole.Sources[i], sources[i])
			}
			require.Equal(s, whole.Claims, claims)
			if whole.Refusal == nil {
				require.Equal(s, whole.Text, said.String())
			} else {
				require.Empty(s, said.String(), "nothing has to be taken back")
			}
		}
	}},
	{"a stream that cannot begin gives its error alone", func(s *answererSuite) {
		stream := s.streamer()
		ctx, cancel := context.WithCancel(s.Context())
		cancel()
		for name, c := range map[string]struct {
			ctx  context.Context
			q    rag.Question
			code fault.Code
		}{
			"empty":     {s.Context(), rag.Question{Text: " "}, fault.InvalidRequest},
			"language":  {s.Context(), rag.Question{Text: "क", Language: "xx"}, fault.InvalidLanguage},
			"cancelled": {ctx, rag.Question{Text: "क"}, fault.ServiceUnavailable},
		} {
			n := 0
			for event, err := range stream.Stream(c.ctx, &c.q) {
				n++
				require.Equal(s, c.code, fault.CodeOf(err), "%s: %v", name, err)
				require.Zero(s, event)
			}
			require.Equal(s, 1, n, name)
		}
	}},
	{"leaving a stream ends it, and it can be begun again", func(s *answererSuite) {
		stream := s.streamer()
		s.add(monuments()...)
		events := stream.Stream(s.Context(), &rag.Question{Text: "ताजमहल किसने बनवाया था?"})
		for range 3 {
			for event, err := range events {
				require.NoError(s, err)
				require.NotNil(s, event.Source)
				break
			}
		}
	}},
}
