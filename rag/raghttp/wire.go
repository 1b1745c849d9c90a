package raghttp

import (
	"maps"
	"time"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// filters narrows what is searched.
type filters struct {
	SourceSites []string `json:"source_sites,omitempty" required:"false" maxItems:"100" doc:"Any of these sites"`
	ContentType string   `json:"content_type,omitempty" required:"false" doc:"A media type" example:"text/html"`
	Language    string   `json:"language,omitempty" required:"false" doc:"The documents' language"`
	DateFrom    string   `json:"date_from,omitempty" required:"false" doc:"Published then or later; ISO 8601" example:"2026-01-31"`
	DateTo      string   `json:"date_to,omitempty" required:"false" doc:"Published then or earlier; ISO 8601"`
	DocumentIDs []string `json:"document_ids,omitempty" required:"false" maxItems:"1000" doc:"Any of these documents"`
	Tags        []string `json:"tags,omitempty" required:"false" maxItems:"100" doc:"Any of these tags"`
}

// corpus gives the filter as an index takes it.
func (f *filters) corpus() (corpus.Filter, error) {
	out := corpus.Filter{SourceSites: f.SourceSites, ContentType: f.ContentType, DocumentIDs: f.DocumentIDs, Tags: f.Tags}
	var err error
	if f.Language != "" {
		if out.Language, err = lang.Parse(f.Language); err != nil {
			return out, renamed(err, "language", "filters.language")
		}
	}
	if out.DateFrom, err = date("date_from", f.DateFrom, 0); err != nil {
		return out, err
	}
	out.DateTo, err = date("date_to", f.DateTo, 24*time.Hour-time.Nanosecond)
	return out, err
}

// parameters gives the filter of a GET, whose own language is that of the query.
func parameters(f filters) (corpus.Filter, error) {
	filter, err := f.corpus()
	return filter, renamed(err, "filters.language", "document_language")
}

// newFilters is the inverse of corpus.
func newFilters(f *corpus.Filter) filters {
	return filters{
		SourceSites: f.SourceSites, ContentType: f.ContentType, Language: string(f.Language), DocumentIDs: f.DocumentIDs, Tags: f.Tags,
		DateFrom: timeText(f.DateFrom), DateTo: timeText(f.DateTo),
	}
}

// date reads a time, or a day: then dayTime says which moment of it is meant.
func date(field, s string, dayTime time.Duration) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t.Add(dayTime), nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, fault.Wrap(err, fault.InvalidRequest, field+" is neither a day like 2026-01-31 nor a time like 2026-01-31T10:30:00Z",
			fault.Details{"field": field})
	}
	return t.UTC(), nil
}

// timeText is the inverse of date.
func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// timeOrNull gives a time as the wire has it: null where there is none.
func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// timeOf is the inverse of timeOrNull.
func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// source is a document that was read for an answer.
type source struct {
	DocumentID  string         `json:"document_id"`
	ChunkID     string         `json:"chunk_id" doc:"Of its best passage"`
	Title       string         `json:"title"`
	URL         string         `json:"url"`
	Snippet     string         `json:"snippet"`
	Score       float64        `json:"score"`
	SourceSite  string         `json:"source_site"`
	Language    lang.Code      `json:"language"`
	ContentType string         `json:"content_type"`
	Details     *sourceDetails `json:"details,omitempty" doc:"Where they were asked for"`
}

// sourceDetails is what is known of a source beyond the contract.
type sourceDetails struct {
	Author        string     `json:"author,omitempty"`
	PublishedDate *time.Time `json:"published_date,omitempty"`
	Tags          []string   `json:"tags,omitempty"`
	ThumbnailURL  string     `json:"thumbnail_url,omitempty"`
	Passages      []passage  `json:"passages" doc:"Best first" nullable:"false"`
}

// passage is a chunk with its scores.
type passage struct {
	Chunk  corpus.Chunk        `json:"chunk"`
	Scores map[rag.Leg]float64 `json:"scores,omitempty" doc:"On each leg of the search"`
	Score  float64             `json:"score"`
}

func newSource(r *rag.DocumentResult, details bool) source {
	s := source{
		DocumentID: r.DocumentID, Title: r.Title, URL: r.URL, Snippet: r.Snippet,
		Score: r.Score, SourceSite: r.SourceSite, Language: r.Language, ContentType: r.ContentType,
	}
	if len(r.Chunks) > 0 {
		s.ChunkID = r.Chunks[0].Record.Chunk.ID
	}
	if !details {
		return s
	}
	s.Details = &sourceDetails{Author: r.Author, PublishedDate: timeOrNull(r.PublishedAt), Tags: r.Tags, ThumbnailURL: r.ThumbnailURL,
		Passages: make([]passage, len(r.Chunks))}
	for i := range r.Chunks {
		h := &r.Chunks[i]
		s.Details.Passages[i] = passage{Chunk: h.Record.Chunk, Scores: h.Scores, Score: h.Score}
	}
	return s
}

func newSources(results []rag.DocumentResult, details bool) []source {
	out := make([]source, len(results))
	for i := range results {
		out[i] = newSource(&results[i], details)
	}
	return out
}

// result is the inverse of newSource. A source without details has one passage, of which
// only the id is known.
func (s *source) result() rag.DocumentResult {
	r := rag.DocumentResult{DocumentID: s.DocumentID, Snippet: s.Snippet, Score: s.Score, Source: corpus.Source{
		Title: s.Title, URL: s.URL, SourceSite: s.SourceSite, Language: s.Language, ContentType: s.ContentType,
	}}
	if s.Details == nil || len(s.Details.Passages) == 0 {
		chunk := corpus.Chunk{ID: s.ChunkID, DocumentID: s.DocumentID}
		r.Chunks = []rag.Hit{{Record: rag.Record{Chunk: chunk, Source: r.Source}, Score: s.Score}}
		return r
	}
	r.Author, r.PublishedAt, r.Tags, r.ThumbnailURL = s.Details.Author, timeOf(s.Details.PublishedDate), s.Details.Tags, s.Details.ThumbnailURL
	r.Chunks = make([]rag.Hit, len(s.Details.Passages))
	for i, p := range s.Details.Passages {
		r.Chunks[i] = rag.Hit{Record: rag.Record{Chunk: p.Chunk, Source: r.Source}, Scores: p.Scores, Score: p.Score}
	}
	return r
}

func results(sources []source) []rag.DocumentResult {
	out := make([]rag.DocumentResult, len(sources))
	for i := range sources {
		out[i] = sources[i].result()
	}
	return out
}

// renamed gives an error about a field under the name that the request has for
// it, and no error as none.
func renamed(err error, from, to string) error {
	if err == nil {
		return nil
	}
	f := fault.From(err)
	if f.Details["field"] != from {
		return err
	}
	details := maps.Clone(f.Details)
	details["field"] = to
	out := fault.Wrap(f.Unwrap(), f.Code, f.Message, details)
	out.RequestID, out.RetryAfter = f.RequestID, f.RetryAfter
	return out
}
