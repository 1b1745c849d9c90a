package rag

import (
	"context"
	"iter"
	"strings"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/rag/extractive"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llm/prompt"
	"github.com/akshara-go/akshara/translate/lang"
)

// EngineOptions sets an [Engine] up. The zero value is useful.
type EngineOptions struct {
	Model         llm.Model                   // nil: the extractive model, which quotes and never invents
	Detect        func(text string) lang.Code // language of a question that names none, and of what a model writes; nil: by the script
	MinConfidence float64                     // below it an answer is refused; 0 is DefaultMinConfidence, negative never refuses for it
	Passages      int                         // chunks a model is given; 0 is 8
	Prompts       *prompt.Set                 // whose [prompt.Grounded], [prompt.GroundedAgain] and [prompt.Judge] are used; nil: prompt.Default()
	Unsupported   Policy                      // what becomes of a sentence that no passage supports; "" is Drop
	Judge         llm.Model                   // asked, too, whether a passage says what a sentence says, of up to eight sentences an answer; nil: words alone decide
	Contact       string                      // a line that a refusal ends with: whom to ask instead, as the operator words it
	Guard         Guard                       // watches over questions, passages and answers; nil: nobody does

	// Translate puts the sentences of an answer that a model gave twice in
	// another language into the one asked for: as many texts as it is given, in
	// their order. With nil, or an error, the answer stays as it is. It is given
	// what a Guard whose watch is a [TranslationWatch] lets out.
	Translate func(ctx context.Context, texts []string, from, to lang.Code) ([]string, error)
}

// Engine answers questions from what a Retriever finds. It may be used concurrently.
//
// An answer is in the language asked for. A model that writes is held to it: by
// the script of its first sentence and, where that is long enough, by Detect. It
// is told once more, firmly; then its answer is translated, and the original
// kept. A model that quotes, as the extractive one does, is not: its quotes are
// the source's bytes, in the source's language and script, and only a refusal is
// in the asker's.
type Engine struct {
	retriever Retriever
	opts      EngineOptions
}

var _ Streamer = (*Engine)(nil)

// NewEngine gives an engine that reads what retriever finds. Nil opts mean the defaults.
func NewEngine(retriever Retriever, opts *EngineOptions) *Engine {
	e := &Engine{retriever: retriever}
	if opts != nil {
		e.opts = *opts
	}
	if e.opts.Model == nil {
		e.opts.Model = extractive.New(nil)
	}
	if e.opts.MinConfidence == 0 {
		e.opts.MinConfidence = DefaultMinConfidence
	}
	if e.opts.Passages <= 0 {
		e.opts.Passages = 8
	}
	return e
}

// Answer gives the whole answer at once.
func (e *Engine) Answer(ctx context.Context, q *Question) (*Answer, error) {
	for event, err := range e.Stream(ctx, q) {
		if err != nil {
			return nil, err
		}
		if event.Answer != nil {
			return event.Answer, nil
		}
	}
	return nil, fault.New(fault.Internal, "the answer has no end", nil)
}

// Stream gives the documents that are read, then each sentence of the answer
// once it is known to be supported, then the whole answer. Nothing is shown
// that would have to be taken back.
func (e *Engine) Stream(ctx context.Context, q *Question) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		a, err := e.prepare(ctx, q)
		if err != nil {
			yield(Event{}, err)
			return
		}
		for i := range a.Sources {
			if !yield(Event{Source: &a.Sources[i]}, nil) {
				return
			}
		}
		e.write(ctx, a, yield)
	}
}

// draft is an answer in the making.
type draft struct {
	Answer
	grounding *llm.Grounding
	contact   string // what a refusal ends with
	watch     Watch
	rejected  bool // the guard refuses the question
}

// prepare finds what to answer from.
func (e *Engine) prepare(ctx context.Context, q *Question) (*draft, error) {
	if err := checkText("message", q.Text); err != nil {
		return nil, err
	}
	if err := checkHistory(q.History); err != nil {
		return nil, err
	}
	code := q.Language
	if code == "" {
		code = lang.Auto
	}
	detect := e.opts.Detect
	if detect == nil {
		detect = lang.ByScript
	}
	code, err := language(code, q.Text, detect)
	if err != nil {
		return nil, err
	}
	a := &draft{Answer: Answer{Language: code, Sources: []DocumentResult{}, Claims: []Claim{}}, contact: e.opts.Contact}
	if a.watch, err = e.opts.watch(ctx, q.Text, code); err != nil {
		return nil, err
	}
	text, ok := a.watch.Question()
	if a.rejected = !ok; a.rejected {
		return a, nil
	}
	sources, err := e.retriever.Retrieve(ctx, &Query{
		Text: text, Language: code, TopK: q.TopK, Filter: q.Filter, Readers: q.Readers,
	})
	if err != nil {
		return nil, err
	}
	a.Sources = a.watch.Documents(sources)
	a.grounding = &llm.Grounding{Question: text, Language: code, Passages: passages(a.Sources, e.opts.Passages), History: q.History}
	if w, ok := e.retriever.(Weigher); ok {
		a.grounding.Weights, err = w.TermWeights(ctx, text, code)
	}
	return a, err
}

// passages gives the best n chunks of all documents, best first.
func passages(sources []DocumentResult, n int) []llm.Passage {
	var hits []Hit
	for _, s := range sources {
		hits = append(hits, s.Chunks...)
	}
	SortHits(hits)
	hits = hits[:min(n, len(hits))]
	out := make([]llm.Passage, len(hits))
	for i, h := range hits {
		out[i] = llm.Passage{Chunk: h.Record.Chunk, Source: h.Record.Source, Score: h.Score}
	}
	return out
}

// write lets the model answer and tells its supported sentences as they come.
func (e *Engine) write(ctx context.Context, a *draft, yield func(Event, error) bool) {
	switch {
	case a.rejected:
		yield(Event{Answer: a.refuse(Guarded)}, nil)
		return
	case len(a.grounding.Passages) == 0:
		yield(Event{Answer: a.refuse(NothingFound)}, nil)
		return
	}
	req, err := llm.GroundedRequest(e.opts.Prompts, a.grounding)
	if err != nil {
		yield(Event{}, err)
		return
	}
	check, err := newChecker(a.grounding, e.opts.judge(a.watch), e.opts.Prompts)
	if err != nil {
		yield(Event{}, err)
		return
	}
	said, res, err := e.attempt(ctx, a, check, req, yield)
	if err == nil && said.foreign && said.refusal(res) != Guarded {
		said, res, err = e.again(ctx, said, res, req, yield)
	}
	switch {
	case err != nil:
		yield(Event{}, err)
	case !said.stopped:
		said.finish(res)
	}
}

// attempt lets the model answer once.
func (e *Engine) attempt(ctx context.Context, a *draft, check *checker, req *llm.Request, yield func(Event, error) bool) (*sentences, *llm.Response, error) {
	said := &sentences{draft: a, check: check, yield: yield, opts: &e.opts}
	res, err := generate(ctx, a.watch.Model(e.opts.Model), req, func(text string) bool { return said.add(ctx, text) })
	if err != nil || said.stopped {
		return said, res, err
	}
	a.Model, a.Cached = res.Model, res.Cached
	a.Usage.Add(res.Usage)
	switch {
	case res.Finish == llm.Filtered: // what is left of its text is the beginning of a sentence
	case len(res.Quotes) > 0 || res.Finish == llm.NoAnswer:
		said.quotes(res)
	default:
		said.flush(ctx)
	}
	return said, res, nil
}

// again lets a model whose answer was not in its language answer once more. If
// that is foreign too, or has to be refused, the first answer is translated, unless
// it is one to refuse: a refusal is in the asker's language and has no original. If
// the model fails before anything of its second answer was shown, the first stands in.
func (e *Engine) again(ctx context.Context, first *sentences, res *llm.Response, req *llm.Request, yield func(Event, error) bool) (*sentences, *llm.Response, error) {
	req, err := firmly(e.opts.Prompts, req)
	if err != nil {
		return first, res, err
	}
	a := *first.draft
	a.Text, a.Claims = "", []Claim{}
	second, secondRes, err := e.attempt(ctx, &a, first.check, req, yield)
	switch {
	case err != nil && (ctx.Err() != nil || second.shown() || first.refusal(res) != ""), second.stopped:
		return second, secondRes, err
	case err == nil && (!second.foreign && second.refusal(secondRes) == "" || first.refusal(res) != ""):
		first, res = second, secondRes
	default:
		first.draft.Usage = a.Usage
	}
	if first.foreign && first.refusal(res) == "" {
		first.inLanguage(ctx)
	}
	return first, res, nil
}

// maxWritten is how many bytes of a model's text are read: some ten pages.
const maxWritten = 64 << 10

// generate runs a model, giving its text piece by piece where the model can.
// A model that quotes is taken whole: its quotes come with the end.
func generate(ctx context.Context, m llm.Model, req *llm.Request, add func(string) bool) (*llm.Response, error) {
	s, ok := m.(llm.Streamer)
	if !ok {
		res, err := m.Generate(ctx, req)
		switch {
		case err != nil:
			return nil, err
		case len(res.Text) > maxWritten:
			return nil, endless()
		case len(res.Quotes) == 0:
			add(res.Text)
		}
		return res, nil
	}
	written := 0
	for delta, err := range s.Stream(ctx, req) {
		if err != nil {
			return nil, err
		}
		if delta.Done != nil {
			return delta.Done, nil
		}
		if written += len(delta.Text); written > maxWritten {
			return nil, endless()
		}
		if len(delta.Quotes) == 0 && !add(delta.Text) {
			return &llm.Response{}, nil
		}
	}
	return nil, fault.New(fault.Upstream, "the model's answer was cut off", nil)
}

func endless() error {
	return fault.New(fault.Upstream, "the model's answer has no end", fault.Details{"limit_bytes": maxWritten})
}

func cite(p *llm.Passage, span corpus.Span) Citation {
	return Citation{
		Span: span, DocumentID: p.Chunk.DocumentID, ChunkID: p.Chunk.ID,
		Title: p.Source.Title, URL: p.Source.URL, Page: p.Chunk.Page,
		Quote: strings.Clone(p.Chunk.Text[span.Start-p.Chunk.Start : span.End-p.Chunk.Start]),
	}
}
