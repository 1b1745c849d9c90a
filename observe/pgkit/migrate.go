package pgkit

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"github.com/akshara-go/akshara/observe/fault"
)

// schemaLock is the advisory lock of whoever changes the schema: "akshara" in
// ASCII.
const schemaLock = 0x616b7368617261

// Migrate brings the schema to the version that migrations lead to, each of which
// is statements that bring it from one version to the next. What was released is
// never changed: a new version is added. table, which Migrate makes, says which
// are done. It is safe when several processes do it at once, and reads only when
// all is done. A schema of a later version is SERVICE_UNAVAILABLE.
func (d *DB) Migrate(ctx context.Context, table string, migrations [][]string) error {
	m := &migration{d, table, migrations}
	return d.Try(ctx, func(db *gorm.DB) error {
		done, err := m.done(db)
		if err != nil || done == len(migrations) {
			return err
		}
		return Locked(db, m.upgrade)
	})
}

type migration struct {
	db         *DB
	table      string
	migrations [][]string
}

// version is a row of the table.
type version struct{ Version int }

// create makes the table. Its name is the package's that calls, not anybody's.
func (m *migration) create(tx *gorm.DB) error {
	return tx.Exec(`CREATE TABLE IF NOT EXISTS ` + m.table + ` (
		version int PRIMARY KEY,
		applied timestamptz NOT NULL DEFAULT now()
	)`).Error
}

// done gives how many migrations were done; 0 without the table.
func (m *migration) done(db *gorm.DB) (int, error) {
	has, err := Exists(db, "to_regclass(?)", m.table)
	if err != nil || !has {
		return 0, err
	}
	var last version
	err = db.Table(m.table).Select("version").Order("version DESC").Limit(1).Find(&last).Error
	if err == nil && last.Version > len(m.migrations) {
		return 0, fault.New(fault.ServiceUnavailable,
			fmt.Sprintf("%s has the schema of a later version (%d, not %d)", m.db.what, last.Version, len(m.migrations)), nil)
	}
	return last.Version, err
}

// upgrade does what migrations are missing.
func (m *migration) upgrade(tx *gorm.DB) error {
	if err := m.create(tx); err != nil {
		return err
	}
	done, err := m.done(tx)
	if err != nil {
		return err
	}
	for v := done; v < len(m.migrations); v++ {
		if err := Run(tx, m.migrations[v]...); err != nil {
			return err
		}
		if err := tx.Table(m.table).Create(&version{v + 1}).Error; err != nil {
			return err
		}
	}
	return nil
}

// Run runs statements that define something, one after the other.
func Run(tx *gorm.DB, statements ...string) error {
	for _, statement := range statements {
		if err := tx.Exec(statement).Error; err != nil {
			return err
		}
	}
	return nil
}

// Locked runs f in a transaction that nobody else changes the schema beside.
func Locked(db *gorm.DB, f func(tx *gorm.DB) error) error {
	return db.Transaction(func(tx *gorm.DB) error {
		var turn string
		if err := tx.Table("(SELECT 1) AS one").Select("pg_advisory_xact_lock(?)::text", schemaLock).Scan(&turn).Error; err != nil {
			return err
		}
		return f(tx)
	})
}

// Exists tells whether one of the to_reg functions, given as "to_regclass(?)",
// knows a name.
func Exists(db *gorm.DB, function, name string) (bool, error) {
	var found bool
	err := db.Table("(SELECT 1) AS one").Select(function+" IS NOT NULL", name).Scan(&found).Error
	return found, err
}
