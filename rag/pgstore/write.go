package pgstore

import (
	"context"
	"maps"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/akshara-go/akshara/observe/pgkit"
	"github.com/akshara-go/akshara/rag"
)

// Upsert implements [rag.Store]. Writers of one tenant take turns. A database
// without pgvector keeps records without their vectors.
func (s *Store) Upsert(ctx context.Context, recs []rag.Record) error {
	changes, err := s.upserts(recs)
	if err != nil {
		return err
	}
	return s.apply(ctx, changes...)
}

// upserts gives the changes that write records, by tenant.
func (s *Store) upserts(recs []rag.Record) ([]*change, error) {
	if err := rag.CheckRecords(recs); err != nil {
		return nil, err
	}
	changes := map[string]*change{}
	for i := range recs {
		c := changes[recs[i].Tenant]
		if c == nil {
			c = &change{tenant: recs[i].Tenant}
			changes[c.tenant] = c
		}
		c.recs = append(c.recs, recs[i])
	}
	list := make([]*change, 0, len(changes))
	for _, name := range slices.Sorted(maps.Keys(changes)) { // in one order, or writers could wait for each other
		list = append(list, changes[name])
		if err := changes[name].prepare(s.lexical); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Replace implements [rag.Store].
func (s *Store) Replace(ctx context.Context, tenant string, documents []string, recs []rag.Record) error {
	if err := rag.CheckReplace(tenant, documents, recs); err != nil {
		return err
	}
	c := &change{tenant: tenant, recs: recs}
	for _, d := range documents {
		c.documents = append(c.documents, pgkit.KeyOf(d))
	}
	if err := c.prepare(s.lexical); err != nil {
		return err
	}
	return s.apply(ctx, c)
}

// Delete implements [rag.Store].
func (s *Store) Delete(ctx context.Context, sel rag.Selector) error {
	if err := rag.CheckSelector(&sel); err != nil {
		return err
	}
	c := &change{tenant: sel.Tenant, all: sel.All}
	for _, id := range sel.Chunks {
		c.chunks = append(c.chunks, pgkit.KeyOf(id))
	}
	for _, d := range sel.Documents {
		c.documents = append(c.documents, pgkit.KeyOf(d))
	}
	for _, id := range sel.Except {
		c.except = append(c.except, pgkit.KeyOf(id))
	}
	return s.apply(ctx, c)
}

// change is what a transaction does to a tenant: it removes the chunks that are
// named and those that the records replace, and then writes the records.
type change struct {
	tenant    string
	chunks    pgkit.Keys
	documents pgkit.Keys
	all       bool
	except    pgkit.Keys
	recs      []rag.Record
	rows      *rowSet // of recs, which prepare makes
}

// prepare encodes the records, of which the last with an id counts.
func (c *change) prepare(lexical bool) error {
	at := map[string]int{}
	recs := make([]rag.Record, 0, len(c.recs))
	for _, r := range c.recs {
		if lexical {
			r.Vector, r.Model = nil, rag.EmbedModel{}
		}
		if i, ok := at[r.Chunk.ID]; ok {
			recs[i] = r
			continue
		}
		at[r.Chunk.ID] = len(recs)
		recs = append(recs, r)
	}
	c.recs = recs
	for i := range recs {
		c.chunks = append(c.chunks, pgkit.KeyOf(recs[i].Chunk.ID))
	}
	var err error
	c.rows, err = newRowSet(recs)
	return err
}

// apply makes changes that are prepared, all in one transaction or none.
func (s *Store) apply(ctx context.Context, changes ...*change) error {
	written := map[int]int{} // vectors, by their dimensions
	for _, c := range changes {
		model, err := checkModel(rag.EmbedModel{}, c.recs)
		if err != nil {
			return err
		}
		if !model.IsZero() {
			written[model.Dimensions] += c.rows.vectors
		}
	}
	for d := range written {
		if err := s.ensureVectors(ctx, d); err != nil {
			return err
		}
	}
	err := s.db.Try(ctx, func(db *gorm.DB) error {
		return db.Transaction(func(tx *gorm.DB) error {
			for _, c := range changes {
				if err := c.apply(tx); err != nil {
					return err
				}
			}
			return nil
		})
	})
	for d, n := range written {
		if err == nil {
			s.linkSome(ctx, d, n)
		}
	}
	return err
}

func (c *change) apply(tx *gorm.DB) error {
	t, err := lockTenant(tx, c.tenant, len(c.recs) > 0)
	if err != nil || t == nil {
		return err
	}
	model, err := checkModel(t.model(), c.recs)
	if err != nil {
		return err
	}
	if err := c.remove(tx, t); err != nil {
		return err
	}
	if len(c.recs) > 0 {
		if err := c.rows.insert(tx, t); err != nil {
			return err
		}
		t.Vectors += int64(c.rows.vectors)
		t.Next += int64(len(c.recs))
		if c.rows.vectors > 0 {
			t.Model, t.Dims = pgkit.Escape(model.Name), model.Dimensions
		}
	}
	return tx.Model(t).Select("model", "dims", "vectors", "next").Updates(t).Error
}

// lockTenant gives the tenant's row, which nobody else changes until the
// transaction ends; nil when there is none and none is to be made.
func lockTenant(tx *gorm.DB, name string, create bool) (*tenantRow, error) {
	find := func() (*tenantRow, error) {
		return findTenant(tx.Clauses(clause.Locking{Strength: "UPDATE"}), name)
	}
	t, err := find()
	if err != nil || t != nil || !create {
		return t, err
	}
	row := tenantRow{Key: pgkit.KeyOf(name), Name: pgkit.Escape(name), Next: 1}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Omit("id").Create(&row).Error; err != nil {
		return nil, err
	}
	return find()
}

// named selects the chunks that the change names.
func (c *change) named(tx *gorm.DB, tenant int32) *gorm.DB {
	query := tx.Table(chunkTable).Where("tenant = ?", tenant)
	switch {
	case c.all:
	case len(c.documents) > 0 && len(c.chunks) > 0:
		query = query.Where("(key = ANY (?::uuid[]) OR document = ANY (?::uuid[]))", c.chunks, c.documents)
	case len(c.documents) > 0:
		query = query.Where("document = ANY (?::uuid[])", c.documents)
	default:
		query = query.Where("key = ANY (?::uuid[])", c.chunks)
	}
	if len(c.except) > 0 {
		query = query.Where("key <> ALL (?::uuid[])", c.except)
	}
	return query
}
