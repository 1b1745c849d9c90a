package pgstore

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"github.com/akshara-go/akshara/observe/pgkit"
)

// The shape of the HNSW index: links of a node, and candidates while building.
// With 64 candidates a search has to look at about a fifth more for the same
// recall; 128 save it about a tenth and take longer to build. With 24 or 32 links
// it looks at fewer nodes, but as many vectors: it takes as long, and building
// much longer.
const (
	hnswLinks = 16
	hnswBuild = 96
)

// Migrate makes the tables that this package needs, or brings them to its
// version, and a table with its index for vectors of each of the dimensions. It
// is safe when several processes do it at once, and does nothing when all is
// there. [Open] does it too, and writing the first vector of new dimensions makes
// their table; call it beforehand with a role that may when the service's own
// role may not. The role needs CREATE on the schema, and to be a superuser (or,
// for pgvector as a trusted extension, CREATE on the database) the first time.
func Migrate(ctx context.Context, db *gorm.DB, dimensions ...int) error {
	s, err := Open(ctx, db, nil)
	if err != nil {
		return err
	}
	for _, d := range dimensions {
		if d < 1 || d > maxDimensions {
			return invalid("there are no vectors with "+strconv.Itoa(d)+" dimensions here", nil)
		}
		if err := s.ensureVectors(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// migrate brings the schema to this package's version and finds out whether the
// database knows vectors.
func (s *Store) migrate(ctx context.Context) error {
	if err := s.db.Migrate(ctx, migrationTable, migrations); err != nil {
		return err
	}
	return s.db.Try(ctx, s.findVectors)
}

// findVectors makes pgvector's types known, and the store lexical where there are none.
func (s *Store) findVectors(db *gorm.DB) error {
	has, err := pgkit.Exists(db, "to_regtype(?)", "halfvec")
	if err != nil || has {
		return err
	}
	err = db.Transaction(func(tx *gorm.DB) error {
		return pgkit.Locked(tx, func(tx *gorm.DB) error { return run(tx, createExtension) })
	})
	if err == nil {
		if has, err = pgkit.Exists(db, "to_regtype(?)", "halfvec"); err != nil || has {
			return err
		}
	} else if pgkit.State(err) == "" || pgkit.Transient(err) {
		return err
	}
	s.lexical = true
	s.log.WarnContext(db.Statement.Context, "the database has no pgvector: the index finds by words alone", "error", err)
	return nil
}

// ensureVectors makes the table and the index for vectors of so many dimensions,
// once a process.
func (s *Store) ensureVectors(ctx context.Context, dims int) error {
	s.mu.Lock()
	known := s.known[dims]
	s.mu.Unlock()
	if known || s.lexical {
		return nil
	}
	err := s.db.Try(ctx, func(db *gorm.DB) error {
		has, err := pgkit.Exists(db, "to_regclass(?)", vectorTable(dims))
		if err != nil || has {
			return err
		}
		return pgkit.Locked(db, func(tx *gorm.DB) error {
			return pgkit.Run(tx, append(createVectors(dims), createIndex(dims))...)
		})
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.known[dims] = true
	s.mu.Unlock()
	return nil
}

// unindexed gives the dimensions whose table has none of the indexes that names gives.
func (s *Store) unindexed(ctx context.Context, names ...func(dims int) string) ([]int, error) {
	all, err := s.vectorDimensions(ctx)
	if err != nil {
		return nil, err
	}
	var missing []int
	for _, dims := range all {
		any := false
		for _, name := range names {
			has, err := pgkit.Exists(s.db.Session(ctx), "to_regclass(?)", name(dims))
			if err != nil {
				return nil, err
			}
			any = any || has
		}
		if !any {
			missing = append(missing, dims)
		}
	}
	return missing, nil
}

// vectorDimensions gives the dimensions that there is a table for, in order.
func (s *Store) vectorDimensions(ctx context.Context) ([]int, error) {
	var names []string
	prefix := strings.TrimSuffix(vectorTable(0), "0")
	err := s.db.Session(ctx).Table("pg_catalog.pg_class").
		Where("relkind = 'r' AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass(?)) AND starts_with(relname, ?)", tenantRow{}.TableName(), prefix).
		Pluck("relname", &names).Error
	var list []int
	for _, name := range names {
		if dims, failed := strconv.Atoi(strings.TrimPrefix(name, prefix)); failed == nil {
			list = append(list, dims)
		}
	}
	slices.Sort(list)
	return list, err
}
