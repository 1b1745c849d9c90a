package guard

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/pii"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/translate/lang"
)

// watch is the watch over one question, or one request. Its counts are told by what
// was found and what was done: "pii.phone", "injection.refused".
type watch struct {
	g      *Guard
	vault  *pii.Vault
	counts llm.Guarded

	question string // hidden
	rejected bool
	engine   bool // it is an engine's: the question was judged already, and the engine refuses in its own words
}

var _ rag.TranslationWatch = (*watch)(nil)

func (g *Guard) watch() *watch {
	return &watch{g: g, vault: pii.NewVault(g.detector, &pii.VaultOptions{OneWay: g.opts.OneWay}), counts: llm.Guarded{}}
}

// Watch begins to watch over a question for a [rag.Engine]. There is never an error.
func (g *Guard) Watch(_ context.Context, question string, _ lang.Code) (rag.Watch, error) {
	w := g.watch()
	w.engine = true
	w.rejected = w.judge(question)
	w.question = w.vault.Hide(w.civil(question))
	return w, nil
}

// Question gives the question without what it must not hold, or false.
func (w *watch) Question() (string, bool) { return w.question, !w.rejected }

// Model gives m under this watch.
func (w *watch) Model(m llm.Model) llm.Model { return &guarded{m, func() *watch { return w }} }

// Translate implements [rag.TranslationWatch]. All identifiers are hidden, those of
// passages, too: a translator needs none of them. A kind that is never put back
// leaves a text that holds one untranslated.
func (w *watch) Translate(texts []string, by func(hidden []string) ([]string, error)) ([]string, error) {
	hidden := make([]string, len(texts))
	for i, text := range texts {
		hidden[i] = w.vault.Hide(text)
	}
	translated, err := by(hidden)
	if err != nil {
		return nil, err
	}
	if len(translated) != len(texts) {
		return nil, fault.New(fault.Upstream, "the translator gave another number of texts", nil)
	}
	out := make([]string, len(texts))
	for i, text := range texts {
		restorer := w.vault.NewRestorer(nil)
		out[i] = restorer.Write(translated[i]) + restorer.Flush()
		for _, f := range w.g.detector.Find(text) {
			if !strings.Contains(out[i], text[f.Start:f.End]) {
				return nil, fault.New(fault.Upstream, "the translator lost what was hidden", fault.Details{"kind": string(f.Kind)})
			}
		}
		if n := restorer.Restored(); n > 0 {
			w.counts["pii.restored"] += n
		}
	}
	return out, nil
}

// Report counts what was done so far. The map is the caller's own.
func (w *watch) Report() llm.Guarded {
	out := maps.Clone(w.counts)
	for kind, n := range w.vault.Hidden() {
		out["pii."+string(kind)] += n
	}
	return out
}

// judge tells whether what somebody asks is to be refused, before identifiers are hidden in it.
func (w *watch) judge(text string) bool {
	no := false
	if Score(text) >= Sure {
		no = w.done("injection", w.g.opts.Questions)
	}
	if n := len(Abuse(text, w.g.opts.MinRating)); n > 0 {
		no = w.done("abuse", w.g.opts.Abuse) || no
	}
	if topic := w.g.offTopic(text); topic != "" {
		no = w.done("topic."+topic, Refuse)
	}
	return no
}

// done counts what becomes of something, and tells whether that is a refusal.
func (w *watch) done(what string, a Action) bool {
	w.counts[what+"."+past[a]]++
	return a == Refuse
}

var past = map[Action]string{Flag: "flagged", Mask: "masked", Drop: "dropped", Refuse: "refused"}

// civil hides abuse in a question, where that is the action.
func (w *watch) civil(text string) string {
	if w.g.opts.Abuse != Mask {
		return text
	}
	return maskAbuse(text, w.g.opts.MinRating)
}

// Documents leaves out the documents that give orders, or, where those are only
// flagged, keeps what they order from being quoted: a sentence that may be part of
// an order is evidence of nothing.
func (w *watch) Documents(found []rag.DocumentResult) []rag.DocumentResult {
	out := make([]rag.DocumentResult, 0, len(found))
	for _, d := range found {
		chunks, orders := readable(d.Title, d.Chunks)
		if orders {
			w.done("injection.document", w.g.opts.Passages)
			if w.g.opts.Passages == Drop {
				continue
			}
		}
		d.Chunks = chunks
		out = append(out, d)
	}
	return out
}

// readable gives a document's chunks without the sentences that may be orders, and
// tells whether the document surely gives some.
func readable(title string, hits []rag.Hit) (chunks []rag.Hit, orders bool) {
	orders = Score(title) >= Sure
	chunks = hits
	for i := range hits {
		c := &hits[i].Record.Chunk
		from, sure := suspect(c)
		orders = orders || sure
		if from == len(c.Sentences) {
			continue
		}
		if &chunks[0] == &hits[0] {
			chunks = slices.Clone(hits)
		}
		chunks[i].Record.Chunk.Sentences = c.Sentences[:from:from]
	}
	return chunks, orders
}
