package pgstore

import (
	"cmp"
	"context"

	"github.com/pgvector/pgvector-go"
	"gorm.io/gorm"

	"github.com/akshara-go/akshara/observe/pgkit"
	"github.com/akshara-go/akshara/rag"
)

// Records implements [rag.Recaller]. Vectors come back with length 1. Chunks and
// vectors are of one state of the database.
func (s *Store) Records(ctx context.Context, tenant string, documents []string) ([]rag.Record, error) {
	var recs []rag.Record
	err := s.db.Read(ctx, func(tx *gorm.DB) error {
		recs = nil
		t, err := findTenant(tx, tenant)
		if err != nil || t == nil || len(documents) == 0 {
			return err
		}
		named := make(pgkit.Keys, len(documents))
		for i, id := range documents {
			named[i] = pgkit.KeyOf(id)
		}
		chunks := tx.Table(chunkTable+" AS c").Where("c.tenant = ? AND c.document = ANY (?::uuid[])", t.ID, named)
		at := map[int64]int{}
		if recs, err = readRecords(chunks.Session(&gorm.Session{}), tenant, at); err != nil || t.Vectors == 0 || s.lexical {
			return err
		}
		return addVectors(chunks, t, recs, at)
	})
	return recs, err
}

// readRecords gives the records of chunks, and notes the place of each by its number.
func readRecords(chunks *gorm.DB, tenant string, at map[int64]int) ([]rag.Record, error) {
	rows, err := chunks.Select("c.n", "c.body").Rows()
	if err != nil {
		return nil, err
	}
	var recs []rag.Record
	for rows.Next() {
		var n int64
		var body []byte
		if err := rows.Scan(&n, &body); err != nil {
			return nil, cmp.Or(rows.Close(), err)
		}
		r, err := decodeBody(body, tenant)
		if err != nil {
			return nil, cmp.Or(err, rows.Close())
		}
		at[n] = len(recs)
		recs = append(recs, r)
	}
	return recs, cmp.Or(rows.Err(), rows.Close())
}

// addVectors gives the records of chunks their vectors.
func addVectors(chunks *gorm.DB, t *tenantRow, recs []rag.Record, at map[int64]int) error {
	rows, err := chunks.Joins("JOIN "+vectorTable(t.Dims)+" AS v ON v.tenant = c.tenant AND v.n = c.n").Select("v.n", "v.exact").Rows()
	if err != nil {
		return err
	}
	for rows.Next() {
		var n int64
		var v pgvector.Vector
		if err := rows.Scan(&n, &v); err != nil {
			return cmp.Or(rows.Close(), err)
		}
		recs[at[n]].Vector, recs[at[n]].Model = v.Slice(), t.model()
	}
	return cmp.Or(rows.Err(), rows.Close())
}
