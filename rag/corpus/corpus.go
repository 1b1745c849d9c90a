// Package corpus holds the nouns that ingestion, retrieval and training share:
// a [Document] with its structure, the [Chunk] it is cut into, the [Span] that
// says where in a text something stands, and the [Filter] that narrows a search.
//
// Every position in this package is a byte offset into a document's Text, half
// open, so that Text[s.Start:s.End] is always exactly what was meant.
package corpus

import (
	"time"

	"github.com/akshara-go/akshara/translate/lang"
)

// Public is the reader that every asker is: a record that names it may be read by anyone in its tenant.
const Public = "*"

// Span is a half-open range of bytes.
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// Len gives the number of bytes in the span.
func (s Span) Len() int { return s.End - s.Start }

// Contains tells whether t lies wholly within s.
func (s Span) Contains(t Span) bool { return s.Start <= t.Start && t.End <= s.End }

// Overlaps tells whether the two spans share a byte.
func (s Span) Overlaps(t Span) bool { return s.Start < t.End && t.Start < s.End }

// In gives the bytes of text that the span names.
func (s Span) In(text string) string { return text[s.Start:s.End] }

// Source is what is known of a document besides its text: what a result shows and a filter asks for.
type Source struct {
	Title        string    `json:"title"`
	URL          string    `json:"url,omitempty"`
	SourceSite   string    `json:"source_site,omitempty"`
	Language     lang.Code `json:"language,omitempty"`
	ContentType  string    `json:"content_type,omitempty"` // a media type without parameters, such as text/html
	Author       string    `json:"author,omitempty"`
	PublishedAt  time.Time `json:"published_date,omitzero"`
	Tags         []string  `json:"tags,omitempty"`
	ThumbnailURL string    `json:"thumbnail_url,omitempty"`
}

// Document is a text with its structure and source. The zero value of all but ID and Text is useful.
type Document struct {
	ID string `json:"document_id"`
	Source
	Text      string    `json:"text"`              // valid UTF-8
	Blocks    []Block   `json:"blocks,omitempty"`  // structure of Text in order, not overlapping; nil: paragraphs are found at blank lines
	Pages     []Span    `json:"pages,omitempty"`   // of Text, page 1 first; nil when the source has no pages
	Readers   []string  `json:"readers,omitempty"` // who may read it: users or groups
	Images    []Image   `json:"images,omitempty"`
	Events    []Event   `json:"events,omitempty"` // what it declares as an event: never read out of running text
	CreatedAt time.Time `json:"created_at,omitzero"`
}

// BlockKind names what a block of a document is.
type BlockKind string

// The kinds of blocks. Tables, lists and code are kept together when a document is cut.
const (
	Paragraph BlockKind = "paragraph"
	Heading   BlockKind = "heading"
	List      BlockKind = "list"
	Table     BlockKind = "table"
	Code      BlockKind = "code"
)

// Block is a piece of a document's structure.
type Block struct {
	Kind  BlockKind `json:"kind"`
	Level int       `json:"level,omitempty"` // of a heading, from 1
	Span
}

// Image is a picture that belongs to a document.
type Image struct {
	URL     string `json:"url"`
	AltText string `json:"alt_text,omitempty"`
	S3Path  string `json:"s3_path,omitempty"` // where a copy of it is kept
}

// Event is something that takes place: a festival, an exhibition, a hearing.
type Event struct {
	Title       string    `json:"title"`
	Date        time.Time `json:"date,omitzero"` // when it begins; a day is its first moment in UTC
	Venue       string    `json:"venue,omitempty"`
	Description string    `json:"description,omitempty"`
}

// Chunk is a passage of a document: the unit that is indexed, found and cited.
type Chunk struct {
	ID         string   `json:"chunk_id"`
	DocumentID string   `json:"document_id"`
	Ordinal    int      `json:"ordinal"` // 0 is the document's first chunk
	Span                // in the document's Text
	Text       string   `json:"text"`                // the document's Text[Start:End]
	Sentences  []Span   `json:"sentences,omitempty"` // in the document's Text, in order, covering the chunk
	Headings   []string `json:"headings,omitempty"`  // titles of the sections it stands in, outermost first
	Page       int      `json:"page,omitempty"`      // where it begins, from 1; 0 when the source has no pages
	Tokens     int      `json:"tokens,omitempty"`
}

// Filter narrows a search. The zero value lets everything through; every set field must hold.
type Filter struct {
	SourceSites []string  `json:"source_sites,omitempty"` // any of them
	ContentType string    `json:"content_type,omitempty"`
	Language    lang.Code `json:"language,omitempty"`
	DateFrom    time.Time `json:"date_from,omitzero"`     // PublishedAt at or after; a document without a date does not match
	DateTo      time.Time `json:"date_to,omitzero"`       // PublishedAt at or before; a document without a date does not match
	DocumentIDs []string  `json:"document_ids,omitempty"` // any of them
	Tags        []string  `json:"tags,omitempty"`         // any of them
}
