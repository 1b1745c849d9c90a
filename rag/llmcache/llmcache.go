// Package llmcache gives a model's answers from a cache where the same was
// asked before.
//
//	memory, err := memcache.New(64<<20, nil)
//	...
//	model := llmcache.New(answers, "qwen3-8b prompts-1", memory, nil)
//	engine := rag.NewEngine(index, &rag.EngineOptions{Model: model})
//
// Retrieval is never cached. A question is first asked of the index, by whoever
// asks, and only what is then written from the passages found is looked up: an
// answer is given again only for the same passages, word for word, in any order. So it needs
// no invalidation. When a cited chunk changes or is deleted, a better one comes
// in, or the asker may read less than the one before, the passages are others and
// so is the entry. Nobody is given a word from passages that were not found for
// them.
//
// The same question is one of the same words, however they are spelt and parted:
// "ताज महल कहां है" is "ताजमहल कहाँ है?". With an embedder it may be one that means the
// same.
package llmcache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"iter"
	"log/slog"
	"reflect"
	"slices"
	"time"

	"github.com/akshara-go/akshara/observe/cache"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
)

// What a Model does where its options say nothing.
const (
	DefaultTTL  = time.Hour
	DefaultWait = 250 * time.Millisecond
)

// Options sets a Model up. The zero value is useful.
type Options struct {
	TTL  time.Duration // how long an answer is kept at most; 0 is DefaultTTL
	Wait time.Duration // how long the cache is waited for, each time it is asked; 0 is DefaultWait

	// Embedder finds questions that mean the same as an earlier one about the same
	// passages: those with the same function words and numbers whose vectors have a
	// cosine of at least Alike. Nil: only those of the same words, which is safer: see
	// DefaultAlike.
	Embedder rag.Embedder
	Alike    float64 // 0 is DefaultAlike

	Logger *slog.Logger                          // what had to be done without; nil: nowhere
	Hook   func(ctx context.Context, found bool) // hears of each request that may be cached; nil: nobody
}

// Model is a model with a cache before it. It may be used concurrently.
//
// Requests with a temperature above 0 ask for variety and pass by, as do those that
// JSON cannot hold. Only whole answers and honest refusals are kept. A cache or an embedder that fails costs
// time, at most Wait for each try, and never an answer.
type Model struct {
	model   llm.Model
	version string
	cache   cache.Cache
	opts    Options
}

var _ llm.Streamer = (*Model)(nil)

// New puts a cache before a model. version names all that an answer depends on
// besides the request: the model, and the prompts' version where there is one.
// Another version finds nothing of an earlier one.
func New(model llm.Model, version string, c cache.Cache, opts *Options) *Model {
	m := &Model{model: model, version: version, cache: c}
	if opts != nil {
		m.opts = *opts
	}
	if m.opts.TTL <= 0 {
		m.opts.TTL = DefaultTTL
	}
	if m.opts.Wait <= 0 {
		m.opts.Wait = DefaultWait
	}
	if m.opts.Alike == 0 {
		m.opts.Alike = DefaultAlike
	}
	if m.opts.Logger == nil {
		m.opts.Logger = slog.New(slog.DiscardHandler)
	}
	if m.opts.Hook == nil {
		m.opts.Hook = func(context.Context, bool) {}
	}
	return m
}

// Generate gives the kept answer, marked as Cached and with no tokens used, or
// has one made.
func (m *Model) Generate(ctx context.Context, req *llm.Request) (*llm.Response, error) {
	l := m.look(ctx, req)
	if l.found != nil {
		return l.found, nil
	}
	res, err := m.model.Generate(ctx, req)
	if err == nil {
		m.keep(ctx, l, res)
	}
	return res, err
}

// Stream gives the kept answer in one piece, or the model's as it comes.
func (m *Model) Stream(ctx context.Context, req *llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) {
		l := m.look(ctx, req)
		if l.found != nil {
			if l.found.Text == "" || yield(llm.Delta{Text: l.found.Text, Quotes: l.found.Quotes}, nil) {
				yield(llm.Delta{Done: l.found}, nil)
			}
			return
		}
		for delta, err := range llm.Stream(ctx, m.model, req) {
			if err == nil && delta.Done != nil {
				m.keep(ctx, l, delta.Done)
			}
			if !yield(delta, err) {
				return
			}
		}
	}
}

// lookup is a request that was looked for.
type lookup struct {
	key     string // "" when the request passes by
	chunks  []string
	asked   asked
	entries []entry // what the key holds
	found   *llm.Response
}

// maxEntries is how many questions about the same passages are kept.
const maxEntries = 16

// entry is a kept answer with the question it was given to, and the chunks that
// its quotes count, in their order.
type entry struct {
	asked
	Chunks   []string `json:",omitempty"`
	Response llm.Response
}

// look looks for the answer to a request.
func (m *Model) look(ctx context.Context, req *llm.Request) *lookup {
	l := &lookup{}
	if req.Temperature > 0 {
		return l
	}
	if l.key = m.key(req); l.key == "" {
		return l
	}
	if req.Grounding != nil {
		for i := range req.Grounding.Passages {
			l.chunks = append(l.chunks, req.Grounding.Passages[i].Chunk.ID)
		}
		l.asked = m.ask(ctx, req.Grounding)
	}
	wait, cancel := context.WithTimeout(ctx, m.opts.Wait)
	defer cancel()
	data, found, err := m.cache.Get(wait, l.key)
	if err == nil && found {
		err = json.Unmarshal(data, &l.entries)
	}
	if err != nil {
		m.opts.Logger.WarnContext(ctx, "answering without the cache", slog.Any("error", err))
		l.entries = nil
	}
	for i := range l.entries {
		if e := &l.entries[i]; l.asked.same(&e.asked, m.opts.Alike) {
			if l.found = e.answer(req); l.found != nil {
				break
			}
		}
	}
	m.opts.Hook(ctx, l.found != nil)
	return l
}

// answer gives the kept response to a request whose passages are the same, perhaps
// in another order. It is nil when it cannot be one: a cache may be written by others.
func (e *entry) answer(req *llm.Request) *llm.Response {
	res := e.Response
	res.Usage, res.Cached, res.Prompt = llm.Usage{}, true, req.Prompt
	res.Quotes = slices.Clone(res.Quotes)
	for i := range res.Quotes {
		q := &res.Quotes[i]
		if req.Grounding == nil || q.Passage < 0 || q.Passage >= len(e.Chunks) || q.Start < 0 || q.End < q.Start || q.End > len(res.Text) {
			return nil
		}
		passages := req.Grounding.Passages
		q.Passage = slices.IndexFunc(passages, func(p llm.Passage) bool { return p.Chunk.ID == e.Chunks[q.Passage] })
		if q.Passage < 0 {
			return nil
		}
		if c := &passages[q.Passage].Chunk; q.Source.Start < c.Start || q.Source.End > c.End || q.Source.End < q.Source.Start {
			return nil
		}
	}
	return &res
}

// keep keeps an answer.
func (m *Model) keep(ctx context.Context, l *lookup, res *llm.Response) {
	if l.key == "" || res.Finish != llm.Stop && res.Finish != llm.NoAnswer {
		return
	}
	entries := append([]entry{{asked: l.asked, Chunks: l.chunks, Response: *res}}, l.entries...)
	data, err := json.Marshal(entries[:min(len(entries), maxEntries)])
	if err == nil {
		// The answer is there: whoever waited for it does not wait for its keeping to be given up.
		wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.opts.Wait)
		defer cancel()
		err = m.cache.Set(wait, l.key, data, m.opts.TTL)
	}
	if err != nil {
		m.opts.Logger.WarnContext(ctx, "an answer was not kept", slog.Any("error", err))
	}
}

// key names what an answer depends on besides how its question is put: the
// version, the language and the passages, in any order. A request that is not
// told by its grounding alone, as one within a conversation, is named by every word of it. It is "" for one that
// JSON cannot hold: nothing would tell it from others of its kind.
func (m *Model) key(req *llm.Request) string {
	g := req.Grounding
	if g == nil {
		return m.named("words", req)
	}
	passages := make([]string, len(g.Passages))
	for i := range g.Passages {
		p, ok := &g.Passages[i], false
		if passages[i], ok = sum(p.Chunk.DocumentID, p.Chunk.ID, p.Chunk.Start, p.Chunk.Text, p.Source.Title); !ok {
			return ""
		}
	}
	if len(req.Tools) > 0 || req.Output != nil || len(g.History) > 0 || !reflect.DeepEqual(req.Messages, llm.GroundedPrompt(g)) {
		return m.named("words", req, passages)
	}
	slices.Sort(passages)
	return m.named("passages", g.Language, req.MaxTokens, passages)
}

// named gives the key of what values tell, or "" where JSON cannot hold them.
func (m *Model) named(kind string, values ...any) string {
	told, ok := sum(values...)
	if !ok {
		return ""
	}
	return cache.Key("llm", m.version, kind, told)
}

// sum gives the SHA-256 of values, or false where JSON cannot hold them: raw
// JSON that is none, or a number that is not finite.
func sum(values ...any) (string, bool) {
	h := sha256.New()
	err := json.NewEncoder(h).Encode(values)
	return hex.EncodeToString(h.Sum(nil)), err == nil
}
