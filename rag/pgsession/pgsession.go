// Package pgsession keeps conversations in PostgreSQL, where every copy of a
// service finds them.
//
//	store, err := pgsession.Open(ctx, db, nil)
//	sessions := session.New(store, nil)
//	go store.Keep(ctx) // removes what is over
//
// PostgreSQL 13 or later, through the pgx driver. [Open] makes the table in the
// first schema of the search path; a role that may not needs it made by one that
// may, and SELECT, INSERT, UPDATE and DELETE on it. Times are the server's, so that
// the clocks of those who share it need not agree.
package pgsession

import (
	"context"
	"log/slog"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/akshara-go/akshara/observe/health"
	"github.com/akshara-go/akshara/observe/pgkit"
	"github.com/akshara-go/akshara/rag/session"
)

// Options says how a store behaves. The zero value is useful.
type Options struct {
	// RetryFor bounds for how long a call is tried again when PostgreSQL cannot
	// be reached: 0 means 5 s, below 0 no second try. The call's context bounds it too.
	RetryFor time.Duration
	// Logger hears of tries that failed, and of rows that could not be removed. It
	// sees no text. Nil means silence.
	Logger *slog.Logger
}

// Store is a [session.Store] in a PostgreSQL database. Many processes may have one
// in the same database. Errors of PostgreSQL have the codes that pgkit gives them.
type Store struct {
	db  *pgkit.DB
	log *slog.Logger
}

var (
	_ session.Store  = (*Store)(nil)
	_ health.Checker = (*Store)(nil)
)

// Open gives the sessions in the database that db is connected to, and makes or
// updates their table. It uses the caller's pool and closes nothing. opts may be nil.
func Open(ctx context.Context, db *gorm.DB, opts *Options) (*Store, error) {
	if opts == nil {
		opts = &Options{}
	}
	kept, err := pgkit.New(db, "pgsession", "the store of conversations", &pgkit.Options{RetryFor: opts.RetryFor, Logger: opts.Logger})
	if err != nil {
		return nil, err
	}
	if err := kept.Migrate(ctx, migrationTable, migrations); err != nil {
		return nil, err
	}
	s := &Store{db: kept, log: opts.Logger}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s, nil
}

// CheckHealth implements [health.Checker]: the database answers and the table can be read.
func (s *Store) CheckHealth(ctx context.Context) error {
	db := s.db.Session(ctx)
	return s.db.Failure(ctx, db.Model(&row{}).Select("version").Limit(1).Find(&[]row{}).Error)
}

const (
	purgeEvery = time.Minute // rows whose time is over are removed so often
	purgeBatch = 500         // rows at a time
)

// Purge removes rows whose time is over, 500 at a time, and gives how many it
// removed. Several processes may do it at once: none waits for another.
func (s *Store) Purge(ctx context.Context) (removed int, err error) {
	for {
		var n int64
		err := s.db.Try(ctx, func(db *gorm.DB) error {
			over := db.Model(&row{}).Select("key").Where("ends <= clock_timestamp()").Order("ends").Limit(purgeBatch).
				Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate, Options: clause.LockingOptionsSkipLocked})
			result := db.Where("key IN (?)", over).Delete(&row{})
			n = result.RowsAffected
			return result.Error
		})
		removed += int(n)
		if err != nil || n < purgeBatch {
			return removed, err
		}
	}
}

// Keep purges once a minute until ctx ends.
func (s *Store) Keep(ctx context.Context) {
	tick := time.NewTicker(purgeEvery)
	defer tick.Stop()
	for {
		if _, err := s.Purge(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "conversations that are over were not removed", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
