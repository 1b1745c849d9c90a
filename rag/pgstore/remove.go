package pgstore

import (
	"slices"

	"gorm.io/gorm"

	"github.com/akshara-go/akshara/observe/pgkit"
)

// removeBatch is how many chunks are taken out of the postings at a time.
const removeBatch = 5000

// remove removes what the change names.
func (c *change) remove(tx *gorm.DB, t *tenantRow) error {
	var gone []int64
	if err := c.named(tx, t.ID).Order("n").Pluck("n", &gone).Error; err != nil {
		return err
	}
	for numbers := range slices.Chunk(gone, removeBatch) {
		chunks := func() *gorm.DB {
			return tx.Table(chunkTable).Where("tenant = ? AND n = ANY (?::bigint[])", t.ID, pgkit.Int8s(numbers))
		}
		var rows []removedRow
		if err := chunks().Select("n", "block", "terms").Find(&rows).Error; err != nil {
			return err
		}
		r, err := newRemoval(rows)
		if err != nil {
			return err
		}
		if err := r.apply(tx, t.ID); err != nil {
			return err
		}
		if err := chunks().Delete(nil).Error; err != nil {
			return err
		}
		if t.Vectors > 0 {
			result := tx.Table(vectorTable(t.Dims)).Where("tenant = ? AND n = ANY (?::bigint[])", t.ID, pgkit.Int8s(numbers)).Delete(nil)
			if result.Error != nil {
				return result.Error
			}
			t.Vectors -= result.RowsAffected
		}
	}
	return nil
}

// removedRow is what a chunk was indexed by.
type removedRow struct {
	N, Block int64
	Terms    []byte
}

// listKey names a term's list in a block.
type listKey struct{ term, block int64 }

// removal is what chunks leave behind in postings, dictionary and statistics.
type removal struct {
	places  map[listKey]map[uint16]bool
	records map[int64]int64 // by term
	legs    map[pgkit.Key]*legRow
}

func newRemoval(rows []removedRow) (*removal, error) {
	r := &removal{map[listKey]map[uint16]bool{}, map[int64]int64{}, map[pgkit.Key]*legRow{}}
	for _, row := range rows {
		legs, err := decodeEntries(row.Terms)
		if err != nil {
			return nil, err
		}
		for _, l := range legs {
			if r.legs[l.leg] == nil {
				r.legs[l.leg] = &legRow{}
			}
			r.legs[l.leg].Records++
			r.legs[l.leg].Total += l.length
			for _, t := range l.terms {
				where := listKey{t.term, row.Block}
				if r.places[where] == nil {
					r.places[where] = map[uint16]bool{}
				}
				r.places[where][uint16(row.N-row.Block)] = true
				r.records[t.term]++
			}
		}
	}
	return r, nil
}

func (r *removal) apply(tx *gorm.DB, tenant int32) error {
	if err := r.rewrite(tx); err != nil {
		return err
	}
	var terms, records pgkit.Int8s
	for term, n := range r.records {
		terms, records = append(terms, term), append(records, n)
	}
	var changed int64
	if err := tx.Table("akshara_unlearn(?::bigint[], ?::bigint[])", terms, records).Select("changed").Scan(&changed).Error; err != nil {
		return err
	}
	for leg, gone := range r.legs {
		err := tx.Model(&legRow{}).Where("tenant = ? AND leg = ?::uuid", tenant, leg).Updates(map[string]any{
			"records": gorm.Expr("records - ?::bigint", gone.Records),
			"total":   gorm.Expr("CASE WHEN records = ?::bigint THEN 0 ELSE total - ?::float8 END", gone.Records, gone.Total),
		}).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// rewrite writes the lists anew without the chunks that go.
func (r *removal) rewrite(tx *gorm.DB) error {
	var terms, blocks pgkit.Int8s
	for where := range r.places {
		terms, blocks = append(terms, where.term), append(blocks, where.block)
	}
	var rows []listRow
	err := tx.Table("unnest(?::bigint[], ?::bigint[]) AS g (term, block)", terms, blocks).
		Joins("JOIN "+postingTable+" AS p ON p.term = g.term AND p.block = g.block").
		Select("p.term", "p.block", "p.list").Find(&rows).Error
	if err != nil {
		return err
	}
	var kept []listRow
	for _, row := range rows {
		if row.List = without(row.List, r.places[listKey{row.Term, row.Block}]); len(row.List) > 0 {
			kept = append(kept, row)
		}
	}
	err = tx.Table(postingTable).Where("(term, block) IN (SELECT g.term, g.block FROM unnest(?::bigint[], ?::bigint[]) AS g (term, block))", terms, blocks).Delete(nil).Error
	if err != nil {
		return err
	}
	return create(tx.Table(postingTable), kept)
}

// listRow is a term's postings in a block.
type listRow struct {
	Term, Block int64
	List        []byte
}
