// Package pgcatalog keeps the documents that were taken in in PostgreSQL, beside
// the index of rag/pgstore, so that several gateways share both: what one takes in
// the others list, open and index.
//
//	documents, err := pgcatalog.Open(ctx, db, nil)
//	collection := &ingest.Collection{Catalog: documents, ...}
//
// PostgreSQL 13 or later, through the pgx driver. [Open] makes the table in the
// first schema of the search path; a role that may not needs it made by one that
// may, and SELECT, INSERT, UPDATE and DELETE on it.
package pgcatalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/akshara-go/akshara/ingest/catalog"
	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/health"
	"github.com/akshara-go/akshara/observe/pgkit"
	"github.com/akshara-go/akshara/rag/corpus"
)

// maxDocument is the size of the largest document as JSON, in bytes: a quarter
// of what PostgreSQL takes, and as much as the catalog in a folder reads back.
const maxDocument = 256 << 20

// Options says how a catalog behaves. The zero value is useful.
type Options struct {
	// RetryFor bounds for how long a call is tried again when PostgreSQL cannot
	// be reached: 0 means 5 s, below 0 no second try. The call's context bounds it too.
	RetryFor time.Duration
	// Logger hears of tries that failed. It sees no text. Nil means silence.
	Logger *slog.Logger
}

// Catalog is a [catalog.Catalog] of one tenant in a PostgreSQL database. Many
// processes may have one in the same database. Errors of PostgreSQL have the codes
// that pgkit gives them.
type Catalog struct {
	db     *pgkit.DB
	tenant pgkit.Key
}

var (
	_ catalog.Catalog = (*Catalog)(nil)
	_ health.Checker  = (*Catalog)(nil)
)

// Open gives the catalog of the tenant "" in the database that db is connected
// to, and makes or updates its table. It uses the caller's pool and closes
// nothing. opts may be nil.
func Open(ctx context.Context, db *gorm.DB, opts *Options) (*Catalog, error) {
	if opts == nil {
		opts = &Options{}
	}
	kept, err := pgkit.New(db, "pgcatalog", "the catalog", &pgkit.Options{RetryFor: opts.RetryFor, Logger: opts.Logger})
	if err != nil {
		return nil, err
	}
	if err := kept.Migrate(ctx, migrationTable, migrations); err != nil {
		return nil, err
	}
	return (&Catalog{db: kept}).ForTenant(""), nil
}

// ForTenant gives the catalog of another tenant in the same database. Neither
// sees the other's documents, whatever their ids.
func (c *Catalog) ForTenant(tenant string) *Catalog {
	return &Catalog{db: c.db, tenant: pgkit.KeyOf(tenant)}
}

// row is a document as the table has it.
type row struct {
	Tenant      pgkit.Key `gorm:"type:uuid;primaryKey"`
	Key         pgkit.Key `gorm:"type:uuid;primaryKey"`
	ID          []byte
	Created     int64
	CreatedNano int
	Entry, Body []byte // JSON
}

// TableName implements GORM's Tabler.
func (row) TableName() string { return "akshara_documents" }

// Put implements [catalog.Catalog]. A document of more than 256 MiB is INVALID_REQUEST.
func (c *Catalog) Put(ctx context.Context, doc *corpus.Document) error {
	if doc.ID == "" {
		return fault.New(fault.InvalidRequest, "the document has no id", fault.Details{"field": "document_id"})
	}
	body, err := json.Marshal(doc)
	if err != nil {
		return fault.Wrap(err, fault.InvalidRequest, "the document cannot be written as JSON", nil)
	}
	if len(body) > maxDocument {
		return fault.New(fault.InvalidRequest, fmt.Sprintf("the document is larger than %d bytes", maxDocument), fault.Details{"document_id": doc.ID})
	}
	entry, err := json.Marshal(catalog.EntryOf(doc))
	if err != nil {
		return fault.Wrap(err, fault.InvalidRequest, "the document cannot be written as JSON", nil)
	}
	r := row{
		Tenant: c.tenant, Key: pgkit.KeyOf(doc.ID), ID: []byte(doc.ID),
		Created: doc.CreatedAt.Unix(), CreatedNano: doc.CreatedAt.Nanosecond(), Entry: entry, Body: body,
	}
	return c.db.Try(ctx, func(db *gorm.DB) error {
		return db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&r).Error
	})
}

// Get implements [catalog.Catalog].
func (c *Catalog) Get(ctx context.Context, id string) (*corpus.Document, error) {
	var r struct{ Body []byte }
	err := c.db.Try(ctx, func(db *gorm.DB) error { return c.find(db, id).Select("body").Take(&r).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, notFound(id)
	}
	if err != nil {
		return nil, err
	}
	var doc corpus.Document
	if err := json.Unmarshal(r.Body, &doc); err != nil {
		return nil, damaged(err)
	}
	return &doc, nil
}

// Illustrated implements [catalog.Catalog].
func (c *Catalog) Illustrated(ctx context.Context, ids []string) ([]*corpus.Document, error) {
	keys := make(pgkit.Keys, len(ids))
	for i, id := range ids {
		keys[i] = pgkit.KeyOf(id)
	}
	var rows []struct{ Body []byte }
	err := c.db.Try(ctx, func(db *gorm.DB) error {
		return db.Table(row{}.TableName()).Select("body").Where("tenant = ?::uuid AND key = ANY (?::uuid[])", c.tenant, keys).Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	var docs []*corpus.Document
	for _, r := range rows {
		var doc corpus.Document
		if err := json.Unmarshal(r.Body, &doc); err != nil {
			return nil, damaged(err)
		}
		if shown := catalog.Illustrations(&doc); shown != nil {
			docs = append(docs, shown)
		}
	}
	return docs, nil
}

// Delete implements [catalog.Catalog].
func (c *Catalog) Delete(ctx context.Context, id string) error {
	var deleted int64
	err := c.db.Try(ctx, func(db *gorm.DB) error {
		result := c.find(db, id).Delete(nil)
		deleted = result.RowsAffected
		return result.Error
	})
	if err == nil && deleted == 0 {
		return notFound(id)
	}
	return err
}

// List implements [catalog.Catalog].
func (c *Catalog) List(ctx context.Context, offset, limit int) ([]catalog.Entry, int, error) {
	if offset < 0 || limit < 0 {
		return nil, 0, fault.New(fault.InvalidRequest, "offset and limit may not be negative", nil)
	}
	var total int64
	var rows []struct{ Entry []byte }
	err := c.db.Read(ctx, func(tx *gorm.DB) error {
		all := tx.Table(row{}.TableName()).Where("tenant = ?::uuid", c.tenant).Session(&gorm.Session{})
		if err := all.Count(&total).Error; err != nil {
			return err
		}
		return all.Select("entry").Order("created DESC, created_nano DESC, id").Offset(offset).Limit(limit).Find(&rows).Error
	})
	if err != nil {
		return nil, 0, err
	}
	entries := make([]catalog.Entry, len(rows))
	for i, r := range rows {
		if err := json.Unmarshal(r.Entry, &entries[i]); err != nil {
			return nil, 0, damaged(err)
		}
	}
	return entries, int(total), nil
}

// CheckHealth implements [health.Checker]: the database answers and the table can be read.
func (c *Catalog) CheckHealth(ctx context.Context) error {
	db := c.db.Session(ctx)
	return c.db.Failure(ctx, db.Table(row{}.TableName()).Select("created").Limit(1).Find(&[]row{}).Error)
}

func (c *Catalog) find(db *gorm.DB, id string) *gorm.DB {
	return db.Table(row{}.TableName()).Where("tenant = ?::uuid AND key = ?::uuid", c.tenant, pgkit.KeyOf(id))
}

func notFound(id string) error {
	return fault.New(fault.NotFound, fmt.Sprintf("there is no document %q", id), fault.Details{"document_id": id})
}

func damaged(err error) error {
	return fault.Wrap(fmt.Errorf("pgcatalog: %w", err), fault.Internal, "a stored document cannot be read", nil)
}
