package translate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/translate/lang"
)

// Engine says what an engine can do and how it likes its texts. The zero value
// of a limit means that there is none.
type Engine struct {
	Name  string // for Translation.Engine
	Pairs []Pair // that it translates; nil: every one

	Auto     bool // it finds the source language itself
	HTML     bool // it takes HTML
	Glossary bool // it keeps to a request's Glossary
	Scripts  bool // it writes in a request's Script, too, when that is not the default

	BatchTexts int // texts in one call
	BatchBytes int // bytes of the texts in one call; a longer text goes alone
	TextBytes  int // bytes of one text
	Parallel   int // calls at the same time; 0: one
}

// Call translates texts, none of which is empty or has white space around it,
// by the engine: one Translation for each, in order, of which only Text, Source
// (where it was found) and Err count. An error is that of all the texts.
type Call func(ctx context.Context, texts []string) ([]Translation, error)

// Batches serves a request by an engine as the contract of [Translator]
// demands: it checks the request and the pair, keeps white space and what has
// nothing to translate to itself, groups the rest into calls, and gathers what
// came of them. Calls that are refused for something in their texts are halved
// until the text is found. When an engine fails twice in a row for reasons that
// pass, the texts that are left are not sent any more and share that error.
//
// It is for implementations of Translator. Trying again is up to call.
func Batches(ctx context.Context, req *Request, engine *Engine, call Call) (*Result, error) {
	if err := engine.check(req); err != nil {
		return nil, err
	}
	b := &batches{ctx: ctx, engine: engine, call: call,
		out: &Result{Texts: make([]Translation, len(req.Texts)), Source: req.Source, Target: req.Target}}
	for i, text := range req.Texts {
		b.take(req, i, text)
	}
	b.run()
	return Finish(b.out)
}

func (e *Engine) check(req *Request) error {
	if err := Check(req); err != nil {
		return err
	}
	switch {
	case req.Format == HTML && !e.HTML:
		return unsupported(fault.InvalidRequest, e.Name+" does not take HTML", "format")
	case len(req.Glossary) > 0 && !e.Glossary:
		return unsupported(fault.InvalidRequest, e.Name+" takes no glossary", "glossary")
	case req.Source == req.Target:
		return nil
	case req.Script != "" && req.Script != req.Target.Script() && !e.Scripts:
		return fault.Wrap(ErrUnsupported, fault.InvalidLanguage, fmt.Sprintf("%s does not write %s in the script %s", e.Name, req.Target, req.Script),
			fault.Details{"field": "target_script", "supported": []lang.Script{req.Target.Script()}})
	case req.Source == "" || req.Source == lang.Auto:
		return e.checkAuto(req)
	case e.Pairs != nil && !slices.Contains(e.Pairs, Pair{req.Source, req.Target}):
		return UnsupportedPair(req.Source, req.Target, e.Pairs)
	}
	return nil
}

func (e *Engine) checkAuto(req *Request) error {
	if !e.Auto {
		return fault.Wrap(ErrUnsupported, fault.InvalidLanguage, e.Name+" has to be told the source language",
			fault.Details{"field": "source_language", "supported": sources(e.Pairs)})
	}
	if e.Pairs != nil && !slices.ContainsFunc(e.Pairs, func(p Pair) bool { return p.Target == req.Target }) {
		return UnsupportedPair(lang.Auto, req.Target, e.Pairs)
	}
	return nil
}

func sources(pairs []Pair) []lang.Code {
	if pairs == nil {
		return lang.Codes()
	}
	var codes []lang.Code
	for _, p := range pairs {
		codes = append(codes, p.Source)
	}
	return sorted(codes)
}

// unchanged tells whether a text of req needs no engine: it has no letters, or
// is in the target language and script already.
func unchanged(req *Request, text string) bool {
	script := lang.ScriptOf(text)
	return script == "" || req.Source == req.Target && script == req.script()
}

// batches is one request on its way through an engine.
type batches struct {
	ctx    context.Context
	engine *Engine
	call   Call
	out    *Result

	texts []string // what the engine sees
	place []int    // where each of texts stands in the request
	pads  [][2]string

	mu       sync.Mutex
	failures int   // calls in a row that failed for reasons that pass
	last     error // the latest of them
}

// take answers text i at once or keeps it for the engine.
func (b *batches) take(req *Request, i int, text string) {
	t := &b.out.Texts[i]
	if req.Source.Valid() {
		t.Source = req.Source
	}
	core := strings.TrimFunc(text, unicode.IsSpace)
	switch {
	case unchanged(req, text):
		t.Text, t.Kind = text, Unchanged
	case req.Source == req.Target:
		t.Err = fault.Wrap(ErrUnsupported, fault.InvalidLanguage, fmt.Sprintf("text %d is in %s, but in another script: that is for a transliterator", i, req.Target),
			fault.Details{"field": "target_script", "index": i, "supported": []lang.Script{lang.ScriptOf(text)}})
	case b.engine.TextBytes > 0 && len(core) > b.engine.TextBytes:
		t.Err = tooLong(i, len(core), b.engine.TextBytes)
	default:
		at := strings.Index(text, core)
		b.texts, b.place = append(b.texts, core), append(b.place, i)
		b.pads = append(b.pads, [2]string{text[:at], text[at+len(core):]})
	}
}

// run sends the texts, engine.Parallel calls at a time.
func (b *batches) run() {
	slots := make(chan struct{}, max(b.engine.Parallel, 1))
	var calls sync.WaitGroup
	for next := 0; next < len(b.texts); {
		from, to := next, next+b.size(b.texts[next:])
		slots <- struct{}{}
		calls.Go(func() {
			defer func() { <-slots }()
			b.send(from, to)
		})
		next = to
	}
	calls.Wait()
}

// size tells how many of texts go into one call, at least one.
func (b *batches) size(texts []string) int {
	bytes := 0
	for i, text := range texts {
		bytes += len(text)
		if i > 0 && (b.engine.BatchBytes > 0 && bytes > b.engine.BatchBytes || b.engine.BatchTexts > 0 && i >= b.engine.BatchTexts) {
			return i
		}
	}
	return len(texts)
}

// send translates texts[from:to] in one call, or in halves when that is refused.
func (b *batches) send(from, to int) {
	if err := b.away(); err != nil {
		b.fail(from, to, err)
		return
	}
	got, err := b.call(b.ctx, slices.Clone(b.texts[from:to]))
	if err == nil && len(got) != to-from {
		err = fault.New(fault.Upstream, fmt.Sprintf("%s gave %d translations for %d texts", b.engine.Name, len(got), to-from), nil)
	}
	b.record(err)
	switch {
	case err == nil:
		for i := range got {
			b.put(from+i, &got[i])
		}
	case to-from > 1 && aboutText(err) && b.ctx.Err() == nil:
		middle := (from + to) / 2
		b.send(from, middle)
		b.send(middle, to)
	default:
		b.fail(from, to, err)
	}
}

// aboutText tells whether an error may be about one text of a call only.
func aboutText(err error) bool {
	switch fault.CodeOf(err) {
	case fault.InvalidRequest, fault.PayloadTooLarge, fault.ProcessingFailed:
		return true
	}
	return false
}

// away gives the error for texts that there is no sense in sending.
func (b *batches) away() error {
	if err := contextError(b.ctx); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures >= 2 {
		return b.last
	}
	return nil
}

func (b *batches) record(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil || !fault.Retryable(err) {
		b.failures = 0
		return
	}
	b.failures++
	b.last = err
}

// put keeps what the engine made of text i of those it saw.
func (b *batches) put(i int, got *Translation) {
	t := &b.out.Texts[b.place[i]]
	switch {
	case got.Err != nil:
		t.Err = got.Err
		return
	case strings.TrimSpace(got.Text) == "":
		t.Err = fault.New(fault.Upstream, b.engine.Name+" gave nothing for a text", fault.Details{"index": b.place[i]})
		return
	}
	t.Text = b.pads[i][0] + strings.TrimFunc(got.Text, unicode.IsSpace) + b.pads[i][1]
	t.Kind, t.Engine = Translated, b.engine.Name
	if got.Source.Valid() {
		t.Source = got.Source
	}
}

func (b *batches) fail(from, to int, err error) {
	for _, i := range b.place[from:to] {
		b.out.Texts[i].Err = err
	}
}
