package rag

import (
	"context"

	"github.com/akshara-go/akshara/rag/corpus"
)

// Forms is the leg of what may be suggested to somebody who types: the words,
// phrases, titles and headings of a document, each once, in the record of the
// first chunk that has it. Its terms can be completed; see [Completer].
const Forms Leg = "forms"

// Completion asks a store for terms of the leg [Forms] by how they begin.
type Completion struct {
	Tenant   string
	Readers  []string // what the asker is known by; see [corpus.MayRead]
	Filter   corpus.Filter
	Prefixes []string // bytes; a term has to begin with one of them. One that is empty fits every term
	K        int      // how many terms, at least 1
}

// Completer is a Store that completes terms. Without it there are no suggestions.
//
// Complete gives the K terms of the leg Forms that begin with one of the
// prefixes and stand in the most records of the tenant that the asker may read
// and the filter lets through, in no particular order, each once; Count is the
// number of those records. Of terms with equal counts any may be taken. A term
// that stands in no such record is not there. None is empty and no error, and
// so is the answer to no prefixes. A K below 1 is INVALID_REQUEST. A cancelled
// context gives its error.
type Completer interface {
	Complete(ctx context.Context, c *Completion) ([]Term, error)
}
