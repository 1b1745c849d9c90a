package pgstore

import (
	"context"
	"math"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/akshara-go/akshara/observe/pgkit"
)

// A vector that is written is not in the HNSW index yet: finding its neighbours
// and changing theirs takes several times as long as all else that is written of a
// chunk. It waits, is compared one by one by every search of its tenant, and is
// linked with others later: by [Store.Index], or, while more than freshRows of a
// table wait, by whoever writes, linkMore for each that it wrote. The index is of
// the rows that are linked, so that linking is an update.
const (
	freshRows = 5000
	linkMore  = 2
	linkBatch = 500 // are linked in one transaction
)

// linked tells whether the vectors of the set are written as linked: an index
// that is not there yet takes them when it is made.
func (set *rowSet) linked(tx *gorm.DB) (bool, error) {
	if set.vectors == 0 {
		return true, nil
	}
	has, err := pgkit.Exists(tx, "to_regclass(?)", vectorIndex(set.dims()))
	return !has, err
}

// linkSome links vectors for those that were just written, if too many wait. The
// change is made: what fails here is left to the next.
func (s *Store) linkSome(ctx context.Context, dims, written int) {
	var waiting int64
	few := s.db.Session(ctx).Table(vectorTable(dims)).Select("n").Where("NOT linked").Limit(freshRows + 1)
	err := s.db.Session(ctx).Table("(?) AS few", few).Count(&waiting).Error
	if err == nil && waiting > freshRows {
		err = s.link(ctx, dims, linkMore*written)
	}
	if err != nil {
		s.log.WarnContext(ctx, "vectors wait for the next writer to index them", "error", err)
	}
}

// linkAll links all the vectors that wait.
func (s *Store) linkAll(ctx context.Context) error {
	dims, err := s.vectorDimensions(ctx)
	if err != nil {
		return s.db.Failure(ctx, err)
	}
	for _, d := range dims {
		if err := s.link(ctx, d, math.MaxInt); err != nil {
			return err
		}
	}
	return nil
}

// link links up to most of the vectors of a table that wait, in steps that each
// are kept. It passes those by that another process links or removes.
func (s *Store) link(ctx context.Context, dims, most int) error {
	for most > 0 {
		linked := int64(0)
		err := s.db.Try(ctx, func(db *gorm.DB) error {
			table := vectorTable(dims)
			some := db.Table(table).Select("tenant", "n").Where("NOT linked").Limit(min(linkBatch, most)).Clauses(clause.Locking{Strength: "UPDATE", Options: "SKIP LOCKED"})
			result := db.Table(table).Where("(tenant, n) IN (?)", some).Update("linked", true)
			linked = result.RowsAffected
			return result.Error
		})
		if err != nil || linked == 0 {
			return err
		}
		most -= int(linked)
	}
	return nil
}
