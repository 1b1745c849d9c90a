package rag

import (
	"context"

	"github.com/akshara-go/akshara/rag/corpus"
)

// Leg names one way of finding a record: by meaning or by one family of terms.
type Leg string

// The legs that this package uses. A store treats all but Dense alike: each is
// a family of terms with document frequencies and lengths of its own.
const (
	Dense  Leg = "dense"  // the embedding
	Words  Leg = "words"  // analysed words
	Sounds Leg = "sounds" // phonetic keys, common to all scripts and spellings
)

// Term is an analysed term and how often it stands in a text. A count need not
// be whole: a term of the title may weigh more than one of the body.
type Term struct {
	Text  string  `json:"t"`
	Count float32 `json:"n"`
}

// Record is a chunk as a store keeps it.
type Record struct {
	Tenant  string         `json:"tenant"`
	Readers []string       `json:"readers"` // see [corpus.MayRead]: without readers it is found by nobody
	Chunk   corpus.Chunk   `json:"chunk"`
	Source  corpus.Source  `json:"source"`
	Terms   map[Leg][]Term `json:"terms,omitempty"` // each term once a leg
	Vector  Vector         `json:"vector,omitempty"`
	Model   EmbedModel     `json:"model,omitzero"` // what made Vector; zero without one
}

// Search asks a store for the best records of one tenant.
type Search struct {
	Tenant  string
	Readers []string // what the asker is known by; see [corpus.MayRead]
	Filter  corpus.Filter
	K       int // how many records of each leg, at least 1

	Vector Vector     // dense leg: cosine similarity; nil leaves the leg out
	Model  EmbedModel // what made Vector
	Exact  bool       // dense leg: compare with every vector instead of a compact code of it

	Sparse []SparseLeg // BM25 legs
}

// SparseLeg asks for the records with the highest BM25 score for some terms.
type SparseLeg struct {
	Leg   Leg
	Terms []Term  // Count is the term's weight in the query
	K1, B float64 // BM25's parameters as given: K1 how soon repetition stops counting, B how much length does
}

// Hit is a record with its score on each leg.
type Hit struct {
	Record Record          `json:"record"` // Terms, Vector and Model are left out
	Scores map[Leg]float64 `json:"scores"` // a leg is absent where the record scored nothing or was not among its best K
	Score  float64         `json:"score"`  // set by fusion, not by a store
}

// Selector names records of one tenant. Of Chunks, Documents and All exactly one is set.
type Selector struct {
	Tenant    string
	Chunks    []string // ids
	Documents []string // ids
	All       bool     // the whole tenant
	Except    []string // ids of chunks to spare
}

// Store keeps records and finds them again. Every method may be called
// concurrently. A store copies what it keeps: the caller's slices stay the
// caller's.
//
// Upsert writes all of recs or none of them; when it returns nil they are
// durable and the next Search finds them. A record replaces the one with the
// same tenant and chunk id. An empty recs does nothing. A record without a chunk
// id, or whose vector has a value that is not finite or no direction, is
// INVALID_REQUEST; an empty vector is none.
//
// Replace makes recs all that the tenant holds of some documents, at once: a
// search finds their old records or their new ones. Of concurrent calls for one
// document the last wins whole. Recs must be the tenant's and of the documents;
// otherwise it is an Upsert.
//
// Search gives the union of the best K of each leg, in no particular order of
// legs, each record once. A record of another tenant, one that the asker may
// not read, or one that the filter excludes is never in it, and takes no place
// of another. The score of a sparse leg is the sum over its terms of
// w·idf·tf/(tf + K1·(1−B+B·len/avg)), idf being ln(1 + (N−df+½)/(df+½)); N counts
// the tenant's records that have terms on the leg, df those that have the term,
// len is the sum of a record's counts on the leg and avg its mean over N.
// A search with no leg, or with a K below 1, is INVALID_REQUEST.
//
// Delete removes what the selector names and what it names in vain is no error.
// A selector that names nothing or more than one thing is INVALID_REQUEST.
//
// The first vector fixes the store's embedding model for its tenant: vectors of
// another model or length are refused by Upsert and Search with a
// *[ModelMismatchError], until the tenant holds no vectors.
//
// Errors carry a code of package fault; a cancelled context gives its error.
type Store interface {
	Upsert(ctx context.Context, recs []Record) error
	Replace(ctx context.Context, tenant string, documents []string, recs []Record) error
	Search(ctx context.Context, s *Search) ([]Hit, error)
	Delete(ctx context.Context, sel Selector) error
}

// Statistician is a Store that tells its BM25 statistics. With it, ranking
// knows how much each word of a question says; without it, all say the same.
//
// DocumentFrequency gives the number of the tenant's records that have terms
// for the leg, and for each of terms in how many of those it stands.
type Statistician interface {
	DocumentFrequency(ctx context.Context, tenant string, leg Leg, terms []string) (records int, frequency []int, err error)
}

// DocumentLister is a Store that tells which documents of a tenant it holds.
type DocumentLister interface {
	Documents(ctx context.Context, tenant string) ([]string, error)
}

// Recaller is a Store that gives back what it keeps of documents. With it, an
// [Index] takes over the vectors of chunks whose text stays as it was, instead of
// embedding them again; without it, every chunk of a changed document is embedded.
//
// Records gives the tenant's records of some documents, each once and in no
// particular order, with their vectors and without their terms. Documents that
// are not there are no error. A vector may come back scaled.
type Recaller interface {
	Records(ctx context.Context, tenant string, documents []string) ([]Record, error)
}
