package pgstore

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"slices"

	"github.com/pgvector/pgvector-go"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/akshara-go/akshara/observe/pgkit"
	"github.com/akshara-go/akshara/rag"
)

// rowSet is a tenant's records as rows of the tables, before the tenant's number
// and those of the terms are known.
type rowSet struct {
	recs    []rag.Record
	bodies  [][]byte
	legs    [][]legEntries // by record; a term is its index in the set
	lists   []termList     // by term and block
	terms   pgkit.Keys     // the different terms
	forms   pgkit.Bytes    // by term: its text, if it can be completed
	termLeg pgkit.Keys     // their legs
	records pgkit.Int8s    // by term: in how many records it stands
	stats   map[rag.Leg]*legRow
	vectors int
}

// termList is a term's postings in a block.
type termList struct {
	term, block int
	list        []byte
}

// indexer finds a term's index in the set, and its list in the block at hand.
type indexer struct {
	terms map[rag.Leg]map[string]int
	lists []int // by term, as the number of the list that it got last and 1; 0 for none
}

func newRowSet(recs []rag.Record) (*rowSet, error) {
	set := &rowSet{recs: recs, stats: map[rag.Leg]*legRow{}}
	x := &indexer{terms: map[rag.Leg]map[string]int{}}
	for i := range recs {
		body, err := encodeBody(&recs[i])
		if err != nil {
			return nil, err
		}
		set.bodies = append(set.bodies, body)
		set.legs = append(set.legs, nil)
		for leg, terms := range recs[i].Terms {
			if len(terms) > 0 {
				set.post(i, leg, terms, x)
			}
		}
		if len(recs[i].Vector) > 0 {
			set.vectors++
		}
	}
	return set, nil
}

// post counts a record's terms on a leg. One that is given twice counts as often as both.
func (set *rowSet) post(record int, name rag.Leg, terms []rag.Term, x *indexer) {
	stats := set.stats[name]
	if stats == nil {
		stats = &legRow{Leg: pgkit.KeyOf(string(name))}
		set.stats[name] = stats
	}
	l := legEntries{leg: stats.Leg}
	at := make(map[int64]int, len(terms))
	for _, t := range terms {
		n := int64(set.number(name, t.Text, x))
		l.length += float64(t.Count)
		if i, twice := at[n]; twice {
			l.terms[i].count += t.Count
			continue
		}
		at[n] = len(l.terms)
		l.terms = append(l.terms, entry{n, t.Count})
	}
	for _, e := range l.terms {
		set.records[e.term]++
		i := set.list(int(e.term), record/blockSize, x)
		set.lists[i].list = appendPosting(set.lists[i].list, posting{uint16(record % blockSize), e.count, float32(l.length)})
	}
	set.legs[record] = append(set.legs[record], l)
	stats.Records++
	stats.Total += l.length
}

// number gives a term's index in the set.
func (set *rowSet) number(leg rag.Leg, term string, x *indexer) int {
	known := x.terms[leg]
	if known == nil {
		known = map[string]int{}
		x.terms[leg] = known
	}
	n, ok := known[term]
	if !ok {
		n = len(set.terms)
		known[term] = n
		set.termLeg, set.terms, set.records = append(set.termLeg, set.stats[leg].Leg), append(set.terms, termKey(leg, term)), append(set.records, 0)
		x.lists = append(x.lists, 0)
		var form []byte
		if leg == rag.Forms {
			form = append([]byte{}, term...)
		}
		set.forms = append(set.forms, form)
	}
	return n
}

// list gives the number of a term's list in the block at hand.
func (set *rowSet) list(term, block int, x *indexer) int {
	if i := x.lists[term] - 1; i >= 0 && set.lists[i].block == block {
		return i
	}
	set.lists = append(set.lists, termList{term, block, nil})
	x.lists[term] = len(set.lists)
	return len(set.lists) - 1
}

// insert writes the rows, whose chunks get the numbers from t.Next on.
func (set *rowSet) insert(tx *gorm.DB, t *tenantRow) error {
	ids, err := set.learn(tx, t.ID)
	if err != nil {
		return err
	}
	if err := set.insertChunks(tx, t, ids); err != nil {
		return err
	}
	slices.SortFunc(set.lists, func(a, b termList) int { // as the table's index has them
		return cmp.Or(cmp.Compare(ids[a.term], ids[b.term]), cmp.Compare(a.block, b.block))
	})
	rows := make([]listRow, len(set.lists))
	for i, l := range set.lists {
		rows[i] = listRow{ids[l.term], blockOf(t, l.block), l.list}
	}
	if err := insertLists(tx, rows); err != nil || set.vectors == 0 {
		return err
	}
	return set.insertVectors(tx, t)
}

// column holds a column's values of many rows, as one parameter that the driver
// sends in binary where it can.
type column[T any] []T

// Value implements [driver.Valuer].
func (c column[T]) Value() (driver.Value, error) { return []T(c), nil }

func insertLists(tx *gorm.DB, rows []listRow) error {
	if len(rows) == 0 {
		return nil
	}
	terms, blocks, lists := make(column[int64], len(rows)), make(column[int64], len(rows)), make(column[[]byte], len(rows))
	for i, row := range rows {
		terms[i], blocks[i], lists[i] = row.Term, row.Block, row.List
	}
	return tx.Exec(insertPostings, terms, blocks, lists).Error
}

// learn adds the terms to the dictionary and to the statistics, and gives their numbers.
func (set *rowSet) learn(tx *gorm.DB, tenant int32) ([]int64, error) {
	for _, stats := range set.stats {
		stats.Tenant = tenant
		more := clause.OnConflict{
			Columns: []clause.Column{{Name: "tenant"}, {Name: "leg"}},
			DoUpdates: clause.Assignments(map[string]any{
				"records": gorm.Expr("akshara_legs.records + excluded.records"),
				"total":   gorm.Expr("akshara_legs.total + excluded.total"),
			}),
		}
		if err := tx.Clauses(more).Create(stats).Error; err != nil {
			return nil, err
		}
	}
	if len(set.terms) == 0 {
		return nil, nil
	}
	var rows []struct{ Place, ID int64 }
	err := tx.Table("akshara_learn(?, ?::uuid[], ?::uuid[], ?::bigint[], ?::bytea[])", tenant, set.termLeg, set.terms, set.records, set.forms).
		Select("place", "id").Find(&rows).Error
	ids := make([]int64, len(set.terms))
	for _, row := range rows {
		ids[row.Place-1] = row.ID
	}
	return ids, err
}

func (set *rowSet) insertChunks(tx *gorm.DB, t *tenantRow, ids []int64) error {
	n := len(set.recs)
	numbers, blocks, published, nano := make(column[int64], n), make(column[int64], n), make(column[*int64], n), make(column[int32], n)
	keys, documents := make(column[[16]byte], n), make(column[[16]byte], n)
	var documentIDs, readers, sites, types, languages, tags, bodies column[string]
	terms := make(column[[]byte], n)
	for i := range set.recs {
		r := &set.recs[i]
		if !r.Source.PublishedAt.IsZero() {
			seconds := r.Source.PublishedAt.Unix()
			published[i] = &seconds
		}
		numbers[i], blocks[i], nano[i] = t.Next+int64(i), blockOf(t, i/blockSize), int32(r.Source.PublishedAt.Nanosecond())
		keys[i], documents[i] = pgkit.KeyOf(r.Chunk.ID), pgkit.KeyOf(r.Chunk.DocumentID)
		documentIDs, sites = append(documentIDs, pgkit.Escape(r.Chunk.DocumentID)), append(sites, pgkit.Escape(r.Source.SourceSite))
		types, languages = append(types, pgkit.Escape(r.Source.ContentType)), append(languages, pgkit.Escape(string(r.Source.Language)))
		readers, tags = append(readers, literal(r.Readers)), append(tags, literal(r.Source.Tags))
		terms[i], bodies = encodeEntries(set.legs[i], ids), append(bodies, string(set.bodies[i]))
	}
	return tx.Exec(insertChunks, t.ID, numbers, keys, documents, documentIDs, readers, sites, types, languages, tags, published, nano, blocks, terms, bodies).Error
}

// literal gives a list of texts as PostgreSQL writes it, escaped.
func literal(list []string) string {
	value, _ := pgkit.Texts(list).Value() // a text, and never an error
	return fmt.Sprint(value)
}

// blockOf gives the number of a block of the set: that of its first chunk.
func blockOf(t *tenantRow, i int) int64 { return t.Next + int64(i)*blockSize }

func (set *rowSet) insertVectors(tx *gorm.DB, t *tenantRow) error {
	linked, err := set.linked(tx)
	if err != nil {
		return err
	}
	var numbers column[int64]
	var vectors column[string]
	for i := range set.recs {
		if v := set.recs[i].Vector; len(v) > 0 {
			numbers, vectors = append(numbers, t.Next+int64(i)), append(vectors, pgvector.NewVector(unit(v)).String())
		}
	}
	return tx.Exec(insertVectors(set.dims()), t.ID, linked, numbers, vectors).Error
}

// dims gives the length of the vectors, which is the same for all.
func (set *rowSet) dims() int {
	for i := range set.recs {
		if n := len(set.recs[i].Vector); n > 0 {
			return n
		}
	}
	return 0
}
