package main

import (
	"time"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// chatRequest is the body of /chat and /chat/stream.
type chatRequest struct {
	Message   string  `json:"message" doc:"The question, at most 8 KiB" example:"ताजमहल किसने बनवाया था?"`
	Language  string  `json:"language,omitempty" required:"false" default:"auto" doc:"A language code, or auto"`
	SessionID string  `json:"session_id,omitempty" required:"false" doc:"Names the conversation; made when empty" maxLength:"64"`
	Filters   filters `json:"filters,omitempty" required:"false"`
	TopK      int     `json:"top_k,omitempty" required:"false" default:"5" minimum:"1" maximum:"100" doc:"How many documents to read"`
}

// filters narrows what is searched.
type filters struct {
	SourceSites []string `json:"source_sites,omitempty" required:"false" maxItems:"100" doc:"Any of these sites"`
	ContentType string   `json:"content_type,omitempty" required:"false" doc:"A media type" example:"text/html"`
	Language    string   `json:"language,omitempty" required:"false" doc:"The documents' language"`
	DateFrom    string   `json:"date_from,omitempty" required:"false" doc:"Published then or later; ISO 8601" example:"2026-01-31"`
	DateTo      string   `json:"date_to,omitempty" required:"false" doc:"Published then or earlier; ISO 8601"`
}

// corpus gives the filter as the index takes it.
func (f *filters) corpus() (corpus.Filter, error) {
	out := corpus.Filter{SourceSites: f.SourceSites, ContentType: f.ContentType}
	var err error
	if f.Language != "" {
		if out.Language, err = lang.Parse(f.Language); err != nil {
			return out, err
		}
	}
	if out.DateFrom, err = date("date_from", f.DateFrom, 0); err != nil {
		return out, err
	}
	out.DateTo, err = date("date_to", f.DateTo, 24*time.Hour-time.Nanosecond)
	return out, err
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
	return t, nil
}

// source is a document that was read for an answer.
type source struct {
	DocumentID  string    `json:"document_id"`
	ChunkID     string    `json:"chunk_id"`
	Title       string    `json:"title"`
	URL         string    `json:"url"`
	Snippet     string    `json:"snippet"`
	Score       float64   `json:"score"`
	SourceSite  string    `json:"source_site"`
	Language    lang.Code `json:"language"`
	ContentType string    `json:"content_type"`
}

func newSource(r *rag.DocumentResult) source {
	return source{
		DocumentID: r.DocumentID, ChunkID: r.Chunks[0].Record.Chunk.ID, Title: r.Title, URL: r.URL, Snippet: r.Snippet,
		Score: r.Score, SourceSite: r.SourceSite, Language: r.Language, ContentType: r.ContentType,
	}
}

// chatResponse is the body that /chat answers with, and the last event of /chat/stream.
type chatResponse struct {
	Answer        string      `json:"answer"`
	Language      lang.Code   `json:"language"`
	SessionID     string      `json:"session_id"`
	MessageID     string      `json:"message_id"`
	Sources       []source    `json:"sources"`
	Claims        []rag.Claim `json:"claims"`
	Confidence    float64     `json:"confidence"`
	Refused       bool        `json:"refused"`
	RefusalReason rag.Reason  `json:"refusal_reason,omitempty"`
	Cached        bool        `json:"cached"`
}

func newChatResponse(a *rag.Answer, session, message string) chatResponse {
	res := chatResponse{
		Answer: a.Text, Language: a.Language, SessionID: session, MessageID: message,
		Sources: make([]source, len(a.Sources)), Claims: a.Claims, Confidence: a.Confidence, Refused: a.Refusal != nil,
	}
	for i := range a.Sources {
		res.Sources[i] = newSource(&a.Sources[i])
	}
	if a.Refusal != nil {
		res.RefusalReason = a.Refusal.Reason
	}
	return res
}

// searchResult is a document that a search found.
type searchResult struct {
	DocumentID    string     `json:"document_id"`
	Title         string     `json:"title"`
	URL           string     `json:"url"`
	Snippet       string     `json:"snippet"`
	Score         float64    `json:"score"`
	SourceSite    string     `json:"source_site"`
	Language      lang.Code  `json:"language"`
	ContentType   string     `json:"content_type"`
	ThumbnailURL  string     `json:"thumbnail_url"`
	PublishedDate *time.Time `json:"published_date"`
}

func newSearchResult(r *rag.DocumentResult) searchResult {
	res := searchResult{
		DocumentID: r.DocumentID, Title: r.Title, URL: r.URL, Snippet: r.Snippet, Score: r.Score, SourceSite: r.SourceSite,
		Language: r.Language, ContentType: r.ContentType, ThumbnailURL: r.ThumbnailURL,
	}
	if !r.PublishedAt.IsZero() {
		res.PublishedDate = &r.PublishedAt
	}
	return res
}

// searchResponse is the body that /search answers with.
type searchResponse struct {
	Results      []searchResult `json:"results"`
	Multimedia   []struct{}     `json:"multimedia" doc:"Pictures of the results; none are indexed yet"`
	Events       []struct{}     `json:"events" doc:"Events among the results; none are indexed yet"`
	TotalResults int            `json:"total_results"`
	Page         int            `json:"page"`
	PageSize     int            `json:"page_size"`
	Cached       bool           `json:"cached"`
}
