// Package chunk cuts documents into the passages that are indexed, found and
// cited, without ever cutting an akshara, the syllable of Indic writing.
//
//	chunks, err := chunk.Split(&corpus.Document{ID: "taj", Text: text}, nil)
//
// A document is cut at its structure first: a heading begins a chunk and stays
// with what follows; tables, lists and code are kept whole when they fit; then
// paragraphs, then sentences. Only a sentence that is longer than a whole chunk
// is cut, at spaces, and only a word that is longer still, between aksharas.
//
// Chunks name where they stand in the document by bytes. Together they hold
// every byte of its text, in order; the last sentences of one stand at the head
// of the next as well, so that what one sentence says of another is not lost.
//
// Aksharas are the extended grapheme clusters of UAX 29; see [Aksharas].
package chunk

import (
	"fmt"
	"unicode/utf8"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/rag/corpus"
)

// The defaults of [Options].
const (
	DefaultSize    = 512
	DefaultOverlap = 64
)

// Options says how large chunks are. The zero value gives the defaults.
type Options struct {
	// Size is how many tokens a chunk has at most; 0 is DefaultSize. Only a
	// single akshara with more tokens than that makes a larger one.
	Size int
	// Overlap is how many tokens of whole sentences a chunk takes over from the
	// end of the one before it, at most; it is less than Size. 0 is
	// DefaultOverlap, or a quarter of Size when that is less; NoOverlap is none.
	Overlap int
	// Count gives the tokens of a text; nil is [Estimate]. It must be safe for
	// concurrent use when Split is used so. A chunk's tokens are the sum of what
	// its sentences count.
	Count func(string) int
}

// NoOverlap as [Options].Overlap leaves overlap out.
const NoOverlap = -1

// withDefaults checks opts and fills in what is not set.
func (o *Options) withDefaults() (Options, error) {
	var out Options
	if o != nil {
		out = *o
	}
	if out.Size < 0 {
		return out, invalid("the size of a chunk is negative", fault.Details{"field": "Size", "value": out.Size})
	}
	if out.Size == 0 {
		out.Size = DefaultSize
	}
	switch {
	case out.Overlap == NoOverlap:
		out.Overlap = 0
	case out.Overlap < 0:
		return out, invalid("the overlap of chunks is negative", fault.Details{"field": "Overlap", "value": out.Overlap})
	case out.Overlap == 0:
		out.Overlap = min(DefaultOverlap, out.Size/4)
	case out.Overlap >= out.Size:
		return out, invalid(fmt.Sprintf("an overlap of %d tokens leaves no room in chunks of %d", out.Overlap, out.Size),
			fault.Details{"field": "Overlap", "value": out.Overlap, "limit": out.Size - 1})
	}
	if out.Count == nil {
		out.Count = Estimate
	}
	return out, nil
}

func invalid(message string, details fault.Details) error {
	return fmt.Errorf("chunk: %w", fault.New(fault.InvalidRequest, message, details))
}

// Split cuts a document into chunks. Their spans are in order and hold every
// byte of the text; a text of nothing but white space gives none.
//
// An id is made of the document's id and the chunk's text (and, where a text
// stands in the document more than once, which time it is), so that a chunk
// keeps it when others change. It has the form of a UUID.
//
// Errors, all INVALID_REQUEST: options out of range, a document without an id, a
// text that is not UTF-8 (with the offset of the first wrong byte), blocks or
// pages that are out of order or outside the text.
func Split(doc *corpus.Document, opts *Options) ([]corpus.Chunk, error) {
	o, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := check(doc); err != nil {
		return nil, err
	}
	if skipSpace(doc.Text, 0) == len(doc.Text) {
		return nil, nil
	}
	c := cutter{text: doc.Text, opts: &o}
	c.document(doc.Blocks)
	p := packer{doc: doc, opts: &o, units: c.units, groups: c.groups}
	p.pack()
	return p.chunks, nil
}

// check holds the document to what Split says of it.
func check(doc *corpus.Document) error {
	if doc == nil || doc.ID == "" {
		return invalid("the document has no id", fault.Details{"field": "document_id"})
	}
	if at := invalidUTF8(doc.Text); at >= 0 {
		return invalid(fmt.Sprintf("the text of document %q is not UTF-8 at byte %d", doc.ID, at),
			fault.Details{"field": "text", "document_id": doc.ID, "offset": at})
	}
	end := 0
	for i, b := range doc.Blocks {
		if b.Start < end || b.End < b.Start || b.End > len(doc.Text) {
			return invalid(fmt.Sprintf("block %d of document %q (bytes %d to %d) is out of order or outside the text", i, doc.ID, b.Start, b.End),
				fault.Details{"field": "blocks", "document_id": doc.ID, "index": i})
		}
		end = b.End
	}
	end = 0
	for i, p := range doc.Pages {
		if p.Start < end || p.End < p.Start || p.End > len(doc.Text) {
			return invalid(fmt.Sprintf("page %d of document %q (bytes %d to %d) is out of order or outside the text", i+1, doc.ID, p.Start, p.End),
				fault.Details{"field": "pages", "document_id": doc.ID, "index": i})
		}
		end = p.End
	}
	return nil
}

// invalidUTF8 gives the offset of the first byte of s that is not UTF-8, or -1.
func invalidUTF8(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i, r := range s {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return i
			}
		}
	}
	return -1
}
