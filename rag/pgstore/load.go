package pgstore

import (
	"cmp"
	"context"
	"iter"
	"strconv"

	"gorm.io/gorm"

	"github.com/akshara-go/akshara/observe/pgkit"
	"github.com/akshara-go/akshara/rag"
)

const (
	// A term that is in a batch is looked up and counted once, so that a batch of
	// four blocks takes half the time of four batches.
	loadBatch = 4 * blockSize
	// A vector takes its half precision, its links and their room while an HNSW
	// index is built: 800 bytes besides the vector, with what lies between. What
	// does not fit is linked on the index's pages, several times as slowly: a build
	// that may have a quarter less than all takes two to four times as long. The
	// build has at most indexMemory.
	nodeBytes   = 1000
	indexMemory = 1 << 30
)

// Load writes records as [Store.Upsert] does, in batches that each are written
// whole or not at all, and then makes the index for the vectors. Vectors of
// dimensions that the database holds none of yet are written without an index
// first, which is several times as fast: it is how to fill a store. A batch is
// written while the next is read and prepared, so that Load wants two cores, and
// memory for three batches of 16,384 records. It stops at the first error, of recs
// too; what was written stays, and loading the same again is safe. Afterwards, as
// after [Store.Index], statistics of the planner are fresh.
func (s *Store) Load(ctx context.Context, recs iter.Seq2[rag.Record, error]) error {
	var failed error
	batches, ended := make(chan []*change), make(chan struct{})
	go func() {
		defer close(ended)
		for changes := range batches {
			if failed = s.apply(ctx, changes...); failed != nil {
				return
			}
		}
	}()
	err := s.prepare(ctx, recs, func(changes []*change) bool {
		select {
		case batches <- changes:
			return true
		case <-ended:
			return false
		}
	})
	close(batches)
	<-ended
	if err := cmp.Or(failed, err); err != nil {
		return err
	}
	return s.Index(ctx)
}

// prepare gives records to write in batches, until write does not want more.
func (s *Store) prepare(ctx context.Context, recs iter.Seq2[rag.Record, error], write func([]*change) bool) error {
	var batch []rag.Record
	indexed := map[int]bool{}
	flush := func() (bool, error) {
		changes, err := s.upserts(batch)
		batch = make([]rag.Record, 0, loadBatch)
		for i := 0; err == nil && i < len(changes); i++ {
			if d := changes[i].rows.dims(); d > 0 && !indexed[d] {
				indexed[d] = true
				err = s.dropUnused(ctx, d)
			}
		}
		return err == nil && write(changes), err
	}
	for r, err := range recs {
		if err != nil {
			return err
		}
		if batch = append(batch, r); len(batch) == loadBatch {
			if more, err := flush(); !more {
				return err
			}
		}
	}
	_, err := flush()
	return err
}

// dropUnused drops the index for vectors that there are none of, if the role may.
func (s *Store) dropUnused(ctx context.Context, dims int) error {
	if err := s.ensureVectors(ctx, dims); err != nil || s.lexical {
		return err
	}
	return s.db.Try(ctx, func(db *gorm.DB) error {
		err := pgkit.Locked(db, func(tx *gorm.DB) error {
			var any []int64
			if err := tx.Table(vectorTable(dims)).Limit(1).Pluck("n", &any).Error; err != nil || len(any) > 0 {
				return err
			}
			return run(tx, dropIndex(dims))
		})
		if pgkit.State(err) == pgkit.NotAllowed {
			return nil
		}
		return err
	})
}

// Index makes the HNSW indexes that are missing, or are of an earlier version,
// links the vectors that wait to be, and tells the planner what the tables hold.
// Records cannot be written while an index is made (100,000 vectors
// of 384 dimensions take a minute or two); searching goes on. The role has to own
// the tables.
func (s *Store) Index(ctx context.Context) error {
	dims, err := s.unindexed(ctx, vectorIndex)
	if err != nil {
		return s.db.Failure(ctx, err)
	}
	for _, d := range dims {
		if err := s.index(ctx, d); err != nil {
			return err
		}
	}
	if err := s.linkAll(ctx); err != nil {
		return err
	}
	tables := []string{tenantRow{}.TableName(), chunkTable, legRow{}.TableName(), termTable, postingTable}
	tables = append(tables, s.vectorTables()...)
	for _, table := range tables {
		if err := s.db.Try(ctx, func(db *gorm.DB) error { return run(db, vacuum(table)) }); err != nil {
			return err
		}
	}
	return nil
}

// vectorTables gives the tables of vectors that this store has used.
func (s *Store) vectorTables() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var tables []string
	for dims := range s.known {
		tables = append(tables, vectorTable(dims))
	}
	return tables
}

// index makes one index, by several processes where the server has the shared
// memory for it (containers often have 64 MB).
func (s *Store) index(ctx context.Context, dims int) error {
	return s.db.Try(ctx, func(db *gorm.DB) error {
		err := build(db, dims, nil)
		if pgkit.State(err) == pgkit.DiskFull {
			s.log.WarnContext(ctx, "the vector index is built by one process", "error", err)
			err = build(db, dims, map[string]string{"max_parallel_maintenance_workers": "0"})
		}
		return err
	})
}

func build(db *gorm.DB, dims int, settings map[string]string) error {
	return pgkit.Locked(db, func(tx *gorm.DB) error {
		var rows int64
		if err := tx.Table(vectorTable(dims)).Count(&rows).Error; err != nil {
			return err
		}
		memory := max(64<<20, min(indexMemory, graphBytes(rows, dims)))
		for name, value := range settings {
			if err := set(tx, name, value); err != nil {
				return err
			}
		}
		if err := set(tx, "maintenance_work_mem", strconv.FormatInt(memory>>10, 10)+"kB"); err != nil {
			return err
		}
		return pgkit.Run(tx, createIndex(dims), dropFirstIndex(dims))
	})
}

// graphBytes gives the memory that the build of an index for so many vectors wants.
func graphBytes(rows int64, dims int) int64 { return rows * int64(2*dims+nodeBytes) }

// set sets how the server behaves for the rest of the transaction.
func set(tx *gorm.DB, name, value string) error {
	var now string
	return tx.Table("(SELECT 1) AS one").Select("set_config(?, ?, true)", name, value).Scan(&now).Error
}
