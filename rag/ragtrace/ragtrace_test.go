package ragtrace_test

import (
	"context"
	"flag"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"github.com/akshara-go/akshara/observe"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/genai"
	"github.com/akshara-go/akshara/observe/otlptest"
	"github.com/akshara-go/akshara/observe/pii"
	"github.com/akshara-go/akshara/observe/telemetry"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/extractive"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llm/prompt"
	"github.com/akshara-go/akshara/rag/localstore"
	"github.com/akshara-go/akshara/rag/ragtest"
	"github.com/akshara-go/akshara/rag/ragtrace"
	"github.com/akshara-go/akshara/translate/lang"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// same holds a text against a golden file.
func same(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "%s: if that is meant, run go test ./rag/ragtrace -update", path)
}

const phone = "9876543210"

// served is a model of a server: it streams its pieces and tells what was used.
type served struct {
	pieces []string
	calls  []llm.ToolCall
	err    error
}

func (s *served) Generate(ctx context.Context, req *llm.Request) (res *llm.Response, err error) {
	for d, e := range s.Stream(ctx, req) {
		res, err = d.Done, e
	}
	return res, err
}

func (s *served) Stream(ctx context.Context, req *llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) {
		if err := req.Check(); err != nil {
			yield(llm.Delta{}, err)
			return
		}
		for _, p := range s.pieces {
			if err := ctx.Err(); err != nil {
				yield(llm.Delta{}, fault.From(err))
				return
			}
			if !yield(llm.Delta{Text: p}, nil) {
				return
			}
		}
		for i := range s.calls {
			if !yield(llm.Delta{Call: &s.calls[i]}, nil) {
				return
			}
		}
		if s.err != nil {
			yield(llm.Delta{}, s.err)
			return
		}
		yield(llm.Delta{Done: &llm.Response{Text: strings.Join(s.pieces, ""), Calls: s.calls, Model: "m-2026-01-01", Finish: llm.Stop,
			Usage: llm.Usage{Prompt: 1000, Completion: 50, Cached: 200}, Prompt: req.Prompt}}, nil)
	}
}

// letters embeds a text by its letters.
type letters struct{ err error }

func (letters) Model() rag.EmbedModel { return rag.EmbedModel{Name: "letters", Dimensions: 8} }

func (l letters) Embed(_ context.Context, _ rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	var out []rag.Vector
	for _, t := range texts {
		v := rag.Vector{1, 0, 0, 0, 0, 0, 0, 0}
		for _, r := range t {
			v[r%8]++
		}
		out = append(out, v)
	}
	return out, l.err
}

// setup is a collector with a recorder that sends to it.
type setup struct {
	*testing.T
	collector *otlptest.Collector
	tel       *telemetry.Telemetry
	rec       *genai.Recorder
}

func newSetup(t *testing.T, content observe.Masker) *setup {
	s := &setup{T: t, collector: otlptest.New(t)}
	var err error
	s.tel, err = telemetry.Start(t.Context(), &telemetry.Options{Service: "svc", Endpoint: s.collector.URL, MaxValueBytes: genai.MaxAttributeBytes})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.tel.Shutdown(context.Background()) })
	s.rec, err = genai.New(&genai.Options{TracerProvider: s.tel.TracerProvider, MeterProvider: s.tel.MeterProvider, Content: content})
	require.NoError(t, err)
	return s
}

// sent ends the recording and gives what came, as golden files hold it.
func (s *setup) sent() string {
	s.Helper()
	require.NoError(s, s.tel.Shutdown(context.Background()))
	return otlptest.Describe(s.collector.Spans(), string(genai.TimeToFirstChunk), string(genai.RetrievalDocuments), string(genai.AnswerConfidence), string(genai.SystemInstructions))
}

// asker is the context of a request, in a span of its server.
func (s *setup) asker() (context.Context, trace.Span) {
	ctx, span := s.tel.TracerProvider.Tracer("test").Start(context.Background(), "request")
	return observe.WithSession(observe.WithUser(ctx, "u-7"), "s-1"), span
}

// answer lets an engine of opts answer what an index holds, every part of it recorded.
func (s *setup) answer(opts *rag.EngineOptions, question string) (*rag.Answer, error) {
	s.Helper()
	store, err := localstore.Open(s.TempDir(), nil)
	require.NoError(s, err)
	defer store.Close()
	index := rag.NewIndex(store, &rag.IndexOptions{
		Embedder: ragtrace.Embedder(letters{}, s.rec, "openai"),
		Reranker: ragtrace.Reranker(rag.LexicalReranker{}, s.rec, "", "lexical"),
	})
	ctx, span := s.asker()
	defer span.End()
	require.NoError(s, index.Add(context.Background(), []corpus.Document{{ID: "taj", Source: corpus.Source{Title: "ताजमहल", Language: lang.Hindi},
		Text: "ताजमहल आगरा में यमुना नदी के किनारे है। इसे शाहजहाँ ने 1632 में बनवाना शुरू किया। पूछताछ: " + phone + "।"}}))
	engine := ragtrace.Answerer(rag.NewEngine(ragtrace.Retriever(index, s.rec, "handbook"), opts), s.rec, "answer")
	return engine.Answer(ctx, &rag.Question{Text: question, TopK: 3})
}

// TestGoldenSpans holds what a collector gets of two answers, with content and without.
func TestGoldenSpans(t *testing.T) {
	account := llm.NewAccount(&llm.AccountOptions{Prices: map[string]llm.Price{"m": {Input: 1, Output: 2, Cached: .5}}, Currency: "USD"})
	for name, content := range map[string]observe.Masker{"plain": nil, "content": pii.New(nil)} {
		t.Run(name, func(t *testing.T) {
			s := newSetup(t, content)
			model := ragtrace.Model(&served{pieces: []string{"इसे शाहजहाँ ने ", "1632 में बनवाना शुरू किया [1]।"}}, s.rec,
				&ragtrace.ModelOptions{Provider: "openai", Name: "m", Remote: true, Account: account})
			a, err := s.answer(&rag.EngineOptions{Model: model}, "ताजमहल किसने बनवाया? मेरा नंबर "+phone+" है")
			require.NoError(t, err)
			require.Nil(t, a.Refusal)
			got := s.sent()
			require.NotContains(t, got, phone)
			if content == nil {
				require.NotContains(t, got, "शाहजहाँ")
			}
			same(t, "served_"+name+".txt", got)

		})
	}
	s := newSetup(t, nil)
	_, err := s.answer(&rag.EngineOptions{Model: ragtrace.Model(extractive.New(nil), s.rec, &ragtrace.ModelOptions{Name: extractive.Name})}, "ताजमहल किसने बनवाया?")
	require.NoError(t, err)
	same(t, "extractive.txt", s.sent())
}

// TestTheEndOfAStream holds that every way in which a stream ends is told, and ends its span.
func TestTheEndOfAStream(t *testing.T) {
	req := &llm.Request{Messages: []llm.Message{{Role: llm.System, Content: "be brief"}, {Role: llm.User, Content: "q", Parts: []llm.Part{{Text: "more"},
		{Image: &llm.Image{Data: []byte("secret pixels"), MediaType: "image/png"}}, {Image: &llm.Image{URL: "https://h/secret"}}, {Audio: &llm.Audio{Data: []byte{1}, Format: "wav"}}}},
		{Role: llm.Assistant, Calls: []llm.ToolCall{{ID: "c1", Name: "f", Arguments: []byte(`{"a":1}`)}}}, {Role: llm.ToolRole, CallID: "c1", Content: "42"}},
		MaxTokens: 100, Temperature: .5, Output: &llm.Output{Name: "o", Schema: []byte(`{"type":"object"}`)}, Prompt: prompt.ID{Name: "p", Version: "3"}}
	for name, c := range map[string]struct {
		model *served
		read  func(ctx context.Context, cancel func(), m llm.Model)
	}{
		"whole": {&served{pieces: []string{"{}"}}, func(ctx context.Context, _ func(), m llm.Model) {
			for _, err := range llm.Stream(ctx, m, req) {
				require.NoError(t, err)
			}
		}},
		"left with the end": {&served{pieces: []string{"{}"}}, func(ctx context.Context, _ func(), m llm.Model) {
			for d := range llm.Stream(ctx, m, req) {
				if d.Done != nil {
					break
				}
			}
		}},
		"abandoned": {&served{pieces: []string{"a", "b"}, calls: []llm.ToolCall{{ID: "c2", Name: "g", Arguments: []byte("{}")}}}, func(ctx context.Context, _ func(), m llm.Model) {
			for d := range llm.Stream(ctx, m, req) {
				if d.Call != nil {
					break
				}
			}
		}},
		"broken off": {&served{pieces: []string{"a"}, err: fault.New(fault.Upstream, "secret", nil)}, func(ctx context.Context, _ func(), m llm.Model) {
			for range llm.Stream(ctx, m, req) {
			}
		}},
		"cancelled by its reader": {&served{pieces: []string{"a", "b"}}, func(ctx context.Context, cancel func(), m llm.Model) {
			for range llm.Stream(ctx, m, req) {
				cancel()
				break
			}
		}},
		"panicked over": {&served{pieces: []string{"a"}}, func(ctx context.Context, _ func(), m llm.Model) {
			defer func() { _ = recover() }()
			for range llm.Stream(ctx, m, req) {
				panic("a reader's own")
			}
		}},
		"failed at once": {&served{err: fault.New(fault.RateLimitExceeded, "secret", nil)}, func(ctx context.Context, _ func(), m llm.Model) {
			_, err := m.Generate(ctx, req)
			require.Error(t, err)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSetup(t, pii.New(nil))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			c.read(ctx, cancel, ragtrace.Model(c.model, s.rec, &ragtrace.ModelOptions{Provider: "openai", Name: "m", Remote: true}))
			got := s.sent()
			require.NotContains(t, got, "secret")
			same(t, "end_"+strings.ReplaceAll(name, " ", "_")+".txt", got)
		})
	}
}

// TestFailingParts: what is asked of a part that fails is recorded, too.
func TestFailingParts(t *testing.T) {
	s := newSetup(t, nil)
	failing := fault.New(fault.ServiceUnavailable, "secret", nil)
	_, err := ragtrace.Embedder(letters{failing}, s.rec, "").Embed(t.Context(), rag.EmbedQuery, []string{"a"})
	require.ErrorIs(t, err, failing)
	_, err = ragtrace.Retriever(broken{failing}, s.rec, "handbook").Retrieve(t.Context(), &rag.Query{Text: "q"})
	require.ErrorIs(t, err, failing)
	_, err = ragtrace.Reranker(broken{failing}, s.rec, "openai", "r").Rerank(t.Context(), &rag.Query{Text: "q"}, make([]rag.Hit, 2))
	require.ErrorIs(t, err, failing)
	same(t, "failing.txt", s.sent())
}

// broken is a Retriever and a Reranker that fails.
type broken struct{ err error }

func (b broken) Retrieve(context.Context, *rag.Query) ([]rag.DocumentResult, error) {
	return nil, b.err
}
func (b broken) Rerank(context.Context, *rag.Query, []rag.Hit) ([]rag.Hit, error) { return nil, b.err }

func TestACachedResponseUsedNothing(t *testing.T) {
	s := newSetup(t, nil)
	kept := answering(func() *llm.Response {
		return &llm.Response{Text: "x", Model: "m", Finish: llm.Stop, Cached: true, Usage: llm.Usage{Prompt: 10, Completion: 5}}
	})
	_, err := ragtrace.Model(kept, s.rec, nil).Generate(t.Context(), &llm.Request{Messages: []llm.Message{{Role: llm.User, Content: "q"}}})
	require.NoError(t, err)
	require.NotContains(t, s.sent(), "gen_ai.usage")
	require.NotContains(t, s.collector.Metrics(), genai.MetricTokenUsage)
	require.Contains(t, s.collector.Metrics(), genai.MetricDuration)
}

type answering func() *llm.Response

func (a answering) Generate(context.Context, *llm.Request) (*llm.Response, error) { return a(), nil }

func TestWithoutARecorderNothingIsWrapped(t *testing.T) {
	m := &served{}
	require.Same(t, m, ragtrace.Model(m, nil, nil))
	require.Equal(t, letters{}, ragtrace.Embedder(letters{}, nil, ""))
	require.Equal(t, broken{}, ragtrace.Retriever(broken{}, nil, ""))
	require.Equal(t, failing{}, ragtrace.Answerer(failing{}, nil, ""))
	require.Equal(t, rag.LexicalReranker{}, ragtrace.Reranker(rag.LexicalReranker{}, nil, "", ""))
	require.Equal(t, unwatchable{}, ragtrace.Guard(unwatchable{}, nil))
	require.Same(t, m, ragtrace.GuardedModel(m, nil))
	rec, err := genai.New(nil)
	require.NoError(t, err)
	_, weighs := ragtrace.Retriever(broken{}, rec, "").(rag.Weigher)
	require.False(t, weighs)
}

// failing is an Answerer that fails.
type failing struct{ err error }

func (f failing) Answer(context.Context, *rag.Question) (*rag.Answer, error) { return nil, f.err }

// streaming is one that says something first, and then fails if it is to.
type streaming struct{ failing }

func (s streaming) Stream(ctx context.Context, _ *rag.Question) iter.Seq2[rag.Event, error] {
	return func(yield func(rag.Event, error) bool) {
		switch {
		case !yield(rag.Event{Token: "a"}, nil):
		case s.err != nil:
			yield(rag.Event{}, s.err)
		default:
			yield(rag.Event{Answer: &rag.Answer{Text: "a", Refusal: &rag.Refusal{Reason: rag.NothingFound}}}, nil)
		}
	}
}

// TestAnswersAndTheirEnds: whole, refused, failed, cancelled and left ones all end their spans.
func TestAnswersAndTheirEnds(t *testing.T) {
	s := newSetup(t, nil)
	down := fault.New(fault.ServiceUnavailable, "secret", nil)
	q := &rag.Question{Text: "secret question"}
	_, err := ragtrace.Answerer(failing{down}, s.rec, "1 failed").Answer(t.Context(), q)
	require.ErrorIs(t, err, down)
	_, streams := ragtrace.Answerer(failing{}, s.rec, "").(rag.Streamer)
	require.False(t, streams)
	stream := func(a rag.Answerer, name string, ctx context.Context, events int) {
		for range ragtrace.Answerer(a, s.rec, name).(rag.Streamer).Stream(ctx, q) {
			if events--; events == 0 {
				break
			}
		}
	}
	stream(streaming{}, "2 whole", t.Context(), 0)
	stream(streaming{}, "3 left with the end", t.Context(), 2)
	stream(streaming{}, "4 left", t.Context(), 1)
	stream(streaming{failing{down}}, "5 broken off", t.Context(), 0)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	stream(streaming{}, "6 cancelled", ended, 1)
	got := s.sent()
	require.NotContains(t, got, "secret")
	same(t, "answers.txt", got)
}

// TestWhatIsRecordedIsStillWhatItWas: what is wrapped passes the suites, recorded and where nobody reads.
func TestWhatIsRecordedIsStillWhatItWas(t *testing.T) {
	off, err := genai.New(nil)
	require.NoError(t, err)
	for name, rec := range map[string]*genai.Recorder{"recorded": newSetup(t, pii.New(nil)).rec, "off": off} {
		t.Run(name, func(t *testing.T) {
			ragtest.TestModel(t, func(*testing.T) llm.Model {
				return ragtrace.Model(&served{pieces: []string{"a ", "b"}}, rec, nil)
			}, &llm.Request{Messages: []llm.Message{{Role: llm.User, Content: "q"}}})
			ragtest.TestReranker(t, func(*testing.T) rag.Reranker { return ragtrace.Reranker(rag.LexicalReranker{}, rec, "", "lexical") })
			ragtest.TestAnswerer(t, func(t *testing.T) (rag.Answerer, ragtest.Sink) {
				store, err := localstore.Open(t.TempDir(), nil)
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, store.Close()) })
				index := rag.NewIndex(store, nil)
				return ragtrace.Answerer(rag.NewEngine(index, nil), rec, "answer"), index
			})
			ragtest.TestRetriever(t, func(t *testing.T) (rag.Retriever, ragtest.Sink) {
				store, err := localstore.Open(t.TempDir(), nil)
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, store.Close()) })
				index := rag.NewIndex(store, nil)
				return ragtrace.Retriever(index, rec, "handbook"), index
			})
		})
	}
}

// told is an embedder whose vectors depend on more than its model.
type told struct{ letters }

func (told) Version() string { return "two" }

func TestARecordedEmbedderNamesItsVersion(t *testing.T) {
	s := newSetup(t, nil)
	versioned, ok := ragtrace.Embedder(told{}, s.rec, "").(interface{ Version() string })
	require.True(t, ok)
	require.Equal(t, "two", versioned.Version())
	_, ok = ragtrace.Embedder(letters{}, s.rec, "").(interface{ Version() string })
	require.False(t, ok)
}
