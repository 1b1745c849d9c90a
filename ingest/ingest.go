// Package ingest turns files, pages and uploads into clean documents: a
// [Source] gives items, a [Parser] reads each into a document, a [Sink] takes
// the documents in.
package ingest

import (
	"context"
	"io"
	"iter"

	"github.com/akshara-go/akshara/rag/corpus"
)

// Item is something that may hold a document: an uploaded file, a crawled page.
type Item struct {
	Name        string        // file name or URL, for messages and as a last resort for the title
	ContentType string        // what the sender claims; parsers look at the content
	Body        io.Reader     // read once, by the parser
	Source      corpus.Source // what is already known; a parser fills in what is empty
}

// Source gives items one after another. An error for one item does not end the
// sequence; leaving the loop early does. Each item's Body is valid until the next.
type Source interface {
	Items(ctx context.Context) iter.Seq2[*Item, error]
}

// Parser reads an item into a document, with the ID left empty. It reads no
// more than its limits allow, and may be called concurrently. An item that it
// cannot read is an error with the code PROCESSING_FAILED, one that is too
// large PAYLOAD_TOO_LARGE; nothing is left out silently.
type Parser interface {
	Parse(ctx context.Context, item *Item) (*corpus.Document, error)
}

// Sink takes documents in and lets them go. A document replaces the one with
// the same id. rag.Index is one.
type Sink interface {
	Add(ctx context.Context, docs []corpus.Document) error
	Remove(ctx context.Context, ids []string) error
}
