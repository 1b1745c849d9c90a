package pgsession

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/akshara-go/akshara/observe/fault"
	"github.com/akshara-go/akshara/observe/pgkit"
	"github.com/akshara-go/akshara/rag/session"
)

// row is what is read of a session.
type row struct {
	Version int64
	Data    []byte
}

// TableName implements GORM's Tabler.
func (row) TableName() string { return "akshara_sessions" }

// readable are the columns of a row. Of data that is too long to be a record's no more
// is read than shows it.
var readable = []clause.Column{{Name: "version"}, {Name: fmt.Sprintf("substring(data FROM 1 FOR %d) AS data", session.MaxRecordBytes+1), Raw: true}}

// record gives what was read, if it can be a record.
func (r *row) record() (*session.Record, error) {
	if len(r.Data) == 0 || len(r.Data) > session.MaxRecordBytes || r.Version < 1 {
		err := fmt.Errorf("pgsession: %w: version %d, %d bytes", session.ErrDamaged, r.Version, len(r.Data))
		return nil, fault.Wrap(err, fault.Internal, "the stored conversation cannot be read", nil)
	}
	return &session.Record{Data: r.Data, Version: r.Version}, nil
}

// alive finds a session whose time is not over.
func alive(db *gorm.DB, key session.Key) *gorm.DB {
	return db.Model(&row{}).Where("key = ?::uuid AND ends > clock_timestamp()", pgkit.Key(key))
}

// free narrows to sessions that a holder may write: nobody else holds them.
func free(db *gorm.DB, holder session.Holder) *gorm.DB {
	return db.Where("holder IS NULL OR holder = ?::uuid OR held <= clock_timestamp()", pgkit.Key(holder))
}

// later gives the server's time in a while.
func later(d time.Duration) clause.Expr {
	return gorm.Expr("clock_timestamp() + ?::bigint * interval '1 microsecond'", max(d.Microseconds(), 1))
}

// Load implements [session.Store].
func (s *Store) Load(ctx context.Context, key session.Key) (*session.Record, error) {
	var r row
	err := s.db.Try(ctx, func(db *gorm.DB) error {
		return alive(db, key).Clauses(clause.Select{Columns: readable}).Take(&r).Error
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, session.NotFound()
	}
	if err != nil {
		return nil, err
	}
	return r.record()
}

// Lock implements [session.Store].
func (s *Store) Lock(ctx context.Context, key session.Key, holder session.Holder, lease time.Duration) (*session.Record, error) {
	var taken []row
	var there int64
	err := s.db.Try(ctx, func(db *gorm.DB) error {
		taken, there = nil, 1
		err := free(alive(db, key), holder).Model(&taken).Clauses(clause.Returning{Columns: readable}).Updates(map[string]any{
			"holder": pgkit.Key(holder), "held": later(lease), "ends": gorm.Expr("greatest(ends, ?)", later(lease)),
		}).Error
		if err != nil || len(taken) > 0 {
			return err
		}
		return alive(db, key).Count(&there).Error
	})
	switch {
	case err != nil:
		return nil, err
	case len(taken) > 0:
		return taken[0].record()
	case there == 0:
		return nil, session.NotFound()
	}
	return nil, session.ErrHeld
}

// Release implements [session.Store].
func (s *Store) Release(ctx context.Context, key session.Key, holder session.Holder, rec *session.Record) error {
	if rec == nil {
		return s.db.Try(ctx, func(db *gorm.DB) error {
			return alive(db, key).Where("holder = ?::uuid", pgkit.Key(holder)).Updates(map[string]any{"holder": nil, "held": nil}).Error
		})
	}
	if err := rec.Check(); err != nil {
		return err
	}
	values := map[string]any{
		"version": rec.Version + 1, "data": rec.Data, "ends": later(rec.Keep), "writer": pgkit.Key(holder), "holder": nil, "held": nil,
	}
	var stored bool
	err := s.db.Try(ctx, func(db *gorm.DB) error {
		result := replace(db, key, holder, rec.Version, values)
		if stored = result.RowsAffected > 0; stored || result.Error != nil {
			return result.Error
		}
		var before int64 // the same call was made before
		err := alive(db, key).Where("version = ? AND writer = ?::uuid", rec.Version+1, pgkit.Key(holder)).Count(&before).Error
		stored = before > 0
		return err
	})
	if err == nil && !stored {
		return session.ErrLost
	}
	return err
}

// replace writes values in the place of a version of a session, 0 for none.
func replace(db *gorm.DB, key session.Key, holder session.Holder, version int64, values map[string]any) *gorm.DB {
	if version > 0 {
		return free(alive(db, key).Where("version = ?", version), holder).Updates(values)
	}
	over := clause.Where{Exprs: []clause.Expression{gorm.Expr("akshara_sessions.ends <= clock_timestamp()")}}
	created := map[string]any{"key": pgkit.Key(key)}
	for name, value := range values {
		created[name] = value
	}
	return db.Model(&row{}).Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "key"}}, DoUpdates: clause.Assignments(values), Where: over,
	}).Create(created)
}

// Delete implements [session.Store].
func (s *Store) Delete(ctx context.Context, key session.Key) error {
	return s.db.Try(ctx, func(db *gorm.DB) error {
		return db.Where("key = ?::uuid", pgkit.Key(key)).Delete(&row{}).Error
	})
}
