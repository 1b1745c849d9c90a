package raghttp

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// Bounds of a page, and how many documents are on one that does not say.
const (
	DefaultPageSize = 20
	MaxPageSize     = 100
	MaxPage         = 1_000_000
)

// SearchQuery asks for a page of documents. The zero value of all but the query's Text is useful.
type SearchQuery struct {
	rag.Query      // TopK is not looked at
	Page      int  // from 1; 0 is 1
	PageSize  int  // 1 to MaxPageSize; 0 is DefaultPageSize
	Details   bool // authors and tags of the results, and facets, are wanted
}

// SearchPage is a page of documents.
type SearchPage struct {
	Results      []SearchResult `json:"results" doc:"Best first" nullable:"false"`
	Multimedia   []Medium       `json:"multimedia" doc:"Pictures of the documents on this page" nullable:"false"`
	Events       []FoundEvent   `json:"events" doc:"What the documents on this page declare as events" nullable:"false"`
	TotalResults int            `json:"total_results" doc:"Documents on all pages, at most 100"`
	Page         int            `json:"page"`
	PageSize     int            `json:"page_size"`
	Cached       bool           `json:"cached"`
	Facets       *Facets        `json:"facets,omitempty" doc:"Where details were asked for: how the documents of all pages divide"`
}

// SearchResult is a document that a search found.
type SearchResult struct {
	DocumentID    string         `json:"document_id"`
	Title         string         `json:"title"`
	URL           string         `json:"url"`
	Snippet       string         `json:"snippet"`
	Score         float64        `json:"score"`
	SourceSite    string         `json:"source_site"`
	Language      lang.Code      `json:"language"`
	ContentType   string         `json:"content_type"`
	ThumbnailURL  string         `json:"thumbnail_url"`
	PublishedDate *time.Time     `json:"published_date"` // nil: not known
	Details       *ResultDetails `json:"details,omitempty" doc:"Where they were asked for"`
}

// ResultDetails is what is known of a result beyond the contract.
type ResultDetails struct {
	Author string   `json:"author,omitempty"`
	Tags   []string `json:"tags,omitempty"`
}

// Medium is a picture of a document.
type Medium struct {
	Type         string `json:"type" enum:"image"`
	URL          string `json:"url"`
	AltText      string `json:"alt_text"`
	SourceSite   string `json:"source_site"`
	ThumbnailURL string `json:"thumbnail_url" doc:"The document's"`
}

// FoundEvent is something that a document declares to take place.
type FoundEvent struct {
	Title       string     `json:"title"`
	Date        *time.Time `json:"date"` // when it begins; nil: not said
	Venue       string     `json:"venue"`
	Description string     `json:"description"`
	SourceURL   string     `json:"source_url"`
	Language    lang.Code  `json:"language"`
}

// Searcher gives pages of documents. It may be called concurrently. Lists of a
// page without items are empty and not nil.
type Searcher interface {
	Search(ctx context.Context, q *SearchQuery) (*SearchPage, error)
}

// normal gives q with its defaults, or what is wrong with it.
func (q *SearchQuery) normal() (*SearchQuery, error) {
	n := *q
	if n.Page == 0 {
		n.Page = 1
	}
	if n.PageSize == 0 {
		n.PageSize = DefaultPageSize
	}
	switch {
	case n.Page < 1 || n.Page > MaxPage:
		return nil, fault.New(fault.InvalidRequest, "page is out of range", fault.Details{"field": "page", "min": 1, "max": MaxPage})
	case n.PageSize < 1 || n.PageSize > MaxPageSize:
		return nil, fault.New(fault.InvalidRequest, "page_size is out of range", fault.Details{"field": "page_size", "min": 1, "max": MaxPageSize})
	}
	return &n, nil
}

// searchRequest is the body of /search.
type searchRequest struct {
	Query    string  `json:"query" doc:"What to find, at most 8 KiB" example:"किला"`
	Language string  `json:"language,omitempty" required:"false" default:"hi" doc:"Language of the query, or auto"`
	Page     int     `json:"page,omitempty" required:"false" default:"1" minimum:"1" maximum:"1000000"`
	PageSize int     `json:"page_size,omitempty" required:"false" default:"20" minimum:"1" maximum:"100"`
	Filters  filters `json:"filters,omitempty" required:"false"`
	Details  bool    `json:"details,omitempty" required:"false" doc:"Whether to give facets, authors and tags, too"`
}

type searchPostInput struct {
	Readers string `header:"X-Akshara-Readers" doc:"Who asks, where the service lets its callers say so"`
	Body    searchRequest
}
type searchOutput struct{ Body *SearchPage }

func (r *routes) searchByPost(ctx context.Context, in *searchPostInput) (*searchOutput, error) {
	filter, err := in.Body.Filters.corpus()
	if err != nil {
		return nil, err
	}
	return r.find(ctx, in.Readers, &SearchQuery{
		Query: rag.Query{Text: in.Body.Query, Language: lang.Code(in.Body.Language), Filter: filter},
		Page:  in.Body.Page, PageSize: in.Body.PageSize, Details: in.Body.Details,
	})
}

type searchGetInput struct {
	Readers     string   `header:"X-Akshara-Readers" doc:"Who asks, where the service lets its callers say so"`
	Q           string   `query:"q" doc:"What to find" example:"किला"`
	Language    string   `query:"language" default:"auto" doc:"Language of the query, or auto"`
	Page        int      `query:"page" default:"1" minimum:"1" maximum:"1000000"`
	PageSize    int      `query:"page_size" default:"20" minimum:"1" maximum:"100"`
	Details     bool     `query:"details" doc:"Whether to give facets, authors and tags, too"`
	SourceSites []string `query:"source_sites" maxItems:"100" doc:"Any of these sites, with commas between them"`
	ContentType string   `query:"content_type" doc:"A media type"`
	DocLanguage string   `query:"document_language" doc:"The documents' language"`
	DateFrom    string   `query:"date_from" doc:"Published then or later; ISO 8601"`
	DateTo      string   `query:"date_to" doc:"Published then or earlier; ISO 8601"`
	DocumentIDs []string `query:"document_ids" maxItems:"100" doc:"Any of these documents"`
	Tags        []string `query:"tags" maxItems:"100" doc:"Any of these tags"`
}

func (r *routes) searchByGet(ctx context.Context, in *searchGetInput) (*searchOutput, error) {
	filter, err := parameters(filters{in.SourceSites, in.ContentType, in.DocLanguage, in.DateFrom, in.DateTo, in.DocumentIDs, in.Tags})
	if err != nil {
		return nil, err
	}
	out, err := r.find(ctx, in.Readers, &SearchQuery{
		Query: rag.Query{Text: in.Q, Language: lang.Code(in.Language), Filter: filter},
		Page:  in.Page, PageSize: in.PageSize, Details: in.Details,
	})
	if err != nil {
		return nil, renamed(err, "query", "q")
	}
	return out, nil
}

// find asks the Searcher, for the reader of a request.
func (r *routes) find(ctx context.Context, header string, q *SearchQuery) (*searchOutput, error) {
	var err error
	if q.Readers, err = r.readers(header); err != nil {
		return nil, err
	}
	ctx, span := startSpan(ctx, "search", attribute.Int("rag.page", q.Page), attribute.Int("rag.page_size", q.PageSize))
	start := time.Now()
	page, err := r.search.Search(ctx, q)
	r.metrics.retrieved(start)
	if err != nil {
		endSpan(span, err)
		return nil, err
	}
	endSpan(span, nil, attribute.Int("rag.documents", page.TotalResults))
	return &searchOutput{page}, nil
}

func newSearchResult(r *rag.DocumentResult, details bool) SearchResult {
	out := SearchResult{
		DocumentID: r.DocumentID, Title: r.Title, URL: r.URL, Snippet: r.Snippet, Score: r.Score, SourceSite: r.SourceSite,
		Language: r.Language, ContentType: r.ContentType, ThumbnailURL: r.ThumbnailURL, PublishedDate: timeOrNull(r.PublishedAt),
	}
	if details {
		out.Details = &ResultDetails{Author: r.Author, Tags: r.Tags}
	}
	return out
}

// addMedia adds a document's pictures and events to a page. A picture without an address cannot be shown.
func (p *SearchPage) addMedia(doc *corpus.Document) {
	for _, img := range doc.Images {
		if img.URL != "" {
			p.Multimedia = append(p.Multimedia, Medium{Type: "image", URL: img.URL, AltText: img.AltText, SourceSite: doc.SourceSite, ThumbnailURL: doc.ThumbnailURL})
		}
	}
	for _, e := range doc.Events {
		p.Events = append(p.Events, FoundEvent{
			Title: e.Title, Date: timeOrNull(e.Date), Venue: e.Venue, Description: e.Description, SourceURL: doc.URL, Language: doc.Language,
		})
	}
}
