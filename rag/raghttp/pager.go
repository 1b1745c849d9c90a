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
	shown := found[from:min(from+n.PageSize, len(found))]
	ids := make([]string, len(shown))
	for i := range shown {
		page.Results = append(page.Results, newSearchResult(&shown[i], n.Details))
		ids[i] = shown[i].DocumentID
	}
	docs, err := p.illustrated(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if doc := docs[id]; doc != nil && mayRead(doc, n.Readers) {
			page.addMedia(doc)
		}
	}
	if n.Details {
		page.Facets = facetsOf(found)
	}
	return page, nil
}

// illustrated gives the documents that have pictures or events, by their ids, but
// those that have gone meanwhile or cannot be had.
func (p *Pager) illustrated(ctx context.Context, ids []string) (map[string]*corpus.Document, error) {
	if p.documents == nil || len(ids) == 0 {
		return nil, nil
	}
	found := make(map[string]*corpus.Document)
	if all, ok := p.documents.(Illustrator); ok {
		docs, err := all.Illustrated(ctx, ids)
		for _, doc := range docs {
			found[doc.ID] = doc
		}
		return found, p.missing(ctx, err)
	}
	for _, id := range ids {
		doc, err := p.documents.Get(ctx, id)
		if err == nil {
			found[id] = doc
		} else if err := p.missing(ctx, err); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// missing hears of documents that could not be had: nil unless the search ends.
func (p *Pager) missing(ctx context.Context, err error) error {
	if err == nil || fault.CodeOf(err) == fault.NotFound {
		return nil
	}
	if ctx.Err() != nil {
		return err
	}
	p.log.WarnContext(ctx, "searching without pictures of documents", slog.Any("error", err))
	return nil
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
