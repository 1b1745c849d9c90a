// Package llmtranslate translates by any language model (llm.Model): one behind
// an OpenAI-compatible server, Bedrock, or a program's own.
//
//	model, err := openaillm.New(cfg, "some-model", nil)
//	if err != nil {
//		return err
//	}
//	t := llmtranslate.New(model, &llmtranslate.Options{Model: "some-model"})
//	res, err := t.Translate(ctx, &translate.Request{Texts: texts, Source: lang.English, Target: lang.Dogri})
//
// A model may leave things out, explain itself, or answer in another language.
// So each translation is held against its source: every number, address,
// placeholder and tag has to be there, and the terms of the glossary, and it has to be
// in the target's script. What is wrong is told to the model once; a text
// that is wrong again fails with UPSTREAM_ERROR, whose details say why. That the meaning
// is right nobody checks.
package llmtranslate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/rag/llm/prompt"
	"github.com/akshara-go/akshara/translate"
	"github.com/akshara-go/akshara/translate/lang"
)

// Defaults of Options.
const (
	DefaultBatchTexts = 20
	DefaultBatchBytes = 8 << 10
)

// Options tune a Translator. The zero value is useful.
type Options struct {
	Model      string           // the model's name and version, for the identity
	Glossary   []translate.Term // kept in every request, besides the request's own
	Style      string           // one sentence on how to write: "Write for children of ten."
	BatchTexts int              // texts in one prompt; 0: DefaultBatchTexts
	BatchBytes int              // bytes of the texts in one prompt; 0: DefaultBatchBytes
	Parallel   int              // prompts at the same time; 0: one
	Prompts    *prompt.Set      // whose template [prompt.Translation] is used; nil: prompt.Default()
}

// Translator is a language model that translates. Its methods may be called
// concurrently if the model's may.
type Translator struct {
	model llm.Model
	opts  Options
}

var (
	_ translate.Translator = (*Translator)(nil)
	_ translate.PairLister = (*Translator)(nil)
	_ translate.Identifier = (*Translator)(nil)
)

// New makes a Translator of model. opts may be nil. Trying again when the model
// is busy or away is the model's own affair, as rag/openaillm does it.
func New(model llm.Model, opts *Options) *Translator {
	t := &Translator{model: model}
	if opts != nil {
		t.opts = *opts
		t.opts.Glossary = slices.Clone(opts.Glossary)
	}
	if t.opts.BatchTexts <= 0 {
		t.opts.BatchTexts = DefaultBatchTexts
	}
	if t.opts.BatchBytes <= 0 {
		t.opts.BatchBytes = DefaultBatchBytes
	}
	return t
}

// Identity names the model, the prompt, the style and the glossary; it is "" when
// Options.Model is, since nobody knows then who translates.
func (t *Translator) Identity() string {
	if t.opts.Model == "" {
		return ""
	}
	return fmt.Sprintf("llmtranslate-%s/%s/%q/%s", t.opts.Prompts.Version(prompt.Translation), t.opts.Model, t.opts.Style, translate.GlossaryVersion(t.opts.Glossary))
}

// Pairs gives all pairs: what a model cannot do shows in what it writes.
func (t *Translator) Pairs(context.Context) ([]translate.Pair, error) {
	return translate.AllPairs(lang.Codes()...), nil
}

// Translate translates plain text and HTML, with a glossary, in any script of
// the target language, from a source language that may be open.
func (t *Translator) Translate(ctx context.Context, req *translate.Request) (*translate.Result, error) {
	engine := translate.Engine{Name: "llmtranslate", Auto: true, HTML: true, Glossary: true, Scripts: true,
		BatchTexts: t.opts.BatchTexts, BatchBytes: t.opts.BatchBytes, Parallel: t.opts.Parallel}
	return translate.Batches(ctx, req, &engine, func(ctx context.Context, texts []string) ([]translate.Translation, error) {
		j := newJob(req, t.opts.Glossary, t.opts.Style, t.opts.Prompts)
		return t.translate(ctx, j, texts)
	})
}

// translate asks the model for texts, and once more for those that came out wrong.
func (t *Translator) translate(ctx context.Context, j *job, texts []string) ([]translate.Translation, error) {
	out := make([]translate.Translation, len(texts))
	wrong, err := t.ask(ctx, j, texts, out, nil)
	if err != nil {
		return nil, err
	}
	if len(wrong) > 0 {
		if wrong, err = t.ask(ctx, j, texts, out, wrong); err != nil {
			return nil, err
		}
	}
	for i, w := range wrong {
		out[i].Err = fault.New(fault.Upstream, "the model's translation does not keep to its source", fault.Details{"reason": w.reason})
	}
	return out, nil
}

// mistake is a translation that came out wrong, and why.
type mistake struct {
	text   string
	reason string // in words that a model and a caller may read: they quote the source at most
}

// ask has the model translate texts, or only the wrong ones of them when there
// are any, and tells which came out wrong.
func (t *Translator) ask(ctx context.Context, j *job, texts []string, out []translate.Translation, wrong map[int]mistake) (map[int]mistake, error) {
	var places []int
	for i := range texts {
		if _, ok := wrong[i]; ok || wrong == nil {
			places = append(places, i)
		}
	}
	req, err := j.request(texts, places, wrong)
	if err != nil {
		return nil, err
	}
	res, err := t.model.Generate(ctx, req)
	if err != nil {
		return nil, modelFault(ctx, err)
	}
	switch {
	case res.Finish == llm.Filtered:
		return nil, fault.New(fault.Upstream, "the model's answer was held back", nil)
	case res.Finish == llm.Length && len(texts) > 1:
		return nil, fault.New(fault.PayloadTooLarge, "the texts are more than the model can answer at once", nil)
	}
	got, err := parse(res.Text, len(places))
	found := make(map[int]mistake)
	for n, at := range places {
		switch {
		case res.Finish == llm.Length:
			found[at] = mistake{reason: "the answer was cut off"}
		case err != nil:
			found[at] = mistake{reason: err.Error()}
		case !got[n].there:
			found[at] = mistake{reason: "the text is missing in the answer"}
		default:
			if reason := j.check(texts[at], got[n].text); reason != "" {
				found[at] = mistake{got[n].text, reason}
				continue
			}
			out[at].Text = got[n].text
		}
	}
	return found, nil
}

// modelFault gives a model's error a code where it has none.
func modelFault(ctx context.Context, err error) error {
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	if ctx.Err() != nil {
		return fault.From(fmt.Errorf("llmtranslate: %w", ctx.Err()))
	}
	return fault.Wrap(err, fault.Upstream, "the language model failed", nil)
}

// piece is one element of the list in which texts go to the model and come back.
type piece struct {
	ID   int    `json:"id"`
	Text string `json:"text"`
}

// answered is what became of a piece.
type answered struct {
	text  string
	there bool
}

var errNotList = errors.New("the answer is not the JSON list that was asked for")

// parse reads a model's answer for n texts: a JSON list of pieces, which may stand
// in a fence or between sentences. Pieces may be missing; one that is there
// twice, or was not asked for, is an error.
func parse(answer string, n int) ([]answered, error) {
	for at := strings.IndexByte(answer, '['); at >= 0; {
		var pieces []piece
		if err := json.NewDecoder(strings.NewReader(answer[at:])).Decode(&pieces); err == nil && len(pieces) > 0 {
			return placed(pieces, n)
		}
		next := strings.IndexByte(answer[at+1:], '[')
		if next < 0 || at > maxPreface {
			break
		}
		at += 1 + next
	}
	return nil, errNotList
}

// maxPreface is how far into an answer the list is looked for, in bytes.
const maxPreface = 4 << 10

func placed(pieces []piece, n int) ([]answered, error) {
	out := make([]answered, n)
	for _, p := range pieces {
		if p.ID < 1 || p.ID > n {
			return nil, errors.New("the answer has a text that was not asked for")
		}
		if out[p.ID-1].there {
			return nil, errors.New("the answer has a text twice")
		}
		out[p.ID-1] = answered{p.Text, true}
	}
	return out, nil
}
