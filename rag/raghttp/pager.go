package raghttp

import (
	"cmp"
	"context"
	"log/slog"
	"slices"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
)

// Facets tell how the documents that a search found divide: for each field the
// values that documents have, the most frequent first.
type Facets struct {
	SourceSites  []Facet `json:"source_sites" nullable:"false"`
	ContentTypes []Facet `json:"content_types" nullable:"false"`
	Languages    []Facet `json:"languages" nullable:"false"`
	Tags         []Facet `json:"tags" nullable:"false"`
}

// Facet is a value and how many documents have it.
type Facet struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

// Pager cuts pages out of what a Retriever finds. It may be used concurrently.
type Pager struct {
	retriever rag.Retriever
	documents Documents // nil: no pictures and no events
	log       *slog.Logger
}

var _ Searcher = (*Pager)(nil)

// NewPager gives pages of what r finds, with the pictures and events of documents
// as docs has them; nil docs have none. Documents that cannot be looked up cost
// their pictures, not the page, and log hears of it; it may be nil.
func NewPager(r rag.Retriever, docs Documents, log *slog.Logger) *Pager {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Pager{retriever: r, documents: docs, log: log}
}

// Search finds all documents and gives one page of them.
func (p *Pager) Search(ctx context.Context, q *SearchQuery) (*SearchPage, error) {
	n, err := q.normal()
	if err != nil {
		return nil, err
	}
	all := n.Query
	all.TopK = rag.MaxTopK
	all.Shown = rag.Places{From: (n.Page - 1) * n.PageSize, To: n.Page * n.PageSize}
	found, err := p.retriever.Retrieve(ctx, &all)
	if err != nil {
		return nil, err
	}
	page := &SearchPage{Results: []SearchResult{}, Multimedia: []Medium{}, Events: []FoundEvent{}, TotalResults: len(found), Page: n.Page, PageSize: n.PageSize}
	from := min((n.Page-1)*n.PageSize, len(found))
	for i := range found[from:min(from+n.PageSize, len(found))] {
		r := &found[from+i]
		page.Results = append(page.Results, newSearchResult(r, n.Details))
		doc, err := p.document(ctx, r.DocumentID, n.Readers)
		if err != nil {
			return nil, err
		}
		if doc != nil {
			page.addMedia(doc)
		}
	}
	if n.Details {
		page.Facets = facetsOf(found)
	}
	return page, nil
}

// document gives a document that was found, or nil where it has gone meanwhile, may
// not be read any more or cannot be had.
func (p *Pager) document(ctx context.Context, id string, readers []string) (*corpus.Document, error) {
	if p.documents == nil {
		return nil, nil
	}
	doc, err := p.documents.Get(ctx, id)
	switch {
	case err == nil && mayRead(doc, readers):
		return doc, nil
	case err == nil || fault.CodeOf(err) == fault.NotFound:
		return nil, nil
	case ctx.Err() != nil:
		return nil, err
	}
	p.log.WarnContext(ctx, "searching without the pictures of a document", slog.Any("error", err))
	return nil, nil
}

// mayRead tells whether an asker may read a document. Like in an index, one that
// names no readers is public.
func mayRead(doc *corpus.Document, asker []string) bool {
	return len(doc.Readers) == 0 || corpus.MayRead(doc.Readers, asker)
}

// facetsOf counts the values of documents.
func facetsOf(found []rag.DocumentResult) *Facets {
	sites, types, languages, tags := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	for i := range found {
		sites[found[i].SourceSite]++
		types[found[i].ContentType]++
		languages[string(found[i].Language)]++
		mine := slices.Clone(found[i].Tags)
		slices.Sort(mine)
		for _, tag := range slices.Compact(mine) {
			tags[tag]++
		}
	}
	return &Facets{SourceSites: ranked(sites), ContentTypes: ranked(types), Languages: ranked(languages), Tags: ranked(tags)}
}

// ranked gives values by how often they are there, "" left out.
func ranked(counts map[string]int) []Facet {
	out := make([]Facet, 0, len(counts))
	for value, n := range counts {
		if value != "" {
			out = append(out, Facet{value, n})
		}
	}
	slices.SortFunc(out, func(a, b Facet) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value)) })
	return out
}
