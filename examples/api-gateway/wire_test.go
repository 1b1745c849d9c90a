package main

import (
	"time"

	"github.com/akshara-go/akshara/rag"
	"github.com/akshara-go/akshara/translate/lang"
)

// The contract's bodies, as a client of the gateway sees them.

// chatRequest is a body for /chat.
type chatRequest struct {
	Message  string `json:"message"`
	Language string `json:"language,omitempty"`
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

// searchResponse is the body that /search answers with.
type searchResponse struct {
	Results      []searchResult `json:"results"`
	Multimedia   []any          `json:"multimedia"`
	Events       []any          `json:"events"`
	TotalResults int            `json:"total_results"`
	Page         int            `json:"page"`
	PageSize     int            `json:"page_size"`
	Cached       bool           `json:"cached"`
}
