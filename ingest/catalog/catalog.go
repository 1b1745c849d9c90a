// Package catalog keeps the documents that were taken in: their text, their
// structure and where they came from, so that a citation can be opened and an
// index built anew.
//
//	c, err := catalog.OpenDir("data/documents")
//	err = c.Put(ctx, &doc)
//	doc, err := c.Get(ctx, id)
package catalog

import (
	"context"
	"time"

	"github.com/akshara-go/akshara/rag/corpus"
)

// Entry is a document in a list: what is known of it besides its text.
type Entry struct {
	ID string `json:"document_id"`
	corpus.Source
	Bytes     int       `json:"bytes"` // of its text
	CreatedAt time.Time `json:"created_at"`
}

// Catalog keeps documents. It may be called concurrently. When Put or Delete
// returns nil its effect is durable.
//
// Put replaces the document with the same id. Get and Delete of an id that is
// not there are NOT_FOUND. List gives the entries from offset on, at most
// limit, newest first (by CreatedAt, then by id), and how many there are.
type Catalog interface {
	Put(ctx context.Context, doc *corpus.Document) error
	Get(ctx context.Context, id string) (*corpus.Document, error)
	Delete(ctx context.Context, id string) error
	List(ctx context.Context, offset, limit int) (entries []Entry, total int, err error)

	// Illustrated gives those of the documents that have pictures or events, as
	// [Illustrations] does, in no order. Ids that are not there are passed over.
	// What it gives is not to be changed.
	Illustrated(ctx context.Context, ids []string) ([]*corpus.Document, error)
}
