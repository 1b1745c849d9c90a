package pgstore

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"gorm.io/gorm"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/health"
	"github.com/akshara-go/akshara/observe/pgkit"
	"github.com/akshara-go/akshara/rag"
)

// Options says how a store behaves. The zero value is useful.
type Options struct {
	// RetryFor bounds for how long a call is tried again when PostgreSQL cannot
	// be reached or two transactions were in each other's way: 0 means 5 s, below
	// 0 no second try. The call's context bounds it too.
	RetryFor time.Duration
	// Logger hears of tries that failed and of what the role may not do. It sees
	// no text, query or vector. Nil means silence.
	Logger *slog.Logger
	// CodeMemory bounds what the process keeps in memory to search by meaning
	// quickly: 180 bytes for each vector of 384 dimensions that its tenants have. 0
	// means 256 MiB, below 0 nothing is kept and the database's index is searched.
	CodeMemory int64
}

// Store is a [rag.Store] in a PostgreSQL database. Its methods may be called by
// many goroutines, and many processes may have stores in one database.
type Store struct {
	db      *pgkit.DB
	log     *slog.Logger
	lexical bool // the database knows no vectors
	codes   *codeCache

	mu    sync.Mutex
	known map[int]bool // dimensions whose table is there
}

var (
	_ rag.Store          = (*Store)(nil)
	_ rag.Statistician   = (*Store)(nil)
	_ rag.DocumentLister = (*Store)(nil)
	_ rag.Completer      = (*Store)(nil)
	_ rag.Recaller       = (*Store)(nil)
	_ health.Checker     = (*Store)(nil)
)

// Open gives the store in the database that db is connected to, through the pgx
// driver as gorm.io/driver/postgres does by default, in the first schema of its
// search path. It makes or updates the schema as [Migrate] does; where that was
// done, the role needs no right to do so. opts may be nil.
//
// The store uses the caller's pool and closes nothing. It runs its statements
// without the caller's GORM logger, which would write texts and queries whole.
func Open(ctx context.Context, db *gorm.DB, opts *Options) (*Store, error) {
	if opts == nil {
		opts = &Options{}
	}
	kept, err := pgkit.New(db, "pgstore", "the index", &pgkit.Options{RetryFor: opts.RetryFor, Logger: opts.Logger})
	if err != nil {
		return nil, err
	}
	s := &Store{db: kept, log: cmp.Or(opts.Logger, slog.New(slog.DiscardHandler)), codes: newCodeCache(opts.CodeMemory), known: map[int]bool{}}
	if err := s.migrate(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// Documents gives the ids of the tenant's documents that have records, sorted.
func (s *Store) Documents(ctx context.Context, tenant string) ([]string, error) {
	var ids []string
	err := s.db.Try(ctx, func(db *gorm.DB) error {
		return db.Table(chunkTable+" AS c").Joins("JOIN akshara_tenants AS t ON t.id = c.tenant").
			Where("t.key = ?::uuid", pgkit.KeyOf(tenant)).Distinct().Pluck("c.document_id", &ids).Error
	})
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		ids[i] = pgkit.Unescape(id)
	}
	slices.Sort(ids)
	return ids, nil
}

// DocumentFrequency gives the number of the tenant's records that have terms for
// the leg, and for each of terms in how many of those it stands.
func (s *Store) DocumentFrequency(ctx context.Context, tenant string, leg rag.Leg, terms []string) (int, []int, error) {
	var frequency []int
	records := 0
	err := s.db.Read(ctx, func(tx *gorm.DB) error {
		records, frequency = 0, make([]int, len(terms))
		t, err := findTenant(tx, tenant)
		if err != nil || t == nil {
			return err
		}
		stats, err := findLeg(tx, t.ID, leg)
		if err != nil || stats.Records == 0 {
			return err
		}
		records = int(stats.Records)
		found, err := findTerms(tx, t.ID, leg, terms)
		for i, term := range terms {
			frequency[i] = int(found[termKey(leg, term)].Records)
		}
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	return records, frequency, nil
}

func termKey(leg rag.Leg, term string) pgkit.Key { return pgkit.KeyOf(string(leg), term) }

// findTenant gives the tenant's row, or nil when there is none.
func findTenant(tx *gorm.DB, name string) (*tenantRow, error) {
	var t tenantRow
	err := tx.Select("id", "model", "dims", "vectors", "next").Where("key = ?::uuid", pgkit.KeyOf(name)).Take(&t).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return &t, err
}

// findLeg gives a tenant's statistics on a leg, zero where it has none.
func findLeg(tx *gorm.DB, tenant int32, leg rag.Leg) (legRow, error) {
	var row legRow
	err := tx.Select("records", "total").Where("tenant = ? AND leg = ?::uuid", tenant, pgkit.KeyOf(string(leg))).Limit(1).Find(&row).Error
	return row, err
}

// termRow is a term's number and in how many records it stands.
type termRow struct {
	ID      int64
	Key     string
	Records int64
}

// findTerms gives those of terms that the tenant knows, by their keys.
func findTerms(tx *gorm.DB, tenant int32, leg rag.Leg, terms []string) (map[pgkit.Key]termRow, error) {
	given := make(map[string]pgkit.Key, len(terms))
	list := make(pgkit.Keys, len(terms))
	for i, term := range terms {
		list[i] = termKey(leg, term)
		given[list[i].String()] = list[i]
	}
	var rows []termRow
	err := tx.Table(termTable).Select("id", "key", "records").Where("tenant = ? AND key = ANY (?::uuid[])", tenant, list).Find(&rows).Error
	found := make(map[pgkit.Key]termRow, len(rows))
	for _, row := range rows {
		found[given[row.Key]] = row
	}
	return found, err
}

// CheckHealth implements [health.Checker]: the database answers and the store's
// tables can be read.
func (s *Store) CheckHealth(ctx context.Context) error {
	return s.db.Failure(ctx, s.db.Session(ctx).Select("id").Limit(1).Find(&[]tenantRow{}).Error)
}

// CheckVectors tells whether the store finds by meaning as it should, for an
// optional check of package health beside [Store.CheckHealth]. Without pgvector
// searches by words go on and the dense leg finds nothing; vectors without an
// HNSW index are searched one by one, until [Store.Index] makes it.
func (s *Store) CheckVectors(ctx context.Context) error {
	if s.lexical {
		return fault.New(fault.ServiceUnavailable, "the index finds by words alone: the database has no pgvector", nil)
	}
	missing, err := s.unindexed(ctx, vectorIndex, firstVectorIndex)
	if err == nil && len(missing) > 0 {
		return fault.New(fault.ServiceUnavailable, "vectors of the index are searched one by one: they have no HNSW index", fault.Details{"dimensions": missing})
	}
	return s.db.Failure(ctx, err)
}
