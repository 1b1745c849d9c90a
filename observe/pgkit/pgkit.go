// Package pgkit is what packages share that keep something in PostgreSQL
// through GORM: calls that are tried again while the server is away and whose
// errors have a code, a schema that grows by versions, and names and texts of any
// length and any bytes.
//
//	db, err := pgkit.New(gormDB, "pgcatalog", "the catalog", nil)
//	err = db.Migrate(ctx, "akshara_catalog_migrations", migrations)
//	err = db.Try(ctx, func(tx *gorm.DB) error { return tx.Create(&row).Error })
//
// PostgreSQL 13 or later, reached through the pgx driver.
package pgkit

import (
	"cmp"
	"context"
	"database/sql"
	"log/slog"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/akshara-go/akshara/observe/fault"
)

// DefaultRetryFor is how long a call is tried again while PostgreSQL is away.
const DefaultRetryFor = 5 * time.Second

// Options says how a database is called. The zero value is useful.
type Options struct {
	// RetryFor bounds for how long a call is tried again when PostgreSQL cannot
	// be reached or two transactions were in each other's way: 0 means
	// DefaultRetryFor, below 0 no second try. The call's context bounds it too.
	RetryFor time.Duration
	// Logger hears of tries that failed. It sees no statement and no value. Nil
	// means silence.
	Logger *slog.Logger
}

// DB is a database as one package uses it. It may be used concurrently.
type DB struct {
	db       *gorm.DB
	pkg      string // whose errors these are
	what     string // what its errors' readers know it as, such as "the index"
	retryFor time.Duration
	log      *slog.Logger
}

// New gives the database that db is connected to, without the caller's GORM
// logger, which would write texts and queries whole. Errors begin with pkg for
// the log and with what for the user. Another dialect than PostgreSQL's is
// INVALID_REQUEST. opts may be nil.
func New(db *gorm.DB, pkg, what string, opts *Options) (*DB, error) {
	if db == nil {
		return nil, fault.New(fault.InvalidRequest, what+" needs a database", nil)
	}
	if db.Name() != "postgres" {
		return nil, fault.New(fault.InvalidRequest, what+" is kept in PostgreSQL alone", fault.Details{"dialect": db.Name()})
	}
	if opts == nil {
		opts = &Options{}
	}
	return &DB{
		db:  db.Session(&gorm.Session{NewDB: true, Logger: logger.Discard, SkipDefaultTransaction: true}),
		pkg: pkg, what: what, retryFor: cmp.Or(opts.RetryFor, DefaultRetryFor),
		log: cmp.Or(opts.Logger, slog.New(slog.DiscardHandler)),
	}, nil
}

// Session gives GORM's form of the database. Its errors have no code yet: see [DB.Failure].
func (d *DB) Session(ctx context.Context) *gorm.DB { return d.db.WithContext(ctx) }

// Try runs f, and again while what it fails by may pass, for no longer than ctx
// lives. f is one transaction that may be repeated: what it does twice it does
// once. An error has a code.
func (d *DB) Try(ctx context.Context, f func(db *gorm.DB) error) error {
	if err := ctx.Err(); err != nil {
		return d.Failure(ctx, err)
	}
	end := time.Now().Add(d.retryFor)
	for pause := 10 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		err := f(d.Session(ctx))
		if err == nil || !Transient(err) || ctx.Err() != nil || time.Now().Add(pause).After(end) {
			return d.Failure(ctx, err)
		}
		d.log.WarnContext(ctx, "PostgreSQL is tried again", "error", err, "after", pause)
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return d.Failure(ctx, err)
		case <-timer.C:
		}
	}
}

// Read is Try for an f that reads, in a transaction that sees one state of the database.
func (d *DB) Read(ctx context.Context, f func(tx *gorm.DB) error) error {
	return d.Try(ctx, func(db *gorm.DB) error {
		return db.Transaction(f, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	})
}
