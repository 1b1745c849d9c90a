package rag

import (
	"context"

	"github.com/akshara-go/akshara/rag/llm"
	"github.com/akshara-go/akshara/translate/lang"
)

// Guard watches over what an [Engine] is asked, reads and says, as package
// rag/guard does. It may be called concurrently.
type Guard interface {
	// Watch begins to watch over one question, in the language code. Its errors end the answer.
	Watch(ctx context.Context, question string, code lang.Code) (Watch, error)
}

// Watch is a guard's watch over one question and its answer. One goroutine at a time uses it.
type Watch interface {
	// Question gives what is searched for and put to a model in place of the
	// question, or false when that is to be refused.
	Question() (text string, ok bool)

	// Documents gives what may be read of the documents that were found, in their
	// order, with what may be quoted of their chunks. It does not change found.
	Documents(found []DocumentResult) []DocumentResult

	// Model gives m with what goes in and comes out watched over. It is of this
	// question's watch: what was hidden in the question is known. Where the
	// response ends with [llm.Filtered], what it had said stands.
	Model(m llm.Model) llm.Model

	// Report counts what was done so far.
	Report() llm.Guarded
}

// TranslationWatch is a [Watch] that stands before a translator, too.
type TranslationWatch interface {
	// Translate has by translate texts in which what must not leave the process is
	// hidden, and gives the translations, one for each text in their order, with all
	// of it put back. Where by gives another number of texts, or something that was
	// hidden is not in its translation, that is an error; by's own errors are given
	// as they are.
	Translate(texts []string, by func(hidden []string) ([]string, error)) ([]string, error)
}

// watch begins the watch over a question.
func (o *EngineOptions) watch(ctx context.Context, question string, code lang.Code) (Watch, error) {
	if o.Guard == nil {
		return unwatched(question), nil
	}
	return o.Guard.Watch(ctx, question, code)
}

// judge gives the judge under watch, or nil where there is none.
func (o *EngineOptions) judge(w Watch) llm.Model {
	if o.Judge == nil {
		return nil
	}
	return w.Model(o.Judge)
}

// translate has texts translated under watch.
func (o *EngineOptions) translate(ctx context.Context, w Watch, texts []string, from, to lang.Code) ([]string, error) {
	by := func(texts []string) ([]string, error) { return o.Translate(ctx, texts, from, to) }
	if t, ok := w.(TranslationWatch); ok {
		return t.Translate(texts, by)
	}
	return by(texts)
}

// unwatched is the watch of an engine without a guard: over this question, it does nothing.
type unwatched string

func (u unwatched) Question() (string, bool)                          { return string(u), true }
func (u unwatched) Documents(found []DocumentResult) []DocumentResult { return found }
func (u unwatched) Model(m llm.Model) llm.Model                       { return m }
func (u unwatched) Report() llm.Guarded                               { return nil }
