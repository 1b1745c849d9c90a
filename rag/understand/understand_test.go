package understand_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/localstore"
	"github.com/akshara-go/akshara/rag/understand"
	"github.com/akshara-go/akshara/translate/lang"
)

// documents are what the questions of these tests are about.
var documents = []corpus.Document{
	{ID: "qutub", Text: "क़ुतुब मीनार दिल्ली में है। क़ुतुब मीनार की ऊँचाई तिहत्तर मीटर है।", Source: corpus.Source{Language: lang.Hindi}},
	{ID: "eiffel", Text: "पेरिस की एफ़िल मीनार की ऊँचाई तीन सौ तीस मीटर है।", Source: corpus.Source{Language: lang.Hindi}},
	{ID: "observatory", Text: "The observatory in Jaipur was built by Jai Singh.", Source: corpus.Source{Language: lang.English}},
}

func newIndex(tb testing.TB, docs ...corpus.Document) *rag.Index {
	tb.Helper()
	store, err := localstore.Open(tb.TempDir(), nil)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, store.Close()) })
	index := rag.NewIndex(store, nil)
	require.NoError(tb, index.Add(tb.Context(), docs))
	return index
}

// says is a model that says the same to everything, or fails.
type says struct {
	text   string
	err    error
	finish llm.Finish // "": llm.Stop
	asked  *llm.Request
}

func (s *says) Generate(_ context.Context, req *llm.Request) (*llm.Response, error) {
	s.asked = req
	if s.err != nil {
		return nil, s.err
	}
	return &llm.Response{Text: s.text, Finish: cmp.Or(s.finish, llm.Stop)}, nil
}

func ids(results []rag.DocumentResult) (list []string) {
	for _, r := range results {
		list = append(list, r.DocumentID)
	}
	return list
}

func user(text string) llm.Message { return llm.Message{Role: llm.User, Content: text} }

func Example() {
	dir, _ := os.MkdirTemp("", "index")
	defer os.RemoveAll(dir)
	store, _ := localstore.Open(dir, nil)
	defer store.Close()
	index := rag.NewIndex(store, nil)
	ctx := context.Background()
	_ = index.Add(ctx, []corpus.Document{
		{ID: "qutub", Text: "क़ुतुब मीनार की ऊँचाई तिहत्तर मीटर है।"},
		{ID: "eiffel", Text: "एफ़िल मीनार की ऊँचाई तीन सौ तीस मीटर है।"},
	})
	r := understand.New(index, &understand.Options{
		Rewrite: []understand.Rewriter{&understand.FollowUp{}, &understand.Spelling{Corrector: index}},
	})
	conversation := []llm.Message{
		{Role: llm.User, Content: "क़ुतुब मीनार कहाँ है?"}, {Role: llm.Assistant, Content: "दिल्ली में।"},
	}
	asked, err := r.Understand(ctx, &rag.Query{Text: "और उसकी ऊँचाईई?"}, conversation)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range asked.Changes {
		fmt.Printf("%s: %s → %s\n", c.Step, c.From, c.To)
	}
	results, _ := r.Search(ctx, asked)
	fmt.Println(results[0].DocumentID)
	// Output:
	// follow_up: और उसकी ऊँचाईई? → और उसकी ऊँचाईई? क़ुतुब मीनार
	// spelling: ऊँचाईई → ऊँचाई
	// qutub
}

func TestWithoutStepsNothingChanges(t *testing.T) {
	index := newIndex(t, documents...)
	r := understand.New(index, nil)
	q := rag.Query{Text: "मीनार की ऊँचाई", TopK: 2}
	want, err := index.Retrieve(t.Context(), &q)
	require.NoError(t, err)
	got, err := r.Retrieve(t.Context(), &q)
	require.NoError(t, err)
	require.Equal(t, want, got)
	weights, err := r.TermWeights(t.Context(), "मीनार", lang.Hindi)
	require.NoError(t, err)
	require.NotEmpty(t, weights)
	type plain struct{ rag.Retriever }
	weights, err = understand.New(plain{index}, nil).TermWeights(t.Context(), "मीनार", lang.Hindi)
	require.NoError(t, err)
	require.Nil(t, weights)
}

func TestAQuestionThatNoIndexTakesIsRefusedBeforeAnyStep(t *testing.T) {
	model := &says{text: "x"}
	r := understand.New(newIndex(t), &understand.Options{Rewrite: []understand.Rewriter{&understand.FollowUp{Model: model}}})
	for text, code := range map[string]fault.Code{"": fault.InvalidRequest, "\xff": fault.InvalidRequest, strings.Repeat("a", rag.MaxQueryBytes+1): fault.InvalidRequest} {
		_, err := r.Retrieve(t.Context(), &rag.Query{Text: text})
		require.Equal(t, code, fault.CodeOf(err))
		_, err = r.Understand(t.Context(), &rag.Query{Text: text}, []llm.Message{user("x")})
		require.Equal(t, code, fault.CodeOf(err))
	}
	_, err := r.Understand(t.Context(), &rag.Query{Text: "x", Language: "xx"}, nil)
	require.Equal(t, fault.InvalidLanguage, fault.CodeOf(err))
	require.Nil(t, model.asked)
}

// step is a Rewriter and an Expander that is a function.
type step struct {
	rewrite func(*understand.Asked) error
	expand  func(*understand.Asked) ([]understand.Variant, error)
}

func (step) Name() string                                           { return "test" }
func (s step) Rewrite(_ context.Context, a *understand.Asked) error { return s.rewrite(a) }
func (s step) Expand(_ context.Context, a *understand.Asked) ([]understand.Variant, error) {
	return s.expand(a)
}

func TestAStepThatFailsCostsWhatItWouldHaveBrought(t *testing.T) {
	var log bytes.Buffer
	index := newIndex(t, documents...)
	spoil := func(text string, err error) understand.Rewriter {
		return step{rewrite: func(a *understand.Asked) error {
			a.Text, a.Language = text, lang.English
			a.Changes = append(a.Changes, understand.Change{Step: "test", From: "private"})
			return err
		}}
	}
	r := understand.New(index, &understand.Options{
		Rewrite: []understand.Rewriter{spoil("broken", errors.New("no model")), spoil("", nil), spoil(strings.Repeat("x", rag.MaxQueryBytes+1), nil)},
		Expand: []understand.Expander{
			step{expand: func(*understand.Asked) ([]understand.Variant, error) { return nil, errors.New("no translator") }},
			step{expand: func(*understand.Asked) ([]understand.Variant, error) {
				return []understand.Variant{{Text: "", Weight: 1}, {Text: "\xff", Weight: 1}, {Text: "x", Language: "xx", Weight: 1}, {Text: "मीनार", Weight: -1}}, nil
			}},
		},
		Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	a, err := r.Understand(t.Context(), &rag.Query{Text: "क़ुतुब मीनार"}, nil)
	require.NoError(t, err)
	require.Equal(t, "क़ुतुब मीनार", a.Text)
	require.Equal(t, lang.Hindi, a.Language)
	require.Empty(t, a.Changes)
	results, err := r.Search(t.Context(), a)
	require.NoError(t, err)
	require.Equal(t, "qutub", results[0].DocumentID)
	require.Equal(t, 4, strings.Count(log.String(), "level=WARN"))
	require.NotContains(t, log.String(), "private")
	require.NotContains(t, log.String(), "मीनार")
}

// flaky is a Retriever that cannot search for some texts.
type flaky struct {
	rag.Retriever
	fails string
	mu    sync.Mutex
	asked []string
}

func (f *flaky) Retrieve(ctx context.Context, q *rag.Query) ([]rag.DocumentResult, error) {
	f.mu.Lock()
	f.asked = append(f.asked, q.Text)
	f.mu.Unlock()
	if q.Text == f.fails {
		return nil, fault.New(fault.ServiceUnavailable, "away", nil)
	}
	return f.Retriever.Retrieve(ctx, q)
}

func TestVariantsAreSearchedAndFused(t *testing.T) {
	translate := func(_ context.Context, text string, from, to lang.Code) (string, error) {
		if to == "ta" {
			return "", errors.New("no Tamil")
		}
		return map[lang.Code]string{lang.Hindi: "क़ुतुब मीनार की ऊँचाई", lang.English: "observatory in Jaipur"}[to], nil
	}
	var log bytes.Buffer
	base := &flaky{Retriever: newIndex(t, documents...)}
	r := understand.New(base, &understand.Options{
		Expand: []understand.Expander{&understand.Translation{Translate: translate, Languages: []lang.Code{"hi", "ta", "en"}}},
		Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	q := &rag.Query{Text: "How high is the Qutub Minar?", Language: lang.English, TopK: 2}
	results, err := r.Retrieve(t.Context(), q)
	require.NoError(t, err)
	require.Equal(t, "qutub", results[0].DocumentID)
	require.Len(t, results, 2)
	require.GreaterOrEqual(t, results[0].Score, results[1].Score)
	require.Equal(t, results[0].Score, results[0].Chunks[0].Score)
	require.ElementsMatch(t, []string{q.Text, "क़ुतुब मीनार की ऊँचाई"}, base.asked, "its own language and one that fails are left out")
	require.Contains(t, log.String(), "no Tamil")
	for i := range results { // wherever a variant's own list has it
		q.Shown = rag.Places{From: i, To: i + 1}
		shown, err := r.Retrieve(t.Context(), q)
		require.NoError(t, err)
		require.Equal(t, results[i], shown[i])
	}

	base.fails = "क़ुतुब मीनार की ऊँचाई"
	_, err = r.Retrieve(t.Context(), q)
	require.NoError(t, err, "a variant that cannot be searched is left out")
	base.fails = q.Text
	_, err = r.Retrieve(t.Context(), q)
	require.Equal(t, fault.ServiceUnavailable, fault.CodeOf(err))
}

func TestParaphrasesAreWhateverTheModelWrites(t *testing.T) {
	model := &says{text: "Here they are:\n1. मीनार कितनी ऊँची है?\n2) \"मीनार की ऊँचाई क्या है?\"\n- मीनार की लंबाई बताओ\n\n123\nमीनार कितनी ऊँची है?\n<मीनार की ऊँचाई?>\nक्या मीनार ऊँची है?"}
	p := &understand.Paraphrases{Model: model}
	a := &understand.Asked{Query: rag.Query{Text: "मीनार की ऊँचाई?", Language: lang.Hindi}}
	list, err := p.Expand(t.Context(), a)
	require.NoError(t, err)
	texts := []string{}
	for _, v := range list {
		require.Equal(t, lang.Hindi, v.Language)
		require.Positive(t, v.Weight)
		texts = append(texts, v.Text)
	}
	require.Equal(t, []string{"मीनार कितनी ऊँची है?", "मीनार की ऊँचाई क्या है?", "मीनार की लंबाई बताओ"}, texts)
	require.Positive(t, model.asked.MaxTokens)
	require.Contains(t, model.asked.Messages[0].Content, "3 other ways")
	for _, text := range []string{"", "123", "The tower is 73 m high.", "मीनार की ऊँचाई?"} {
		_, err = (&understand.Paraphrases{Model: &says{text: text}, Number: 99}).Expand(t.Context(), a)
		require.Equal(t, fault.Upstream, fault.CodeOf(err), text)
	}
	_, err = (&understand.Paraphrases{Model: &says{text: "यह अनुरोध समझ में नहीं आया।", finish: llm.Filtered}}).Expand(t.Context(), a)
	require.Equal(t, fault.Upstream, fault.CodeOf(err), "a refusal is no way of asking")
	_, err = (&understand.Paraphrases{Model: &says{err: errors.New("away")}}).Expand(t.Context(), a)
	require.ErrorContains(t, err, "away")
}

func TestSpellingTellsWhatItRepaired(t *testing.T) {
	index := newIndex(t, documents...)
	r := understand.New(index, &understand.Options{Rewrite: []understand.Rewriter{&understand.Spelling{Corrector: index}}})
	a, err := r.Understand(t.Context(), &rag.Query{Text: "क़ुतुब मीनारे की ऊँचई कितनी?"}, nil)
	require.NoError(t, err)
	require.Equal(t, "क़ुतुब मीनारे की ऊँचाई कितनी?", a.Text)
	require.Equal(t, []understand.Change{{Step: "spelling", From: "ऊँचई", To: "ऊँचाई"}}, a.Changes)
	a, err = r.Understand(t.Context(), &rag.Query{Text: "Jaipru", Language: lang.English}, nil)
	require.NoError(t, err)
	require.Equal(t, "Jaipur", a.Text)
}

func TestEveryStepIsASpanWithoutTheQuestion(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
	ctx, root := provider.Tracer("test").Start(t.Context(), "root")
	index := newIndex(t, documents...)
	r := understand.New(index, &understand.Options{
		Rewrite: []understand.Rewriter{&understand.FollowUp{}, &understand.Spelling{Corrector: index}},
		Expand:  []understand.Expander{&understand.Paraphrases{Model: &says{err: fault.New(fault.UpstreamTimeout, "slow", nil)}}},
	})
	a, err := r.Understand(ctx, &rag.Query{Text: "ऊँचईई? Secret"}, []llm.Message{user("क़ुतुब मीनार कहाँ है?")})
	require.NoError(t, err)
	_, err = r.Search(ctx, a)
	require.NoError(t, err)
	root.End()
	names := []string{}
	for _, s := range spans.Ended() {
		names = append(names, s.Name())
		require.NotContains(t, fmt.Sprint(s.Attributes(), s.Events(), s.Status()), "Secret")
		require.NotContains(t, fmt.Sprint(s.Attributes(), s.Events(), s.Status()), "मीनार")
		if s.Name() == "understand.paraphrases" {
			require.Equal(t, codes.Error, s.Status().Code)
			require.Contains(t, fmt.Sprint(s.Attributes()), "UPSTREAM_TIMEOUT")
		}
	}
	require.Equal(t, []string{"understand.follow_up", "understand.spelling", "understand.paraphrases", "root"}, names)
}

func TestWaitsEndWithTheirContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ends := step{rewrite: func(*understand.Asked) error { cancel(); return errors.New("too late") }}
	_, err := understand.New(newIndex(t), &understand.Options{Rewrite: []understand.Rewriter{ends}}).Retrieve(ctx, &rag.Query{Text: "x"})
	require.ErrorIs(t, err, context.Canceled)
	stopped, stop := context.WithCancel(t.Context())
	stop()
	_, err = understand.New(newIndex(t), nil).Understand(stopped, &rag.Query{Text: "x"}, nil)
	require.ErrorIs(t, err, context.Canceled)
	_, err = understand.New(newIndex(t), nil).Retrieve(stopped, &rag.Query{Text: "x"})
	require.ErrorIs(t, err, context.Canceled)
}

func TestManyAskAtOnce(t *testing.T) {
	index := newIndex(t, documents...)
	put := func(context.Context, string, lang.Code, lang.Code) (string, error) { return "How high is it?", nil }
	r := understand.New(index, &understand.Options{
		Rewrite: []understand.Rewriter{&understand.FollowUp{}, &understand.Spelling{Corrector: index}},
		Expand:  []understand.Expander{&understand.Translation{Translate: put, Languages: []lang.Code{"en"}}},
	})
	history := []llm.Message{user("क़ुतुब मीनार कहाँ है?")}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			a, err := r.Understand(t.Context(), &rag.Query{Text: "उसकी ऊँचई?"}, history)
			require.NoError(t, err)
			results, err := r.Search(t.Context(), a)
			require.NoError(t, err)
			require.Equal(t, "qutub", ids(results)[0])
		})
	}
	wg.Wait()
}
