package llmcache_test

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/akshara-go/akshara/observe/cache"
	"github.com/akshara-go/akshara/observe/memcache"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llmcache"
	"github.com/akshara-go/akshara/translate/lang"
)

// model answers each request with res, counts them and streams in two pieces.
type model struct {
	asked atomic.Int32
	res   llm.Response
	err   error
}

func (m *model) Generate(context.Context, *llm.Request) (*llm.Response, error) {
	m.asked.Add(1)
	res := m.res
	return &res, m.err
}

type streamer struct{ *model }

func (m streamer) Stream(ctx context.Context, req *llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) {
		res, err := m.Generate(ctx, req)
		if err != nil {
			yield(llm.Delta{}, err)
			return
		}
		half := len(res.Text) / 2
		_ = yield(llm.Delta{Text: res.Text[:half]}, nil) && yield(llm.Delta{Text: res.Text[half:]}, nil) && yield(llm.Delta{Done: res}, nil)
	}
}

// said is an answer that quotes the second passage of about's two.
func said() *model {
	return &model{res: llm.Response{
		Text: "in Agra", Model: "m", Finish: llm.Stop, Usage: llm.Usage{Prompt: 9, Completion: 2},
		Quotes: []llm.Quote{{Span: llm.Span{Start: 0, End: 7}, Passage: 1, Source: llm.Span{Start: 12, End: 19}, Confidence: .9}},
	}}
}

func passage(id, text string) llm.Passage {
	return llm.Passage{Chunk: corpus.Chunk{ID: id, DocumentID: "d", Text: text, Span: corpus.Span{Start: 0, End: len(text)}}, Score: .5}
}

func about(question string, passages ...llm.Passage) *llm.Request {
	if passages == nil {
		passages = []llm.Passage{passage("c1", "The fort is red."), passage("c2", "The Taj is in Agra.")}
	}
	g := &llm.Grounding{Question: question, Language: lang.Hindi, Passages: passages}
	return &llm.Request{Messages: llm.GroundedPrompt(g), Grounding: g}
}

func newMemory(tb testing.TB) cache.Cache {
	tb.Helper()
	c, err := memcache.New(8<<20, nil)
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = c.Close() })
	return c
}

func generate(t *testing.T, m llm.Model, req *llm.Request) *llm.Response {
	t.Helper()
	res, err := m.Generate(t.Context(), req)
	require.NoError(t, err)
	return res
}

func TestTheSameIsAnsweredOnce(t *testing.T) {
	inner := said()
	found := []bool{}
	m := llmcache.New(inner, "v1", newMemory(t), &llmcache.Options{Hook: func(_ context.Context, hit bool) { found = append(found, hit) }})
	first := generate(t, m, about("ताजमहल कहाँ है?"))
	require.Equal(t, &inner.res, first)
	for _, question := range []string{"ताजमहल कहाँ है?", "ताज महल कहां है", "ताज-महल कहाँ है।"} {
		again := generate(t, m, about(question))
		require.Equal(t, int32(1), inner.asked.Load(), question)
		require.True(t, again.Cached)
		require.Zero(t, again.Usage, "no tokens were used")
		require.Equal(t, first.Text, again.Text)
		require.Equal(t, first.Quotes, again.Quotes)
	}
	require.Equal(t, []bool{false, true, true, true}, found)
}

func TestPassagesInAnotherOrderKeepTheirQuotes(t *testing.T) {
	inner := said()
	m := llmcache.New(inner, "v1", newMemory(t), nil)
	generate(t, m, about("कहाँ"))
	again := generate(t, m, about("कहाँ", passage("c2", "The Taj is in Agra."), passage("c1", "The fort is red.")))
	require.True(t, again.Cached)
	require.Zero(t, again.Quotes[0].Passage)
	require.Equal(t, 1, inner.res.Quotes[0].Passage, "what was kept is the cache's own")
}

// Whatever an answer depends on makes another entry of it.
func TestWhatIsNotTheSame(t *testing.T) {
	one, two := passage("c1", "The fort is red."), passage("c2", "The Taj is in Agra.")
	for name, req := range map[string]*llm.Request{
		"another question":      about("ताजमहल कब बना?"),
		"another vowel":         about("ताजमहल काहे है?"),
		"another script":        about("taj mahal kahan hai"),
		"another number":        about("ताजमहल 2 कहाँ है?"),
		"fewer passages":        about("ताजमहल कहाँ है?", two),
		"more passages":         about("ताजमहल कहाँ है?", one, two, passage("c3", "More.")),
		"a changed passage":     about("ताजमहल कहाँ है?", one, passage("c2", "The Taj is at Agra.")),
		"a passage of a new id": about("ताजमहल कहाँ है?", one, passage("c9", "The Taj is in Agra.")),
		"another answer's words": func() *llm.Request {
			r := about("ताजमहल कहाँ है?")
			r.Messages[0].Content += " Rhyme."
			return r
		}(),
		"another language": func() *llm.Request {
			r := about("ताजमहल कहाँ है?")
			r.Grounding.Language = lang.English
			r.Messages = llm.GroundedPrompt(r.Grounding)
			return r
		}(),
		"a conversation before it": func() *llm.Request {
			r := about("ताजमहल कहाँ है?")
			r.Grounding.History = []llm.Message{{Role: llm.User, Content: "secret"}}
			r.Messages = llm.GroundedPrompt(r.Grounding)
			return r
		}(),
		"fewer tokens": func() *llm.Request { r := about("ताजमहल कहाँ है?"); r.MaxTokens = 5; return r }(),
		"no passages":  {Messages: []llm.Message{{Role: llm.User, Content: "ताजमहल कहाँ है?"}}},
	} {
		inner := said()
		if req.Grounding == nil || len(req.Grounding.Passages) < 2 {
			inner.res.Quotes = nil
		}
		m := llmcache.New(inner, "v1", newMemory(t), nil)
		generate(t, m, about("ताजमहल कहाँ है?"))
		require.False(t, generate(t, m, req).Cached, name)
		require.True(t, generate(t, m, req).Cached, name)
		require.Equal(t, int32(2), inner.asked.Load(), name)
	}
	memory, inner := newMemory(t), said()
	generate(t, llmcache.New(inner, "v1", memory, nil), about("कहाँ"))
	require.False(t, generate(t, llmcache.New(inner, "v2", memory, nil), about("कहाँ")).Cached, "another version")
}

// Words may be cut at will, and numbers not.
func TestNumbersAreTheSameFigureByFigure(t *testing.T) {
	for question, same := range map[string]bool{"ताज महल ३-१ कहाँ है?": true, "ताजमहल 31 कहाँ है?": false, "ताजमहल 3.1 कहाँ है?": false} {
		m := llmcache.New(said(), "v1", newMemory(t), nil)
		generate(t, m, about("ताजमहल 3(1) कहाँ है?"))
		require.Equal(t, same, generate(t, m, about(question)).Cached, question)
	}
}

func TestWhatIsNotKept(t *testing.T) {
	for name, change := range map[string]func(*model, *llm.Request){
		"an error":             func(m *model, _ *llm.Request) { m.err = errors.New("away") },
		"an answer cut off":    func(m *model, _ *llm.Request) { m.res.Finish = llm.Length },
		"a request of variety": func(_ *model, r *llm.Request) { r.Temperature = .7 },
	} {
		inner, req := said(), about("कहाँ")
		change(inner, req)
		m := llmcache.New(inner, "v1", newMemory(t), nil)
		for range 2 {
			res, err := m.Generate(t.Context(), req)
			require.Equal(t, inner.err, err, name)
			require.False(t, res.Cached, name)
		}
		require.Equal(t, int32(2), inner.asked.Load(), name)
	}
	inner := &model{res: llm.Response{Finish: llm.NoAnswer}}
	m := llmcache.New(inner, "v1", newMemory(t), nil)
	generate(t, m, about("कहाँ"))
	require.True(t, generate(t, m, about("कहाँ")).Cached, "an honest refusal is an answer")
}

// What JSON cannot hold has no name, and so no entry that another could be given.
func TestWhatCannotBeNamedPassesBy(t *testing.T) {
	calling := func(text, arguments string) *llm.Request {
		return &llm.Request{Messages: []llm.Message{
			{Role: llm.User, Content: text},
			{Role: llm.Assistant, Calls: []llm.ToolCall{{ID: "1", Name: "a", Arguments: json.RawMessage(arguments)}}},
		}}
	}
	grounded := func(text string) *llm.Request {
		r := about(text)
		r.Tools = []llm.Tool{{Name: "a", Parameters: json.RawMessage("{")}}
		return r
	}
	for name, requests := range map[string][2]*llm.Request{
		"arguments of nothing": {calling("मेरा पता?", ""), calling("मेरा खाता?", "")},
		"arguments cut off":    {calling("मेरा पता?", "{"), calling("मेरा खाता?", "{")},
		"no number":            {{Temperature: math.NaN()}, {Temperature: math.NaN(), MaxTokens: 7}},
		"a tool of no schema":  {grounded("कहाँ"), grounded("कब")},
	} {
		inner := said()
		inner.res.Quotes = nil
		m := llmcache.New(inner, "v1", newMemory(t), nil)
		for _, req := range requests {
			require.False(t, generate(t, m, req).Cached, name)
		}
		require.False(t, generate(t, m, requests[0]).Cached, name)
		require.Equal(t, int32(3), inner.asked.Load(), name)
	}
}

func TestStreams(t *testing.T) {
	read := func(m llm.Streamer) (pieces []string, done *llm.Response) {
		for delta, err := range m.Stream(t.Context(), about("कहाँ")) {
			require.NoError(t, err)
			if delta.Done != nil {
				done = delta.Done
				continue
			}
			pieces = append(pieces, delta.Text)
		}
		return pieces, done
	}
	inner := said()
	m := llmcache.New(streamer{inner}, "v1", newMemory(t), nil)
	for range m.Stream(t.Context(), about("कहाँ")) {
		break // whoever leaves early has kept nothing
	}
	pieces, done := read(m)
	require.Equal(t, []string{"in ", "Agra"}, pieces)
	require.False(t, done.Cached)
	pieces, done = read(m)
	require.Equal(t, []string{"in Agra"}, pieces)
	require.True(t, done.Cached)
	require.Equal(t, int32(2), inner.asked.Load())

	pieces, done = read(llmcache.New(inner, "v1", newMemory(t), nil)) // a model that does not stream
	require.Equal(t, []string{"in Agra"}, pieces)
	require.Equal(t, "in Agra", done.Text)
	inner.err = errors.New("away")
	for _, err := range llmcache.New(inner, "v1", newMemory(t), nil).Stream(t.Context(), about("कहाँ")) {
		require.ErrorIs(t, err, inner.err)
	}
}

// broken is a cache that fails, lies, or never answers.
type broken struct {
	data []byte
	err  error
	hang bool
}

func (b *broken) do(ctx context.Context) error {
	if b.hang {
		<-ctx.Done()
		return ctx.Err()
	}
	return b.err
}

func (b *broken) Get(ctx context.Context, _ string) ([]byte, bool, error) {
	return b.data, true, b.do(ctx)
}
func (b *broken) Set(ctx context.Context, _ string, _ []byte, _ time.Duration) error {
	return b.do(ctx)
}
func (b *broken) Delete(context.Context, ...string) error { return nil }

func TestABrokenCacheCostsTimeAndNoAnswer(t *testing.T) {
	for name, b := range map[string]*broken{
		"away":         {err: errors.New("away")},
		"slow":         {hang: true},
		"no JSON":      {data: []byte("{")},
		"out of range": {data: []byte(`[{"Words":"kh","Chunks":["c1"],"Response":{"text":"x","finish":"stop","quotes":[{"Start":0,"End":1,"Passage":7}]}}]`)},
		"beyond text":  {data: []byte(`[{"Words":"kh","Chunks":["c1"],"Response":{"text":"x","finish":"stop","quotes":[{"Start":0,"End":9,"Passage":0}]}}]`)},
		"not there":    {data: []byte(`[{"Words":"kh","Chunks":["gone"],"Response":{"text":"x","finish":"stop","quotes":[{"Start":0,"End":1,"Passage":0}]}}]`)},
		"beyond chunk": {data: []byte(`[{"Words":"kh","Chunks":["c1"],"Response":{"text":"x","finish":"stop","quotes":[{"Start":0,"End":1,"Passage":0,"Source":{"Start":0,"End":99}}]}}]`)},
	} {
		b.data = []byte(strings.Replace(string(b.data), "kh", analysis.Normalize("कहाँ"), 1))
		m := llmcache.New(said(), "v1", b, &llmcache.Options{Wait: 10 * time.Millisecond})
		start := time.Now()
		res := generate(t, m, about("कहाँ"))
		require.Equal(t, "in Agra", res.Text, name)
		require.False(t, res.Cached, name)
		require.Less(t, time.Since(start), 5*time.Second, name)
	}
}

// vectors gives each question the vector that is listed for it.
type vectors map[string]rag.Vector

func (v vectors) Embed(_ context.Context, kind rag.EmbedKind, texts []string) ([]rag.Vector, error) {
	if vector, ok := v[texts[0]]; ok && kind == rag.EmbedQuery {
		return []rag.Vector{vector}, nil
	}
	return nil, errors.New("away")
}

func (v vectors) Model() rag.EmbedModel { return rag.EmbedModel{Name: "m", Dimensions: 2} }

func TestQuestionsThatMeanTheSame(t *testing.T) {
	near, far, nan := rag.Vector{1, .05}, rag.Vector{0, 1}, rag.Vector{float32(math.NaN()), 1}
	embedder := vectors{
		"ताज किस शहर में है?": {1, 0}, "ताजमहल किस नगर में है?": near, "ताज किस शहर 2 में है?": near, "ताज कब शहर में है?": near,
		"किला किस शहर में है?": far, "क्या किस शहर में है?": nan, "शून्य किस शहर में है?": {0, 0},
	}
	inner := said()
	m := llmcache.New(inner, "v1", newMemory(t), &llmcache.Options{Embedder: embedder})
	generate(t, m, about("ताज किस शहर में है?"))
	for question, same := range map[string]bool{
		"ताजमहल किस नगर में है?": true, "ताज किस शहर 2 में है?": false, "ताज कब शहर में है?": false,
		"किला किस शहर में है?": false, "क्या किस शहर में है?": false, "शून्य किस शहर में है?": false, "अनजान किस शहर में है?": false,
	} {
		inner.asked.Store(0)
		require.Equal(t, same, generate(t, m, about(question)).Cached, question)
	}
}
