package rag

import (
	"context"
	"fmt"
	"log/slog"
	"maps"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/analysis"
	"github.com/akshara-go/akshara/rag/chunk"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// DefaultTenant is the tenant of an index that names none.
const DefaultTenant = "default"

// IndexOptions sets an [Index] up. The zero value is useful.
type IndexOptions struct {
	Tenant     string                                    // "" is DefaultTenant; see Index.ForTenant
	Embedder   Embedder                                  // nil: documents are found by words and sound alone
	Chunk      *chunk.Options                            // how documents are cut; nil: chunk's defaults
	Candidates int                                       // records of each leg that are fused and reranked; 0 is 50
	Reranker   Reranker                                  // second look at the candidates; nil: LexicalReranker
	Detect     func(text string) lang.Code               // language of a text that names none; nil: by its script
	Speller    Speller                                   // native spellings of words in Latin letters; nil: such words are found by sound alone
	Weights    func(text string, code lang.Code) Weights // what the legs count for in a question, see Index.Fuse; nil: LegWeights
	Logger     *slog.Logger                              // what had to be done without, such as a failing embedder; nil: nowhere

	// RequireReaders refuses a document that names no readers. Without it such
	// a document may be read by everyone in the tenant.
	RequireReaders bool
}

// Index makes documents findable. It keeps no state of its own besides its
// options: everything is in the Store. It may be used concurrently.
type Index struct {
	store Store
	opts  IndexOptions
	alike []string // tenants with vectors of the same model, which are taken over
	later bool     // no text is embedded; vectors that the store holds are taken over
}

var _ Retriever = (*Index)(nil)

// NewIndex gives an index over store. Nil opts mean the defaults.
func NewIndex(store Store, opts *IndexOptions) *Index {
	x := &Index{store: store}
	if opts != nil {
		x.opts = *opts
	}
	if x.opts.Tenant == "" {
		x.opts.Tenant = DefaultTenant
	}
	if x.opts.Candidates <= 0 {
		x.opts.Candidates = 50
	}
	if x.opts.Detect == nil {
		x.opts.Detect = lang.ByScript
	}
	if x.opts.Logger == nil {
		x.opts.Logger = slog.New(slog.DiscardHandler)
	}
	if x.opts.Weights == nil {
		x.opts.Weights = LegWeights
	}
	if x.opts.Reranker == nil {
		x.opts.Reranker = LexicalReranker{}
	}
	return x
}

// ForTenant gives the same index for another tenant. Documents and questions
// name no tenant: which one they belong to is settled by the Index one holds,
// so no request can ask across the border.
func (x *Index) ForTenant(tenant string) *Index {
	opts := x.opts
	opts.Tenant = tenant
	return NewIndex(x.store, &opts)
}

// Add makes documents findable; each replaces the one with the same id. A
// document is added wholly or not at all, and stays findable in its old form
// until the new one is. Documents are written in batches; an error names those
// of the batch that failed, and the ones before them in docs are in.
func (x *Index) Add(ctx context.Context, docs []corpus.Document) error {
	for i := range docs {
		if err := x.check(&docs[i]); err != nil {
			return inDocuments(err, docs[i:i+1])
		}
	}
	var recs []Record
	from := 0
	for i := range docs {
		chunks, err := x.Chunks(&docs[i])
		if err != nil {
			return inDocuments(err, docs[i:i+1])
		}
		recs = append(recs, x.records(&docs[i], chunks)...)
		if len(recs) < batchSize && i < len(docs)-1 {
			continue
		}
		if err := x.write(ctx, docs[from:i+1], recs); err != nil {
			return inDocuments(err, docs[from:i+1])
		}
		recs, from = nil, i+1
	}
	return nil
}

// batchSize is the number of chunks from which a batch of documents is written.
const batchSize = 500

// Remove makes documents unfindable. Ids that are not in the index are no error.
func (x *Index) Remove(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return x.store.Delete(ctx, Selector{Tenant: x.opts.Tenant, Documents: ids})
}

// DocumentIDs gives the ids of the tenant's documents, if the store tells them.
func (x *Index) DocumentIDs(ctx context.Context) ([]string, error) {
	l, ok := x.store.(DocumentLister)
	if !ok {
		return nil, fault.New(fault.Internal, "the store does not list its documents", nil)
	}
	return l.Documents(ctx, x.opts.Tenant)
}

// Chunks gives how a document would be cut, with nothing written.
func (x *Index) Chunks(doc *corpus.Document) ([]corpus.Chunk, error) {
	return chunk.Split(doc, x.opts.Chunk)
}

// write puts the new chunks of some documents in the place of the old ones.
func (x *Index) write(ctx context.Context, docs []corpus.Document, recs []Record) error {
	ids := make([]string, len(docs))
	for i := range docs {
		ids[i] = docs[i].ID
	}
	if err := x.embed(ctx, ids, recs); err != nil {
		return err
	}
	return x.store.Replace(ctx, x.opts.Tenant, ids, recs)
}

func (x *Index) check(doc *corpus.Document) error {
	switch {
	case doc.ID == "":
		return fault.New(fault.InvalidRequest, "a document has no id", fault.Details{"field": "document_id"})
	case x.opts.RequireReaders && len(doc.Readers) == 0:
		return fault.New(fault.InvalidRequest, "the document names no readers", fault.Details{"field": "readers"})
	}
	if i := invalidUTF8(doc.Text); i >= 0 {
		return fault.New(fault.InvalidRequest, fmt.Sprintf("the text is not valid UTF-8 at byte %d", i),
			fault.Details{"field": "text", "offset": i})
	}
	for _, r := range doc.Text {
		if r > ' ' {
			return nil
		}
	}
	return fault.New(fault.InvalidRequest, "the document has no text", fault.Details{"field": "text"})
}

// titleWeight is how much more a word of the title says than one of the text.
const titleWeight = 2

func (x *Index) records(doc *corpus.Document, chunks []corpus.Chunk) []Record {
	source, readers := x.about(doc)
	title := analysis.Index(source.Title, source.Language)
	forms := newFormer(source.Title, source.Language)
	made := []Term{{Text: x.way(), Count: 1}}
	recs := make([]Record, len(chunks))
	for i, c := range chunks {
		tokens := analysis.Tokens(c.Text, source.Language)
		body := analysis.IndexTokens(c.Text, tokens)
		recs[i] = Record{
			Tenant: x.opts.Tenant, Readers: readers, Chunk: c, Source: source,
			Terms: map[Leg][]Term{
				Words:  merge(body.Words, title.Words, titleWeight),
				Sounds: merge(body.Sounds, title.Sounds, titleWeight),
				Forms:  forms.of(&c, tokens, i == len(chunks)-1),
				Made:   made,
			},
		}
	}
	return recs
}

// about gives what all records of a document say of it: its source, and who may read it.
func (x *Index) about(doc *corpus.Document) (corpus.Source, []string) {
	source, readers := doc.Source, doc.Readers
	if source.Language == "" {
		source.Language = x.opts.Detect(doc.Text)
	}
	if len(readers) == 0 {
		readers = []string{corpus.Public}
	}
	return source, readers
}

// merge adds the terms of a title to those of a text.
func merge(body, title []analysis.Term, weight float32) []Term {
	at := make(map[string]int, len(body)+len(title))
	terms := make([]Term, 0, len(body)+len(title))
	add := func(t analysis.Term, weight float32) {
		i, ok := at[t.Text]
		if !ok {
			i = len(terms)
			at[t.Text] = i
			terms = append(terms, Term{Text: t.Text})
		}
		terms[i].Count += t.Count * weight
	}
	for _, t := range body {
		add(t, 1)
	}
	for _, t := range title {
		add(t, weight)
	}
	return terms
}

// inDocuments says which documents an error is about.
func inDocuments(err error, docs []corpus.Document) error {
	e := fault.From(err)
	ids := make([]string, len(docs))
	for i := range docs {
		ids[i] = docs[i].ID
	}
	message := fmt.Sprintf("document %q: %s", ids[0], e.Message)
	if len(ids) > 1 {
		message = fmt.Sprintf("documents %q to %q: %s", ids[0], ids[len(ids)-1], e.Message)
	}
	details := fault.Details{"document_ids": ids}
	maps.Copy(details, e.Details)
	wrapped := fault.Wrap(err, e.Code, message, details)
	wrapped.RetryAfter = e.RetryAfter
	return wrapped
}
