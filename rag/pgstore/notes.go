package pgstore

import (
	"bytes"
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/akshara-go/akshara/observe/pgkit"
	"github.com/akshara-go/akshara/rag"
)

var _ rag.Noter = (*Store)(nil)

// noteRow is a note. A tenant with notes need not have a row of its own.
type noteRow struct {
	Tenant pgkit.Key `gorm:"primaryKey;type:uuid;->:false;<-:create"`
	Name   pgkit.Key `gorm:"primaryKey;type:uuid;->:false;<-:create"`
	Note   []byte
}

// TableName implements GORM's Tabler.
func (noteRow) TableName() string { return "akshara_notes" }

// Note implements [rag.Noter].
func (s *Store) Note(ctx context.Context, tenant, name string) ([]byte, error) {
	var note []byte
	err := s.db.Try(ctx, func(db *gorm.DB) (err error) {
		note, err = findNote(db, tenant, name)
		return err
	})
	return note, err
}

func findNote(db *gorm.DB, tenant, name string) ([]byte, error) {
	var row noteRow
	err := named(db, tenant, name).Select("note").Limit(1).Find(&row).Error
	return row.Note, err
}

// named selects a note.
func named(db *gorm.DB, tenant, name string) *gorm.DB {
	return db.Model(&noteRow{}).Where("tenant = ?::uuid AND name = ?::uuid", pgkit.KeyOf(tenant), pgkit.KeyOf(name))
}

// SetNote implements [rag.Noter].
func (s *Store) SetNote(ctx context.Context, tenant, name string, before, after []byte) ([]byte, error) {
	if err := rag.CheckNote(after); err != nil {
		return nil, err
	}
	var now []byte
	err := s.db.Try(ctx, func(db *gorm.DB) error {
		return db.Transaction(func(tx *gorm.DB) (err error) {
			switch held := named(tx, tenant, name).Where("note = ?", before); {
			case bytes.Equal(before, after):
			case len(before) == 0:
				row := noteRow{Tenant: pgkit.KeyOf(tenant), Name: pgkit.KeyOf(name), Note: after}
				err = tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error
			case len(after) == 0:
				err = held.Delete(&noteRow{}).Error
			default:
				err = held.Update("note", after).Error
			}
			if err == nil {
				now, err = findNote(tx, tenant, name)
			}
			return err
		})
	})
	return now, err
}
