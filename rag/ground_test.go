package rag_test

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llm/prompt"
	"github.com/akshara-go/akshara/translate/lang"
)

const (
	true1    = "ताजमहल आगरा में यमुना नदी के किनारे है। "
	true2    = "इसमें सफ़ेद संगमरमर लगा है। "
	wrong    = "ताजमहल 1999 में शाहजहाँ ने बनवाना शुरू किया। "
	invented = "चंद्रमा पनीर से बना ग्रह है। "
)

// turns is a chat model that says another thing each time it is asked.
type turns struct {
	says  []string
	asked []*llm.Request
	err   error
	then  error      // once it has said all
	ends  llm.Finish // "": llm.Stop
}

func (m *turns) Generate(_ context.Context, req *llm.Request) (*llm.Response, error) {
	m.asked = append(m.asked, req)
	if m.err != nil {
		return nil, m.err
	}
	if m.then != nil && len(m.asked) > len(m.says) {
		return nil, m.then
	}
	text := m.says[min(len(m.asked), len(m.says))-1]
	return &llm.Response{Text: text, Model: "turns", Finish: cmp.Or(m.ends, llm.Stop), Usage: llm.Usage{Prompt: 10, Completion: 1, Cached: 4}}, nil
}

// told streams an answer and gives the text that was shown, and the answer.
func told(t *testing.T, model llm.Model, opts rag.EngineOptions, q rag.Question) (string, *rag.Answer) {
	t.Helper()
	opts.Model = model
	var shown strings.Builder
	var last *rag.Answer
	claims := 0
	for e, err := range rag.NewEngine(taj(t), &opts).Stream(t.Context(), &q) {
		require.NoError(t, err)
		shown.WriteString(e.Token)
		if e.Claim != nil {
			claims++
		}
		if e.Answer != nil {
			last = e.Answer
		}
	}
	require.NotNil(t, last)
	require.Equal(t, len(last.Claims), claims)
	return shown.String(), last
}

var where = rag.Question{Text: "ताजमहल कहाँ है?", Language: lang.Hindi}

func TestEveryWayOfSayingWhatTheSourceDoesNot(t *testing.T) {
	for name, sentence := range map[string]string{
		"another number": wrong, "invented": invented,
		"denied":                 "ताजमहल आगरा में यमुना नदी के किनारे नहीं है।",
		"another person":         "इसे अकबर ने 1632 में मुमताज़ महल की याद में बनवाना शुरू किया।",
		"words of two sentences": "शाहजहाँ ने यमुना नदी के किनारे इसे बनवाना शुरू किया।",
	} {
		t.Run(name, func(t *testing.T) {
			model := scriptedStream{&scripted{pieces: []string{true1, sentence, true2}}}
			shown, a := told(t, model, rag.EngineOptions{}, where)
			require.Equal(t, strings.TrimSpace(true1+true2), a.Text)
			require.Equal(t, a.Text, shown)
			cited(t, a, tajText)

			shown, a = told(t, model, rag.EngineOptions{Unsupported: rag.Flag}, where)
			require.Equal(t, a.Text, shown)
			require.Len(t, a.Claims, 3)
			require.True(t, a.Claims[1].Unsupported)
			require.Empty(t, a.Claims[1].Citations)
			require.NotNil(t, a.Claims[1].Citations, "an empty list in JSON, not null")
			require.False(t, a.Claims[0].Unsupported || a.Claims[2].Unsupported)

			opts := rag.EngineOptions{Unsupported: rag.Refuse, Model: model}
			for e, err := range rag.NewEngine(taj(t), &opts).Stream(t.Context(), &where) {
				require.NoError(t, err)
				require.Empty(t, e.Token, "nothing is shown that has to be taken back")
				if e.Answer != nil {
					require.Equal(t, rag.ModelUnhelpful, e.Answer.Refusal.Reason)
				}
			}
		})
	}
}

func TestWhatStandsIsShownUnderEveryPolicy(t *testing.T) {
	for _, policy := range []rag.Policy{"", rag.Drop, rag.Flag, rag.Refuse} {
		shown, a := told(t, scriptedStream{&scripted{pieces: []string{true1, true2}}}, rag.EngineOptions{Unsupported: policy}, where)
		require.Equal(t, a.Text, shown)
		require.Len(t, a.Claims, 2, policy)
	}
}

func TestAnAnswerOfNothingButUnsupportedSentencesIsRefused(t *testing.T) {
	opts := &rag.EngineOptions{Unsupported: rag.Flag, Model: scriptedStream{&scripted{pieces: []string{invented, wrong}}}}
	for e, err := range rag.NewEngine(taj(t), opts).Stream(t.Context(), &where) {
		require.NoError(t, err)
		require.Empty(t, e.Token)
		if e.Answer != nil {
			require.NotNil(t, e.Answer.Refusal)
		}
	}
}

// The first sentence is shown before the model has said the second.
func TestASentenceIsShownAsSoonAsItIsChecked(t *testing.T) {
	model := scriptedStream{&scripted{pieces: []string{true1, "इसमें ", "सफ़ेद"}, err: errors.New("cut off")}}
	shown := ""
	for e, err := range rag.NewEngine(taj(t), &rag.EngineOptions{Model: model}).Stream(t.Context(), &where) {
		if err != nil {
			break
		}
		shown += e.Token
	}
	require.Equal(t, strings.TrimSpace(true1), shown)
}

func TestTheJudgeHasItsSay(t *testing.T) {
	paraphrase := "यमुना तट पर बसा आगरा इस स्मारक का घर कहलाता है।"
	for _, c := range []struct {
		name, sentence, word string
		err                  error
		kept                 bool
		asked                int
	}{
		{"other words that mean the same", paraphrase, "Yes.", nil, true, 1},
		{"other words that mean another thing", paraphrase, "no", nil, false, 1},
		{"the same words, which he sees through", true1, "No", nil, false, 1},
		{"a number is not his to forgive", wrong, "yes", nil, false, 0},
		{"a word that is neither", true1, "perhaps", nil, true, 1},
		{"he is away", true1, "", errors.New("down"), true, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			judge := &turns{says: []string{c.word}, err: c.err}
			_, a := told(t, &scripted{pieces: []string{c.sentence}}, rag.EngineOptions{Judge: judge}, where)
			require.Equal(t, c.kept, a.Refusal == nil)
			require.Len(t, judge.asked, c.asked)
			cited(t, a, tajText)
		})
	}
	judge := &turns{says: []string{"yes"}}
	told(t, &scripted{pieces: []string{strings.Repeat(true1, 20)}}, rag.EngineOptions{Judge: judge}, where)
	require.Len(t, judge.asked, 8, "his work is bounded")
}

const inEnglish = "The Taj Mahal stands in Agra. "

func TestAnAnswerInAnotherLanguageIsAskedForAgain(t *testing.T) {
	model := &turns{says: []string{inEnglish, true1}}
	shown, a := told(t, model, rag.EngineOptions{}, where)
	require.Equal(t, strings.TrimSpace(true1), a.Text)
	require.Equal(t, a.Text, shown)
	require.Equal(t, lang.Hindi, a.Language)
	require.Nil(t, a.Original)
	require.Equal(t, llm.Usage{Prompt: 20, Completion: 2, Cached: 8}, a.Usage, "of both")
	require.Contains(t, model.asked[1].Messages[0].Content, "was not in Hindi")
	require.Equal(t, prompt.ID{Name: prompt.GroundedAgain, Version: "1"}, model.asked[1].Prompt)
	require.True(t, strings.HasPrefix(model.asked[1].Messages[0].Content, model.asked[0].Messages[0].Content+"\n"), "the rules hold still")
	require.NotContains(t, model.asked[0].Messages[0].Content, "was not in Hindi", "the first request is left as it was")
}

func TestWhatTheModelsAreToldMayBeReplaced(t *testing.T) {
	set, err := prompt.Default().With(
		prompt.Template{ID: prompt.ID{Name: prompt.GroundedAgain, Version: "mine"}, Text: "In {{.Language}}!"},
		prompt.Template{ID: prompt.ID{Name: prompt.Judge, Version: "mine"}, Text: "Is it so?"})
	require.NoError(t, err)
	model, judge := &turns{says: []string{inEnglish, true1}}, &turns{says: []string{"yes"}}
	told(t, model, rag.EngineOptions{Prompts: set, Judge: judge}, where)
	require.Equal(t, "In Hindi (हिन्दी)!", model.asked[1].Messages[0].Content)
	require.Equal(t, "mine", model.asked[1].Prompt.Version)
	require.Equal(t, "Is it so?", judge.asked[0].Messages[0].Content)
	require.Equal(t, prompt.ID{Name: prompt.Judge, Version: "mine"}, judge.asked[0].Prompt)
	for _, name := range []string{prompt.GroundedAgain, prompt.Judge} {
		set, err := prompt.Default().With(prompt.Template{ID: prompt.ID{Name: name, Version: "bad"}, Text: `{{template "none"}}`})
		require.NoError(t, err)
		model := &turns{says: []string{inEnglish}}
		_, err = rag.NewEngine(taj(t), &rag.EngineOptions{Model: model, Prompts: set, Judge: judge}).Answer(t.Context(), &where)
		require.Equal(t, fault.InvalidRequest, fault.CodeOf(err), name)
	}
}

func TestAnAnswerTwiceInAnotherLanguageIsTranslated(t *testing.T) {
	asked := rag.Question{Text: "Where is the Taj Mahal?", Language: lang.English}
	translate := func(_ context.Context, texts []string, from, to lang.Code) ([]string, error) {
		require.Equal(t, []lang.Code{lang.Hindi, lang.English}, []lang.Code{from, to})
		out := make([]string, len(texts))
		for i := range texts {
			out[i] = "In English."
		}
		return out, nil
	}
	shown, a := told(t, &turns{says: []string{true1 + invented + true2}}, rag.EngineOptions{Translate: translate}, asked)
	require.Equal(t, "In English. In English.", a.Text)
	require.Equal(t, a.Text, shown)
	require.Equal(t, lang.English, a.Language)
	require.Equal(t, &rag.Original{Text: strings.TrimSpace(true1 + true2), Language: lang.Hindi}, a.Original)
	cited(t, a, tajText)
}

// A sentence that nothing supports refuses the whole answer under this policy, of
// either try, and nobody is shown the rest in another language.
func TestARefusedAnswerIsNotTranslated(t *testing.T) {
	asked := rag.Question{Text: "Where is the Taj Mahal?", Language: lang.English}
	translate := func(_ context.Context, texts []string, _, _ lang.Code) ([]string, error) {
		return slices.Repeat([]string{"In English."}, len(texts)), nil
	}
	for name, opts := range map[string]rag.EngineOptions{"no translator": {}, "a translator": {Translate: translate}} {
		t.Run(name, func(t *testing.T) {
			opts.Unsupported = rag.Refuse
			shown, a := told(t, &turns{says: []string{true1 + invented}}, opts, asked)
			require.Empty(t, shown)
			require.Equal(t, rag.ModelUnhelpful, a.Refusal.Reason)
			require.Nil(t, a.Original)
			require.Equal(t, lang.English, a.Language)
			require.Equal(t, lang.Text(lang.English, lang.MsgNoAnswer), a.Text)
		})
	}
	for name, says := range map[string][]string{"the second": {true1, "The moon is cheese."}, "the first": {true1 + invented, true1}} {
		t.Run(name+" alone", func(t *testing.T) {
			_, a := told(t, &turns{says: says}, rag.EngineOptions{Unsupported: rag.Refuse, Translate: translate}, asked)
			require.Nil(t, a.Refusal, "the other one stands")
			require.Equal(t, "In English.", a.Text)
			require.Equal(t, strings.TrimSpace(true1), a.Original.Text)
		})
	}
}

// What a model's server, or a guard in front of it, holds back is refused, and its
// own words for that are nobody's answer, in whatever language.
func TestAnAnswerThatWasHeldBackIsRefused(t *testing.T) {
	for _, policy := range []rag.Policy{rag.Drop, rag.Flag, rag.Refuse} {
		model := &turns{says: []string{"I cannot help with that. Ask something else."}, ends: llm.Filtered}
		shown, a := told(t, model, rag.EngineOptions{Unsupported: policy}, where)
		require.Empty(t, shown)
		require.Equal(t, rag.Guarded, a.Refusal.Reason)
		require.Equal(t, lang.Text(lang.Hindi, lang.MsgInvalidRequest), a.Text)
		require.Len(t, model.asked, 1, "nobody insists")
	}
	shown, a := told(t, &turns{says: []string{true1 + "यह किसी ने"}, ends: llm.Filtered}, rag.EngineOptions{}, where)
	require.Equal(t, strings.TrimSpace(true1), a.Text, "what was let through stands")
	require.Equal(t, a.Text, shown)
}

// inTurn is a model that is another one each time.
type inTurn []scriptedStream

func (m *inTurn) Generate(context.Context, *llm.Request) (*llm.Response, error) {
	return nil, errors.New("it streams")
}

func (m *inTurn) Stream(ctx context.Context, req *llm.Request) iter.Seq2[llm.Delta, error] {
	now := (*m)[0]
	*m = (*m)[1:]
	return now.Stream(ctx, req)
}

func TestAModelThatFailsWhenAskedAgainHasAnsweredOnce(t *testing.T) {
	asked := rag.Question{Text: "Where is the Taj Mahal?", Language: lang.English}
	translate := func(_ context.Context, texts []string, _, _ lang.Code) ([]string, error) {
		return slices.Repeat([]string{"In English."}, len(texts)), nil
	}
	busy := fault.New(fault.RateLimitExceeded, "busy", nil)
	shown, a := told(t, &turns{says: []string{true1}, then: busy}, rag.EngineOptions{Translate: translate}, asked)
	require.Equal(t, "In English.", a.Text)
	require.Equal(t, a.Text, shown)
	require.Equal(t, strings.TrimSpace(true1), a.Original.Text)
	require.Equal(t, llm.Usage{Prompt: 10, Completion: 1, Cached: 4}, a.Usage)
	shown, a = told(t, &turns{says: []string{true1}, then: busy}, rag.EngineOptions{}, asked)
	require.Equal(t, strings.TrimSpace(true1), shown)
	require.Equal(t, lang.Hindi, a.Language)

	fails := func(ctx context.Context, model llm.Model, q rag.Question) (shown string, err error) {
		for e, failed := range rag.NewEngine(taj(t), &rag.EngineOptions{Model: model}).Stream(ctx, &q) {
			shown, err = shown+e.Token, failed
		}
		return shown, err
	}
	_, err := fails(t.Context(), &turns{says: []string{invented}, then: busy}, asked)
	require.ErrorIs(t, err, busy, "the first said nothing that stands")
	shown, err = fails(t.Context(), &inTurn{{&scripted{pieces: []string{inEnglish}}}, {&scripted{pieces: []string{true1, true2}, err: busy}}}, where)
	require.ErrorIs(t, err, busy, "what was shown is not taken back")
	require.Equal(t, strings.TrimSpace(true1), shown)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = fails(ctx, &turns{says: []string{true1}, then: ctx.Err()}, asked)
	require.ErrorIs(t, err, context.Canceled, "nobody waits for the first either")
}

func TestAnAnswerThatCannotBeTranslatedSaysWhatItIsIn(t *testing.T) {
	asked := rag.Question{Text: "Where is the Taj Mahal?", Language: lang.English}
	failing := func(context.Context, []string, lang.Code, lang.Code) ([]string, error) {
		return nil, errors.New("down")
	}
	short := func(context.Context, []string, lang.Code, lang.Code) ([]string, error) { return []string{""}, nil }
	for name, opts := range map[string]rag.EngineOptions{"no translator": {}, "it fails": {Translate: failing}, "it gives nothing": {Translate: short}} {
		t.Run(name, func(t *testing.T) {
			shown, a := told(t, &turns{says: []string{true1}}, opts, asked)
			require.Equal(t, strings.TrimSpace(true1), a.Text)
			require.Equal(t, a.Text, shown)
			require.Equal(t, lang.Hindi, a.Language)
			require.Nil(t, a.Original)
		})
	}
}

func TestTheDetectorTellsLanguagesOfOneScriptApart(t *testing.T) {
	marathi := func(string) lang.Code { return lang.Marathi }
	model := &turns{says: []string{true1, "ताजमहल आगरा।"}}
	_, a := told(t, model, rag.EngineOptions{Detect: marathi}, where)
	require.Len(t, model.asked, 2, "nine words are enough to go by")
	require.Equal(t, "ताजमहल आगरा।", a.Text, "two are not")
}
