package raghttp

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/corpus"
	"github.com/akshara-go/akshara/translate/lang"
)

// The media types of contents that are not parsed yet.
const (
	plainText = "text/plain"
	htmlText  = "text/html"
	markdown  = "text/markdown"
)

// ingestRequest is the body of /ingest.
type ingestRequest struct {
	DocumentID  string    `json:"document_id" minLength:"1" maxLength:"512" doc:"The document with this id is replaced" example:"3f2b8c1e-6a4d-4c55-9b7a-0d6f1e2a3b4c"`
	Title       string    `json:"title,omitempty" required:"false" maxLength:"4096" doc:"Instead of the content's own"`
	SourceURL   string    `json:"source_url,omitempty" required:"false" maxLength:"8192"`
	SourceSite  string    `json:"source_site,omitempty" required:"false" maxLength:"1024"`
	Content     string    `json:"content" doc:"At most 16 MiB"`
	ContentType string    `json:"content_type,omitempty" required:"false" doc:"text/plain (when missing), text/html or text/markdown; of a parsed content, what it was" example:"text/html"`
	Language    string    `json:"language,omitempty" required:"false" doc:"A language code; missing or auto: found in the text"`
	Metadata    metadata  `json:"metadata,omitempty" required:"false"`
	Images      []picture `json:"images,omitempty" required:"false" maxItems:"10000"`

	Events    []happening    `json:"events,omitempty" required:"false" maxItems:"1000" doc:"What takes place; beside what HTML declares"`
	Readers   []string       `json:"readers,omitempty" required:"false" maxItems:"10000" doc:"Who may read it, users or groups; everyone when missing"`
	CreatedAt string         `json:"created_at,omitempty" required:"false" doc:"ISO 8601; of a document that is replaced, as it was, and else now"`
	Parsed    bool           `json:"parsed,omitempty" required:"false" doc:"Whether content is the document's text already"`
	Blocks    []corpus.Block `json:"blocks,omitempty" required:"false" doc:"Structure of a parsed content, by bytes"`
	Pages     []corpus.Span  `json:"pages,omitempty" required:"false" doc:"Pages of a parsed content, by bytes"`
}

// metadata is what is known of a document besides its text.
type metadata struct {
	Author        string   `json:"author,omitempty" required:"false" maxLength:"4096"`
	PublishedDate string   `json:"published_date,omitempty" required:"false" doc:"ISO 8601" example:"2026-01-31"`
	Tags          []string `json:"tags,omitempty" required:"false" maxItems:"1000"`
	ThumbnailURL  string   `json:"thumbnail_url,omitempty" required:"false" maxLength:"8192"`
}

// picture is a picture of a document.
type picture struct {
	URL     string `json:"url,omitempty" required:"false" maxLength:"8192"`
	AltText string `json:"alt_text,omitempty" required:"false"`
	S3Path  string `json:"s3_path,omitempty" required:"false" maxLength:"8192"`
}

// happening is what a document declares to take place.
type happening struct {
	Title       string `json:"title" minLength:"1" maxLength:"4096"`
	Date        string `json:"date,omitempty" required:"false" doc:"When it begins; ISO 8601"`
	Venue       string `json:"venue,omitempty" required:"false" maxLength:"4096"`
	Description string `json:"description,omitempty" required:"false"`
}

// What became of the vectors of a document.
const (
	embedded   = "completed"
	pending    = "pending" // it will be embedded
	unembedded = "skipped" // there is no embedding model
)

// ingestResponse is what /ingest answers.
type ingestResponse struct {
	DocumentID      string   `json:"document_id"`
	ChunkCount      int      `json:"chunk_count"`
	EmbeddingStatus string   `json:"embedding_status" enum:"completed,pending,skipped" doc:"pending: found by words at once, by meaning soon after; skipped: there is no embedding model"`
	ChunkIDs        []string `json:"chunk_ids" doc:"In the order of the text" nullable:"false"`
}

type ingestInput struct{ Body ingestRequest }
type ingestOutput struct{ Body ingestResponse }

func (r *routes) ingest(ctx context.Context, in *ingestInput) (*ingestOutput, error) {
	doc, err := r.read(ctx, &in.Body)
	if err != nil {
		return nil, err
	}
	if doc.CreatedAt.IsZero() {
		before, err := r.service.Documents.Get(ctx, doc.ID)
		switch {
		case err == nil:
			doc.CreatedAt = before.CreatedAt
		case fault.CodeOf(err) != fault.NotFound:
			return nil, err
		}
	}
	if err := r.service.Documents.Put(ctx, doc); err != nil {
		return nil, renamed(err, "text", "content")
	}
	out := &ingestOutput{ingestResponse{DocumentID: doc.ID, EmbeddingStatus: unembedded, ChunkIDs: []string{}}}
	switch {
	case r.service.Embeds && r.service.Later:
		out.Body.EmbeddingStatus = pending
	case r.service.Embeds:
		out.Body.EmbeddingStatus = embedded
	}
	if r.service.Chunks == nil {
		return out, nil
	}
	chunks, err := r.service.Chunks(doc)
	if err != nil {
		return nil, err
	}
	out.Body.ChunkCount = len(chunks)
	for _, c := range chunks {
		out.Body.ChunkIDs = append(out.Body.ChunkIDs, c.ID)
	}
	return out, nil
}

// read makes the document of a request.
func (r *routes) read(ctx context.Context, in *ingestRequest) (*corpus.Document, error) {
	if err := checkDocument(in.DocumentID, in.Content); err != nil {
		return nil, err
	}
	source, err := in.source()
	if err != nil {
		return nil, err
	}
	doc, err := r.parse(ctx, in, source)
	if err != nil {
		return nil, err
	}
	doc.ID, doc.Readers = in.DocumentID, in.Readers
	if doc.CreatedAt, err = date("created_at", in.CreatedAt, 0); err != nil {
		return nil, err
	}
	for _, img := range in.Images {
		doc.Images = append(doc.Images, corpus.Image(img))
	}
	for i, e := range in.Events {
		at, err := date(fmt.Sprintf("events[%d].date", i), e.Date, 0)
		if err != nil {
			return nil, err
		}
		doc.Events = append(doc.Events, corpus.Event{Title: e.Title, Date: at, Venue: e.Venue, Description: e.Description})
	}
	return doc, nil
}

// source gives what a request says of the document besides its text.
func (in *ingestRequest) source() (corpus.Source, error) {
	out := corpus.Source{
		Title: in.Title, URL: in.SourceURL, SourceSite: in.SourceSite, ContentType: in.ContentType,
		Author: in.Metadata.Author, Tags: in.Metadata.Tags, ThumbnailURL: in.Metadata.ThumbnailURL,
	}
	var err error
	if in.Language != "" && in.Language != string(lang.Auto) {
		if out.Language, err = lang.Parse(in.Language); err != nil {
			return out, err
		}
	}
	out.PublishedAt, err = date("metadata.published_date", in.Metadata.PublishedDate, 0)
	return out, err
}

// parse gives the text of a request with its structure.
func (r *routes) parse(ctx context.Context, in *ingestRequest, source corpus.Source) (*corpus.Document, error) {
	switch kind := cmp.Or(in.ContentType, plainText); {
	case in.Parsed:
		return &corpus.Document{Source: source, Text: in.Content, Blocks: in.Blocks, Pages: in.Pages}, nil
	case len(in.Blocks) > 0 || len(in.Pages) > 0:
		return nil, fault.New(fault.InvalidRequest, "blocks and pages are of a content that is parsed already", fault.Details{"field": "parsed"})
	case kind == plainText:
		source.ContentType = plainText
		return &corpus.Document{Source: source, Text: in.Content}, nil
	case r.service.Parse != nil && (kind == htmlText || kind == markdown):
		return r.service.Parse(ctx, in.Content, kind, source)
	}
	taken := []string{plainText}
	if r.service.Parse != nil {
		taken = append(taken, htmlText, markdown)
	}
	return nil, fault.New(fault.InvalidRequest, "a content of this type is not taken", fault.Details{"field": "content_type", "supported": taken})
}

// checkDocument tells what is wrong with the id or the text of a document.
func checkDocument(id, text string) error {
	switch {
	case id == "" || len(id) > maxIDBytes || strings.ContainsFunc(id, unicode.IsControl):
		return fault.New(fault.InvalidRequest, "the id of a document has 1 to 512 bytes and no control characters", fault.Details{"field": "document_id"})
	case len(text) > MaxTextBytes:
		return fault.New(fault.PayloadTooLarge, "the content is longer than can be taken at once", fault.Details{"field": "content", "limit_bytes": MaxTextBytes})
	}
	return nil
}

// maxIDBytes is how long the id of a document may be.
const maxIDBytes = 512
